import type { ServerFacts, SourceFacts } from "../facts";
import { error, type Problem, warning } from "../problem";
import { numberSetting, setParameter } from "./parameter";
import type { Situation } from "./situation";

/** Settings of the source that logical replication stands on. */
export function sourceSettingProblems({ server }: SourceFacts): Problem[] {
    return [...walLevelProblems(server), ...pluginProblems(server), ...keepSizeProblems(server)];
}

function walLevelProblems(server: ServerFacts): Problem[] {
    const setting = server.settings.wal_level;
    if (setting?.value === "logical") {
        return [];
    }
    const reason = `it is "${setting?.value ?? "unknown"}" and logical replication needs "logical".`;
    return [
        setting?.pendingRestart
            ? error(
                  "source.walLevel",
                  "source wal_level",
                  `${reason} A change waits for a restart.`,
                  "Restart the source.",
              )
            : error(
                  "source.walLevel",
                  "source wal_level",
                  reason,
                  setParameter(server, "source", "wal_level", "logical"),
              ),
    ];
}

/** A setting of recent minor releases that says which plugins may decode. */
function pluginProblems(server: ServerFacts): Problem[] {
    const setting = server.settings.output_plugin_libraries;
    const plugins = setting?.value.split(",").map((name) => name.trim().replace(/"/g, ""));
    return plugins === undefined || plugins.includes("pgoutput")
        ? []
        : [
              error(
                  "source.plugin",
                  "source output_plugin_libraries",
                  `it does not list pgoutput, the plugin of Postgres' own replication.`,
                  setParameter(
                      server,
                      "source",
                      "output_plugin_libraries",
                      ["pgoutput", ...plugins].filter(Boolean).join(", "),
                  ),
              ),
          ];
}

function keepSizeProblems(server: ServerFacts): Problem[] {
    const megabytes = numberSetting(server, "max_slot_wal_keep_size") ?? -1;
    const databaseMegabytes = Math.ceil(Number(server.databaseBytes) / 2 ** 20);
    return megabytes >= 0 && megabytes < databaseMegabytes
        ? [
              warning(
                  "source.keepSize",
                  "source max_slot_wal_keep_size",
                  `it is ${megabytes} MB and the database has ${databaseMegabytes} MB; when the copy lasts while that much is written, the slot is lost and the copy starts anew.`,
                  `Raise it while the migration runs: ALTER SYSTEM SET max_slot_wal_keep_size = '${databaseMegabytes}MB'; SELECT pg_reload_conf();`,
              ),
          ]
        : [];
}

/** Slots, senders, workers and origins: one for the stream, and one for each table that is copied at the same time. */
export function capacityProblems({ inputs, source, target, tables }: Situation): Problem[] {
    const perSubscription = numberSetting(target.server, "max_sync_workers_per_subscription") ?? 0;
    const copied = target.subscribed.filter((table) => table.ready).length;
    const needed = 1 + Math.min(perSubscription, Math.max(0, tables.length - copied));
    const oid = target.subscription?.oid;
    const ours = source.slots.filter(
        (slot) => slot.name === inputs.slot || (oid !== undefined && slot.name.startsWith(`pg_${oid}_sync_`)),
    );
    const origins = target.server.versionNumber >= 180_000 ? "max_active_replication_origins" : "max_replication_slots";
    const limit = (server: ServerFacts, side: "source" | "target", name: string, used: number, held: number) =>
        limitProblems(server, side, name, used, Math.max(0, needed - held));
    return [
        ...limit(source.server, "source", "max_replication_slots", source.slots.length, ours.length),
        ...limit(
            source.server,
            "source",
            "max_wal_senders",
            source.walSenders,
            ours.filter((slot) => slot.active).length,
        ),
        ...limit(target.server, "target", "max_logical_replication_workers", target.workers.total, target.workers.ours),
        ...limit(target.server, "target", origins, target.origins.total, target.origins.ours),
        // The launcher of the workers takes a place of its own; who takes the others, only a superuser sees.
        ...limitProblems(target.server, "target", "max_worker_processes", 0, needed + 1),
        ...(perSubscription > 0 ? [] : [noSyncWorkers(target.server)]),
    ];
}

function limitProblems(
    server: ServerFacts,
    side: "source" | "target",
    name: string,
    used: number,
    needed: number,
): Problem[] {
    const limit = numberSetting(server, name);
    if (limit === undefined) {
        return [
            error(
                `${side}.${name}`,
                `${side} ${name}`,
                "its value could not be read, so nobody knows whether it suffices.",
                `Look at it with: SHOW ${name};`,
            ),
        ];
    }
    const free = Math.max(0, limit - used);
    return free >= needed
        ? []
        : [
              error(
                  `${side}.${name}`,
                  `${side} ${name}`,
                  `${free} of ${limit} are free and the migration needs ${needed}.`,
                  setParameter(server, side, name, used + needed),
              ),
          ];
}

function noSyncWorkers(server: ServerFacts): Problem {
    return error(
        "target.max_sync_workers_per_subscription",
        "target max_sync_workers_per_subscription",
        "it is 0, so no table would ever be copied.",
        setParameter(server, "target", "max_sync_workers_per_subscription", 2),
    );
}
