export const sslModes = ["disable", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** One server and database, as a connection URI names it. */
export interface Connection {
    host: string;
    port: number;
    database: string;
    user: string;
    password: string;
    sslmode: SslMode;
    /** A file of certificates, or `system`. The path is read where the connection is made from. */
    sslrootcert?: string;
    channelBinding?: string;
}

/** What a URI means, or every reason why it means nothing. Reasons never repeat the URI: it holds a password. */
export type ParsedConnection = { connection: Connection; problems: [] } | { connection: undefined; problems: string[] };

const known = ["sslmode", "sslrootcert", "channel_binding"];
const example = "postgresql://user:password@host:5432/database?sslmode=require";

/** Reads a `postgresql://` URI. `label` names the argument in the reasons. */
export function parseConnection(label: string, uri: string): ParsedConnection {
    const fail = (...problems: string[]): ParsedConnection => ({ connection: undefined, problems });
    if (typeof uri !== "string" || uri === "") {
        return fail(`${label} is empty; write it as ${example}.`);
    }
    if (!/^postgres(ql)?:\/\//.test(uri)) {
        return fail(`${label} is not a connection URI: it must start with postgresql://. Write it as ${example}.`);
    }
    const malformed = `${label} is malformed. Write it as ${example}, with the characters @ : / ? # % and space in the user or password percent-encoded (@ is %40, % is %25).`;
    let url: URL;
    let user: string;
    let password: string;
    let database: string;
    try {
        url = new URL(uri);
        user = decodeURIComponent(url.username);
        password = decodeURIComponent(url.password);
        database = decodeURIComponent(url.pathname.slice(1));
    } catch {
        return fail(malformed);
    }
    const unknown = [...url.searchParams.keys()].filter((key) => !known.includes(key));
    // A ? or # of the password that was not encoded: what follows, and what came before, is not what it seems to be.
    if (url.hash || (unknown.length > 0 && url.search.includes("@"))) {
        return fail(malformed);
    }
    const problems: string[] = [];
    if (!url.hostname) {
        problems.push(`${label} names no host; write it as ${example}.`);
    }
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (!user) {
        problems.push(`${label} names no user; write it as ${example}.`);
    }
    if (!database || database.includes("/")) {
        problems.push(`${label} names no database; write it as ${example}.`);
    }
    if (url.port === "0") {
        problems.push(`${label} has port 0; a port is 1 to 65535, and 5432 where none is written.`);
    }
    for (const key of unknown) {
        problems.push(`${label} has the parameter "${key}", which is not known here; allowed are ${known.join(", ")}.`);
    }
    // A password must not cross a network in clear text because nobody wrote sslmode; on this machine it crosses none.
    const sslmode = url.searchParams.get("sslmode") ?? (isLoopback(host) ? "disable" : "require");
    if (!isSslMode(sslmode)) {
        problems.push(
            `${label} has sslmode=${sslmode}; allowed are ${sslModes.join(", ")} (prefer and allow are not: they fall back to clear text silently).`,
        );
        return fail(...problems);
    }
    if (problems.length > 0) {
        return fail(...problems);
    }
    const port = url.port === "" ? 5432 : Number(url.port);
    return {
        connection: {
            host,
            port,
            database,
            user,
            password,
            sslmode,
            sslrootcert: url.searchParams.get("sslrootcert") ?? undefined,
            channelBinding: url.searchParams.get("channel_binding") ?? undefined,
        },
        problems: [],
    };
}

/** The connection of a URI that was checked before. */
export function connectionOf(label: string, uri: string): Connection {
    const parsed = parseConnection(label, uri);
    if (!parsed.connection) {
        throw new Error(parsed.problems.join("\n"));
    }
    return parsed.connection;
}

/** `user@host:5432/database`: what may be printed of a connection. */
export function describe(connection: Connection): string {
    const host = connection.host.includes(":") ? `[${connection.host}]` : connection.host;
    return `${connection.user}@${host}:${connection.port}/${connection.database}`;
}

export function isLoopback(host: string): boolean {
    return host === "localhost" || host === "::1" || /^127\./.test(host);
}

function isSslMode(text: string): text is SslMode {
    return (sslModes as readonly string[]).includes(text);
}
