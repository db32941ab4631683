import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { connected } from "./connection";

export const perSecond = 20;

/** Customers who go on buying while the database moves. */
export interface Writer {
    /** Ends after the transaction under way. */
    stop(): Promise<void>;
}

export function startWriter(storeUrl: string): Writer {
    let open = true;
    const writing = connected(storeUrl, async (client) => {
        const known = await client.query<{ customers: string; products: string }>(
            "select (select max(id) from store.customers) as customers, (select max(id) from store.products) as products",
        );
        const anyOf = (rows: string | undefined) => 1 + Math.floor(Math.random() * Number(rows));
        for (let next = Date.now(); open; next += 1000 / perSecond) {
            await sleep(Math.max(0, next - Date.now()));
            await buy(client, anyOf(known.rows[0]?.customers), anyOf(known.rows[0]?.products));
        }
    });
    // Whoever stops the writer hears of its failure.
    writing.catch(() => undefined);
    return {
        async stop() {
            open = false;
            await writing;
        },
    };
}

async function buy(client: Client, customer: number, product: number): Promise<void> {
    await client.query("begin");
    await client.query(
        `insert into store.page_views (customer_id, session, path, agent, seen_at, details)
         values ($1, gen_random_uuid(), '/products/' || $2::int, 'bench', now(), '{"variant": "a"}')`,
        [customer, product],
    );
    const order = await client.query<{ id: string }>(
        `insert into store.orders (customer_id, status, placed_at, cents, currency, tracking_code, address)
         values ($1, 'placed', now(), 4200, 'EUR', gen_random_uuid(), 'Bench Street 1') returning id`,
        [customer],
    );
    await client.query(
        "insert into store.order_items (order_id, product_id, quantity, cents, added_at) values ($1, $2, 1, 4200, now())",
        [order.rows[0]?.id, product],
    );
    await client.query("update store.customers set settings = settings || '{\"newsletter\": false}' where id = $1", [
        customer,
    ]);
    await client.query("commit");
}
