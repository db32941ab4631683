import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { type Link, linkOf, sameRows, until } from "./support/following";
import { hold } from "./support/hold";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { nothing, remains } from "./support/remains";
import { said } from "./support/said";
import { startWriter } from "./support/writer";

const notes = `
CREATE TABLE notes (id int PRIMARY KEY, text text);
INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 50) n;
CREATE TABLE others (id serial PRIMARY KEY)`;

interface Move {
    link: Link;
    args: { source: string; target: string; sourceFromTarget?: string; tables: string[] };
}

/** Followed at first; then something happens to each. */
const followed = ["stopped", "column", "uniqueKey", "duplicate", "unfollowed", "lost"] as const;
const copied = ["copyDuplicate", "copyHidden"] as const;
const names = ["idle", "busy", "hidden", ...followed, ...copied] as const;
type Name = (typeof names)[number];

let servers: Pair;
let project: EngineProject;
const moves = {} as Record<Name, Move>;

beforeAll(async () => {
    servers = await pair(15, 17, {
        source: { password: "of-the-source", settings: { max_connections: "200", max_replication_slots: "60" } },
        target: {
            password: "of-the-target",
            settings: {
                max_replication_slots: "60",
                max_worker_processes: "60",
                max_logical_replication_workers: "50",
                wal_retrieve_retry_interval: "500ms",
            },
        },
    });
    await query(servers.source.url(), "CREATE ROLE courier LOGIN REPLICATION PASSWORD 'of-the-courier'");
    project = await engineProject("verdicts");
    for (const name of names) {
        const source = await createDatabase(servers.source, name.toLowerCase());
        const target = await createDatabase(servers.target, name.toLowerCase());
        await query(source, notes);
        moves[name] = { link: linkOf("verdicts", source, target, name), args: { source, target, tables: ["notes"] } };
    }
    for (const name of ["hidden", "copyHidden"] as const) {
        const { link, args } = moves[name];
        await query(link.source, "GRANT SELECT ON notes TO courier");
        args.sourceFromTarget = Object.assign(new URL(link.source), {
            username: "courier",
            password: "of-the-courier",
        }).href;
    }
});

afterAll(async () => {
    project?.remove();
    await servers?.stop();
});

/** Goes on with the others where one fails. */
function up(which: readonly Name[], more: object = {}): Promise<Result> {
    const several = Object.fromEntries(which.map((name) => [name, { ...moves[name].args, ...more }]));
    const target = which.flatMap((name) => [`**::${name}`, `**::${name}-*`]);
    return project.up({ several }, { target, continueOnError: true });
}

function expectConverged({ ok, output, outputs }: Result, which: readonly Name[]): void {
    expect(ok, output).toBe(true);
    expect(outputs).toMatchObject(Object.fromEntries(which.map((name) => [name, "converged"])));
}

/** What the state holds, whatever the program exports. */
async function phaseOf(name: Name): Promise<string | undefined> {
    const { resources } = await project.exportState();
    return resources.find(({ urn }: { urn: string }) => urn.endsWith(`::${name}-convergence`))?.outputs.phase;
}

/** What all stages took together: all of `up` but the engine's own start. */
async function secondsOf(name: Name): Promise<number> {
    const { resources } = await project.exportState();
    const stages = resources.filter(({ urn }: { urn: string }) => urn.includes(`::${name}-`));
    expect(stages).toHaveLength(7);
    return stages.reduce((sum: number, stage: { outputs: { seconds: number } }) => sum + stage.outputs.seconds, 0);
}

const kind = (stage: string) => `pulumi-nodejs:dynamic/pulumi-postgres-migration:${stage}`;
const rows = "SELECT id, text FROM notes ORDER BY id";

async function expectSameRows(name: Name, count: number): Promise<void> {
    expect(await sameRows(moves[name].link, rows)).toHaveLength(count);
}

