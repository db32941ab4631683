import type { Context } from "../../dynamic/lifecycle";
import { inTransaction, type Session, sqlState, withSession } from "../../postgres/client";
import { connectionOf, describe } from "../../postgres/connection";
import { findPublication } from "../publication/observe";
import { dropPublication } from "../publication/sql";
import type { Names, Sides } from "../sides";
import { findSlot, findSubscription } from "./observe";
import { reach } from "./reach";
import {
    cutSubscription,
    dropSlot,
    dropSubscription,
    findReader,
    identifyTarget,
    slotsNamed,
    subscriptionsNamed,
    tableSyncSlots,
} from "./sql";

/** What a stage knows of what it made. */
export interface Remains extends Sides, Names {
    subscriptionOid?: string;
    targetSystemIdentifier?: string;
    forceDetach?: boolean;
}

/**
 * What to take away: the subscription with its slots; the publication, and before it a subscription and slots that a killed
 * run made without Pulumi knowing; or whatever of all that is still there at the very end.
 */
export type Extent = "subscription" | "publication" | "sweep";

interface Leftover {
    kind: "subscription" | "publication";
    what: string;
    where: string;
    why: string;
    sql: string[];
}

const targetPatienceMs = 30_000;
/** DROP SUBSCRIPTION asks the source about unfinished table copies, and libpq waits as long as the network lets it. */
const dropPatienceSeconds = 5;
const slotPatienceMs = 15_000;
const terminateAfterMs = 3_000;

/**
 * Takes away what this migration made, on both sides; what is gone already is fine, what is not ours stays. Where a side
 * can't be reached it fails and says what is left there and the SQL that removes it, or, with `forceDetach`, says so and
 * succeeds.
 */
export async function remove(remains: Remains, extent: Extent, context: Context): Promise<void> {
    const left: Leftover[] = [];
    let oid = remains.subscriptionOid;
    let systemIdentifier = remains.targetSystemIdentifier;
    const [source, target] = await Promise.all([
        reach("source", remains.source, slotsNamed, remains.slot, context.now),
        reach("target", remains.target, subscriptionsNamed, remains.subscription, context.now),
    ]);

    if (target.is === "away") {
        left.push(subscriptionLeft(remains, target.why));
    } else if (source.is === "away" && !remains.forceDetach) {
        // A slot that loses its consumer would fill the source's disk once the source is back.
        left.push(subscriptionLeft(remains, "it is left in place until its slot can be removed too"));
    } else if (target.is === "there") {
        try {
            await withSession(
                connectionOf("target", remains.target),
                async (session) => {
                    const found = await findSubscription(session, remains.subscription, remains.migration);
                    systemIdentifier ??= (await session.query<{ systemIdentifier: string }>(identifyTarget))[0]
                        ?.systemIdentifier;
                    if (found?.ours) {
                        oid = found.oid;
                        await removeSubscription(session, remains.subscription);
                    }
                },
                { statementTimeoutMs: targetPatienceMs },
            );
        } catch (error) {
            left.push(subscriptionLeft(remains, (error as Error).message));
        }
    }

    if (source.is === "away") {
        left.push(...sourceLeft(remains, oid, systemIdentifier, source.why));
    } else if (source.is === "there") {
        await withSession(connectionOf("source", remains.source), async (session) => {
            const publication = await findPublication(session, remains);
            if (publication?.claimsSlot || extent === "subscription") {
                left.push(...(await removeSlot(session, remains, remains.slot, context)));
            }
            for (const { name } of await syncSlots(session, oid, systemIdentifier)) {
                left.push(...(await removeSlot(session, remains, name, context)));
            }
            const last = left.length === 0 || remains.forceDetach;
            if (extent !== "subscription" && last && publication?.ours) {
                await session.query(dropPublication(remains.publication));
            }
        });
    }
    report(left, extent, remains, context);
}

async function removeSubscription(target: Session, name: string): Promise<void> {
    const [disable, detach, uncomment, drop] = dropSubscription(name);
    await target.query(disable);
    await target.query(detach);
    // Both or none: without its comment, the subscription would not be ours any more.
    const dropBoth = () =>
        inTransaction(target, async () => {
            await target.query(`SET LOCAL statement_timeout = '${dropPatienceSeconds}s'`);
            await target.query(uncomment);
            await target.query(drop);
        });
    try {
        await dropBoth();
    } catch (error) {
        if (sqlState(error) !== "57014") {
            throw error;
        }
        // The source is silent to the target; a drop that is refused there at once goes on without it.
        await target.query(cutSubscription(name));
        await dropBoth();
    }
}

