import type { Relation, ServerFacts, SourceFacts, TargetFacts } from "../../../lib/stage/preflight/facts";

/** Facts of two servers on which nothing is wrong, for a test to spoil. */
export function serverFacts(some: Partial<ServerFacts> = {}, settings: Record<string, string> = {}): ServerFacts {
    const all = {
        wal_level: "logical",
        max_replication_slots: "10",
        max_wal_senders: "10",
        max_slot_wal_keep_size: "-1",
        max_logical_replication_workers: "4",
        max_worker_processes: "8",
        max_sync_workers_per_subscription: "2",
        ...settings,
    };
    return {
        versionNumber: 150_018,
        version: "15.18",
        systemIdentifier: "7000000000000000001",
        database: "shop",
        startedAt: "2026-01-01 00:00:00+00",
        inRecovery: false,
        encoding: "UTF8",
        databaseBytes: String(100 * 2 ** 20),
        user: "postgres",
        superuser: true,
        mayCreateInDatabase: true,
        seesActivity: true,
        service: "postgres",
        settings: Object.fromEntries(
            Object.entries(all).map(([name, value]) => [name, { value, pendingRestart: false }]),
        ),
        pooled: false,
        ...some,
    };
}

export function relation(name: string, some: Partial<Relation> = {}): Relation {
    return {
        oid: `oid of ${name}`,
        schema: "public",
        name,
        kind: "r",
        persistence: "p",
        isPartition: false,
        root: null,
        extension: null,
        replicaIdentity: "d",
        primaryKey: true,
        identityIndex: false,
        usableIndex: null,
        bytes: "0",
        owner: "postgres",
        owned: true,
        selectable: true,
        schemaUsable: true,
        rowsHidden: false,
        hypertable: false,
        columns: [{ name: "id", type: "integer", required: true, comparable: true }],
        ...some,
    };
}

export function sourceFacts(some: Partial<SourceFacts> = {}): SourceFacts {
    return {
        server: serverFacts(),
        role: { name: "postgres", mayReplicate: true, superuser: true },
        roleName: "postgres",
        relations: [relation("one")],
        slots: [],
        walSenders: 0,
        publication: undefined,
        transactions: [],
        prepared: [],
        extensions: [],
        policies: [],
        largeObjects: 0,
        ...some,
    };
}

export function targetFacts(some: Partial<TargetFacts> = {}): TargetFacts {
    return {
        server: serverFacts({ systemIdentifier: "7000000000000000002" }),
        relations: [],
        triggers: [],
        roles: ["postgres"],
        extensions: {},
        installedExtensions: {},
        subscription: undefined,
        subscribed: [],
        origins: { total: 0, ours: 0 },
        workers: { total: 0, ours: 0 },
        filled: [],
        ...some,
    };
}
