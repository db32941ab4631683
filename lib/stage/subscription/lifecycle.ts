import { type Context, type Lifecycle, Unfinished } from "../../dynamic/lifecycle";
import { sameValue } from "../../dynamic/value";
import { claim, marker } from "../../names";
import { inTransaction, type Session, sqlState, withSession } from "../../postgres/client";
import { connectionOf } from "../../postgres/connection";
import { conninfo } from "../../postgres/conninfo";
import { identifier, parseTableName, qualified } from "../../postgres/identifier";
import { executeWithConninfo } from "../../postgres/subscriptionStatement";
import { findPublication } from "../publication/observe";
import { commentOnPublication } from "../publication/sql";
import { endWithClient } from "../schema/clientWatch";
import { type Names, onlyDetachChanged, type Sides, sideInputs } from "../sides";
import { findSlot, findSubscription, type ObservedSubscription, type SlotState, slotState } from "./observe";
import { planSubscription, type SubscriptionSituation } from "./plan";
import { remove } from "./removal";
import * as sql from "./sql";

export interface SubscriptionInputs extends Sides, Names {
    /** Connection URI by which the target reaches the source, where that differs from `source`. */
    sourceFromTarget?: string;
    tables: string[];
    forceDetach?: boolean;
}

export interface SubscriptionOutputs {
    subscriptionOid: string;
    enabled: boolean;
    slotState: SlotState;
    /** The tables the subscription follows; another list than `tables` is drift. */
    subscribed: string[];
    sourceSystemIdentifier: string;
    sourceTimeline: string;
    targetSystemIdentifier: string;
}

type State = SubscriptionInputs & SubscriptionOutputs;
type Situation = SubscriptionSituation & { targetSystemIdentifier: string };

const slotPatienceMs = 60_000;
const slotLockSeconds = 10;

export const subscription: Lifecycle<SubscriptionInputs, SubscriptionOutputs> = {
    inputs: [...sideInputs, "sourceFromTarget", "publication", "subscription", "slot", "tables", "forceDetach"],

    needsUpdate: (state) =>
        !state.enabled ||
        state.slotState !== "present" ||
        !sameValue([...state.tables].sort(), [...state.subscribed].sort()),

    create: (inputs, context) => ensure(inputs, undefined, context),

    async update(inputs, olds, context) {
        return onlyDetachChanged(inputs, olds) ? outputsOf(olds) : ensure(inputs, olds, context);
    },

    async read(state, context) {
        try {
            return await withBoth(state, async (source, target) => {
                const found = await findSubscription(target, state.subscription, state.migration);
                return {
                    ...outputsOf(state),
                    enabled: found?.enabled ?? false,
                    subscribed: found?.tables.map(({ table }) => table).sort() ?? [],
                    slotState: slotState(await findSlot(source, state.slot)),
                };
            });
        } catch (error) {
            context.progress.warn(`kept the last known subscription: ${(error as Error).message}`);
            return outputsOf(state);
        }
    },

    delete: (state, context) => remove(state, "subscription", context),
};

async function ensure(
    inputs: SubscriptionInputs,
    olds: State | undefined,
    context: Context,
): Promise<SubscriptionOutputs> {
    return withBoth(inputs, async (source, target) => {
        const situation = await observe(source, target, inputs, olds);
        const plan = planSubscription(situation);
        if (plan.do === "refuse") {
            throw new Error(plan.reason);
        }
        if (plan.do === "create") {
            for (const name of await copySlots(source, olds)) {
                await dropStaleSlot(source, name, context);
            }
            if (plan.dropSlotFirst) {
                await dropStaleSlot(source, inputs.slot, context);
            }
            await makeSlot(source, inputs, context);
            try {
                await makeSubscription(target, inputs);
            } catch (error) {
                if (sqlState(error) === undefined) {
                    // The connection broke: the subscription may be there or not, and the next run will see.
                    throw new Unfinished(
                        (error as Error).message,
                        await outputsNow(source, undefined, inputs, situation),
                    );
                }
                // A slot that nobody reads fills the source's disk: it goes before anything else is said.
                await source.query(sql.dropSlot, [inputs.slot]);
                throw error;
            }
        } else {
            if (olds && reachOf(olds) !== reachOf(inputs)) {
                await inTransaction(target, () =>
                    executeWithConninfo(target, sql.alterConnection(inputs.subscription), reach(inputs)),
                );
            }
            if (plan.enable) {
                for (const statement of sql.enableSubscription(inputs.subscription, inputs.slot)) {
                    await target.query(statement);
                }
            }
            if (plan.refresh) {
                await target.query(sql.refreshSubscription(inputs.subscription));
            }
        }
        const found = await findSubscription(target, inputs.subscription, inputs.migration);
        const outputs = await outputsNow(source, found, inputs, situation);
        if (subscription.needsUpdate?.({ ...inputs, ...outputs })) {
            throw new Unfinished(
                `subscription "${inputs.subscription}" was made, and then somebody changed it. Run again: pulumi up`,
                outputs,
            );
        }
        return outputs;
    });
}

async function outputsNow(
    source: Session,
    found: ObservedSubscription | undefined,
    inputs: SubscriptionInputs,
    situation: Situation,
): Promise<SubscriptionOutputs> {
    return {
        subscriptionOid: found?.oid ?? "",
        enabled: found?.enabled ?? false,
        subscribed: found?.tables.map(({ table }) => table).sort() ?? [],
        slotState: slotState(await findSlot(source, inputs.slot)),
        sourceSystemIdentifier: situation.source.systemIdentifier,
        sourceTimeline: situation.source.timeline,
        targetSystemIdentifier: situation.targetSystemIdentifier,
    };
}

