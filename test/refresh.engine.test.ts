import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { type Link, linkOf, sameRows, until } from "./support/following";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { nothing, remains } from "./support/remains";
import { said } from "./support/said";
import { startWriter, type Writer } from "./support/writer";

/** What somebody did by hand to one migration, and what becomes of it. */
interface Drift {
    /** Defaults to a, b and c; an empty list stands for none named. */
    tables?: string[];
    byHand?(link: Link): Promise<unknown>;
    /** The stages whose line in `refresh` says that they changed. */
    shown: string[];
    /** What the next `up` updates, when it is good. */
    mended?: string[];
    /** The stage that refuses, and why. */
    refused?: { stage: string; because(link: Link): string };
    /** What the refusal says to run, before the next `up`. */
    advice?(link: Link): Promise<unknown>;
}

const allStages = ["preflight", "schema", "publication", "subscription", "copy", "indexes", "convergence"];
const startAgain = "To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.";
const onSource = (sql: (name: string) => string) => (link: Link) => query(link.source, sql(link.name));
const onTarget = (sql: (name: string) => string) => (link: Link) => query(link.target, sql(link.name));

const takenOut: Drift = {
    byHand: onSource((name) => `ALTER PUBLICATION ${name} DROP TABLE b`),
    shown: ["publication", "convergence"],
    refused: {
        stage: "publication",
        because: ({ name }) =>
            `public.b was taken out of publication "${name}" while the subscription followed it, so changes were not sent and its copy on the target can no longer be trusted. To copy it again, run on the target: ALTER SUBSCRIPTION "${name}" REFRESH PUBLICATION; TRUNCATE public.b; and then: pulumi up --refresh`,
    },
};
const withoutKey: Drift = {
    tables: [],
    byHand: onSource(() => "CREATE TABLE keyless (id int, note text); INSERT INTO keyless VALUES (1, 'one')"),
    shown: ["preflight"],
    refused: {
        stage: "preflight",
        because: () =>
            "preflight found 1 problem; nothing was changed on either server.\n1. table public.keyless: it has no primary key (or a deferrable one), so once published its UPDATE and DELETE would fail on the source. Run on the source: ALTER TABLE public.keyless ADD PRIMARY KEY (<columns>); or, at the price of whole rows in the WAL and a search through the target's table for each changed row: ALTER TABLE public.keyless REPLICA IDENTITY FULL;",
    },
};
const withoutSubscription: Drift = {
    byHand: onTarget((name) => `DROP SUBSCRIPTION ${name}`),
    shown: ["subscription", "convergence"],
    refused: {
        stage: "subscription",
        because: () =>
            "public.a, public.b, public.c on the target already have rows and no subscription follows the source, so a copy would add every row again. If the rows may go, run on the target: TRUNCATE public.a, public.b, public.c; and then: pulumi up",
    },
};
const slotLeft: Drift = {
    ...withoutSubscription,
    byHand: async ({ target, name }) => {
        await query(target, `ALTER SUBSCRIPTION ${name} DISABLE`);
        await query(target, `ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
        await query(target, `DROP SUBSCRIPTION ${name}`);
    },
};
const truncate = onTarget(() => "TRUNCATE public.a, public.b, public.c");

const drifts: Record<string, Drift> = {
    untouched: { shown: [], mended: [] },
    untouchedAll: { tables: [], shown: [], mended: [] },
    disabled: {
        byHand: onTarget((name) => `ALTER SUBSCRIPTION ${name} DISABLE`),
        shown: ["subscription", "convergence"],
        mended: ["subscription", "convergence"],
    },
    tableAdded: {
        byHand: onSource((name) => `ALTER PUBLICATION ${name} ADD TABLE other`),
        shown: ["publication", "convergence"],
        mended: ["publication", "convergence"],
    },
    newTable: {
        tables: [],
        byHand: onSource(
            () => `CREATE TABLE fresh (id int PRIMARY KEY, note text);
                   CREATE INDEX fresh_note ON fresh (note);
                   INSERT INTO fresh SELECT n, 'fresh ' || n FROM generate_series(1, 30) n`,
        ),
        shown: ["preflight"],
        mended: allStages,
    },
    newTableWithoutKey: withoutKey,
    newTableWithoutKeyAdvised: { ...withoutKey, advice: onSource(() => "ALTER TABLE keyless ADD PRIMARY KEY (id)") },
    takenOut,
    takenOutAdvised: {
        ...takenOut,
        advice: async ({ target, name }) => {
            await query(target, `ALTER SUBSCRIPTION ${name} REFRESH PUBLICATION`);
            await query(target, "TRUNCATE public.b");
        },
    },
    insertsOnly: {
        byHand: onSource((name) => `ALTER PUBLICATION ${name} SET (publish = 'insert, truncate')`),
        shown: ["publication"],
        refused: {
            stage: "publication",
            because: ({ name }) =>
                `publication "${name}" no longer publishes update, delete, so the copy on the target can no longer be trusted. ${startAgain}`,
        },
    },
    noPublication: {
        byHand: onSource((name) => `DROP PUBLICATION ${name}`),
        shown: ["publication", "convergence"],
        refused: {
            stage: "publication",
            because: ({ name }) =>
                `publication "${name}" was dropped while the subscription followed it, so changes to public.a, public.b, public.c were not sent and the copy on the target can no longer be trusted. ${startAgain}`,
        },
    },
    noSlot: {
        byHand: dropSlot,
        shown: ["subscription", "convergence"],
        refused: {
            stage: "subscription",
            because: ({ name }) =>
                `replication slot "${name}" is gone from the source, so changes are missing on the target and can't be sent any more. ${startAgain}`,
        },
    },
    noSubscription: withoutSubscription,
    noSubscriptionAdvised: { ...withoutSubscription, advice: truncate },
    slotLeft,
    slotLeftAdvised: { ...slotLeft, advice: truncate },
};
const names = Object.keys(drifts);

