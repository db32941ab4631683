import { afterAll, beforeAll, expect, test } from "vitest";
import { tableContents } from "./contents";
import { createDatabase, type Pair, pair, query } from "./postgres";

let servers: Pair;
let old: string;
let young: string;

const rows = `
    CREATE TYPE mood AS ENUM ('so "so"', 'fine');
    CREATE TABLE "All Types" (id int, f float8, r float4, n numeric, t text, b bytea, at timestamptz, d date, i interval,
                              a text[], j jsonb, m mood, u uuid, box box, range tstzrange, money money);
    INSERT INTO "All Types" VALUES
        (1, 0.1::float8 + 0.2, 1.1, 'NaN', E'a\\tb"', '\\x00ff', 'infinity', '0044-03-15 BC', '1 year -2 days 00:00:00.5',
         ARRAY['', NULL, 'x,y'], '{"b": 1, "a": null}', 'fine', '00000000-0000-0000-0000-000000000001', '(1,2),(3,4)',
         '[2022-01-01 00:00+00,)', 12.5),
        (2, NULL, '-0', 1.10, '', '', '2022-06-01 12:00+02', NULL, NULL, '{}', '[]', NULL, NULL, NULL, 'empty', NULL);
    CREATE TABLE parts (k int) PARTITION BY LIST (k);
    CREATE TABLE part_one PARTITION OF parts FOR VALUES IN (1);
    CREATE TABLE "part's two" PARTITION OF parts FOR VALUES IN (2);
    INSERT INTO parts VALUES (1), (2), (2);
    CREATE TABLE empty (id int)`;

beforeAll(async () => {
    servers = await pair(14, 18);
    old = await createDatabase(servers.source, "contents");
    young = await createDatabase(servers.target, "contents");
    await query(old, rows);
    // Each server's own taste must not show.
    await query(young, "ALTER DATABASE contents SET TimeZone = 'Asia/Kathmandu'");
    await query(young, "ALTER DATABASE contents SET DateStyle = 'German'");
    await query(young, "ALTER DATABASE contents SET IntervalStyle = 'iso_8601'");
    await query(young, "ALTER DATABASE contents SET bytea_output = 'escape'");
    await query(young, "ALTER DATABASE contents SET extra_float_digits = -5");
    await query(young, rows);
});

afterAll(() => servers?.stop());

test("the same rows are the same on any major, in any order", async () => {
    const contents = await tableContents(old);
    expect(Object.entries(contents).map(([table, line]) => `${table}: ${line.replace(/ rows, .*/, "")}`)).toEqual([
        'public."All Types": 2',
        'public."part\'s two": 2',
        "public.empty: 0",
        "public.part_one: 1",
        "public.parts: 3",
    ]);
    expect(await tableContents(young)).toEqual(contents);
    await query(young, `UPDATE "All Types" SET t = t`);
    await query(young, `UPDATE "All Types" SET t = t WHERE id = 1`);
    expect(await tableContents(young)).toEqual(contents);
});

test.each([
    ["an empty string for a null", `UPDATE "All Types" SET t = NULL WHERE id = 2`],
    ["a last digit of a float", `UPDATE "All Types" SET f = 0.3 WHERE id = 1`],
    ["trailing zeros of a numeric", `UPDATE "All Types" SET n = 1.1 WHERE id = 2`],
    ["another moment", `UPDATE "All Types" SET at = at + interval '1 microsecond' WHERE id = 2`],
    ["a value in another row", `UPDATE "All Types" SET id = 3 - id`],
    ["one of two equal rows", `INSERT INTO parts VALUES (2)`],
    ["a row in another partition", "UPDATE parts SET k = 2 WHERE k = 1"],
])("%s is seen", async (_what, change) => {
    const contents = await tableContents(young);
    await query(young, change);
    expect(await tableContents(young)).not.toEqual(contents);
});
