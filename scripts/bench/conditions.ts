import { availableParallelism } from "node:os";
import { column } from "./connection";
import type { Servers } from "./servers";

const settings = [
    "fsync",
    "shared_buffers",
    "max_wal_size",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_sync_workers_per_subscription",
    "max_logical_replication_workers",
    "max_worker_processes",
];

/** What both ways ran under, line by line. Fails where the two servers differ. */
export async function conditions({ source, target }: Servers): Promise<string[]> {
    const ask = (url: string) =>
        column(url, settings.map((name) => `select '${name} ' || current_setting('${name}')`).join(" union all "));
    const [atSource, atTarget] = await Promise.all([ask(source.url()), ask(target.url())]);
    if (String(atSource) !== String(atTarget)) throw new Error(`The servers differ: ${atSource} and ${atTarget}`);
    return [
        `PostgreSQL ${source.major} to ${target.major}, both on this machine with ${availableParallelism()} processors`,
        `both servers: ${atSource.slice(0, 4).join(", ")},`,
        `    ${atSource.slice(4).join(", ")}`,
    ];
}
