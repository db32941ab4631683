import { Client } from "pg";

const views = `
SELECT format('%I.%I', nspname, relname) AS name, pg_get_viewdef(c.oid) AS definition
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind IN ('v', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`;

/**
 * The definitions of both sides' views and materialized views, by name, as the target prints them: majors print the same
 * view differently, so the source's are read and printed again by the target.
 */
export async function viewDefinitions(
    sourceUrl: string,
    targetUrl: string,
): Promise<{ source: Record<string, string>; target: Record<string, string> }> {
    const source = await qualifiedSession(sourceUrl);
    const target = await qualifiedSession(targetUrl);
    try {
        const found = { source: await read(source), target: await read(target) };
        for (const [name, definition] of Object.entries(found.source)) {
            await target.query(`CREATE TEMPORARY VIEW printed AS ${definition}`);
            const { rows } = await target.query("SELECT pg_get_viewdef('pg_temp.printed'::regclass) AS definition");
            found.source[name] = rows[0].definition;
            await target.query("DROP VIEW pg_temp.printed");
        }
        return found;
    } finally {
        await Promise.all([source.end(), target.end()]);
    }
}

/** Without a search path every name is printed with its schema. */
async function qualifiedSession(url: string): Promise<Client> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("SET search_path = ''");
    return client;
}

async function read(client: Client): Promise<Record<string, string>> {
    const { rows } = await client.query<{ name: string; definition: string }>(views);
    return Object.fromEntries(rows.map(({ name, definition }) => [name, definition]));
}
