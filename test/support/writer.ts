import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";

/** Somebody who writes to the source all the time. */
export interface Writer {
    /** Ends it and says how many transactions it made; fails with the first error that it met. */
    stop(): Promise<number>;
}

/** Runs the statement about ten times a second, each time in a transaction of its own. */
export async function startWriter(url: string, sql: string): Promise<Writer> {
    const client = new Client({ connectionString: url });
    await client.connect();
    let goOn = true;
    let transactions = 0;
    let failure: unknown;
    const writing = (async () => {
        while (goOn) {
            await client.query(sql);
            transactions++;
            await wait(100);
        }
    })().catch((error: unknown) => {
        failure = error;
    });
    return {
        async stop() {
            goOn = false;
            await writing;
            await client.end();
            if (failure) throw failure;
            return transactions;
        },
    };
}
