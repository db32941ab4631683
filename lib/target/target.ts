import type * as pulumi from "@pulumi/pulumi";

/** Where a migration copies to. */
export interface Target {
    /** Connection URI as this machine reaches the target. */
    connectionString: pulumi.Input<string>;
    /** Addresses from which the target connects to the source, for the source's firewall. Undefined when not known. */
    egressAddresses?: pulumi.Output<string[]>;
}
