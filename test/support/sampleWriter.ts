import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";

/** Statements of one transaction, in order. One savepoint may be made and gone back to; a bare `ROLLBACK` comes last. */
export type Transaction = string[];

/** Somebody who goes on writing to a database, round after round. */
export interface SampleWriter {
    /** Whole rounds committed so far; fails with the first error that the writer met. */
    rounds(): number;
    /** Rows by statement and table, as `UPDATE payment`, of what was committed. */
    readonly changed: Record<string, number>;
    /** Lets it end the round it is in; may be called again. */
    stop(): Promise<void>;
}

/** Between two transactions: a writer that never rests would take the processor from what it is to disturb. */
const restMs = 10;

export async function startSampleWriter(url: string, round: (number: number) => Transaction[]): Promise<SampleWriter> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const changed: Record<string, number> = {};
    let rounds = 0;
    let goOn = true;
    let failure: Error | undefined;

    async function perform(transaction: Transaction): Promise<void> {
        let done: { key: string; rows: number }[] = [];
        let saved = 0;
        await client.query("BEGIN");
        for (const statement of transaction) {
            const { rowCount } = await client.query(statement);
            const [, verb, table] = /^(INSERT|UPDATE|DELETE|TRUNCATE)(?: INTO| FROM)? (\S+)/.exec(statement) ?? [];
            if (verb) done.push({ key: `${verb} ${table}`, rows: verb === "TRUNCATE" ? 1 : (rowCount ?? 0) });
            if (statement.startsWith("SAVEPOINT")) saved = done.length;
            if (statement.startsWith("ROLLBACK")) done = done.slice(0, saved);
        }
        await client.query("COMMIT");
        for (const { key, rows } of done) changed[key] = (changed[key] ?? 0) + rows;
        await wait(restMs);
    }

    const writing = (async () => {
        while (goOn) {
            for (const transaction of round(rounds)) await perform(transaction);
            rounds++;
        }
    })()
        .catch((error: Error) => {
            failure = error;
        })
        .finally(() => client.end());

    return {
        rounds() {
            if (failure) throw failure;
            return rounds;
        },
        changed,
        async stop() {
            goOn = false;
            await writing;
            if (failure) throw failure;
        },
    };
}
