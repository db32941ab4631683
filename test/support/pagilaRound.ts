import type { Transaction } from "./sampleWriter";

/** Text that compression can't make small, so that it is stored outside its row. */
const longText = "(SELECT string_agg(md5(random()::text), ' ') FROM generate_series(1, 200))";

/** What a day in pagila's shops brings, and what replication finds hard. */
export function pagilaRound(round: number): Transaction[] {
    const film = 1 + (round % 1000);
    return [
        [
            `INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id)
             SELECT clock_timestamp(), 1 + (random() * 4580)::int, 1 + (random() * 598)::int, 1 + i % 2
             FROM generate_series(1, 4) AS i`,
            // Into any of the seven partitions.
            `INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date)
             SELECT customer_id, staff_id, rental_id, 4.99, timestamptz '2022-01-01 00:00+00' + random() * interval '211 days'
             FROM rental ORDER BY rental_id DESC LIMIT 4`,
        ],
        ["UPDATE rental SET return_date = 'infinity' WHERE rental_id = (SELECT max(rental_id) FROM rental)"],
        // Out of one partition and into the next.
        [
            `UPDATE payment SET payment_date = payment_date + interval '31 days' WHERE payment_id IN
             (SELECT payment_id FROM payment WHERE payment_date < '2022-07-01 00:00+00' ORDER BY random() LIMIT 3)`,
        ],
        [`UPDATE payment SET amount = amount + 0.01 WHERE payment_id % 2000 = ${round % 2000}`],
        [
            "DELETE FROM payment WHERE rental_id = (SELECT max(rental_id) - 1 FROM rental)",
            "DELETE FROM rental WHERE rental_id = (SELECT max(rental_id) - 1 FROM rental)",
        ],
        // The second changes a row whose long text stays, and so is not sent again.
        [`UPDATE film SET description = ${longText} WHERE film_id = ${film}`],
        [`UPDATE film SET rental_rate = rental_rate + 0.01, special_features = '{}' WHERE film_id = ${film}`],
        [
            `UPDATE staff SET picture = decode(md5(random()::text) || replace(${longText}, ' ', ''), 'hex') WHERE staff_id = 1`,
        ],
        ["UPDATE staff SET email = md5(random()::text), password = NULL WHERE staff_id = 1"],
        [
            `INSERT INTO actor (first_name, last_name) VALUES (E'\\u017dofie\\t\\\\N', E'O''Neil\\r\\n')`,
            `INSERT INTO film_actor (actor_id, film_id) SELECT currval('actor_actor_id_seq'), ${film}`,
        ],
        // A key, and by its foreign key another one.
        [
            "UPDATE actor SET actor_id = actor_id + 1000000 WHERE actor_id = (SELECT max(actor_id) FROM actor WHERE actor_id < 1000000)",
        ],
        ...(round % 3 === 2
            ? [
                  [
                      "DELETE FROM film_actor WHERE actor_id = (SELECT min(actor_id) FROM actor WHERE actor_id > 1000000)",
                      "DELETE FROM actor WHERE actor_id = (SELECT min(actor_id) FROM actor WHERE actor_id > 1000000)",
                  ],
              ]
            : []),
        [
            "SAVEPOINT before",
            "DELETE FROM film_category",
            "ROLLBACK TO before",
            `UPDATE category SET name = name || '.' WHERE category_id = ${1 + (round % 16)}`,
        ],
        ...(round % 10 === 5 ? [["DELETE FROM payment", "UPDATE rental SET staff_id = 1", "ROLLBACK"]] : []),
    ];
}
