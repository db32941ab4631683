/** One table of the store: what it is, how to fill it, and what is made once it is full. */
export interface StoreTable {
    name: string;
    /** Rows for each GB of the whole database. */
    rowsPerGb: number;
    columns: string;
    /** Values of row number `n`, where `customers` and the like are the numbers of rows of those tables. */
    values: string;
    /** Unique constraints and indexes beside the primary key. */
    indexes: string[];
}

/** A moment of the last two years; the numbers of rows rise with time, as in a database that was filled by its users. */
const moment = (rows: string) =>
    `timestamptz '2024-01-01' + n * (interval '730 days' / ${rows}) + random() * interval '1 hour'`;
const pick = (...words: string[]) => `(array['${words.join("','")}'])[1 + floor(random() * ${words.length})::int]`;
const anyOf = (rows: string) => `1 + floor(random() * ${rows})::bigint`;

export const storeTables: StoreTable[] = [
    {
        name: "customers",
        rowsPerGb: 125_000,
        columns: `email text not null, name text not null, country text not null, city text not null,
            registered_at timestamptz not null, settings jsonb not null`,
        values: `'user.' || n || '@' || ${pick("example.com", "example.org", "example.net")},
            initcap(substr(md5(n::text), 1, 7)) || ' ' || initcap(substr(md5(n::text), 9, 9)),
            ${pick("DE", "FR", "GB", "US", "CA", "JP", "BR", "IN")}, initcap(substr(md5((n % 5000)::text), 1, 10)),
            ${moment("customers")},
            jsonb_build_object('theme', ${pick("dark", "light")}, 'newsletter', n % 3 = 0, 'language', ${pick("de", "fr", "en", "ja")})`,
        indexes: ["unique (email)", "(country, city)", "(registered_at)"],
    },
    {
        name: "products",
        rowsPerGb: 20_000,
        columns: `sku text not null, title text not null, category text not null, cents int not null,
            attributes jsonb not null, description text not null`,
        values: `'SKU-' || lpad(n::text, 9, '0'), initcap(substr(md5(n::text), 1, 12)) || ' ' || substr(md5(n::text), 13, 12),
            'category ' || (n % 300), 100 + floor(random() * 90000)::int,
            jsonb_build_object('colour', ${pick("red", "green", "blue", "black", "white")}, 'weight', floor(random() * 5000),
                'tags', jsonb_build_array('tag ' || (n % 97), 'tag ' || (n % 389))),
            repeat(md5(n::text) || ' ', 8)`,
        indexes: ["unique (sku)", "(category, cents)", "using gin (attributes)"],
    },
    {
        name: "orders",
        rowsPerGb: 750_000,
        columns: `customer_id bigint not null, status text not null, placed_at timestamptz not null, shipped_at timestamptz,
            cents bigint not null, currency text not null, tracking_code text not null, address text not null`,
        values: `${anyOf("customers")}, ${pick("placed", "paid", "shipped", "delivered", "delivered", "delivered", "returned")},
            ${moment("orders")}, ${moment("orders")} + interval '2 days', 500 + floor(random() * 100000)::int,
            ${pick("EUR", "USD", "GBP", "JPY")}, upper(substr(md5(random()::text), 1, 18)),
            n % 200 || ' ' || initcap(substr(md5((n % 90000)::text), 1, 14)) || ' Street, ' || initcap(substr(md5((n % 5000)::text), 1, 10))`,
        indexes: ["(customer_id, placed_at)", "(status, placed_at)", "(tracking_code)"],
    },
    {
        name: "order_items",
        rowsPerGb: 2_000_000,
        columns: `order_id bigint not null, product_id bigint not null, quantity int not null, cents int not null,
            added_at timestamptz not null`,
        values: `1 + (n - 1) * orders / order_items, ${anyOf("products")}, 1 + floor(random() * 4)::int,
            100 + floor(random() * 90000)::int, ${moment("order_items")}`,
        indexes: ["(order_id)", "(product_id)"],
    },
    {
        name: "payments",
        rowsPerGb: 750_000,
        columns: `order_id bigint not null, provider text not null, reference text not null, cents bigint not null,
            state text not null, paid_at timestamptz not null`,
        values: `n, ${pick("card", "card", "transfer", "wallet")}, md5(random()::text), 500 + floor(random() * 100000)::int,
            ${pick("settled", "settled", "settled", "refunded")}, ${moment("payments")}`,
        indexes: ["unique (reference)", "(order_id)", "(paid_at)"],
    },
    {
        name: "page_views",
        rowsPerGb: 1_000_000,
        columns: `customer_id bigint, session uuid not null, path text not null, referrer text, agent text not null,
            seen_at timestamptz not null, details jsonb not null`,
        values: `case when n % 4 > 0 then ${anyOf("customers")} end, md5((n / 8)::text)::uuid,
            '/products/' || ${anyOf("products")}, 'https://search.example/?q=' || substr(md5(n::text), 1, 10),
            'Mozilla/5.0 (' || ${pick("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15", "Windows NT 10.0; Win64")} || ') Gecko/20100101 Firefox/' || n % 130,
            ${moment("page_views")},
            jsonb_build_object('width', 320 + floor(random() * 2000), 'milliseconds', floor(random() * 900), 'variant', ${pick("a", "b", "c")})`,
        indexes: ["(seen_at)", "(customer_id, seen_at)", "(session)", "(path, seen_at)"],
    },
];

export const storeReferences = [
    "alter table store.orders add foreign key (customer_id) references store.customers",
    "alter table store.order_items add foreign key (order_id) references store.orders",
    "alter table store.order_items add foreign key (product_id) references store.products",
    "alter table store.payments add foreign key (order_id) references store.orders",
    "alter table store.page_views add foreign key (customer_id) references store.customers",
];
