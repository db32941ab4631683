import type { Connection } from "./connection";

/**
 * The libpq keyword string by which the target's workers reach the source, quoted by libpq's rule
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING): every value in single quotes, with
 * backslash and single quote escaped.
 */
export function conninfo(connection: Connection, applicationName: string): string {
    const values: Record<string, string | undefined> = {
        host: connection.host,
        port: String(connection.port),
        dbname: connection.database,
        user: connection.user,
        password: connection.password || undefined,
        sslmode: connection.sslmode,
        sslrootcert: connection.sslrootcert,
        channel_binding: connection.channelBinding,
        application_name: applicationName,
        // With row security on, a policy hides rows and the copy ends short and "ready"; off, the same read is an error.
        options: "-c row_security=off",
    };
    return Object.entries(values)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}='${String(value).replace(/[\\']/g, "\\$&")}'`)
        .join(" ");
}
