import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claim, marker, namesOf } from "../../../lib/names";
import type { PreflightInputs } from "../../../lib/stage/preflight/inputs";
import { preflight } from "../../../lib/stage/preflight/lifecycle";
import { freePort } from "../../../scripts/postgres/server";
import { createDatabase, type Pair, pair, query } from "../../support/postgres";
import { inputsOf, recordingContext } from "./inputs";

/**
 * What a user may write wrongly, and the exact words that come back. The source holds shop.orders, shop."Order Items", a
 * partitioned table, a view and a few more. Its user "clear" is refused without TLS.
 */

let servers: Pair;
let other: Pair;
let silent: TcpServer;
let folder: string;
let source: string;
let target: string;
let deadPort: number;
const names = namesOf("project/stack/shop", "shop");
const name = names.slot;

const definitions = `
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
CREATE TABLE shop."Order Items" (id int PRIMARY KEY);
CREATE TABLE shop.keyless (id int NOT NULL UNIQUE, note text);
CREATE TABLE shop.nothing (id int);
CREATE TABLE shop.points (id int, place point);
ALTER TABLE shop.points REPLICA IDENTITY FULL;
CREATE TABLE shop.visits (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE shop.visits_1 PARTITION OF shop.visits FOR VALUES FROM (0) TO (10);
CREATE VIEW shop.open_orders AS SELECT * FROM shop.orders;
CREATE MATERIALIZED VIEW shop.totals AS SELECT count(*) FROM shop.orders;
CREATE UNLOGGED TABLE shop.cache (id int PRIMARY KEY);
CREATE TABLE shop.secrets (id int PRIMARY KEY);
ALTER TABLE shop.secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON shop.secrets TO auditor USING (true);
CREATE TABLE shop.filled (id int PRIMARY KEY, note text);
CREATE TABLE shop.other_shape (id bigint PRIMARY KEY, note text);
`;

beforeAll(async () => {
    const hba = [
        "local all all trust",
        "hostnossl all clear 127.0.0.1/32 reject",
        "host all all 127.0.0.1/32 scram-sha-256",
    ];
    [servers, other] = await Promise.all([
        pair(15, 15, { source: { hba, settings: { max_replication_slots: "5" } } }),
        pair(15, 15, { source: { settings: { wal_level: "replica" } } }),
    ]);
    source = await createDatabase(servers.source, "shop");
    target = await createDatabase(servers.target, "shop");
    await query(
        source,
        `CREATE ROLE auditor;
         CREATE ROLE clear LOGIN SUPERUSER PASSWORD 'clear';
         CREATE ROLE reader LOGIN PASSWORD 'reader';
         CREATE ROLE replicator LOGIN REPLICATION PASSWORD 'replicator';
         ${definitions}`,
    );
    await query(
        target,
        `CREATE ROLE plain LOGIN PASSWORD 'plain';
         CREATE SCHEMA shop;
         CREATE TABLE shop.filled (id int PRIMARY KEY, note text);
         INSERT INTO shop.filled VALUES (1, 'one');
         CREATE TABLE shop.other_shape (id int PRIMARY KEY, extra int NOT NULL);`,
    );
    folder = mkdtempSync(join(tmpdir(), "preflight-"));
    mkdirSync(join(folder, "empty"));
    for (const tool of ["pg_dump", "pg_restore"]) {
        mkdirSync(join(folder, "old"), { recursive: true });
        writeFileSync(join(folder, "old", tool), `#!/bin/sh\necho "${tool} (PostgreSQL) 12.1"\n`);
        chmodSync(join(folder, "old", tool), 0o755);
    }
    deadPort = await freePort();
    silent = createServer(() => {}).listen(0, "127.0.0.1");
});

afterAll(async () => {
    silent?.close();
    rmSync(folder, { recursive: true, force: true });
    await Promise.all([servers?.stop(), other?.stop()]);
});

const as = (url: string, user: string, password = user) => {
    const changed = new URL(url);
    changed.username = user;
    changed.password = password;
    return changed.href;
};

