import { readFileSync } from "node:fs";
import { Client, type ClientConfig } from "pg";
import { type Connection, describe } from "./connection";

export type Row = Record<string, unknown>;

/** The one way to speak to a server. Every statement of the library passes through it. */
export interface Session {
    query<R = Row>(sql: string, values?: unknown[]): Promise<R[]>;
}

/** A server did not answer, or did not let us in. `message` may be shown as it is. */
export class ConnectError extends Error {
    constructor(
        message: string,
        readonly connection: Connection,
        /** A SQLSTATE where the server spoke, a system error such as ECONNREFUSED where it did not. */
        readonly code: string | undefined,
    ) {
        super(message);
    }
}

const connectTimeoutMs = 10_000;
const statementTimeoutMs = 120_000;

/** Opens a session, does the work, and closes it whatever happens. */
export async function withSession<T>(
    connection: Connection,
    work: (session: Session) => Promise<T>,
    options: { statementTimeoutMs?: number } = {},
): Promise<T> {
    const timeout = options.statementTimeoutMs ?? statementTimeoutMs;
    const client = new Client({
        ...clientConfig(connection),
        connectionTimeoutMillis: connectTimeoutMs,
        // The server's own limit cancels the statement; the client's catches a server that is gone without a word.
        statement_timeout: timeout,
        query_timeout: timeout === 0 ? undefined : timeout + 5_000,
        keepAlive: true,
        application_name: "pulumi-postgres-migration",
    });
    // A connection that breaks between two statements emits an event, which would end the process if nobody listened.
    client.on("error", () => {});
    try {
        await client.connect();
    } catch (error) {
        throw connectError(connection, error as NodeJS.ErrnoException);
    }
    try {
        return await work({
            query: async <R = Row>(sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as R[],
        });
    } finally {
        // end() waits for the server's goodbye; a server that hangs must not hang us.
        await Promise.race([client.end().catch(() => {}), new Promise((done) => setTimeout(done, 2_000).unref())]);
    }
}

/** Runs the work in one transaction: everything or nothing. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
    await session.query("BEGIN");
    try {
        const result = await work();
        await session.query("COMMIT");
        return result;
    } catch (error) {
        await session.query("ROLLBACK").catch(() => {});
        throw error;
    }
}

/** The SQLSTATE of an error that a server raised, else undefined. Decisions are made on it, never on message text. */
export function sqlState(error: unknown): string | undefined {
    const code = (error as { code?: unknown }).code;
    return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function clientConfig(connection: Connection): ClientConfig {
    const { host, port, database, user, password } = connection;
    return { host, port, database, user, password, ssl: tls(connection), enableChannelBinding: true };
}

/** libpq's meaning of sslmode in Node's words: `require` encrypts without asking who answers, unless a root is given. */
function tls(connection: Connection): ClientConfig["ssl"] {
    if (connection.sslmode === "disable") {
        return false;
    }
    const root = connection.sslrootcert;
    const ca = root && root !== "system" ? readFileSync(root, "utf8") : undefined;
    if (connection.sslmode === "require" && !root) {
        return { rejectUnauthorized: false };
    }
    return connection.sslmode === "verify-full" ? { ca } : { ca, checkServerIdentity: () => undefined };
}

function connectError(connection: Connection, error: NodeJS.ErrnoException): ConnectError {
    const where = describe(connection);
    const address = `${connection.host}:${connection.port}`;
    const by: Record<string, string> = {
        ENOTFOUND: `the host name "${connection.host}" is not known. Check its spelling, or your DNS.`,
        EAI_AGAIN: `the host name "${connection.host}" could not be looked up. Check your DNS.`,
        ECONNREFUSED: `nothing accepts connections at ${address}. Check the port, and that the server runs.`,
        ETIMEDOUT: `${address} did not answer within 10 seconds. A firewall may drop the packets: allow this machine's address.`,
        EHOSTUNREACH: `there is no route to ${address}.`,
        "28P01": `the server refused the password of user "${connection.user}".`,
        "28000": `the server does not let user "${connection.user}" in from here with sslmode=${connection.sslmode} (${error.message}). Where the server demands TLS, write sslmode=require or stronger.`,
        "3D000": `there is no database "${connection.database}" on the server.`,
        "53300": "the server has no free connection slot (max_connections).",
        "57P03": "the server is starting up or shutting down. Run the command again in a moment.",
    };
    const timedOut = /timeout/i.test(error.message) && !error.code;
    const code = timedOut ? "ETIMEDOUT" : error.code;
    const reason = (code && by[code]) ?? redact(error.message, connection);
    return new ConnectError(`cannot connect to ${where}: ${reason}`, connection, code);
}

/**
 * Takes a connection's password out of a text, however it got there. One that is also the user, host or database is no
 * secret word: to take it out would only garble the message.
 */
export function redact(text: string, ...connections: (Connection | undefined)[]): string {
    return connections.reduce((clean, connection) => {
        const { password, user, host, database } = connection ?? { password: "" };
        const plainWord = !password || password === user || password === host || password === database;
        return plainWord ? clean : clean.split(password).join("***");
    }, text);
}
