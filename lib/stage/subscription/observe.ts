import { isOurs } from "../../names";
import type { Session } from "../../postgres/client";
import { formatTableName } from "../../postgres/identifier";
import type { Lsn } from "../../postgres/lsn";
import { observeSlot, observeSubscription } from "./sql";

export interface ObservedSubscription {
    oid: string;
    ours: boolean;
    enabled: boolean;
    slot: string | null;
    tables: { table: string; state: TableState }[];
}

/** pg_subscription_rel.srsubstate: initialising, copying, copied, synchronised, ready. */
export type TableState = "i" | "d" | "f" | "s" | "r";

export interface ObservedSlot {
    active: boolean;
    activePid: number | null;
    plugin: string | null;
    database: string | null;
    /** reserved, extended, unreserved or lost. */
    walStatus: string | null;
    confirmedFlushLsn: Lsn | null;
    /** Why the server gave the slot up (PostgreSQL 17 and newer). */
    invalidationReason: string | null;
    retainedBytes: string | null;
}

/** What may be said of a slot. What is not known to be fine is not fine. */
export type SlotState = "present" | "missing" | "lost" | "unknown";

export function slotState(slot: ObservedSlot | undefined): SlotState {
    if (!slot) {
        return "missing";
    }
    if (slot.walStatus === "lost" || slot.invalidationReason) {
        return "lost";
    }
    const usable = slot.walStatus === "reserved" || slot.walStatus === "extended" || slot.walStatus === "unreserved";
    return usable && slot.plugin === "pgoutput" ? "present" : "unknown";
}

export async function findSubscription(
    target: Session,
    name: string,
    migration: string,
): Promise<ObservedSubscription | undefined> {
    const [row] = await target.query<Omit<ObservedSubscription, "tables"> & { comment: string; tables: string[] }>(
        observeSubscription,
        [name],
    );
    return (
        row && {
            oid: row.oid,
            ours: isOurs(row.comment, migration),
            enabled: row.enabled,
            slot: row.slot,
            tables: row.tables.map((text) => {
                const [schema = "", table = "", state] = JSON.parse(text) as [string, string, TableState];
                return { table: formatTableName({ schema, name: table }), state };
            }),
        }
    );
}

/** Names of the tables that a subscription follows, whoever made it. */
export async function subscribedTables(target: Session, name: string): Promise<string[]> {
    return (await findSubscription(target, name, ""))?.tables.map(({ table }) => table) ?? [];
}

export async function findSlot(source: Session, name: string): Promise<ObservedSlot | undefined> {
    const [row] = await source.query<{ slot: Record<string, unknown>; retained: string | null }>(observeSlot, [name]);
    if (!row) {
        return undefined;
    }
    const slot = row.slot;
    const text = (key: string) => (typeof slot[key] === "string" ? (slot[key] as string) : null);
    return {
        active: slot.active === true,
        activePid: typeof slot.active_pid === "number" ? slot.active_pid : null,
        plugin: text("plugin"),
        database: text("database"),
        walStatus: text("wal_status"),
        confirmedFlushLsn: text("confirmed_flush_lsn"),
        invalidationReason:
            text("invalidation_reason") ?? (slot.conflicting === true ? "conflict with recovery" : null),
        retainedBytes: row.retained,
    };
}
