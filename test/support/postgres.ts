import { rmSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { freePort, removeServer, type Server, type ServerOptions, startServer } from "../../scripts/postgres/server";
import { ownedFolder } from "./leftovers";

type Major = ServerOptions["major"];
type SideOptions = Pick<ServerOptions, "settings" | "hba" | "password">;

export interface Pair {
    source: Server;
    target: Server;
    /** Stops both and removes their data. */
    stop(): Promise<void>;
}

/** Two fresh servers. A crash loses data here (fsync is off), unless `settings` turn it on again. */
export async function pair(
    sourceMajor: Major,
    targetMajor: Major,
    options: { source?: SideOptions; target?: SideOptions } = {},
): Promise<Pair> {
    const folder = ownedFolder("servers", `${sourceMajor}-${targetMajor}`);
    const start = async (name: string, major: Major, side: SideOptions = {}) =>
        startServer({
            ...side,
            major,
            dataDir: join(folder, name),
            port: await freePort(),
            settings: { fsync: "off", ...side.settings },
        });
    const [source, target] = await Promise.all([
        start("source", sourceMajor, options.source),
        start("target", targetMajor, options.target),
    ]);
    return {
        source,
        target,
        async stop() {
            await Promise.all([removeServer(source.dataDir), removeServer(target.dataDir)]);
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** Makes a database and returns its URL. */
export async function createDatabase(server: Server, name: string): Promise<string> {
    await query(server.url(), `CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    return server.url(name);
}

/** Runs one statement on a connection of its own. */
// biome-ignore lint/suspicious/noExplicitAny: rows are what the statement says.
export async function query<Row = any>(url: string, sql: string, params: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
        const result = await client.query(sql, params);
        return result.rows as Row[];
    } finally {
        await client.end();
    }
}
