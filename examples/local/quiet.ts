import type { Client } from "pg";

/** Every transaction of the writer holds this advisory lock, shared. */
export const quietKey = 20_260_630;

/** Runs `look` while the shop's writer waits between two transactions. */
export async function whileQuiet<T>(source: Client, look: () => Promise<T>): Promise<T> {
    await source.query("select pg_advisory_lock($1)", [quietKey]);
    try {
        return await look();
    } finally {
        await source.query("select pg_advisory_unlock($1)", [quietKey]);
    }
}