async function observe(
    source: Session,
    target: Session,
    inputs: SubscriptionInputs,
    olds: State | undefined,
): Promise<Situation> {
    const found = await findSubscription(target, inputs.subscription, inputs.migration);
    const publication = await findPublication(source, inputs);
    if (!publication?.ours) {
        throw new Error(
            `publication "${inputs.publication}" is not on the source. Run pulumi refresh, and then pulumi up.`,
        );
    }
    const published = publication.tables;
    const followed = found?.tables.map(({ table }) => table) ?? [];
    const [sourceIdentity] = await source.query<{ systemIdentifier: string; timeline: string }>(sql.identifySource);
    const [targetIdentity] = await target.query<{ systemIdentifier: string }>(sql.identifyTarget);
    if (!sourceIdentity || !targetIdentity) {
        throw new Error("the servers do not say who they are (pg_control_system).");
    }
    return {
        name: inputs.subscription,
        slotName: inputs.slot,
        subscription: found,
        slot: await findSlot(source, inputs.slot),
        slotClaimed: publication.claimsSlot,
        published,
        filled: await filledTables(
            target,
            published.filter((table) => !followed.includes(table)),
        ),
        recordedSource: olds ? { systemIdentifier: olds.sourceSystemIdentifier, timeline: olds.sourceTimeline } : null,
        source: sourceIdentity,
        targetSystemIdentifier: targetIdentity.systemIdentifier,
    };
}

/** Which of these tables hold a row on the target. One statement for all; it stops at each table's first row. */
async function filledTables(target: Session, tables: string[]): Promise<string[]> {
    if (tables.length === 0) {
        return [];
    }
    const probes = tables.map((table, index) => {
        const name = parseTableName(table);
        return `SELECT ${index} AS index WHERE EXISTS (SELECT 1 FROM ${name ? qualified(name) : identifier(table)})`;
    });
    const rows = await target.query<{ index: number }>(probes.join(" UNION ALL "));
    return rows.map(({ index }) => tables[index] as string);
}

/** Claims the name in the publication's comment, then makes the slot: a run killed in between finds its own slot again. */
async function makeSlot(source: Session, inputs: SubscriptionInputs, context: Context): Promise<void> {
    await source.query(commentOnPublication(inputs.publication, claim(inputs.migration, inputs.slot)));
    // Else a run that is killed while it waits would leave a slot that is made as soon as those transactions end.
    await endWithClient(source);
    await source.query(`SET lock_timeout = '${slotLockSeconds}s'`);
    const start = context.now();
    for (;;) {
        try {
            await source.query(sql.createSlot, [inputs.slot]);
            return;
        } catch (error) {
            if (sqlState(error) !== "55P03") {
                throw error;
            }
            const open = await source.query<{ pid: number; user: string; state: string; age: string }>(
                sql.openTransactions,
            );
            const names = open
                .map(({ pid, user, state, age }) => `process ${pid} of ${user} (${state}, ${age})`)
                .join(", ");
            if (context.now() - start >= slotPatienceMs) {
                throw new Error(
                    `the slot can't be made while older transactions are open on the source: ${names || "prepared transactions, see pg_prepared_xacts"}. Nothing was left behind. Let them end, or end them with SELECT pg_terminate_backend(<pid>); and run again: pulumi up`,
                );
            }
            context.progress.status(`waiting for older transactions on the source: ${names}`);
        }
    }
}

/** What a subscription that is gone left on the source: only its number, known from an earlier run, tells whose it was. */
async function copySlots(source: Session, olds: State | undefined): Promise<string[]> {
    const gone = [olds?.subscriptionOid, olds?.targetSystemIdentifier];
    const slots = gone.every(Boolean) ? await source.query<{ name: string }>(sql.tableSyncSlots, gone) : [];
    return slots.map(({ name }) => name);
}

/** A killed run may still be making its slot: the server notices a client's death only when it next writes to it. */
async function dropStaleSlot(source: Session, name: string, context: Context): Promise<void> {
    const start = context.now();
    for (;;) {
        const slot = await findSlot(source, name);
        if (!slot) {
            return;
        }
        if (slot.activePid !== null) {
            await source.query("SELECT pg_terminate_backend($1)", [slot.activePid]);
        }
        try {
            await source.query(sql.dropSlot, [name]);
        } catch (error) {
            if (sqlState(error) !== "55006" || context.now() - start > slotPatienceMs) {
                throw error;
            }
            await context.sleep(500);
        }
    }
}

async function makeSubscription(target: Session, inputs: SubscriptionInputs): Promise<void> {
    await inTransaction(target, async () => {
        await executeWithConninfo(
            target,
            sql.createSubscription(inputs.subscription, inputs.publication, inputs.slot),
            reach(inputs),
        );
        await target.query(sql.commentOnSubscription(inputs.subscription, marker(inputs.migration)));
    });
}

function reachOf(inputs: SubscriptionInputs): string {
    return inputs.sourceFromTarget ?? inputs.source;
}

function reach(inputs: SubscriptionInputs): string {
    return conninfo(connectionOf("source", reachOf(inputs)), inputs.subscription);
}

function withBoth<T>(sides: Sides, work: (source: Session, target: Session) => Promise<T>): Promise<T> {
    return withSession(connectionOf("source", sides.source), (source) =>
        withSession(connectionOf("target", sides.target), (target) => work(source, target)),
    );
}

function outputsOf(state: State): SubscriptionOutputs {
    const { subscriptionOid, enabled, slotState, subscribed } = state;
    const { sourceSystemIdentifier, sourceTimeline, targetSystemIdentifier } = state;
    return {
        subscriptionOid,
        enabled,
        slotState,
        subscribed,
        sourceSystemIdentifier,
        sourceTimeline,
        targetSystemIdentifier,
    };
}
