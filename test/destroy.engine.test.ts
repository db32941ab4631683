import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startServer, stopServer } from "../scripts/postgres/server";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { type Link, linkOf, until } from "./support/following";
import { advice, leftBehind, printed, runPrinted, waitsForSlot, wordsFor } from "./support/leftBehind";
import { type Passage, passageTo } from "./support/passage";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { type Remains, remains } from "./support/remains";

const settings = {
    fsync: "off",
    max_connections: "300",
    max_replication_slots: "150",
    max_wal_senders: "150",
    max_worker_processes: "150",
    max_logical_replication_workers: "120",
    wal_retrieve_retry_interval: "500ms",
};

interface Move {
    link: Link;
    args: { source: string; target: string };
    /** What others have in the two databases. */
    foreign: { source: Remains; target: Remains };
}

/** What somebody has removed before. */
const byHand = {
    nothing: async () => {},
    subscription: ({ name, target }: Link) => query(target, `DROP SUBSCRIPTION ${name}`),
    subscriptionWithoutSlot: dropSubscriptionOnly,
    async slot(link: Link) {
        await disable(link);
        await query(link.source, "SELECT pg_drop_replication_slot($1)", [link.name]);
    },
    publication: ({ name, source }: Link) => query(source, `DROP PUBLICATION ${name}`),
    async everything({ name, source, target }: Link) {
        await query(target, `DROP SUBSCRIPTION ${name}`);
        await query(source, `DROP PUBLICATION ${name}`);
    },
    async targetDatabase(link: Link) {
        await dropSubscriptionOnly(link);
        await query(link.target, `DROP SUBSCRIPTION ${link.name}_2`);
        await query(servers.target.url(), "DROP DATABASE targetdatabase WITH (FORCE)");
    },
    async sourceDatabase(link: Link) {
        await disable(link);
        await query(servers.source.url(), "DROP DATABASE sourcedatabase WITH (FORCE)");
    },
};
const removedByHand = Object.keys(byHand) as (keyof typeof byHand)[];

const away = ["sourceFails", "sourceDetached", "targetFails", "targetDetached", "bothDetached"] as const;
const blocked = ["silentSource", "silentTarget", "readByAnother"] as const;
const unfinished = ["halfCopied", "orphaned", "silentHalfCopied"] as const;
/** One `up` for all, because it is what takes the time; the unfinished ones need one that fails. */
const finished = [...removedByHand, ...away, ...blocked, "read"] as const;
type Name = (typeof finished)[number] | (typeof unfinished)[number];

let servers: Pair;
let project: EngineProject;
let ways: { source: Passage; target: Passage };
const moves = {} as Record<Name, Move>;

beforeAll(async () => {
    servers = await pair(15, 17, {
        source: { settings, password: "of-the-source" },
        target: { settings, password: "of-the-target" },
    });
    ways = { source: await passageTo(servers.source.port), target: await passageTo(servers.target.port) };
    await query(servers.source.url(), "CREATE ROLE mover LOGIN REPLICATION PASSWORD 'of-the-mover'");
    project = await engineProject("destroy");
    for (const name of [...finished, ...unfinished]) moves[name] = await prepare(name);
    moves.readByAnother.args.source = changed(moves.readByAnother.link.source, {
        username: "mover",
        password: "of-the-mover",
    });
    for (const name of ["sourceDetached", "silentTarget"] as const) {
        moves[name].args.target = changed(moves[name].link.target, { port: String(ways.target.port) });
    }
    for (const name of ["silentSource", "silentHalfCopied"] as const) {
        moves[name].args.source = changed(moves[name].link.source, { port: String(ways.source.port) });
    }
    for (const name of unfinished) {
        await query(
            moves[name].link.source,
            // The rows pass on the source and not on the target.
            "ALTER TABLE notes ADD CHECK (current_setting('server_version_num')::int < 160000)",
        );
    }

    const up = await project.up({ several: argsOf(finished) });
    expect(up.ok, up.output).toBe(true);
    expect(up.outputs).toEqual(Object.fromEntries(finished.map((name) => [name, "converged"])));
    for (const { link, foreign } of Object.values(moves)) {
        const [slot] = await query(
            link.source,
            "SELECT slot_name FROM pg_create_logical_replication_slot(current_database() || '_of_others', 'pgoutput')",
        );
        foreign.source.slots = [slot.slot_name];
    }
});

