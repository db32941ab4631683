-- Two million rows, the same ones every time. The references are right by construction: checking them row by row
-- would take longer than writing them.
set session_replication_role = replica;
set timezone = 'UTC';

-- A number from 0 to n - 1 which looks random and is not
create function pg_temp.pick(i bigint, salt bigint, n integer) returns integer language sql immutable
return ((hashint8extended(i, salt) & 2147483647) % n)::integer;

create function pg_temp.one_of(i bigint, salt bigint, words text[]) returns text language sql immutable
return words[1 + (hashint8extended(i, salt) & 2147483647) % array_length(words, 1)];

insert into warehouse.suppliers (name, country, contact_email, lead_time)
select name || ' ' || i, pg_temp.one_of(i, 1, '{DE,FR,IT,PL,NL,CN}'), 'sales@' || lower(name) || i || '.example.com',
    make_interval(days => 2 + pg_temp.pick(i, 2, 30))
from generate_series(1, 150) i,
    lateral (select pg_temp.one_of(i, 3, '{Nordholz,Castellani,Delmare,Vistula,Brandt,Kaiyuan,Ardent}') as name) n;

insert into shop.categories (parent_id, slug, name)
select case when i > 8 then 1 + (i - 9) / 6 end, lower(name) || '-' || i, name || ' ' || i
from generate_series(1, 56) i,
    lateral (select pg_temp.one_of(i, 1, '{Kitchen,Garden,Office,Lighting,Textiles,Tools,Toys,Travel}') as name) n;

insert into shop.products (sku, name, description, category_id, supplier_id, price, vat_rate, tags, attributes, active,
    updated_at)
select 'P-' || lpad(i::text, 6, '0'),
    material || ' ' || thing || ' no. ' || i,
    'A ' || pg_temp.one_of(i, 1, '{sturdy,light,simple,foldable,elegant}') || ' ' || lower(thing) || ' made of '
        || lower(material) || '. Comes in ' || colour || ', with a warranty of ' || 1 + i % 5 || ' years.',
    9 + pg_temp.pick(i, 2, 48), 1 + pg_temp.pick(i, 3, 150), 1.99 + pg_temp.pick(i, 4, 300),
    case when i % 9 = 0 then 0.07 else 0.19 end,
    array[colour, lower(material)],
    jsonb_build_object('colour', colour, 'weight_g', 50 + pg_temp.pick(i, 5, 9000), 'fragile', i % 7 = 0,
        'size', jsonb_build_object('w', 5 + pg_temp.pick(i, 6, 90), 'h', 5 + pg_temp.pick(i, 7, 90))),
    i % 25 <> 0, timestamptz '2026-06-30'
from generate_series(1, 12000) i,
    lateral (select pg_temp.one_of(i, 8, '{Oak,Steel,Linen,Glass,Bamboo,Cork,Leather,Wool}') as material,
        pg_temp.one_of(i, 9, '{Lamp,Chair,Basket,Kettle,Blanket,Shelf,Mug,Clock,Tray,Bag}') as thing,
        pg_temp.one_of(i, 10, '{red,green,blue,black,white,sand,olive}') as colour) words;

insert into shop.price_changes (product_id, valid_from, price)
select p.id, date '2025-01-01' + 120 * n + p.id % 90, round(p.price * (0.8 + 0.1 * n), 2)
from shop.products p, generate_series(0, 2) n;

insert into shop.customers (email, first_name, last_name, phone, loyalty_points, preferences, created_at, updated_at)
select lower(first_name || '.' || last_name) || i || '@example.' || pg_temp.one_of(i, 1, '{com,org,net,de,fr}'),
    first_name, last_name,
    case when i % 3 > 0 then '+49 30 ' || 100000 + pg_temp.pick(i, 2, 899999) end,
    pg_temp.pick(i, 3, 2500),
    jsonb_build_object('language', pg_temp.one_of(i, 4, '{en,de,fr,it}'), 'newsletter', i % 4 = 0),
    created_at, created_at
from generate_series(1, 100000) i,
    lateral (select pg_temp.one_of(i, 5, '{Anna,Ben,Clara,David,Emil,Fatima,Greta,Hugo,Ines,Karim,Lena}') as first_name,
        pg_temp.one_of(i, 6, '{Adler,Bauer,Costa,Dubois,Ekberg,Fischer,Haas,Ivanov,Kowalski}') as last_name,
        timestamptz '2022-01-01' + i * interval '20 minutes' as created_at) person;

insert into shop.addresses (customer_id, street, postcode, city, is_default)
select 1 + (i - 1) % 100000,
    pg_temp.one_of(i, 1, '{High Street,Mill Lane,Station Road,Church Square,Garden Row}') || ' ' || 1 + i % 180,
    (10000 + pg_temp.pick(i, 2, 89999))::text,
    pg_temp.one_of(i, 3, '{Berlin,Hamburg,Leipzig,Bremen,Cologne,Dresden,Kassel,Mainz}'),
    i <= 100000
from generate_series(1, 130000) i;

insert into shop.reviews (product_id, customer_id, stars, body, written_at)
select 1 + i % 12000, 1 + i, 1 + greatest(pg_temp.pick(i, 1, 5), pg_temp.pick(i, 2, 5)),
    pg_temp.one_of(i, 3, '{Just as described,Would buy again,"Smaller than I thought",Arrived late but fine,Lovely}'),
    timestamptz '2025-01-01' + i * interval '10 minutes'
from generate_series(1, 60000) i;

insert into shop.newsletter_subscriptions (email, token, topics, confirmed_at)
select email, md5(id::text)::uuid, case when id % 8 = 0 then '{news,sale}' else '{news}' end::text[],
    case when id % 12 > 0 then created_at + interval '1 hour' end
