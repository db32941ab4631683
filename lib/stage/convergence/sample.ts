import type { Session } from "../../postgres/client";
import type { Lsn } from "../../postgres/lsn";
import { findPublication } from "../publication/observe";
import type { Names } from "../sides";
import { findSlot, findSubscription, type ObservedSlot, type ObservedSubscription } from "../subscription/observe";
import { identifySource } from "../subscription/sql";
import { applyWorker, currentWalLsn, errorCounts } from "./sql";

/** Both sides at about one moment, as they were read. What could not be read is null or undefined: unknown, never fine. */
export interface Sample {
    /** Milliseconds since the epoch. */
    at: number;
    published: string[] | undefined;
    subscription: ObservedSubscription | undefined;
    worker: ApplyWorker | undefined;
    errors: { apply: string; sync: string } | undefined;
    slot: ObservedSlot | undefined;
    source: { systemIdentifier: string; timeline: string } | undefined;
    /** The end of the source's WAL, read after everything else. */
    walLsn: Lsn | undefined;
}

export interface ApplyWorker {
    pid: number | null;
    receivedLsn: Lsn | null;
    latestEndLsn: Lsn | null;
    lastMsgReceiptTime: Date | null;
}

export async function takeSample(
    source: Session,
    target: Session,
    names: Names & { migration: string },
    at: number,
): Promise<Sample> {
    const subscription = await findSubscription(target, names.subscription, names.migration);
    const [worker] = await target.query<ApplyWorker>(applyWorker, [names.subscription]);
    const [errors] = await target.query<{ apply: string; sync: string }>(errorCounts, [names.subscription]);
    const publication = await findPublication(source, names);
    const slot = await findSlot(source, names.slot);
    const [identity] = await source.query<{ systemIdentifier: string; timeline: string }>(identifySource);
    const [wal] = await source.query<{ lsn: Lsn }>(currentWalLsn);
    return {
        at,
        published: publication?.tables,
        subscription,
        worker,
        errors,
        slot,
        source: identity,
        walLsn: wal?.lsn,
    };
}
