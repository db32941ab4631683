import * as pulumi from "@pulumi/pulumi";
import type { Target } from "./target";

export interface PostgresTargetArgs {
    /**
     * Connection URI of the database to fill, `postgresql://user:password@host:5432/database?sslmode=require`. Its user must
     * be allowed to CREATE SUBSCRIPTION. TLS defaults to sslmode=require, and to disable on this machine's own addresses. A
     * change takes effect in place; it must stay the same server and database.
     */
    connectionString: pulumi.Input<string>;
}

/** Any Postgres server, from version 15, as the target. */
export function postgresTarget(args: PostgresTargetArgs): Target {
    return { connectionString: pulumi.secret(args.connectionString) };
}