afterAll(async () => {
    project?.remove();
    await Promise.all([ways?.source.close(), ways?.target.close()]);
    await servers?.stop();
});

/** Two databases, in which others replicate already by objects of almost the same names. */
async function prepare(name: Name): Promise<Move> {
    const database = name.toLowerCase();
    const source = await createDatabase(servers.source, database);
    const target = await createDatabase(servers.target, database);
    const link = linkOf("destroy", source, target, name);
    await query(
        source,
        `CREATE TABLE notes (id int PRIMARY KEY, text text);
         INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 50) n;
         ALTER TABLE notes OWNER TO mover;
         GRANT CREATE ON DATABASE ${database} TO mover;
         CREATE PUBLICATION ${link.name}_2 FOR TABLE notes;
         COMMENT ON PUBLICATION ${link.name}_2 IS 'of others'`,
    );
    await query(
        target,
        `CREATE SUBSCRIPTION ${link.name}_2 CONNECTION '' PUBLICATION others WITH (connect = false, slot_name = NONE)`,
    );
    return { link, args: { source, target }, foreign: await remains(source, target) };
}

function changed(url: string, change: Partial<URL>): string {
    return Object.assign(new URL(url), change).href;
}

function argsOf(names: readonly Name[], more: object = {}) {
    return Object.fromEntries(names.map((name) => [name, { ...moves[name].args, ...more }]));
}

function scopeOf(names: readonly Name[]) {
    return { target: names.flatMap((name) => [`**::${name}`, `**::${name}-*`]) };
}

function destroy(...names: Name[]): Promise<Result> {
    return project.destroy({}, { ...scopeOf(names), continueOnError: true });
}

/** What a user does who reads that a server can't be reached. */
function forceDetach(name: Name): Promise<Result> {
    return project.up({ several: argsOf([name], { forceDetach: true }) }, scopeOf([name]));
}

/** With servers that can't be reached nothing may take for ever. */
async function inTime(work: Promise<Result>): Promise<Result> {
    const start = Date.now();
    const result = await work;
    expect(Date.now() - start).toBeLessThan(40_000);
    return result;
}

function expectOk({ ok, output }: Result): void {
    expect(ok, output).toBe(true);
}

/** Others still have what they had, and the rows stay where they are. */
async function expectClean(name: Name): Promise<void> {
    const { link, foreign } = moves[name];
    expect(await remains(link.source, link.target)).toEqual(foreign);
    const count = "SELECT count(*)::int, sum(id)::int, max(text) FROM notes";
    const rows = { count: 50, sum: 1275, max: "note 9" };
    expect(await query(link.source, count)).toEqual([rows]);
    if (!(unfinished as readonly Name[]).includes(name)) expect(await query(link.target, count)).toEqual([rows]);
}

describe("what is removed by hand, or read by somebody", () => {
    let reader: ChildProcess;
    let result: Result;

    beforeAll(async () => {
        for (const name of removedByHand) await byHand[name](moves[name].link);
        for (const name of ["subscription", "subscriptionWithoutSlot", "everything"] as const) {
            // Postgres itself leaves it behind.
            moves[name].foreign.target.comments = [
                `an object that is gone: pulumi-postgres-migration destroy/test/${name}`,
            ];
        }
        reader = await readBySomebodyElse(moves.read.link);
        result = await destroy(...removedByHand, "read");
    });

    afterAll(() => {
        reader?.kill("SIGKILL");
    });

    test("is no obstacle", () => {
        expectOk(result);
        expect(result.summary.delete).toBe(8 * (removedByHand.length + 1));
    });

    const whole = removedByHand.filter((name) => name !== "targetDatabase" && name !== "sourceDatabase");
    test.each([...whole, "read"] as const)("removed by hand: %s", (name) => expectClean(name));

    test("removed by hand: a whole database", async () => {
        expect(await query(servers.target.url(), "SELECT FROM pg_database WHERE datname = 'targetdatabase'")).toEqual(
            [],
        );
        expect(await query(servers.source.url(), "SELECT FROM pg_database WHERE datname = 'sourcedatabase'")).toEqual(
            [],
        );
        const { targetDatabase, sourceDatabase } = moves;
        const { source } = targetDatabase.link;
        expect((await remains(source, source)).source).toEqual(targetDatabase.foreign.source);
        const { target } = sourceDatabase.link;
        expect((await remains(target, target)).target).toEqual(sourceDatabase.foreign.target);
    });
});

