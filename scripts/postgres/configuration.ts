const defaultSettings: Record<string, string> = {
    wal_level: "logical",
    max_replication_slots: "20",
    max_wal_senders: "20",
    max_worker_processes: "20",
    max_logical_replication_workers: "12",
    max_sync_workers_per_subscription: "4",
    shared_buffers: "128MB",
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
};

const defaultHba = ["host all all 127.0.0.1/32 scram-sha-256", "host replication all 127.0.0.1/32 scram-sha-256"];

/** The text of a postgresql.conf fragment; `settings` win over the defaults. */
export function settingsFile(port: number, settings: Record<string, string> = {}): string {
    const all = { ...defaultSettings, port: String(port), ...settings };
    return Object.entries(all)
        .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
        .join("");
}

/** The text of a pg_hba.conf. */
export function hbaFile(lines: string[] = defaultHba): string {
    return lines.map((line) => `${line}\n`).join("");
}
