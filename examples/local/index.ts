import * as pulumi from "@pulumi/pulumi";
import { Migration, postgresSource, postgresTarget } from "pulumi-postgres-migration";

// `npm run local` starts the two servers and says here where they are.
const url = (name: string) => {
    const value = process.env[name];
    if (!value) {
        throw new pulumi.RunError(`${name} is not set. Run this example by: npm run local`);
    }
    return pulumi.secret(value);
};

const migration = new Migration("shop", {
    source: postgresSource({ connectionString: url("SOURCE_URL") }),
    target: postgresTarget({ connectionString: url("TARGET_URL") }),
    timeoutSeconds: 600,
});

export const {
    phase,
    tablesReady,
    tablesTotal,
    bytesCopied,
    barrierLsn,
    confirmedLsn,
    lagBytes,
    retainedWalBytes,
    subscriptionStatus,
    stageSeconds,
    report,
    nextAction,
} = migration;
