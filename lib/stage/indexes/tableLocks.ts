import { inTransaction, type Session, sqlState } from "../../postgres/client";
import { qualified } from "../../postgres/identifier";
import type { Job } from "./schedule";

const attempts = 20;

/**
 * Makes one object. A constraint between two tables locks the referring one first, while a transaction that writes both
 * mostly begins with the other: under steady writes they would deadlock each time. So both are locked beforehand in the
 * writers' order, and the second lock is given up before the server looks for a deadlock (deadlock_timeout, 1 s): the
 * copy's own worker is never the one it ends.
 */
export async function runJob(
    session: Session,
    job: Job,
    sleep: (milliseconds: number) => Promise<void>,
): Promise<void> {
    if (job.locks.length === 0) {
        await session.query(job.sql);
        return;
    }
    for (let attempt = 1; ; attempt++) {
        try {
            return await inTransaction(session, async () => {
                for (const [i, table] of job.locks.entries()) {
                    await session.query(`SET LOCAL lock_timeout = '${i === 0 ? "60s" : "500ms"}'`);
                    await session.query(`LOCK TABLE ${qualified(table)} IN SHARE ROW EXCLUSIVE MODE`);
                }
                await session.query(job.sql);
            });
        } catch (error) {
            if (attempt === attempts || !["55P03", "40P01"].includes(sqlState(error) ?? "")) {
                throw error;
            }
            await sleep(attempt * 50);
        }
    }
}
