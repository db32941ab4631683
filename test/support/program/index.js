// The program of the engine's tests: one migration, with whatever arguments the test gives.
const { Migration, postgresSource, postgresTarget } = require("pulumi-postgres-migration");

const { source, sourceFromTarget, target, ...rest } = JSON.parse(process.env.MIGRATION_ARGS ?? "{}");

if (source) {
    const migration = new Migration("move", {
        source: postgresSource({ connectionString: source, connectionStringFromTarget: sourceFromTarget }),
        target: postgresTarget({ connectionString: target }),
        ...rest,
    });
    for (const name of [
        "phase",
        "tablesReady",
        "tablesTotal",
        "bytesCopied",
        "barrierLsn",
        "confirmedLsn",
        "lagBytes",
        "retainedWalBytes",
        "subscriptionStatus",
        "stageSeconds",
        "report",
        "nextAction",
    ]) {
        exports[name] = migration[name];
    }
}
