/** What the queries return: facts without judgement. Sizes and identifiers that outgrow a number are strings. */

export interface ServerFacts {
    versionNumber: number;
    version: string;
    systemIdentifier: string;
    database: string;
    startedAt: string;
    inRecovery: boolean;
    encoding: string;
    databaseBytes: string;
    user: string;
    superuser: boolean;
    mayCreateInDatabase: boolean;
    /** May see what other roles' sessions do. */
    seesActivity: boolean;
    /** Whose parameters these are, which decides how one is set. */
    service: "rds" | "azure" | "postgres";
    settings: Record<string, Setting>;
    /** Two statements of one session were answered by two server processes. */
    pooled: boolean;
}

export interface Setting {
    value: string;
    /** Another value waits for a restart. */
    pendingRestart: boolean;
}

/** A relation of a schema that is not the system's: r table, p partitioned, v view, m materialized view, f foreign table. */
export interface Relation {
    oid: string;
    schema: string;
    name: string;
    kind: "r" | "p" | "v" | "m" | "f";
    persistence: "p" | "u" | "t";
    isPartition: boolean;
    /** The oid of the topmost partitioned table, itself included. */
    root: string | null;
    /** The extension it belongs to. */
    extension: string | null;
    /** d default, n nothing, f full, i index */
    replicaIdentity: "d" | "n" | "f" | "i";
    primaryKey: boolean;
    identityIndex: boolean;
    /** An index that could be the replica identity. */
    usableIndex: string | null;
    bytes: string;
    owner: string;
    /** The role of `source` has the owner's rights. */
    owned: boolean;
    /** Rights of the role by which the target connects; null when that role does not exist. */
    selectable: boolean | null;
    schemaUsable: boolean | null;
    rowsHidden: boolean | null;
    hypertable: boolean;
    columns: Column[];
}

export interface Column {
    name: string;
    type: string;
    required: boolean;
    /** False for a type that has no `=` of its own, as json and point. */
    comparable: boolean;
}

export interface ReplicationRole {
    name: string;
    mayReplicate: boolean;
    superuser: boolean;
}

export interface Slot {
    name: string;
    active: boolean;
    walStatus: string | null;
}

export interface Transaction {
    pid: number;
    user: string;
    state: string;
    seconds: number;
}

export interface PreparedTransaction {
    gid: string;
    owner: string;
    database: string;
    seconds: number;
}

export interface Extension {
    name: string;
    version: string;
    /** Oids of the tables with a column of one of its types. */
    tables: string[];
}

export interface Policy {
    table: string;
    policy: string;
    role: string;
}

export interface SourceFacts {
    server: ServerFacts;
    role: ReplicationRole | undefined;
    roleName: string;
    relations: Relation[];
    slots: Slot[];
    walSenders: number;
    publication: { comment: string | null } | undefined;
    transactions: Transaction[];
    prepared: PreparedTransaction[];
    extensions: Extension[];
    policies: Policy[];
    largeObjects: number;
}

export interface TargetFacts {
    server: ServerFacts;
    relations: Relation[];
    /** `schema.table trigger` */
    triggers: { table: string; trigger: string }[];
    roles: string[];
    /** Versions by name of each extension the server offers. */
    extensions: Record<string, string[]>;
    installedExtensions: Record<string, string>;
    subscription: { oid: string; comment: string | null } | undefined;
    /** Oids of the target's tables that our subscription follows, and those of them that are copied. */
    subscribed: { oid: string; ready: boolean }[];
    origins: { total: number; ours: number };
    workers: { total: number; ours: number };
    /** Oids of the tables that hold a row; a table that could not be read counts as one. */
    filled: string[];
}

/** What stands in the place of a side that could not be asked. */
export type Side<Facts> = { facts: Facts } | { facts: undefined; reason: string; code: string | undefined };
