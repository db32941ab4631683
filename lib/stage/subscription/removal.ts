import type { Context } from "../../dynamic/lifecycle";
import { ConnectError, type Session, sqlState, withSession } from "../../postgres/client";
import { connectionOf, describe } from "../../postgres/connection";
import { findPublication } from "../publication/observe";
import { dropPublication } from "../publication/sql";
import type { Names, Sides } from "../sides";
import { findSlot, findSubscription } from "./observe";
import { dropSlot, dropSubscription, identifyTarget, tableSyncSlots } from "./sql";

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

/** DROP SUBSCRIPTION asks the source about unfinished table copies, and libpq waits as long as the network lets it. */
const dropPatienceMs = 30_000;
const slotPatienceMs = 30_000;
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

    const sourceAway = await unreachable("source", remains.source);
    // With the source away, the subscription stays too: a slot that loses its consumer would fill the source's disk once
    // the source is back.
    if (sourceAway && !remains.forceDetach) {
        left.push(subscriptionLeft(remains, "it is left in place until its slot can be removed too"));
    } else {
        try {
            await withSession(
                connectionOf("target", remains.target),
                async (target) => {
                    const found = await findSubscription(target, remains.subscription, remains.migration);
                    systemIdentifier ??= (await target.query<{ systemIdentifier: string }>(identifyTarget))[0]
                        ?.systemIdentifier;
                    if (found?.ours) {
                        oid = found.oid;
                        for (const statement of dropSubscription(remains.subscription)) {
                            await target.query(statement);
                        }
                    }
                },
                { statementTimeoutMs: dropPatienceMs },
            );
        } catch (error) {
            left.push(subscriptionLeft(remains, (error as Error).message));
        }
    }

    if (sourceAway) {
        left.push(...sourceLeft(remains, oid, systemIdentifier, sourceAway));
    } else {
        await withSession(connectionOf("source", remains.source), async (source) => {
            const publication = await findPublication(source, remains);
            if (publication?.claimsSlot || extent === "subscription") {
                left.push(...(await removeSlot(source, remains, remains.slot, context)));
            }
            for (const { name } of await syncSlots(source, oid, systemIdentifier)) {
                left.push(...(await removeSlot(source, remains, name, context)));
            }
            if (extent !== "subscription" && left.length === 0 && publication?.ours) {
                await source.query(dropPublication(remains.publication));
            }
        });
    }
    report(left, extent, remains, context);
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
        try {
            if (slot.activePid !== null && waited >= terminateAfterMs) {
                await source.query("SELECT pg_terminate_backend($1)", [slot.activePid]);
            }
            await source.query(dropSlot, [name]);
        } catch (error) {
            const goneNow = sqlState(error) === "42704";
            const inUse = sqlState(error) === "55006";
            if (!goneNow && (!inUse || waited >= slotPatienceMs)) {
                const why = inUse
                    ? `process ${slot.activePid} is reading it and does not end`
                    : (error as Error).message;
                return [slotLeft(remains, name, why)];
            }
            context.progress.status(`waiting until process ${slot.activePid} lets go of slot ${name}`);
            await context.sleep(500);
        }
    }
}

async function unreachable(label: string, uri: string): Promise<string | undefined> {
    try {
        await withSession(connectionOf(label, uri), (session) => session.query("SELECT 1"));
        return undefined;
    } catch (error) {
        if (error instanceof ConnectError || sqlState(error) === undefined) {
            return (error as Error).message;
        }
        throw error;
    }
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