describe("while servers are away", () => {
    afterEach(start);

    test("the source is stopped", async () => {
        const fails = await wordsFor(moves.sourceFails.link, moves.sourceFails.args);
        const { link, args } = moves.sourceDetached;
        const detached = await wordsFor(link, args);
        await stop("source");

        const failed = await inTime(destroy("sourceFails"));
        expect(printed(failed, "sourceFails")).toEqual([
            leftBehind(
                fails.subscription(waitsForSlot),
                fails.slot(fails.sourceRefused),
                fails.publication(fails.sourceRefused),
                advice,
            ),
        ]);
        expect(failed.ok).toBe(false);
        expect(failed.output.split("\nDiagnostics:\n")[1]?.split("left behind:")).toHaveLength(2);

        const asked = ways.target.connections();
        const up = await inTime(forceDetach("sourceDetached"));
        expectOk(up);
        const stages = ["preflight", "publication", "subscription"].map((stage) => [
            `sourceDetached-${stage}`,
            "update",
        ]);
        expect(up.changed).toEqual({ sourceDetached: "update", ...Object.fromEntries(stages) });
        expect(ways.target.connections()).toBe(asked);
        const detaches = await inTime(destroy("sourceDetached"));
        expectOk(detaches);
        const left = printed(detaches, "sourceDetached");
        expect(left).toEqual([
            leftBehind(detached.slot(detached.sourceRefused)),
            leftBehind(detached.publication(detached.sourceRefused)),
        ]);

        await start();
        await runPrinted(left, link);
        await expectClean("sourceDetached");
        expectOk(await destroy("sourceFails"));
        await expectClean("sourceFails");
    });

    test("the target is stopped, and the source is rid of the slot all the same", async () => {
        const fails = await wordsFor(moves.targetFails.link, moves.targetFails.args);
        const { link, args } = moves.targetDetached;
        const detached = await wordsFor(link, args);
        await stop("target");

        const failed = await inTime(destroy("targetFails"));
        expect(printed(failed, "targetFails")).toEqual([leftBehind(fails.subscription(fails.targetRefused), advice)]);
        expect(failed.ok).toBe(false);
        expect(await slots("targetFails")).toEqual([]);

        expectOk(await inTime(forceDetach("targetDetached")));
        const detaches = await inTime(destroy("targetDetached"));
        expectOk(detaches);
        const left = printed(detaches, "targetDetached");
        expect(left).toEqual([leftBehind(detached.subscription(detached.targetRefused))]);
        expect(await slots("targetDetached")).toEqual([]);

        await start();
        await runPrinted(left, link);
        await expectClean("targetDetached");
        expectOk(await destroy("targetFails"));
        await expectClean("targetFails");
    });

    test("both are stopped, and the advice is followed", async () => {
        const { link, args } = moves.bothDetached;
        const words = await wordsFor(link, args);
        await stop("source", "target");

        const failed = await inTime(destroy("bothDetached"));
        expect(printed(failed, "bothDetached")).toEqual([
            leftBehind(
                words.subscription(words.targetRefused),
                words.slot(words.sourceRefused),
                words.publication(words.sourceRefused),
                advice,
            ),
        ]);
        expect(failed.ok).toBe(false);
        const up = await inTime(forceDetach("bothDetached"));
        expectOk(up);
        expect(up.outputs.bothDetached).toBeUndefined();
        const detaches = await inTime(destroy("bothDetached"));
        expectOk(detaches);
        const left = printed(detaches, "bothDetached");
        expect(left).toEqual([
            leftBehind(words.subscription(words.targetRefused), words.slot(words.sourceRefused)),
            leftBehind(words.publication(words.sourceRefused)),
        ]);

        await start();
        await runPrinted(left, link);
        await expectClean("bothDetached");
    });
});