async function syncSlots(source: Session, oid: string | undefined, systemIdentifier: string | undefined) {
    return oid && systemIdentifier ? source.query<{ name: string }>(tableSyncSlots, [oid, systemIdentifier]) : [];
}

/** A slot in use can't be dropped. Its reader is ours and is about to end, or is told to end: the slot is ours. */
async function removeSlot(source: Session, remains: Remains, name: string, context: Context): Promise<Leftover[]> {
    const start = context.now();
    for (;;) {
        const slot = await findSlot(source, name);
        if (!slot) {
            return [];
        }
        const waited = context.now() - start;
        if (slot.activePid !== null && waited >= terminateAfterMs) {
            // Fails where the reader is another role's; it may still end by itself.
            await source.query("SELECT pg_terminate_backend($1)", [slot.activePid]).catch(() => {});
        }
        try {
            await source.query(dropSlot, [name]);
        } catch (error) {
            const state = sqlState(error);
            if (state !== "42704" && (state !== "55006" || waited >= slotPatienceMs)) {
                return [await slotHeld(source, remains, name, slot.activePid, error as Error)];
            }
            context.progress.status(`waiting until process ${slot.activePid} lets go of slot ${name}`);
            // A reader that was told to end may come back: the moment in between must not be missed.
            await context.sleep(waited < terminateAfterMs ? 500 : 50);
        }
    }
}

async function slotHeld(
    source: Session,
    remains: Remains,
    name: string,
    pid: number | null,
    error: Error,
): Promise<Leftover> {
    if (sqlState(error) !== "55006" || pid === null) {
        return slotLeft(remains, name, error.message);
    }
    const [reader] = await source.query<{ user: string | null; application: string | null }>(findReader, [pid]);
    const who = `process ${pid} of ${reader?.user ?? "an unknown user"} (${reader?.application || "no name"})`;
    const held = slotLeft(remains, name, `${who} reads it and does not end`);
    return { ...held, sql: [`SELECT pg_terminate_backend(${pid})`, ...held.sql] };
}

function subscriptionLeft(remains: Remains, why: string): Leftover {
    return {
        kind: "subscription",
        what: `subscription "${remains.subscription}"`,
        where: `target ${describe(connectionOf("target", remains.target))}`,
        why,
        sql: dropSubscription(remains.subscription),
    };
}

function slotLeft(remains: Remains, name: string, why: string): Leftover {
    return {
        kind: "subscription",
        what: `replication slot "${name}"`,
        where: `source ${describe(connectionOf("source", remains.source))}`,
        why,
        sql: [`SELECT pg_drop_replication_slot('${name}')`],
    };
}

function sourceLeft(
    remains: Remains,
    oid: string | undefined,
    systemIdentifier: string | undefined,
    why: string,
): Leftover[] {
    const slot = slotLeft(remains, remains.slot, why);
    if (oid && systemIdentifier) {
        slot.what += " and slots of table copies";
        slot.sql.push(
            `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^pg_${oid}_sync_[0-9]+_${systemIdentifier}$'`,
        );
    }
    const publication = `publication "${remains.publication}"`;
    return [slot, { ...slot, kind: "publication", what: publication, sql: [dropPublication(remains.publication)] }];
}

function report(left: Leftover[], extent: Extent, remains: Remains, context: Context): void {
    if (left.length === 0) {
        return;
    }
    const message = (of: Leftover[]) =>
        `left behind:\n${of.map(({ what, where, why, sql }) => `${what} on the ${where} (${why}). To remove it there:\n  ${sql.join(";\n  ")};`).join("\n")}`;
    if (!remains.forceDetach) {
        throw new Error(
            `${message(left)}\nWhen both servers can be reached, run pulumi destroy again; or set forceDetach: true on the Migration, run pulumi up, and pulumi destroy will leave these behind.`,
        );
    }
    // Each resource speaks of its own, or the same list would be printed by all of them.
    const own = left.filter(({ kind }) => kind === extent);
    if (own.length > 0) {
        context.progress.warn(message(own));
    }
}
