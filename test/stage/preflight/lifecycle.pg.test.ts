import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claim, marker } from "../../../lib/names";
import type { PreflightOutputs } from "../../../lib/stage/preflight/inputs";
import { preflight } from "../../../lib/stage/preflight/lifecycle";
import { createDatabase, type Pair, pair, query } from "../../support/postgres";
import { inputsOf, recordingContext } from "./inputs";

let servers: Pair;

beforeAll(async () => {
    servers = await pair(15, 18);
});

afterAll(() => servers?.stop());

async function databases(name: string, definitions: string): Promise<{ source: string; target: string }> {
    const source = await createDatabase(servers.source, name);
    const target = await createDatabase(servers.target, name);
    await query(source, definitions);
    return { source, target };
}

/** All that a check could leave behind. */
async function traces(url: string) {
    return query(
        url,
        `SELECT 'publication' AS kind, pubname::text AS name FROM pg_publication
         UNION ALL SELECT 'subscription', subname FROM pg_subscription
         UNION ALL SELECT 'slot', slot_name FROM pg_replication_slots
         UNION ALL SELECT 'origin', roname FROM pg_replication_origin
         UNION ALL SELECT 'function', proname FROM pg_proc WHERE proname LIKE 'pulumi%'`,
    );
}

test("finds all tables, roots of partitioned ones only, warns once each, and leaves no trace", async () => {
    const { source, target } = await databases(
        "everything",
        `CREATE TABLE b (id int PRIMARY KEY);
         CREATE TABLE "A" (id int PRIMARY KEY);
         CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
         CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
         CREATE TABLE parted_1_1 PARTITION OF parted_1 FOR VALUES FROM (0) TO (5);
         CREATE VIEW seen AS SELECT * FROM b;
         CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM b;
         CREATE UNLOGGED TABLE cache (id int);
         SELECT lo_create(0)`,
    );
    const context = recordingContext();
    const found = await preflight.create(inputsOf(source, target), context);
    expect(found).toEqual({
        tables: ['public."A"', "public.b", "public.parted"],
        present: ['public."A"', "public.b", "public.parted"],
        everything: true,
        report: expect.any(Array),
        sourceVersion: expect.stringMatching(/^15\.\d+$/),
        targetVersion: expect.stringMatching(/^18\.\d+$/),
        sourceSystemIdentifier: expect.stringMatching(/^\d{19}$/),
        targetSystemIdentifier: expect.stringMatching(/^\d{19}$/),
        databaseBytes: expect.stringMatching(/^\d+$/),
    });
    expect(found.report.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
        "warning tables.notReplicated",
        "warning tables.notReplicated",
        "warning source.largeObjects",
    ]);
    expect(context.warnings).toEqual([
        "materialized views: their data is not replicated: public.totals. REFRESH them on the target in the end.",
        "unlogged tables: their data is not replicated: public.cache. Make one replicate on the source by: ALTER TABLE <table> SET LOGGED;",
        "large objects: the source holds 1, and logical replication carries none. Move them into a bytea column, or copy them while nobody writes: pg_dump --large-objects (--blobs before 16).",
    ]);
    expect([await traces(source), await traces(target)]).toEqual([[], []]);
});

test("a partition without identity is found below its root", async () => {
    const { source, target } = await databases(
        "partitions",
        `CREATE TABLE parted (id int NOT NULL) PARTITION BY RANGE (id);
         CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (5);
         CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (5) TO (9);
         ALTER TABLE parted_1 ADD PRIMARY KEY (id)`,
    );
    const found = await preflight.problems?.(inputsOf(source, target), true, recordingContext());
    expect(found?.map((text) => text.split(":")[0])).toEqual(["table public.parted_2"]);
});

test("what Postgres can compare, it may compare; json, point and what holds them it may not", async () => {
    const { source, target } = await databases(
        "types",
        `CREATE DOMAIN document AS json;
         CREATE TYPE spot AS (name text, place point);
         CREATE TYPE plain AS (name text, number int);
         CREATE TYPE colour AS ENUM ('red');
         CREATE DOMAIN word AS varchar(10);
         CREATE TABLE bad (a json, b xml, c point, d document, e json[], f spot, g spot[], h txid_snapshot,
                           i json GENERATED ALWAYS AS ('{}'::json) STORED);
         CREATE TABLE good (a colour, b word, c plain, d int4range, e int4multirange, f bytea, g char(3), h inet, i cidr,
                            j name, k oid, l bit(3), m tsvector, n colour[], o jsonb, p uuid, q numeric, r text[][], s "char");
         ALTER TABLE bad REPLICA IDENTITY FULL;
         ALTER TABLE good REPLICA IDENTITY FULL`,
    );
    const found = await preflight.problems?.(inputsOf(source, target), true, recordingContext());
    expect(found).toEqual([
        "table public.bad: its replica identity is FULL and Postgres cannot compare a json, b xml, c point, d public.document, e json[], f public.spot, g public.spot[], h txid_snapshot, so the first UPDATE or DELETE would stop replication. Run on the source: ALTER TABLE public.bad ADD PRIMARY KEY (<columns>);",
    ]);
});

