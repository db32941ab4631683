import { Client } from "pg";

/** Opens a connection, does the work, and closes it whatever happens. */
export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url });
    // Without a listener, a server that stops under a measurement would end this process before it has cleared up.
    client.on("error", () => undefined);
    await client.connect();
    try {
        return await work(client);
    } finally {
        await client.end();
    }
}

/** Runs statements one after the other on a connection of their own. */
export async function execute(url: string, ...statements: string[]): Promise<void> {
    await connected(url, async (client) => {
        for (const statement of statements) await client.query(statement);
    });
}

/** The only column of what a query finds. */
export async function column(url: string, query: string): Promise<string[]> {
    return connected(url, async (client) => {
        const { rows } = await client.query<[string]>({ text: query, rowMode: "array" });
        return rows.map(([value]) => value);
    });
}
