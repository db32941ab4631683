import type { Client } from "pg";

type Transaction = (client: Client) => Promise<unknown>;

const placeOrder: Transaction = async (client) => {
    const order = await client.query<{ id: string }>(
        `insert into shop.orders (customer_id, address_id)
         select customer_id, id from shop.addresses where id = $1 returning id`,
        [upTo(130_000)],
    );
    const id = order.rows[0]?.id;
    await client.query(
        `insert into shop.order_lines (order_id, line_number, product_id, quantity, unit_price)
         select $1, row_number() over (), id, $3, price from shop.products where id = any ($2)`,
        [id, [upTo(12_000), upTo(12_000), upTo(12_000)], upTo(3)],
    );
    await client.query(
        `insert into shop.payments (order_id, method, amount)
         select id, 'card', total from shop.order_totals where id = $1`,
        [id],
    );
    await client.query("update shop.orders set status = 'paid' where id = $1", [id]);
};

const shipOrder: Transaction = async (client) => {
    const order = await client.query<{ id: string }>(
        `update shop.orders set status = 'shipped'
         where id = (select id from shop.orders where status = 'paid' order by placed_at limit 1) returning id`,
    );
    const id = order.rows[0]?.id;
    if (!id) return;
    const site = upTo(4);
    await client.query("insert into warehouse.shipments (order_id, site_id, carrier) values ($1, $2, 'DHL')", [
        id,
        site,
    ]);
    await client.query(
        `insert into warehouse.stock_movements (site_id, product_id, quantity, reason)
         select $2, product_id, -quantity, 'sale' from shop.order_lines where order_id = $1`,
        [id, site],
    );
};

const deliverOrder: Transaction = (client) =>
    client.query(
        `with delivered as (
             update warehouse.shipments set delivered_at = now()
             where id = (select id from warehouse.shipments where delivered_at is null order by sent_at limit 1)
             returning order_id
         )
         update shop.orders set status = 'delivered' where id in (select order_id from delivered)`,
    );

const restock: Transaction = (client) =>
    client.query(
        `insert into warehouse.stock_movements (site_id, product_id, quantity, reason) values ($1, $2, $3, 'delivery')`,
        [upTo(4), upTo(12_000), upTo(50)],
    );

const countStock: Transaction = async (client) => {
    await client.query(
        `insert into warehouse.stock_counts (site_id, product_id, counted_on, counted, counted_by)
         select site_id, product_id, current_date, greatest(quantity, 0), 'Kaya' from warehouse.stock
         where site_id = $1 and product_id between $2 and $2 + 2
         on conflict (site_id, product_id, counted_on) do update set counted = excluded.counted`,
        [upTo(4), upTo(12_000)],
    );
    await client.query(
        "delete from warehouse.stock_counts where site_id = $1 and product_id = $2 and counted_on < '2026-01-01'",
        [upTo(4), upTo(12_000)],
    );
};

const fillCart: Transaction = (client) =>
    client.query(
        `with cart as (insert into shop.carts (customer_id) values ($1) returning id)
         insert into shop.cart_items (cart_id, product_id, quantity)
         select cart.id, product_id, 1 from cart, unnest($2::integer[]) product_id on conflict do nothing`,
        [upTo(100_000), [upTo(12_000), upTo(12_000)]],
    );

const dropOldestCart: Transaction = (client) =>
    client.query("delete from shop.carts where id = (select id from shop.carts order by updated_at limit 1)");

const browse: Transaction = (client) =>
    client.query(
        `insert into shop.events (customer_id, session_id, kind, properties)
         select $1, gen_random_uuid(), 'view', jsonb_build_object('product', n) from generate_series(1, $2::integer) n`,
        [upTo(100_000), upTo(4)],
    );

const forgetEvents: Transaction = (client) =>
    client.query(
        `delete from shop.events where (id, occurred_at) in
         (select id, occurred_at from shop.events where customer_id = $1 order by occurred_at limit 2)`,
        [upTo(100_000)],
    );

const signUp: Transaction = async (client) => {
    const email = `new.customer.${Date.now()}.${upTo(1_000_000)}@example.com`;
    await client.query(
        `with customer as (
             insert into shop.customers (email, first_name, last_name) values ($1, 'New', 'Customer') returning id
         )
         insert into shop.addresses (customer_id, street, postcode, city, is_default)
         select id, 'Quay 1', '20457', 'Hamburg', true from customer`,
        [email],
    );
    await client.query("insert into shop.newsletter_subscriptions (email) values ($1)", [email]);
};

const changeCustomer: Transaction = (client) =>
    client.query(
        `update shop.customers set loyalty_points = loyalty_points + $2,
             preferences = preferences || jsonb_build_object('language', 'fr')
         where id = $1`,
        [upTo(100_000), upTo(20)],
    );

const changePrice: Transaction = async (client) => {
    const product = upTo(12_000);
    await client.query("update shop.products set price = round(price * 1.01, 2) where id = $1", [product]);
    await client.query(
        `insert into shop.price_changes (product_id, valid_from, price)
         select id, current_date, price from shop.products where id = $1
         on conflict (product_id, valid_from) do update set price = excluded.price`,
        [product],
    );
};

const spendGiftCard: Transaction = (client) =>
    client.query(
        `update shop."Gift Cards" set balance = greatest(balance - 5, 0) where "Bought By" between $1 and $1 + 20`,
        [upTo(100_000)],
    );

/** What happens in the shop, each as often as any other. */
export const shopTransactions = [
    placeOrder,
    shipOrder,
    deliverOrder,
    restock,
    countStock,
    fillCart,
    dropOldestCart,
    browse,
    forgetEvents,
    signUp,
    changeCustomer,
    changePrice,
    spendGiftCard,
];

function upTo(n: number): number {
    return 1 + Math.floor(Math.random() * n);
}
