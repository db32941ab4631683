import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { connected } from "./connection";

const pauseMs = 100;
const patienceMs = 3_600_000;

/**
 * Waits until every subscribed table is ready and then until the slot has confirmed what was the end of the source's log at
 * that moment: the verdict that the library gives, too.
 */
export async function untilCaughtUp(sourceUrl: string, targetUrl: string): Promise<void> {
    await connected(sourceUrl, (source) =>
        connected(targetUrl, async (target) => {
            await until("every table is copied", async () =>
                isTrue(target, "select bool_and(srsubstate = 'r') from pg_subscription_rel"),
            );
            await untilConfirmed(source);
        }),
    );
}

/** Waits until the target has all that the source's log holds now. */
export async function untilConfirmed(source: Client): Promise<void> {
    const barrier = (await source.query<{ lsn: string }>("select pg_current_wal_lsn() as lsn")).rows[0]?.lsn;
    await until(`the target has confirmed ${barrier}`, async () =>
        isTrue(source, `select bool_and(confirmed_flush_lsn >= '${barrier}') from pg_replication_slots`),
    );
}

/** Null, what an empty list yields, is not true. */
async function isTrue(client: Client, query: string): Promise<boolean> {
    const { rows } = await client.query<[boolean | null]>({ text: query, rowMode: "array" });
    return rows[0]?.[0] === true;
}

async function until(what: string, happened: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + patienceMs;
    while (!(await happened())) {
        if (Date.now() > end) throw new Error(`It took too long until ${what}`);
        await sleep(pauseMs);
    }
}
