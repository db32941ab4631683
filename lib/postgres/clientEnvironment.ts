import type { Connection } from "./connection";

/**
 * The environment in which a client program reaches this server and no other: nothing goes to argv, which other users of
 * the machine can read. Node's roots stand in for `system` and for a missing root, so that both ways into a server trust
 * the same authorities (https://www.postgresql.org/docs/current/libpq-envars.html).
 */
export function clientEnvironment(
    connection: Connection,
    nodeRoots: string | undefined,
    base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
    const inherited = Object.entries(base).filter(([name]) => !name.startsWith("PG"));
    const root = needsNodeRoots(connection) ? nodeRoots : connection.sslrootcert;
    const own: Record<string, string | undefined> = {
        // libpq takes certificates and passwords from the home folder unasked; the connection says all there is.
        HOME: "/nonexistent",
        PGPASSFILE: "/nonexistent/pgpass",
        LC_ALL: "C",
        PGHOST: connection.host,
        PGPORT: String(connection.port),
        PGDATABASE: connection.database,
        PGUSER: connection.user,
        PGPASSWORD: connection.password || undefined,
        PGSSLMODE: connection.sslmode,
        PGSSLROOTCERT: root,
        PGCHANNELBINDING: connection.channelBinding,
        PGGSSENCMODE: "disable",
        PGCONNECT_TIMEOUT: "10",
        PGAPPNAME: "pulumi-postgres-migration",
    };
    const set = Object.entries(own).filter(([, value]) => value !== undefined);
    return Object.fromEntries([...inherited, ...set]);
}

/** True when the server's certificate is checked against no file of the user's. */
export function needsNodeRoots(connection: Connection): boolean {
    const root = connection.sslrootcert;
    return root === "system" || (!root && connection.sslmode.startsWith("verify"));
}
