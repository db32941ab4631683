import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { whileQuiet } from "../../examples/local/quiet";
import type { Pair } from "./pair";
import { shopDatabase } from "./shop";

const patience = 60_000;

export interface RowCounts {
    /** The position in the source's log up to which the target had everything. */
    barrier: string;
    tables: { name: string; source: number; target: number }[];
}

/**
 * Counts every table on both sides at one position of the source's log, while the shop's writer holds still. Without a
 * replication slot there is no such position.
 */
export async function countRows(pair: Pair): Promise<RowCounts | undefined> {
    const source = new Client({ connectionString: pair.source.url(shopDatabase) });
    const target = new Client({ connectionString: pair.target.url(shopDatabase) });
    await Promise.all([source.connect(), target.connect()]);
    try {
        return await whileQuiet(source, async () => {
            const barrier = await currentPosition(source);
            if (!(await confirmed(source, barrier))) return undefined;
            const names = await tableNames(source);
            const [atSource, atTarget] = await Promise.all([count(source, names), count(target, names)]);
            const tables = names.map((name, i) => ({ name, source: atSource[i] ?? 0, target: atTarget[i] ?? 0 }));
            return { barrier, tables };
        });
    } finally {
        await Promise.all([source.end(), target.end()]);
    }
}

async function currentPosition(source: Client): Promise<string> {
    const found = await source.query<{ lsn: string }>("select pg_current_wal_lsn()::text as lsn");
    return found.rows[0]?.lsn ?? "";
}

/** Waits until the target has everything up to the barrier; false if nobody replicates. */
async function confirmed(source: Client, barrier: string): Promise<boolean> {
    const end = Date.now() + patience;
    while (Date.now() < end) {
        const slots = await source.query<{ reached: boolean | null }>(
            `select bool_and(confirmed_flush_lsn >= $1) as reached from pg_replication_slots
             where slot_type = 'logical' and database = current_database()`,
            [barrier],
        );
        const reached = slots.rows[0]?.reached ?? undefined;
        if (reached === undefined) return false;
        if (reached) return true;
        await sleep(200);
    }
    throw new Error(`The target did not confirm ${barrier} within ${patience / 1000} s.`);
}

async function tableNames(source: Client): Promise<string[]> {
    const found = await source.query<{ name: string }>(
        `select oid::regclass::text as name from pg_class
         where relnamespace in ('shop'::regnamespace, 'warehouse'::regnamespace)
             and relkind in ('r', 'p') and not relispartition
         order by name`,
    );
    return found.rows.map((row) => row.name);
}

async function count(client: Client, names: string[]): Promise<number[]> {
    const counts: number[] = [];
    for (const name of names) {
        const found = await client.query<{ n: string }>(`select count(*) as n from ${name}`);
        counts.push(Number(found.rows[0]?.n));
    }
    return counts;
}
