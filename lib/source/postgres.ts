import * as pulumi from "@pulumi/pulumi";
import type { Source } from "./source";

export interface PostgresSourceArgs {
    /**
     * Connection URI of the database to migrate, `postgresql://user:password@host:5432/database?sslmode=require`. Its user
     * must own the tables (or be a superuser) and have REPLICATION. TLS defaults to sslmode=require, and to disable on this
     * machine's own addresses. A change takes effect in place; it must stay the same server and database.
     */
    connectionString: pulumi.Input<string>;
    /**
     * Connection URI by which the target reaches the source, where that differs: another host name, or another role.
     * Defaults to `connectionString`. A change takes effect in place, without copying anything again.
     */
    connectionStringFromTarget?: pulumi.Input<string>;
}

/** Any Postgres server with `wal_level = logical` as the source. */
export function postgresSource(args: PostgresSourceArgs): Source {
    return {
        connectionString: pulumi.secret(args.connectionString),
        connectionStringFromTarget:
            args.connectionStringFromTarget === undefined ? undefined : pulumi.secret(args.connectionStringFromTarget),
    };
}
