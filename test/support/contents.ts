import { Client } from "pg";

/** Rows and a hash of them, by table. Two databases that hold the same rows in any order have the same contents. */
export type Contents = Record<string, string>;

/** What decides how a value looks as text, so that two servers of any major write the same value the same way. */
const settings = `
SET extra_float_digits = 3; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';
SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET xmlbinary = 'base64'; SET search_path = pg_catalog`;

const relations = `
SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind = ANY ($1) AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`;

/** Every table, partitioned tables and their partitions each for itself. */
export function tableContents(url: string): Promise<Contents> {
    return withClient(url, async (client) => contentsOf(client, await namesOf(client, ["r", "p"])));
}

/** Every materialized view, filled anew: a migration leaves that to the user. */
export function refreshedContents(url: string): Promise<Contents> {
    return withClient(url, async (client) => {
        const names = await namesOf(client, ["m"]);
        for (const name of names) await client.query(`REFRESH MATERIALIZED VIEW ${name}`);
        return contentsOf(client, names);
    });
}

async function namesOf(client: Client, kinds: string[]): Promise<string[]> {
    return (await client.query<{ name: string }>(relations, [kinds])).rows.map(({ name }) => name);
}

async function contentsOf(client: Client, names: string[]): Promise<Contents> {
    const contents: Contents = {};
    for (const name of names) {
        // A null and an empty string differ in a row's text, and a row that is there twice counts twice in the sum.
        const { rows } = await client.query<{ line: string }>(
            `SELECT format('%s rows, %s', count(*), coalesce(sum(hashtextextended(each::text, 0)), 0)) AS line
             FROM ${name} AS each`,
        );
        contents[name] = rows[0]?.line ?? "";
    }
    return contents;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
        await client.query(settings);
        return await work(client);
    } finally {
        await client.end();
    }
}