test("a deferrable primary key is no identity", async () => {
    const { source, target } = await databases("deferrable", "CREATE TABLE one (id int PRIMARY KEY DEFERRABLE)");
    const found = await preflight.problems?.(inputsOf(source, target), true, recordingContext());
    expect(found).toEqual([expect.stringMatching(/^table public\.one: it has no primary key \(or a deferrable one\)/)]);
    // The proof that the source itself would refuse.
    await query(source, "INSERT INTO one VALUES (1)");
    await query(source, "CREATE PUBLICATION one FOR TABLE one");
    await expect(query(source, "UPDATE one SET id = 2")).rejects.toMatchObject({ code: "55000" });
    await query(source, "DROP PUBLICATION one");
});

test("row-level security that hides rows from the target's role is an error", async () => {
    const { source, target } = await databases(
        "hidden",
        `CREATE TABLE one (id int PRIMARY KEY);
         ALTER TABLE one ENABLE ROW LEVEL SECURITY;
         CREATE ROLE follower LOGIN REPLICATION PASSWORD 'follow me';
         GRANT SELECT ON one TO follower`,
    );
    const url = new URL(source);
    url.username = "follower";
    url.password = "follow me";
    const inputs = inputsOf(source, target, { sourceFromTarget: url.href });
    expect(await preflight.problems?.(inputs, true, recordingContext())).toEqual([
        'role follower: row-level security hides rows of public.one from it, so they would not be copied. Run on the source: ALTER ROLE "follower" BYPASSRLS;',
    ]);
    await query(source, "ALTER ROLE follower BYPASSRLS");
    expect(await preflight.problems?.(inputs, true, recordingContext())).toEqual([]);
});

test("a target's role without superuser may subscribe by pg_create_subscription", async () => {
    const { source, target } = await databases("granted", "CREATE TABLE one (id int PRIMARY KEY)");
    await query(target, "CREATE ROLE subscriber LOGIN PASSWORD 'sub'");
    const url = new URL(target);
    url.username = "subscriber";
    url.password = "sub";
    const inputs = inputsOf(source, url.href);
    expect(await preflight.problems?.(inputs, true, recordingContext())).toEqual([
        expect.stringMatching(
            /^role subscriber: it may not create a subscription on the target \(.*\)\. Run on the target: GRANT pg_create_subscription TO "subscriber"; GRANT CREATE ON DATABASE "granted" TO "subscriber";$/,
        ),
    ]);
    await query(target, "GRANT pg_create_subscription TO subscriber; GRANT CREATE ON DATABASE granted TO subscriber");
    expect(await preflight.problems?.(inputs, true, recordingContext())).toEqual([]);
});

test("an ongoing migration passes its own checks, and refuses another server", async () => {
    const { source, target } = await databases(
        "ongoing",
        "CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1)",
    );
    const inputs = inputsOf(source, target);
    const begun = await preflight.create(inputs, recordingContext());
    await query(target, "CREATE TABLE one (id int PRIMARY KEY)");
    await query(source, `CREATE PUBLICATION "${inputs.publication}" FOR TABLE one`);
    await query(source, `COMMENT ON PUBLICATION "${inputs.publication}" IS '${claim(inputs.migration, inputs.slot)}'`);
    const address = new URL(source);
    await query(
        target,
        `CREATE SUBSCRIPTION "${inputs.subscription}" CONNECTION 'host=127.0.0.1 port=${address.port} dbname=ongoing user=postgres password=postgres' PUBLICATION "${inputs.publication}"`,
    );
    await query(target, `COMMENT ON SUBSCRIPTION "${inputs.subscription}" IS '${marker(inputs.migration)}'`);
    try {
        for (let i = 0; (await query(target, "SELECT FROM one")).length === 0 && i < 100; i++) {
            await new Promise((done) => setTimeout(done, 100));
        }
        const changed = { ...inputs, wantedTables: ["one"] };
        const context = recordingContext();
        const found = await preflight.update(changed, { ...inputs, ...begun }, context);
        expect({ ...found, databaseBytes: "" }).toEqual({ ...begun, databaseBytes: "", everything: false });
        const olds = { ...inputs, ...begun, sourceSystemIdentifier: "1", targetSystemIdentifier: "2" };
        await expect(preflight.update(changed, olds, context)).rejects.toThrow(
            [
                "preflight found 2 problems; nothing was changed on either server.",
                `1. source: this is another server: its system identifier is ${begun.sourceSystemIdentifier}, and the migration began with 1. Write the former connection URI again, or end the migration first with: pulumi destroy`,
                `2. target: this is another server: its system identifier is ${begun.targetSystemIdentifier}, and the migration began with 2. Write the former connection URI again, or end the migration first with: pulumi destroy`,
            ].join("\n"),
        );
    } finally {
        await query(target, `DROP SUBSCRIPTION "${inputs.subscription}"`);
        await query(source, `DROP PUBLICATION "${inputs.publication}"`);
    }
});

