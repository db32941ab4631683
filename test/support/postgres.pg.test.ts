import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { restartServer } from "../../scripts/postgres/server";
import { createDatabase, type Pair, pair, query } from "./postgres";

let servers: Pair;

beforeAll(async () => {
    servers = await pair(14, 18, { target: { settings: { max_replication_slots: "7" }, password: "p@ss/ wörd'%" } });
});

afterAll(async () => {
    await servers.stop();
    expect(existsSync(servers.source.dataDir)).toBe(false);
});

test("two majors run with logical replication on", async () => {
    for (const [server, major] of [
        [servers.source, 14],
        [servers.target, 18],
    ] as const) {
        const [row] = await query(
            server.url(),
            `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('wal_level') AS wal_level,
                    current_setting('fsync') AS fsync, pg_encoding_to_char(encoding) AS encoding, datcollate AS collation
             FROM pg_database WHERE datname = current_database()`,
        );
        expect(row).toEqual({ major, wal_level: "logical", fsync: "off", encoding: "UTF8", collation: "C.UTF-8" });
    }
});

test("settings reach the server", async () => {
    expect(await query(servers.target.url(), "SHOW max_replication_slots")).toEqual([{ max_replication_slots: "7" }]);
});

test("rows come back from a database of any name, also after a restart", async () => {
    const url = await createDatabase(servers.source, 'odd "näme" %1');
    await query(url, "CREATE TABLE numbers (n int)");
    await query(url, "INSERT INTO numbers SELECT generate_series(1, $1)", [3]);
    await restartServer({ ...servers.source, major: 14 });
    expect(await query(url, "SELECT n FROM numbers ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});
