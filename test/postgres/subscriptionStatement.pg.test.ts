import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inTransaction, sqlState, withSession } from "../../lib/postgres/client";
import { connectionOf } from "../../lib/postgres/connection";
import { conninfo } from "../../lib/postgres/conninfo";
import { executeWithConninfo } from "../../lib/postgres/subscriptionStatement";
import { type Pair, pair, query } from "../support/postgres";

const password = "it's a \\ s3cret";
let servers: Pair;

beforeAll(async () => {
    // Every statement is logged, with its parameters: the most that a server may write down.
    servers = await pair(15, 18, { target: { settings: { log_statement: "all", log_min_duration_statement: "0" } } });
    await query(servers.source.url(), "CREATE PUBLICATION one");
    await query(servers.source.url(), "CREATE ROLE follower LOGIN REPLICATION");
    await query(servers.source.url(), `ALTER ROLE follower PASSWORD '${password.replace(/'/g, "''")}'`);
});

afterAll(() => servers?.stop());

const info = (secret: string) => {
    const url = new URL(servers.source.url());
    url.username = "follower";
    url.password = encodeURIComponent(secret);
    return conninfo(connectionOf("source", url.href), "test");
};

const onTarget = (template: string, secret: string) =>
    withSession(connectionOf("target", servers.target.url()), (session) =>
        inTransaction(session, () => executeWithConninfo(session, template, info(secret))),
    );

const create = (publication: string) =>
    `CREATE SUBSCRIPTION one CONNECTION %1$L PUBLICATION ${publication} WITH (create_slot = false, enabled = false, copy_data = false, slot_name = NONE)`;

const log = () => readFileSync(join(servers.target.dataDir, "server.log"), "utf8");

test("makes and alters a subscription, and leaves nothing else", async () => {
    await onTarget(create("one"), password);
    await onTarget("ALTER SUBSCRIPTION one CONNECTION %1$L", password);
    expect(await query(servers.target.url(), "SELECT subname, subconninfo FROM pg_subscription")).toEqual([
        { subname: "one", subconninfo: info(password) },
    ]);
    expect(await query(servers.target.url(), "SELECT FROM pg_proc WHERE proname LIKE 'pulumi%'")).toEqual([]);
    await query(servers.target.url(), "DROP SUBSCRIPTION one");
    expect(log()).not.toContain("s3cret");
});

test("a refused password keeps its SQLSTATE and reaches no log", async () => {
    const failure = await onTarget(create("one"), "wr0ng").catch((error: unknown) => error);
    expect(sqlState(failure)).toBe("08006");
    expect(JSON.stringify(failure)).not.toContain("wr0ng");
    expect(log()).toContain("password authentication failed");
    expect(log()).not.toContain("wr0ng");
});

test("a warning reaches the log without the password", async () => {
    await onTarget(create("missing"), password);
    await query(servers.target.url(), "DROP SUBSCRIPTION one");
    expect(log()).toContain('WARNING:  publication "missing" does not exist on the publisher');
    expect(log()).not.toContain("s3cret");
});

test("a statement that is wrong says so without the password", async () => {
    const failure = await onTarget("CREATE SUBSCRIPTION CONNECTION %1$L", "wr0ng").catch((error: unknown) => error);
    expect(sqlState(failure)).toBe("42601");
    expect(JSON.stringify(failure)).not.toContain("wr0ng");
    expect(log()).not.toContain("wr0ng");
});