const recorded: PreflightOutputs = {
    tables: ["public.one"],
    present: ["public.one"],
    everything: true,
    report: [],
    sourceVersion: "15.1",
    targetVersion: "18.1",
    sourceSystemIdentifier: "1",
    targetSystemIdentifier: "2",
    databaseBytes: "3",
};
const gone = inputsOf("postgresql://a:b@127.0.0.1:1/x", "postgresql://a:b@127.0.0.1:1/y");

test("what needs no server asks none", async () => {
    const news = { ...gone, forceDetach: true, urn: "urn:other", timeoutSeconds: 5, phase: "replicate" };
    expect(await preflight.update(news, { ...gone, ...recorded }, recordingContext())).toEqual(recorded);
});

test("read keeps what it knows when the source is away, and says so", async () => {
    const context = recordingContext();
    expect(await preflight.read?.({ ...gone, ...recorded }, context)).toEqual(recorded);
    expect(context.warnings).toEqual([
        "kept the last known list of tables: cannot connect to a@127.0.0.1:1/x: nothing accepts connections at 127.0.0.1:1. Check the port, and that the server runs.",
    ]);
});

test("read finds a new table, which the next update has to check", async () => {
    const { source, target } = await databases("fresh", "CREATE TABLE one (id int PRIMARY KEY)");
    const inputs = inputsOf(source, target);
    const begun = await preflight.create(inputs, recordingContext());
    expect(await preflight.read?.({ ...inputs, ...begun }, recordingContext())).toEqual(begun);
    expect(preflight.needsUpdate?.({ ...inputs, ...begun })).toBe(false);
    await query(source, "CREATE TABLE two (id int PRIMARY KEY)");
    const now = { ...begun, present: ["public.one", "public.two"] };
    expect(await preflight.read?.({ ...inputs, ...begun }, recordingContext())).toEqual(now);
    expect(preflight.needsUpdate?.({ ...inputs, ...now })).toBe(true);
});

test("an unknown input in a preview passes without a connection", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    for (const some of [
        { ready: unknown },
        { source: unknown },
        { wantedTables: [unknown] },
        { ready: { deep: [unknown] } },
    ]) {
        expect(await preflight.problems?.({ ...gone, ...some }, true, recordingContext())).toEqual([]);
    }
    expect(await preflight.problems?.(gone, false, recordingContext())).toEqual([]);
});

test("a source that the target reaches and that says nothing ends the probe in time", async () => {
    const { source, target } = await databases("silent", "CREATE TABLE one (id int PRIMARY KEY)");
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((done) => silent.once("listening", done));
    const { port } = silent.address() as { port: number };
    const started = Date.now();
    try {
        const inputs = inputsOf(source, target, { sourceFromTarget: `postgresql://postgres:pw@127.0.0.1:${port}/x` });
        expect(await preflight.problems?.(inputs, true, recordingContext())).toEqual([
            `target to source postgres@127.0.0.1:${port}/x: the target got no answer from the source within 12 seconds. Allow the target's outgoing addresses in the source's firewall, and write in connectionStringFromTarget how the target reaches the source.`,
        ]);
        expect(Date.now() - started).toBeLessThan(30_000);
    } finally {
        silent.close();
    }
});

test("2,000 tables take seconds", async () => {
    const { source, target } = await databases(
        "many",
        "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text, b json)', i); END LOOP; END $$",
    );
    await query(
        target,
        "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text, b json)', i); END LOOP; END $$",
    );
    const started = Date.now();
    const found = await preflight.create(inputsOf(source, target), recordingContext());
    expect(found.tables.length).toBe(2_000);
    expect(Date.now() - started).toBeLessThan(5_000);
});
