import { inTransaction, type Session } from "../../postgres/client";
import { endWithClient } from "./clientWatch";
import type { Entry } from "./contents";
import { explain } from "./failure";
import type { Script } from "./script";

/** Statements that travel together: a schema has thousands, and each round trip to another cloud takes its time. */
const batchSize = 50;

/**
 * Makes the entries in one transaction, so that a run that is killed or fails leaves nothing. BEGIN and COMMIT are
 * statements of their own: a server goes on with the rest of a batch when its client is gone, but never past it.
 */
export async function restore(
    target: Session,
    script: Script,
    entries: Entry[],
    label: (entry: Entry) => string,
    onProgress: (done: number) => void,
): Promise<void> {
    await endWithClient(target);
    await inTransaction(target, async () => {
        await target.query(script.settings);
        await target.query("SET LOCAL lock_timeout = '30s'");
        for (let start = 0; start < entries.length; start += batchSize) {
            onProgress(start);
            await runBatch(target, script, entries.slice(start, start + batchSize), label);
        }
    });
}

async function runBatch(target: Session, script: Script, batch: Entry[], label: (entry: Entry) => string) {
    const statement = (entry: Entry) => script.statements.get(entry.id) ?? "";
    await target.query("SAVEPOINT batch");
    try {
        await target.query(batch.map(statement).join("\n"));
    } catch {
        // A batch does not say which of its statements failed; one by one they do.
        await target.query("ROLLBACK TO SAVEPOINT batch");
        for (const entry of batch) {
            try {
                await target.query(statement(entry));
            } catch (error) {
                throw new Error(
                    `cannot make ${explain(label(entry), error)} Nothing of the schema was made in this run.`,
                );
            }
        }
    }
    await target.query("RELEASE SAVEPOINT batch");
}
