import type { Client } from "pg";
import { untilConfirmed } from "./caughtUp";
import { connected } from "./connection";
import { storeTables } from "./storeTables";

/** Fails unless the target has all rows, keys and indexes of the source. Nobody may write meanwhile. */
export async function compare(sourceUrl: string, targetUrl: string): Promise<void> {
    await connected(sourceUrl, (source) =>
        connected(targetUrl, async (target) => {
            await untilConfirmed(source);
            const [wanted, found] = await Promise.all([contents(source), contents(target)]);
            const missing = wanted.filter((each) => !found.includes(each));
            if (missing.length > 0) throw new Error(`The target lacks what the source has:\n${missing.join("\n")}`);
        }),
    );
}

async function contents(client: Client): Promise<string[]> {
    const lines: string[] = [];
    for (const { name } of storeTables) {
        const { rows } = await client.query(`select count(*), sum(id) from store.${name}`);
        lines.push(`${name}: ${rows[0]?.count} rows, sum of ids ${rows[0]?.sum}`);
    }
    const definitions = await client.query<{ definition: string }>(
        `select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid::regclass::text like 'store.%' and indisvalid
         union all
         select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
         where connamespace = 'store'::regnamespace and contype <> 'n' and convalidated`,
    );
    return [...lines, ...definitions.rows.map(({ definition }) => definition)];
}
