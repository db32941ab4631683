// The program of the engine's tests: one migration, with whatever arguments the test gives, or `several` by their names.
const { Migration, postgresSource, postgresTarget } = require("pulumi-postgres-migration");

const { several, ...single } = JSON.parse(process.env.MIGRATION_ARGS ?? "{}");

function migrate(name, { source, sourceFromTarget, target, ...rest }) {
    return new Migration(name, {
        source: postgresSource({ connectionString: source, connectionStringFromTarget: sourceFromTarget }),
        target: postgresTarget({ connectionString: target }),
        ...rest,
    });
}

for (const [name, args] of Object.entries(several ?? {})) {
    exports[name] = migrate(name, args).phase;
}

if (single.source) {
    const migration = migrate("move", single);
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
