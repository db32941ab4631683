import { Client } from "pg";

/** A session that keeps a migration where it is, by the locks that it holds. */
export interface Hold {
    // biome-ignore lint/suspicious/noExplicitAny: rows are what the statement says.
    query<Row = any>(sql: string): Promise<Row[]>;
    /** Ends the session, and with it its transaction and its locks; `last` is run before. A second call does nothing. */
    release(): Promise<void>;
}

export async function hold(url: string, statements: string[], last?: string): Promise<Hold> {
    const client = new Client({ connectionString: url });
    let open = true;
    // A server that is stopped ends the session by itself.
    client.on("error", () => {});
    client.on("end", () => {
        open = false;
    });
    await client.connect();
    for (const statement of statements) {
        await client.query(statement);
    }
    return {
        query: async (sql) => (await client.query(sql)).rows,
        async release() {
            if (open && last) await client.query(last);
            if (open) await client.end();
        },
    };
}