from shop.customers where id % 4 = 0;

insert into shop."Gift Cards" ("Card Number", "Bought By", balance, expires_on)
select 'GC-' || upper(left(md5(i::text), 12)), 1 + pg_temp.pick(i, 1, 100000), 10 * pg_temp.pick(i, 2, 11),
    date '2028-12-31'
from generate_series(1, 8000) i;

insert into shop.carts (id, customer_id, updated_at)
select md5('cart' || i)::uuid, case when i % 3 > 0 then 1 + pg_temp.pick(i, 1, 100000) end,
    timestamptz '2026-06-01' + i * interval '1 minute'
from generate_series(1, 30000) i;

insert into shop.cart_items (cart_id, product_id, quantity)
select md5('cart' || i)::uuid, 1 + (pg_temp.pick(i, 1, 12000) + 37 * n) % 12000, 1 + pg_temp.pick(i + n, 2, 3)
from generate_series(1, 30000) i, generate_series(0, i % 4) n;

insert into shop.coupons (code, percent_off, valid_during)
select upper(season) || i, 5 * (1 + i % 8), daterange(date '2025-01-01' + i, date '2025-03-01' + i)
from generate_series(1, 400) i, lateral (select pg_temp.one_of(i, 1, '{Spring,Summer,Autumn,Winter}') as season) s;

insert into shop.orders (customer_id, address_id, coupon_code, status, shipping_cost, placed_at, updated_at)
select customer, customer, c.code, status::shop.order_status, case when i % 5 > 0 then 4.90 else 0 end,
    placed_at, placed_at
from generate_series(1, 160000) i
cross join lateral (select 1 + pg_temp.pick(i, 1, 100000) as customer,
    case when i > 159000 then 'pending' when i > 157000 then 'paid' when i > 150000 then 'shipped'
        when i % 40 = 0 then 'cancelled' else 'delivered' end as status,
    timestamptz '2025-01-01' + i * interval '290 seconds' as placed_at) o
left join (select code, row_number() over (order by code) as n from shop.coupons) c
    on i % 12 = 0 and c.n = 1 + pg_temp.pick(i, 2, 400)
order by i;

insert into shop.order_lines (order_id, line_number, product_id, quantity, unit_price)
select i, n, p.id, 1 + pg_temp.pick(i, n, 3), p.price
from generate_series(1, 160000) i
cross join lateral generate_series(1, 1 + pg_temp.pick(i, 1, 5)) n
join shop.products p on p.id = 1 + pg_temp.pick(i, 100 + n, 12000);

insert into shop.payments (order_id, method, amount, paid_at)
select o.id, pg_temp.one_of(o.id, 1, '{card,card,card,paypal,paypal,invoice,gift card}')::shop.payment_method,
    t.total, o.placed_at + interval '3 minutes'
from shop.orders o join shop.order_totals t on t.id = o.id
where o.status not in ('pending', 'cancelled')
order by o.id;

insert into shop.events (occurred_at, customer_id, session_id, kind, properties)
select timestamptz '2026-01-01' + i * interval '70 seconds',
    case when i % 3 > 0 then 1 + pg_temp.pick(i / 6, 1, 100000) end,
    md5('session' || i / 6)::uuid,
    kind,
    case kind when 'search' then jsonb_build_object('words', pg_temp.one_of(i, 2, '{lamp,oak chair,blue mug,clock}'))
        when 'checkout' then '{}'
        else jsonb_build_object('product', 1 + pg_temp.pick(i, 3, 12000)) end
from generate_series(1, 240000) i,
    lateral (select pg_temp.one_of(i, 4, '{view,view,view,view,search,search,add to cart,checkout}') as kind) k;

insert into warehouse.sites (name, location)
values ('Berlin', (52.52, 13.40)), ('Hamburg', (53.55, 9.99)), ('Leipzig', (51.34, 12.37)), ('Cologne', (50.94, 6.96));

insert into warehouse.stock (site_id, product_id, quantity)
select s, p, 20 + pg_temp.pick(p, s, 400)
from generate_series(1, 4) s, generate_series(1, 12000) p;

insert into warehouse.stock_movements (site_id, product_id, quantity, reason, moved_at)
select 1 + i % 4, 1 + pg_temp.pick(i, 1, 12000),
    case when i % 10 = 0 then 20 + pg_temp.pick(i, 2, 80) when i % 33 = 0 then 1 else -1 - pg_temp.pick(i, 3, 4) end,
    case when i % 10 = 0 then 'delivery' when i % 33 = 0 then 'return' when i % 101 = 0 then 'loss' else 'sale' end,
    timestamptz '2025-01-01' + i * interval '3 minutes'
from generate_series(1, 220000) i;

insert into warehouse.stock_counts (site_id, product_id, counted_on, counted, counted_by)
select s, p, date '2025-12-31' + 181 * (p % 2), pg_temp.pick(p, s, 400), pg_temp.one_of(p, 9, '{Kaya,Ole,Petra,Ravi}')
from generate_series(1, 4) s, generate_series(1, 12000) p;

insert into warehouse.shipments (id, order_id, site_id, carrier, tracking_code, sent_at, delivered_at)
select md5('shipment' || id)::uuid, id, 1 + id % 4, pg_temp.one_of(id, 1, '{DHL,UPS,Hermes,DPD}'),
    upper(left(md5('track' || id), 14)), placed_at + interval '1 day',
    case when status = 'delivered' then placed_at + make_interval(days => 2 + pg_temp.pick(id, 2, 5)) end
from shop.orders where status in ('shipped', 'delivered');

refresh materialized view shop.product_sales;

reset session_replication_role;

analyze;
