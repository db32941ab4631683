import { Client } from "pg";

/** Rows and a hash of them, by table. Two databases that hold the same rows in any order have the same contents. */
export type Contents = Record<string, string>;

/** What decides how a value looks as text, so that two servers of any major write the same value the same way. */
const settings = `
SET extra_float_digits = 3; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';
SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET xmlbinary = 'base64'; SET search_path = pg_catalog`;

const tables = `
SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind = ANY ($1) AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`;

/** Every table, partitioned tables and their partitions each for itself. */
export function tableContents(url: string): Promise<Contents> {
    return contentsOf(url, ["r", "p"]);
}

export function materializedViewContents(url: string): Promise<Contents> {
    return contentsOf(url, ["m"]);
}

async function contentsOf(url: string, kinds: string[]): Promise<Contents> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
        await client.query(settings);
        const { rows } = await client.query<{ name: string }>(tables, [kinds]);
        const contents: Contents = {};
        for (const { name } of rows) {
            // A null and an empty string differ in a row's text, and a row that is there twice counts twice in the sum.
            const found = await client.query<{ line: string }>(
                `SELECT format('%s rows, %s', count(*), coalesce(sum(hashtextextended(each::text, 0)), 0)) AS line
                 FROM ${name} AS each`,
            );
            contents[name] = found.rows[0]?.line ?? "";
        }
        return contents;
    } finally {
        await client.end();
    }
}
