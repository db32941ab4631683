import { namesOf } from "../../lib/names";
import { query } from "./postgres";

/** One migration's two databases, and the name of its publication, subscription and slot. */
export interface Link {
    source: string;
    target: string;
    name: string;
}

/** The objects of the migration that an engine project of this name makes. */
export function linkOf(project: string, source: string, target: string, migration = "move"): Link {
    return { source, target, name: namesOf(`${project}/test/${migration}`, migration).slot };
}

/** What would differ if the slot or the subscription were another one, or if a table had been copied again. */
export interface Trace {
    subscriptionOid: string;
    /** Position of each table's copy, by name. */
    copiedAt: Record<string, string>;
    /** Transactions decoded by the slot since it was made. */
    slotTransactions: number;
    /** Bytes of the source's WAL up to the position that the slot has confirmed. */
    confirmed: number;
}

export async function traceOf({ source, target, name }: Link): Promise<Trace> {
    const [subscription] = await query<{ oid: string }>(
        target,
        "SELECT oid::text AS oid FROM pg_subscription WHERE subname = $1",
        [name],
    );
    const copies = await query<{ table: string; lsn: string }>(
        target,
        `SELECT srrelid::regclass::text AS table, srsublsn::text AS lsn FROM pg_subscription_rel
         JOIN pg_subscription s ON s.oid = srsubid WHERE subname = $1 ORDER BY 1`,
        [name],
    );
    const [slot] = await query<{ transactions: number; confirmed: number }>(
        source,
        `SELECT total_txns::int AS transactions, (confirmed_flush_lsn - '0/0')::float8 AS confirmed
           FROM pg_replication_slots JOIN pg_stat_replication_slots USING (slot_name) WHERE slot_name = $1`,
        [name],
    );
    return {
        subscriptionOid: subscription?.oid ?? "none",
        copiedAt: Object.fromEntries(copies.map(({ table, lsn }) => [table, lsn])),
        slotTransactions: slot?.transactions ?? 0,
        confirmed: slot?.confirmed ?? 0,
    };
}

/** Asks again and again until the answer satisfies; fails with the last answer. */
export async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean, seconds = 30): Promise<T> {
    const deadline = Date.now() + seconds * 1_000;
    for (;;) {
        const answer = await ask();
        if (good(answer)) return answer;
        if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${seconds} seconds`);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** The rows of both sides once they are the same; the target needs a moment for the last changes. */
export async function sameRows({ source, target }: Link, sql: string): Promise<unknown[]> {
    const read = async () => {
        const there = await query(target, sql);
        return { there, here: await query(source, sql) };
    };
    const same = ({ here, there }: { here: unknown[]; there: unknown[] }) =>
        JSON.stringify(here) === JSON.stringify(there);
    return (await until(read, same)).there;
}