describe("nothing to wait for", () => {
    async function upInTime(name: Name): Promise<void> {
        expectConverged(await up([name]), [name]);
        expect(await secondsOf(name)).toBeLessThan(20);
        await expectSameRows(name, 50);
    }

    test("converges while nobody writes at all", () => upInTime("idle"));

    test("converges while only an unpublished table is written", async () => {
        const writer = await startWriter(moves.busy.link.source, "INSERT INTO others DEFAULT VALUES");
        await upInTime("busy");
        expect(await writer.stop()).toBeGreaterThan(5);
    });
});

describe("followed once, and then", () => {
    const broken = followed.filter((name) => name !== "lost");
    let walsender: number;
    let result: Result;

    beforeAll(async () => {
        expectConverged(await up(followed), followed);
        const { stopped, column, uniqueKey, duplicate, unfollowed } = moves;
        walsender = await walsenderOf(stopped.link);
        process.kill(walsender, "SIGSTOP");
        await query(stopped.link.source, "INSERT INTO notes VALUES (51, 'unsent')");
        await query(column.link.source, "ALTER TABLE notes ADD extra int; INSERT INTO notes VALUES (51, 'new', 1)");
        await query(uniqueKey.link.target, "CREATE UNIQUE INDEX ON notes (text)");
        await query(uniqueKey.link.source, "INSERT INTO notes VALUES (51, 'note 1')");
        await query(duplicate.link.target, "INSERT INTO notes VALUES (51, 'of the target')");
        await query(duplicate.link.source, "INSERT INTO notes VALUES (51, 'of the source')");
        await query(unfollowed.link.source, `ALTER PUBLICATION ${unfollowed.link.name} ADD TABLE others`);
        result = await up(broken, { timeoutSeconds: 10 });
    });

    afterAll(() => {
        if (walsender) process.kill(walsender, "SIGCONT");
    });

    test("up fails", () => expect(result.ok).toBe(false));

    test("the walsender stands still", async () => {
        const [slot] = await query(
            moves.stopped.link.source,
            "SELECT confirmed_flush_lsn AS lsn FROM pg_replication_slots WHERE slot_name = $1",
            [moves.stopped.link.name],
        );
        const [message] = said(result, "stopped-convergence");
        expect(message?.replace(/[\d.]+ (bytes|KiB)/, "some bytes").replace(/\d+ seconds/, "some seconds")).toBe(
            `not converged: catching up, some bytes behind, the slot's confirmed position stays at ${slot.lsn} for some seconds. This run has waited its time (timeoutSeconds). To go on waiting: pulumi up`,
        );
        expect(await phaseOf("stopped")).toBe("catching up");
    });

    test.each([
        ["column", "public.notes on the target lacks the column extra"],
        ["uniqueKey", "public.notes on the target has a unique key that the source lacks: (text)"],
        [
            "duplicate",
            "the cause stands in the target's server log: look for ERROR lines of this subscription's worker",
        ],
    ] as const)("a change can't be applied: %s", async (name, cause) => {
        expect(said(result, `${name}-convergence`)).toEqual([
            `not converged: failing: applying changes fails on the target: ${cause}. The subscription and its slot are kept. Mend the cause and run: pulumi up`,
        ]);
        expect(await phaseOf(name)).toBe("failing");
    });

    test("a table is published and not followed", async () => {
        expect(said(result, "unfollowed-convergence")).toEqual([
            "not converged: failing: published, but not followed by the subscription: public.others. The subscription and its slot are kept. Mend the cause and run: pulumi up",
        ]);
        expect(await phaseOf("unfollowed")).toBe("failing");
    });

    test("all of them converge once the cause is mended", async () => {
        const { column, uniqueKey, duplicate, unfollowed } = moves;
        process.kill(walsender, "SIGCONT");
        await query(column.link.target, "ALTER TABLE notes ADD extra int");
        await query(uniqueKey.link.target, "DROP INDEX notes_text_idx");
        await query(duplicate.link.target, "DELETE FROM notes WHERE id = 51");
        await query(unfollowed.link.source, `ALTER PUBLICATION ${unfollowed.link.name} DROP TABLE others`);
        expectConverged(await up(broken, { timeoutSeconds: 10 }), broken);
        for (const name of broken) await expectSameRows(name, name === "unfollowed" ? 50 : 51);
    });

    test("the source removes WAL that the target still needs", async () => {
        const { link } = moves.lost;
        await query(link.target, `ALTER SUBSCRIPTION ${link.name} DISABLE`);
        await query(link.source, "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
        await query(link.source, "SELECT pg_reload_conf()");
        await until(
            async () => {
                await query(
                    link.source,
                    "INSERT INTO notes VALUES (51, 'lost') ON CONFLICT (id) DO UPDATE SET text = 'lost'",
                );
                await query(link.source, "SELECT pg_switch_wal()");
                await query(link.source, "CHECKPOINT");
                return query(link.source, "SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1", [
                    link.name,
                ]);
            },
            ([slot]) => slot?.wal_status === "lost",
        );
        const failed = await up(["lost"], { timeoutSeconds: 10 });
        expect(failed.ok).toBe(false);
        expect(said(failed, "lost-convergence")).toEqual([
            "replication is lost: the source gave the replication slot up (WAL that the target needed was removed: max_slot_wal_keep_size). Changes are missing on the target and can't be sent any more. To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.",
        ]);
        expect(await phaseOf("lost")).toBe("lost");
    });
});

test("row-level security that hides rows is found before anything is made", async () => {
    await query(moves.hidden.link.source, "ALTER TABLE notes ENABLE ROW LEVEL SECURITY");
    const failed = await up(["hidden"]);
    expect(failed.ok).toBe(false);
    expect(said(failed, "hidden-preflight")).toEqual([
        `${kind("Preflight")} resource 'hidden-preflight' has a problem: role courier: row-level security hides rows of public.notes from it, so they would not be copied. Run on the source: ALTER ROLE "courier" BYPASSRLS;`,
    ]);
    expect(await phaseOf("hidden")).toBeUndefined();
    const { source, target } = moves.hidden.link;
    expect(await remains(source, target)).toEqual({ source: nothing, target: nothing });
});

describe("while the slot is made", () => {
    let result: Result;

    beforeAll(async () => {
        const { copyDuplicate, copyHidden } = moves;
        // A slot is not made before those transactions end that have written: until then nothing is copied.
        const held = await hold(servers.source.url(), ["BEGIN", "SELECT pg_current_xact_id()"]);
        const ending = up(copied);
        await until(
            () =>
                query(
                    servers.source.url(),
                    "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_create_logical_replication_slot(%' AND wait_event_type = 'Lock'",
                ),
            (waiting) => waiting.length === 2,
            60,
        );
        await query(copyDuplicate.link.target, "INSERT INTO notes VALUES (50, 'of the target')");
        await query(copyHidden.link.source, "ALTER TABLE notes ENABLE ROW LEVEL SECURITY");
        await held.release();
        result = await ending;
    });

    test("up fails", () => expect(result.ok).toBe(false));

    test.each([
        [
            "copyDuplicate",
            "a row comes to the target",
            "the cause stands in the target's server log: look for ERROR lines of this subscription's worker",
        ],
        [
            "copyHidden",
            "row-level security is turned on",
            'row-level security on the source hides rows of public.notes from "courier": ALTER ROLE "courier" BYPASSRLS',
        ],
    ] as const)("%s: %s", async (name, _what, cause) => {
        const [message] = said(result, `${name}-copy`);
        expect(message?.replace(/\(copying 0\/1 tables, [^)]*\)?[^)]*\)/, "(so far)")).toBe(
            `the copy is failing (so far): copying public.notes fails on the target: ${cause}. The subscription and its slot are kept. Mend the cause and run: pulumi up; or give up with: pulumi destroy`,
        );
        expect(await phaseOf(name)).toBeUndefined();
    });

    test("both converge once the cause is mended", async () => {
        await query(moves.copyDuplicate.link.target, "DELETE FROM notes");
        await query(moves.copyHidden.link.source, "ALTER ROLE courier BYPASSRLS");
        expectConverged(await up(copied), copied);
        for (const name of copied) await expectSameRows(name, 50);
    });
});

async function walsenderOf({ name, source }: Link): Promise<number> {
    const [slot] = await query(source, "SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = $1", [
        name,
    ]);
    return slot.pid;
}