let servers: Pair;
let project: EngineProject;
let writers: Writer[] = [];
const links: Record<string, Link> = {};
let args: { several: Record<string, object> };

beforeAll(async () => {
    const settings = {
        max_connections: "300",
        max_replication_slots: "100",
        max_wal_senders: "100",
        max_worker_processes: "120",
        max_logical_replication_workers: "100",
        wal_retrieve_retry_interval: "500ms",
    };
    servers = await pair(14, 18, {
        source: { settings },
        target: { settings: { ...settings, max_active_replication_origins: "100" } },
    });
    project = await engineProject("refresh");
    for (const name of names) {
        const source = await createDatabase(servers.source, name);
        const target = await createDatabase(servers.target, name);
        await query(
            source,
            `CREATE TABLE a (id bigserial PRIMARY KEY, note text);
             CREATE TABLE b (LIKE a INCLUDING ALL);
             CREATE TABLE c (LIKE a INCLUDING ALL);
             INSERT INTO a (note) SELECT 'row ' || n FROM generate_series(1, 50) n;
             INSERT INTO b (note) SELECT 'row ' || n FROM generate_series(1, 50) n;
             INSERT INTO c (note) SELECT 'row ' || n FROM generate_series(1, 50) n`,
        );
        links[name] = linkOf("refresh", source, target, name);
    }
    await query(linkTo("tableAdded").source, "CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other VALUES (1)");
    args = {
        several: Object.fromEntries(
            Object.entries(drifts).map(([name, { tables = ["a", "b", "c"] }]) => {
                const { source, target } = linkTo(name);
                return [name, { source, target, ...(tables.length > 0 && { tables }) }];
            }),
        ),
    };
    const up = await project.up(args);
    expect(up.ok, up.output).toBe(true);
    writers = await Promise.all(
        ["untouched", "untouchedAll", "disabled", "newTable"].map((name) =>
            startWriter(linkTo(name).source, "INSERT INTO a (note) VALUES ('written')"),
        ),
    );
});