interface Case {
    what: string;
    /** Set up and undone on the two servers around the case. */
    given?: () => Promise<() => Promise<unknown>>;
    some: () => Partial<PreflightInputs>;
    /** Exactly these, in this order. */
    says: () => string[];
}

const orders = { wantedTables: ["shop.orders"] };
const port = () => new URL(source).port;

const cases: Case[] = [
    {
        what: "not a URI",
        some: () => ({ ...orders, source: "host=db user=me" }),
        says: () => [
            "source: is not a connection URI: it must start with postgresql://. Write it as postgresql://user:password@host:5432/database?sslmode=require.",
        ],
    },
    {
        what: "a URI with a raw % in the password",
        some: () => ({ ...orders, target: "postgresql://me:50%off@db/shop" }),
        says: () => [
            "target: is malformed. Write it as postgresql://user:password@host:5432/database?sslmode=require, with the characters @ : / ? # % and space in the user or password percent-encoded (@ is %40, % is %25).",
        ],
    },
    {
        what: "an unknown sslmode",
        some: () => ({ ...orders, source: `${source}?sslmode=prefer` }),
        says: () => [
            "source: has sslmode=prefer; allowed are disable, require, verify-ca, verify-full (prefer and allow are not: they fall back to clear text silently).",
        ],
    },
    {
        what: "a pooler's host",
        some: () => ({
            ...orders,
            target: "postgresql://me:pw@ep-cool-sun-123-pooler.eu-central-1.aws.neon.tech/shop",
        }),
        says: () => [
            "target: ep-cool-sun-123-pooler.eu-central-1.aws.neon.tech is a connection pooler; logical replication does not pass through one. Use the direct host: ep-cool-sun-123.eu-central-1.aws.neon.tech",
        ],
    },
    {
        what: "an unknown phase",
        some: () => ({ ...orders, phase: "cutover" }),
        says: () => ['phase: there is no phase "cutover". Write "replicate", or leave it out.'],
    },
    {
        what: "an unknown argument, near a known one",
        some: () => ({ ...orders, unknownArguments: ["table"] }),
        says: () => ["argument table: there is no argument of this name. Write tables instead."],
    },
    {
        what: "an unknown argument, near none",
        some: () => ({ ...orders, unknownArguments: ["speed"] }),
        says: () => [
            "argument speed: there is no argument of this name. Remove it; allowed are source, target, tables, phase, timeoutSeconds, clientPath, forceDetach.",
        ],
    },
    {
        what: "a negative timeout",
        some: () => ({ ...orders, timeoutSeconds: -1 }),
        says: () => [
            "timeoutSeconds: -1 is not a positive number of seconds. Write a number above 0, such as 3600, or leave it out.",
        ],
    },
    {
        what: "no table",
        some: () => ({ wantedTables: [] }),
        says: () => ["tables: the list is empty. Name a table, or leave tables out to take all."],
    },
    {
        what: "a table named twice",
        some: () => ({ wantedTables: ["shop.orders", "SHOP.Orders"] }),
        says: () => ["table SHOP.Orders: it is the same table as shop.orders. Remove one of them from tables."],
    },
    {
        what: "not a table name",
        some: () => ({ wantedTables: ["shop.orders; DROP TABLE shop.orders"] }),
        says: () => [
            'table "shop.orders; DROP TABLE shop.orders": this is not a table name. Write it as SQL does: schema.table, with "double quotes" around a part with upper case, space or dot.',
        ],
    },
    {
        what: "a system table",
        some: () => ({ wantedTables: ["pg_catalog.pg_class"] }),
        says: () => [
            "table pg_catalog.pg_class: it belongs to Postgres itself; every server has its own. Remove it from tables.",
        ],
    },
    {
        what: "a name of 64 bytes",
        some: () => ({ wantedTables: [`shop.${"é".repeat(32)}`] }),
        says: () => [
            `table shop.${"é".repeat(32)}: the table name "${"é".repeat(32)}" is 64 bytes long; Postgres keeps 63 and would cut the rest silently. Use a shorter name.`,
        ],
    },
    {
        what: "an unknown host",
        some: () => ({ ...orders, source: "postgresql://me:pw@no-such-host.invalid/shop" }),
        says: () => [
            'source: cannot connect to me@no-such-host.invalid:5432/shop: the host name "no-such-host.invalid" is not known. Check its spelling, or your DNS.',
            expect.stringMatching(
                /^target to source me@no-such-host\.invalid:5432\/shop: the target cannot connect to the source \(SQLSTATE 08006: .*could not translate host name.*$/,
            ) as unknown as string,
        ],
    },
    {
        what: "a port where nothing listens",
        some: () => ({ ...orders, target: `postgresql://me:pw@127.0.0.1:${deadPort}/shop` }),
        says: () => [
            `target: cannot connect to me@127.0.0.1:${deadPort}/shop: nothing accepts connections at 127.0.0.1:${deadPort}. Check the port, and that the server runs.`,
        ],
    },
    {
        what: "a wrong password",
        some: () => ({ ...orders, source: as(source, "postgres", "wrong") }),
        says: () => [
            `source: cannot connect to postgres@127.0.0.1:${port()}/shop: the server refused the password of user "postgres".`,
        ],
    },
    {
        what: "an unknown database",
        some: () => ({ ...orders, source: servers.source.url("shpo") }),
        says: () => [
            `source: cannot connect to postgres@127.0.0.1:${port()}/shpo: there is no database "shpo" on the server.`,
        ],
    },
    {
        what: "TLS demanded by the server and switched off in the URI",
        some: () => ({ ...orders, source: `${as(source, "clear")}?sslmode=disable` }),
        says: () => [
            `source: cannot connect to clear@127.0.0.1:${port()}/shop: the server does not let user "clear" in from here with sslmode=disable (pg_hba.conf rejects connection for host "127.0.0.1", user "clear", database "shop", no encryption). Where the server demands TLS, write sslmode=require or stronger.`,
        ],
    },
    {
        what: "a missing table with a near name",
        some: () => ({ wantedTables: ["shop.order"] }),
        says: () => [
            "table shop.order: the source has no such table, or the role may not know of it. Did you mean shop.orders?",
        ],
    },
    {
        what: "upper case and a space without quotes",
        some: () => ({ wantedTables: ["shop.order_items"] }),
        says: () => [
            'table shop.order_items: the source has no such table, or the role may not know of it. Did you mean shop."Order Items"?',
        ],
    },
    {
        what: "a table without its schema",
        some: () => ({ wantedTables: ["orders"] }),
        says: () => [
            "table orders: the source has no such table, or the role may not know of it. Did you mean shop.orders?",
        ],
    },
    {
        what: "a partition",
        some: () => ({ wantedTables: ["shop.visits_1"] }),
        says: () => [
            "table shop.visits_1: it is a partition; tables are migrated as a whole. Name its root instead: shop.visits",
        ],
    },
    {
        what: "a view",
        some: () => ({ wantedTables: ["shop.open_orders"] }),
        says: () => [
            "table shop.open_orders: it is a view, which holds no data that replicates. Name the tables it reads.",
        ],
    },
    {
        what: "a materialized view",
        some: () => ({ wantedTables: ["shop.totals"] }),
        says: () => [
            "table shop.totals: it is a materialized view, which holds no data that replicates. Name the tables it reads, and REFRESH it on the target in the end.",
        ],
    },
    {
        what: "an unlogged table",
        some: () => ({ wantedTables: ["shop.cache"] }),
        says: () => [
            "table shop.cache: it is unlogged; its changes are not in the WAL. Run on the source: ALTER TABLE shop.cache SET LOGGED;",
        ],
    },
    {
        what: "source equal to target",
        some: () => ({ ...orders, target: source }),
        says: () => [
            expect.stringMatching(
                /^source and target: they are the same database "shop" on the same server \(system identifier \d+\)\. Write the connection URI of another server or database as one of them\.$/,
            ) as unknown as string,
        ],
    },
    {
        what: "wal_level = replica",
        given: async () => {
            await query(other.source.url(), "CREATE TABLE one (id int PRIMARY KEY)");
            return () => query(other.source.url(), "DROP TABLE one");
        },
        some: () => ({ source: other.source.url(), target: other.target.url() }),
        says: () => [
            'source wal_level: it is "replica" and logical replication needs "logical". Run on the source: ALTER SYSTEM SET wal_level = \'logical\'; and restart the server.',
        ],
    },
    {
        what: "no free slot",
        given: async () => {
            await query(
                source,
                "SELECT pg_create_physical_replication_slot('taken_' || i) FROM generate_series(1, current_setting('max_replication_slots')::int) i",
            );
            return () => query(source, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        },
        some: () => orders,
        says: () => [
            "source max_replication_slots: 0 of 5 are free and the migration needs 2. Run on the source: ALTER SYSTEM SET max_replication_slots = 7; and restart the server.",
        ],
    },
    {
        what: "a foreign slot under our name",
        given: async () => {
            await query(source, "SELECT pg_create_physical_replication_slot($1)", [name]);
            return () => query(source, "SELECT pg_drop_replication_slot($1)", [name]);
        },
        some: () => orders,
        says: () => [
            `source slot ${name}: it exists and is not this migration's. Look at it with: SELECT * FROM pg_replication_slots WHERE slot_name = '${name}'; and, if nothing uses it, run on the source: SELECT pg_drop_replication_slot('${name}');`,
        ],
    },
    {
        what: "another migration's publication under our name",
        given: async () => {
            await query(
                source,
                `CREATE PUBLICATION "${name}"; COMMENT ON PUBLICATION "${name}" IS '${marker("project/stack/shop2")}'`,
            );
            return () => query(source, `DROP PUBLICATION "${name}"`);
        },
        some: () => orders,
        says: () => [
            `source publication ${name}: it exists and is not this migration's. Look at it with: SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = '${name}'; and, if nothing uses it, run on the source: DROP PUBLICATION "${name}";`,
        ],
    },
    {
        what: "a foreign subscription under our name",
        given: async () => {
            await query(
                target,
                `CREATE SUBSCRIPTION "${name}" CONNECTION 'host=nowhere' PUBLICATION x WITH (connect = false, slot_name = NONE)`,
            );
            return () => query(target, `DROP SUBSCRIPTION "${name}"`);
        },
        some: () => orders,
        says: () => [
            `target subscription ${name}: it exists and is not this migration's. Look at it with: SELECT obj_description(oid, 'pg_subscription') FROM pg_subscription WHERE subname = '${name}'; and, if nothing uses it, run on the target: DROP SUBSCRIPTION "${name}";`,
        ],
    },
    {
        what: "an old pg_dump",
        some: () => ({ ...orders, clientPath: join(folder, "old") }),
        says: () =>
            ["pg_dump", "pg_restore"].map(
                (tool) =>
                    expect.stringContaining(
                        `${tool} at ${join(folder, "old", tool)}: ${tool} 12 cannot read a PostgreSQL 15 server: it must be 15 or newer. Install it: `,
                    ) as unknown as string,
            ),
    },
    {
        what: "no pg_dump",
        some: () => ({ ...orders, clientPath: join(folder, "empty") }),
        says: () =>
            ["pg_dump", "pg_restore"].map(
                (tool) =>
                    expect.stringContaining(
                        `${tool}: ${tool} is not in ${join(folder, "empty")}. Install PostgreSQL's client tools: `,
                    ) as unknown as string,
            ),
    },
    {
        what: "a table without an identity, and one with a usable index",
        some: () => ({ wantedTables: ["shop.nothing", "shop.keyless"] }),
        says: () => [
            'table shop.keyless: it has no primary key (or a deferrable one), so once published its UPDATE and DELETE would fail on the source. Run on the source: ALTER TABLE shop.keyless REPLICA IDENTITY USING INDEX "keyless_id_key";',
            "table shop.nothing: it has no primary key (or a deferrable one), so once published its UPDATE and DELETE would fail on the source. Run on the source: ALTER TABLE shop.nothing ADD PRIMARY KEY (<columns>); or, at the price of whole rows in the WAL and a search through the target's table for each changed row: ALTER TABLE shop.nothing REPLICA IDENTITY FULL;",
        ],
    },
    {
        what: "identity FULL over a type without =",
        some: () => ({ wantedTables: ["shop.points"] }),
        says: () => [
            "table shop.points: its replica identity is FULL and Postgres cannot compare place point, so the first UPDATE or DELETE would stop replication. Run on the source: ALTER TABLE shop.points ADD PRIMARY KEY (<columns>);",
        ],
    },
    {
        what: "a policy for a role that the target lacks",
        some: () => ({ wantedTables: ["shop.secrets"] }),
        says: () => [
            'role auditor: the row-level security policy "mine" on shop.secrets is for it, and the target has no such role. Run on the target: CREATE ROLE "auditor";',
        ],
    },
    {
        what: "a target table with rows, and one of another shape",
        some: () => ({ wantedTables: ["shop.filled", "shop.other_shape"] }),
        says: () => [
            "target table shop.filled: it exists and is not empty (or could not be read); the copy would add to its rows or stop at a duplicate. If they are not needed, run on the target: TRUNCATE shop.filled;",
            "target table shop.other_shape: it exists and does not fit the source's: column id is integer and not bigint; column note text is missing; column extra is NOT NULL without a default and the source has none. Change it, or let the migration create it after: DROP TABLE shop.other_shape;",
        ],
    },
    {
        what: "a role for the target that may do nothing",
        some: () => ({ ...orders, sourceFromTarget: as(source, "reader") }),
        says: () => [
            expect.stringMatching(
                /^target to source reader@127\.0\.0\.1:\d+\/shop: the target cannot connect to the source \(SQLSTATE 08006: .*must be superuser or replication role to start walsender\)\./,
            ) as unknown as string,
            'role reader: it lacks the REPLICATION attribute, without which the target cannot follow the source. Run on the source: ALTER ROLE "reader" REPLICATION;',
            'role reader: it may not use the schema shop, which holds 1 table to copy. Run on the source: GRANT USAGE ON SCHEMA "shop" TO "reader";',
            'role reader: it may not read 1 table of the schema shop. Run on the source: GRANT SELECT ON shop.orders TO "reader";',
        ],
    },
    {
        what: "a role for source that owns nothing",
        some: () => ({ ...orders, source: as(source, "replicator"), sourceFromTarget: source }),
        says: () => [
            'role replicator: it may not create a publication in the source\'s database "shop". Run on the source: GRANT CREATE ON DATABASE "shop" TO "replicator";',
            'role replicator: only an owner may publish a table, and shop.orders belongs to postgres. Run on the source: GRANT "postgres" TO "replicator";',
        ],
    },
    {
        what: "a target's role that may not subscribe",
        some: () => ({ ...orders, target: as(target, "plain") }),
        says: () => [
            'role plain: it may not create a subscription on the target (must be superuser to create subscriptions). Run on the target: ALTER ROLE "plain" SUPERUSER;',
        ],
    },
    {
        what: "several at once, of the arguments",
        some: () => ({
            source: "mysql://x",
            phase: "copy",
            timeoutSeconds: 0,
            wantedTables: ["information_schema.tables", "a b"],
        }),
        says: () => [
            "source: is not a connection URI: it must start with postgresql://. Write it as postgresql://user:password@host:5432/database?sslmode=require.",
            "table information_schema.tables: it belongs to Postgres itself; every server has its own. Remove it from tables.",
            'table "a b": this is not a table name. Write it as SQL does: schema.table, with "double quotes" around a part with upper case, space or dot.',
            'phase: there is no phase "copy". Write "replicate", or leave it out.',
            "timeoutSeconds: 0 is not a positive number of seconds. Write a number above 0, such as 3600, or leave it out.",
        ],
    },
    {
        what: "several at once, of both servers and the tools",
        some: () => ({
            wantedTables: ["shop.open_orders", "shop.keyless", "shop.filled"],
            target: as(target, "plain"),
            clientPath: join(folder, "empty"),
        }),
        says: () => [
            'role plain: it may not create a subscription on the target (must be superuser to create subscriptions). Run on the target: ALTER ROLE "plain" SUPERUSER;',
            expect.stringContaining("pg_dump: pg_dump is not in ") as unknown as string,
            expect.stringContaining("pg_restore: pg_restore is not in ") as unknown as string,
            "table shop.open_orders: it is a view, which holds no data that replicates. Name the tables it reads.",
            'table shop.keyless: it has no primary key (or a deferrable one), so once published its UPDATE and DELETE would fail on the source. Run on the source: ALTER TABLE shop.keyless REPLICA IDENTITY USING INDEX "keyless_id_key";',
            "target table shop.filled: it exists and is not empty (or could not be read); the copy would add to its rows or stop at a duplicate. If they are not needed, run on the target: TRUNCATE shop.filled;",
        ],
    },
];

describe("what is wrong is said in full by a preview, and by create", () => {
    test.each(cases)("$what", async ({ given, some, says }) => {
        const undo = await given?.();
        try {
            const inputs = inputsOf(source, target, some());
            const found = await preflight.problems?.(inputs, true, recordingContext());
            expect(found).toEqual(says());
        } finally {
            await undo?.();
        }
    });
});

test("create lists all problems, numbered", async () => {
    const inputs = inputsOf(source, target, { wantedTables: ["shop.open_orders", "shop.nowhere"] });
    await expect(preflight.create(inputs, recordingContext())).rejects.toThrow(
        [
            "preflight found 2 problems; nothing was changed on either server.",
            "1. table shop.open_orders: it is a view, which holds no data that replicates. Name the tables it reads.",
            "2. table shop.nowhere: the source has no such table, or the role may not know of it. Look at the names with: psql -c '\\dt *.*'",
        ].join("\n"),
    );
});

test("names with quotes, spaces and upper case are taken", async () => {
    await query(source, `CREATE SCHEMA "My ""Shop"; CREATE TABLE "My ""Shop"."Order.Lines %s" (id int PRIMARY KEY)`);
    const wantedTables = ['"My ""Shop"."Order.Lines %s"', 'shop."Order Items"', "SHOP.Orders"];
    const found = await preflight.create(inputsOf(source, target, { wantedTables }), recordingContext());
    expect(found.tables).toEqual(['"My ""Shop"."Order.Lines %s"', 'shop."Order Items"', "shop.orders"]);
});

test("our own publication and slot are adopted", async () => {
    await query(source, `CREATE PUBLICATION "${name}"`);
    await query(source, `COMMENT ON PUBLICATION "${name}" IS '${claim("project/stack/shop", name)}'`);
    await query(source, "SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [name]);
    try {
        expect(await preflight.problems?.(inputsOf(source, target, orders), true, recordingContext())).toEqual([]);
    } finally {
        await query(source, "SELECT pg_drop_replication_slot($1)", [name]);
        await query(source, `DROP PUBLICATION "${name}"`);
    }
});

test("a server that accepts and says nothing is reported within 30 seconds, with the other side's problems", async () => {
    const address = silent.address();
    const silentPort = typeof address === "object" && address ? address.port : 0;
    const started = Date.now();
    const found = await preflight.problems?.(
        inputsOf(`postgresql://me:pw@127.0.0.1:${silentPort}/shop`, as(target, "postgres", "wrong"), orders),
        true,
        recordingContext(),
    );
    expect(found?.map((text) => text.slice(0, 30))).toEqual([
        "source: cannot connect to me@1",
        "target: cannot connect to post",
    ]);
    expect(Date.now() - started).toBeLessThan(30_000);
});
