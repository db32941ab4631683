import { Client } from "pg";

/** Opens a connection, does the work, and closes it whatever happens. */
export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url });
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