describe("while a server accepts and never answers, or somebody reads the slot whom we may not end", () => {
    let failed: Result;
    const expected = {} as Record<(typeof blocked)[number], string[]>;

    beforeAll(async () => {
        const { silentSource, silentTarget, readByAnother } = moves;
        const source = await wordsFor(silentSource.link, silentSource.args);
        const target = await wordsFor(silentTarget.link, silentTarget.args);
        const reader = await readBySomebodyElse(readByAnother.link);
        ways.source.silence();
        ways.target.silence();
        try {
            failed = await inTime(destroy(...blocked));
            const pid = await activePid(readByAnother.link);
            const place = `mover@${new URL(readByAnother.args.source).host}/readbyanother`;
            expected.silentSource = [
                source.subscription(waitsForSlot),
                source.slot(source.sourceSilent),
                source.publication(source.sourceSilent),
            ];
            expected.silentTarget = [target.subscription(target.targetSilent)];
            expected.readByAnother = [
                `replication slot "${readByAnother.link.name}" on the source ${place} (process ${pid} of postgres (pg_recvlogical) reads it and does not end). To remove it there:
  SELECT pg_terminate_backend(${pid});
  SELECT pg_drop_replication_slot('${readByAnother.link.name}');`,
            ];
        } finally {
            reader.kill("SIGKILL");
            ways.source.open();
            ways.target.open();
        }
    });

    test.each(blocked)("%s: says what is left", (name) => {
        expect(printed(failed, name)).toEqual([leftBehind(...expected[name], advice)]);
        expect(failed.ok).toBe(false);
    });

    test("silentTarget: the source is rid of the slot all the same", async () => {
        expect(await slots("silentTarget")).toEqual([]);
        expect(await slots("silentSource")).toHaveLength(1);
    });

    test("destroy succeeds as soon as nothing is in its way", async () => {
        expectOk(await destroy(...blocked));
        for (const name of blocked) await expectClean(name);
    });
});