afterAll(async () => {
    await Promise.allSettled(writers.map((writer) => writer.stop()));
    project?.remove();
    await servers?.stop();
});

function linkTo(name: string): Link {
    const link = links[name];
    if (!link) throw new Error(name);
    return link;
}

/** The walsender must go first, and a new one comes. */
async function dropSlot({ source, name }: Link): Promise<void> {
    const drop =
        "SELECT pg_terminate_backend(active_pid), pg_drop_replication_slot(slot_name) FROM pg_replication_slots";
    await until(
        () =>
            query(source, `${drop} WHERE slot_name = $1`, [name]).then(
                () => true,
                () => false,
            ),
        (dropped) => dropped,
    );
}

/** The changed resources of one migration, by stage. */
function changedOf(result: Result, name: string): Record<string, string> {
    const own = Object.entries(result.changed).filter(([resource]) => resource.startsWith(`${name}-`));
    return Object.fromEntries(own.map(([resource, step]) => [resource.slice(name.length + 1), step]));
}

function all(stages: string[], step: string): Record<string, string> {
    return Object.fromEntries(stages.map((stage) => [stage, step]));
}

/** All of a migration on both servers that does not move by itself. */
async function everythingOf({ source, target, name }: Link): Promise<object> {
    return {
        left: await remains(source, target),
        publication: await query(source, "SELECT oid, * FROM pg_publication"),
        published: await query(source, "SELECT * FROM pg_publication_tables ORDER BY 1, 2, 3"),
        slot: await query(source, "SELECT slot_name, plugin, database FROM pg_replication_slots WHERE slot_name = $1", [
            name,
        ]),
        subscription: await query(
            target,
            "SELECT oid, subenabled, subslotname, subpublications, subconninfo FROM pg_subscription WHERE subname = $1",
            [name],
        ),
        followed: await query(target, "SELECT * FROM pg_subscription_rel ORDER BY 1, 2"),
        // As they lie on the disk; a and b change by replication where that goes on.
        rows: await query(target, "SELECT id, ctid::text, xmin::text FROM c WHERE id <= 50 ORDER BY id"),
    };
}

test("refresh finds nothing changed while writers write, and neither does up", async () => {
    const refreshed = await project.refresh(args);
    expect(refreshed.ok, refreshed.output).toBe(true);
    expect(refreshed.changed).toEqual({});
    expect(refreshed.summary).toEqual({ same: 1 + 8 * names.length });
});

