import { Client } from "pg";
import type { Pair } from "./pair";
import { shopDatabase } from "./shop";

const queries = {
    publications: "select pubname as name from pg_publication order by 1",
    subscriptions: "select subname as name from pg_subscription order by 1",
    "replication slots": "select slot_name as name from pg_replication_slots where slot_name !~ '_sync_' order by 1",
    "sync slots": "select slot_name as name from pg_replication_slots where slot_name ~ '_sync_' order by 1",
    "replication origins": "select roname as name from pg_replication_origin order by 1",
};

/** Prints what replication objects each server has; tells whether there are none. */
export async function printLeftovers(pair: Pair): Promise<boolean> {
    let none = true;
    for (const [side, server] of Object.entries(pair)) {
        const client = new Client({ connectionString: server.url(shopDatabase) });
        await client.connect();
        try {
            for (const [what, query] of Object.entries(queries)) {
                const names = (await client.query<{ name: string }>(query)).rows.map((row) => row.name);
                console.log(`${side} ${what}: ${names.join(", ") || "(none)"}`);
                none &&= names.length === 0;
            }
        } finally {
            await client.end();
        }
    }
    return none;
}