describe("while the copy of a table fails", () => {
    beforeAll(async () => {
        const up = await project.up({ several: argsOf(unfinished) }, { ...scopeOf(unfinished), continueOnError: true });
        expect(up.ok).toBe(false);
        for (const name of unfinished) {
            await until(
                () => copySlots(name),
                (found) => found.length === 1,
            );
        }
    });

    /** With the source out of reach, Postgres leaves the slot of the copy behind. */
    function orphan({ name, target }: Link): Promise<unknown> {
        return query(
            target,
            `ALTER SUBSCRIPTION ${name} DISABLE; ALTER SUBSCRIPTION ${name} SET (slot_name = NONE);
             ALTER SUBSCRIPTION ${name} CONNECTION 'host=127.0.0.1 port=1'; COMMENT ON SUBSCRIPTION ${name} IS NULL;
             DROP SUBSCRIPTION ${name}`,
        );
    }

    test("up that makes the subscription anew takes the slots of the former one away", async () => {
        const former = await copySlots("halfCopied");
        await orphan(moves.halfCopied.link);
        expectOk(await project.refresh({ several: argsOf(unfinished) }));
        const up = await project.up({ several: argsOf(["halfCopied"]) }, scopeOf(["halfCopied"]));
        expect(up.ok).toBe(false);
        const now = await until(
            () => copySlots("halfCopied"),
            (found) => found.length > 0,
        );
        expect(now).toHaveLength(1);
        expect(now).not.toEqual(former);
    });

    test("the slots of the copy go, those of others that look alike stay", async () => {
        const { link, foreign } = moves.orphaned;
        const [copySlot] = await copySlots("orphaned");
        await orphan(link);
        const [, oid, table, system] = /^pg_(\d+)_sync_(\d+)_(\d+)$/.exec(copySlot ?? "") ?? [];
        const alike = [`pg_${oid}0_sync_${table}_${system}`, `pg_${oid}_sync_${table}_${system}0`];
        for (const slot of alike) {
            await query(link.source, "SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
        }
        expect((await remains(link.source, link.target)).source.slots).toEqual(
            [...foreign.source.slots, ...alike, copySlot, link.name].sort(),
        );
        foreign.source.slots = [...foreign.source.slots, ...alike].sort();
        expectOk(await destroy("orphaned", "halfCopied"));
        await expectClean("orphaned");
        await expectClean("halfCopied");
    });

    test("forceDetach while the source is silent", async () => {
        const { link, args } = moves.silentHalfCopied;
        const words = await wordsFor(link, args);
        ways.source.silence();
        expectOk(await inTime(forceDetach("silentHalfCopied")));
        const detaches = await inTime(destroy("silentHalfCopied"));
        expectOk(detaches);
        const left = printed(detaches, "silentHalfCopied");
        expect(left).toEqual([
            leftBehind(words.slot(words.sourceSilent)),
            leftBehind(words.publication(words.sourceSilent)),
        ]);
        ways.source.open();
        await until(
            () => activePid(link),
            (pid) => pid === null,
        );
        await runPrinted(left, link);
        await expectClean("silentHalfCopied");
    });
});

test("in the end the state is empty, and destroy may be run again", async () => {
    expect(await project.destroy()).toMatchObject({ ok: true, summary: { delete: 1 } });
    expect((await project.exportState()).resources ?? []).toEqual([]);
    expect(await project.destroy()).toMatchObject({ ok: true, summary: {} });
});

async function stop(...sides: ("source" | "target")[]): Promise<void> {
    await Promise.all(sides.map((side) => stopServer(servers[side].dataDir)));
}

async function start(): Promise<void> {
    const { source, target } = servers;
    await Promise.all([
        startServer({ major: 15, dataDir: source.dataDir, port: source.port, settings }),
        startServer({ major: 17, dataDir: target.dataDir, port: target.port, settings }),
    ]);
}

async function disable(link: Link): Promise<void> {
    await query(link.target, `ALTER SUBSCRIPTION ${link.name} DISABLE`);
    await until(
        () => activePid(link),
        (pid) => pid === null,
    );
}

async function dropSubscriptionOnly({ name, target }: Link): Promise<void> {
    await query(
        target,
        `ALTER SUBSCRIPTION ${name} DISABLE; ALTER SUBSCRIPTION ${name} SET (slot_name = NONE); DROP SUBSCRIPTION ${name}`,
    );
}

async function readBySomebodyElse(link: Link): Promise<ChildProcess> {
    await disable(link);
    const plugin = ["-o", "proto_version=1", "-o", `publication_names=${link.name}`];
    const reader = spawn("pg_recvlogical", ["-d", link.source, "-S", link.name, "--start", "-f", "-", ...plugin], {
        stdio: "ignore",
    });
    await until(
        () => activePid(link),
        (pid) => pid !== null,
    );
    return reader;
}

async function activePid({ name, source }: Link): Promise<number | null> {
    const [slot] = await query(source, "SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = $1", [
        name,
    ]);
    return slot.pid;
}

/** The migration's own slot, where it is still there. */
function slots(name: Name): Promise<unknown[]> {
    const { link } = moves[name];
    return query(servers.source.url(), "SELECT slot_name FROM pg_replication_slots WHERE slot_name = $1", [link.name]);
}

async function copySlots(name: Name): Promise<string[]> {
    const rows = await query<{ slot: string }>(
        moves[name].link.source,
        "SELECT slot_name::text AS slot FROM pg_replication_slots WHERE slot_name ~ '_sync_' AND database = current_database()",
    );
    return rows.map(({ slot }) => slot);
}
