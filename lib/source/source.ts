import type * as pulumi from "@pulumi/pulumi";

/** Where a migration copies from. */
export interface Source {
    /** Connection URI as this machine reaches the source. */
    connectionString: pulumi.Input<string>;
    /** Connection URI as the target reaches the source, where that is another one. */
    connectionStringFromTarget?: pulumi.Input<string>;
    /** Known once the source is prepared for logical replication; the checks of a preview wait for it. */
    ready?: pulumi.Input<unknown>;
}