describe("after changes by hand", () => {
    let refreshed: Result;
    let up: Result;
    const before: Record<string, object> = {};
    const after: Record<string, object> = {};

    beforeAll(async () => {
        for (const name of names) {
            const link = linkTo(name);
            await drifts[name]?.byHand?.(link);
            await query(link.source, "UPDATE a SET note = 'later' WHERE id = 7; DELETE FROM b WHERE id = 7");
            await query(link.source, "INSERT INTO b (note) VALUES ('later')");
        }
        refreshed = await project.refresh(args);
        for (const name of names) before[name] = await everythingOf(linkTo(name));
        up = await project.up(args, { continueOnError: true });
        for (const name of names) after[name] = await everythingOf(linkTo(name));
        for (const writer of writers) expect(await writer.stop()).toBeGreaterThan(0);
    });

    test("refresh itself goes well", () => {
        expect(refreshed.ok, refreshed.output).toBe(true);
    });

    test.each(names)("%s: refresh shows it", (name) => {
        expect(changedOf(refreshed, name)).toEqual(all(drifts[name]?.shown ?? [], "update"));
    });

    test.each(names.filter((name) => drifts[name]?.mended))("%s: up mends it", async (name) => {
        const link = linkTo(name);
        expect(changedOf(up, name)).toEqual(all(drifts[name]?.mended ?? [], "update"));
        for (const table of ["a", "b", "c", ...(name === "newTable" ? ["fresh"] : [])]) {
            const rows = await sameRows(link, `SELECT * FROM ${table} ORDER BY id`);
            expect(rows.length).toBeGreaterThanOrEqual(table === "fresh" ? 30 : 50);
        }
        await expectFollowing(link);
    });

    test("a table that was published by hand is published no more", async () => {
        const { source, target } = linkTo("tableAdded");
        expect(await query(source, "SELECT tablename FROM pg_publication_tables ORDER BY 1")).toEqual(
            tablesNamed("a", "b", "c"),
        );
        expect(await query(target, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).toEqual(
            tablesNamed("a", "b", "c"),
        );
    });

    test("a new table comes with its index, and no other is copied again", async () => {
        const { target } = linkTo("newTable");
        expect(
            await query(target, "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'fresh' ORDER BY 1"),
        ).toEqual([{ name: "fresh_note" }, { name: "fresh_pkey" }]);
        expect(after.newTable).toMatchObject({ rows: (before.newTable as { rows: object }).rows });
    });

    test.each(names.filter((name) => drifts[name]?.refused))("%s: up refuses it and leaves all as it was", (name) => {
        const { stage = "", because = () => "" } = drifts[name]?.refused ?? {};
        expect(said(up, `${name}-${stage}`)).toEqual([because(linkTo(name))]);
        expect(changedOf(up, name)).toEqual({ [stage]: "failed" });
        expect(after[name]).toEqual(before[name]);
    });
});

describe("after the advice was followed", () => {
    const advised = names.filter((name) => drifts[name]?.advice);
    let takenOutUp: Result;
    let up: Result;

    beforeAll(async () => {
        for (const name of advised) await drifts[name]?.advice?.(linkTo(name));
        takenOutUp = await project.up(args, { refresh: true, target: ["**::takenOutAdvised**"] });
        up = await project.up(args, { continueOnError: true });
    });

    test.each(advised)("%s: up copies what is missing", async (name) => {
        const link = linkTo(name);
        const result = name === "takenOutAdvised" ? takenOutUp : up;
        expect(Object.keys(changedOf(result, name))).toContain("convergence");
        expect(Object.values(changedOf(result, name)), result.output).not.toContain("failed");
        const tables = ["a", "b", "c", ...(drifts[name]?.tables ? ["keyless"] : [])];
        for (const table of tables) await sameRows(link, `SELECT * FROM ${table} ORDER BY id`);
        await expectFollowing(link);
        expect(
            await query(link.target, "SELECT count(*)::int FROM pg_subscription_rel WHERE srsubstate = 'r'"),
        ).toEqual([{ count: tables.length }]);
    });
});

describe("destroy", () => {
    let destroyed: Result;

    beforeAll(async () => {
        destroyed = await project.destroy(args);
    });

    test("goes well", async () => {
        expect(destroyed.ok, destroyed.output).toBe(true);
        expect((await project.exportState()).resources ?? []).toEqual([]);
    });

    test.each(names)("%s: nothing is left", async (name) => {
        const { source, target } = linkTo(name);
        // Postgres keeps the comment of a subscription that a person drops.
        const byHand = drifts[name]?.shown.length === 2 && /Subscription|slotLeft/.test(name);
        const comments = byHand ? [`an object that is gone: pulumi-postgres-migration refresh/test/${name}`] : [];
        expect(await remains(source, target)).toEqual({ source: nothing, target: { ...nothing, comments } });
    });
});

/** A row that is written now arrives. */
async function expectFollowing(link: Link): Promise<void> {
    await query(link.source, "INSERT INTO c (note) VALUES ('now')");
    await sameRows(link, "SELECT * FROM c ORDER BY id");
}

function tablesNamed(...tables: string[]): object[] {
    return tables.map((tablename) => ({ tablename }));
}
