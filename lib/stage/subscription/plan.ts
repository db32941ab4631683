import { type ObservedSlot, type ObservedSubscription, type SlotState, slotState } from "./observe";

export type SubscriptionPlan =
    | { do: "create"; dropSlotFirst: boolean }
    | { do: "keep"; enable: boolean; refresh: boolean }
    | { do: "refuse"; reason: string };

export interface SubscriptionSituation {
    name: string;
    slotName: string;
    subscription: ObservedSubscription | undefined;
    slot: ObservedSlot | undefined;
    /** The publication's comment claims the slot for this migration. */
    slotClaimed: boolean;
    published: string[];
    /** Tables that would be copied and already hold rows on the target. */
    filled: string[];
    /** Null until it is known from an earlier run that this is the same source. */
    recordedSource: { systemIdentifier: string; timeline: string } | null;
    source: { systemIdentifier: string; timeline: string };
}

const startAgain = "To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.";

/** What brings the subscription about without copying twice, losing a change or touching what is not ours. */
export function planSubscription(now: SubscriptionSituation): SubscriptionPlan {
    const { name, slotName, subscription } = now;
    const state = slotState(now.slot);
    const recorded = now.recordedSource;
    if (recorded && recorded.systemIdentifier !== now.source.systemIdentifier) {
        return refuse(
            `the source is another server than the one this migration copies from (system identifier ${now.source.systemIdentifier}, was ${recorded.systemIdentifier}). Put the old connection back, or run pulumi destroy first.`,
        );
    }
    if (recorded && recorded.timeline !== now.source.timeline) {
        return refuse(
            `the source was promoted or restored since the copy began (timeline ${now.source.timeline}, was ${recorded.timeline}); changes may be missing on the target. ${startAgain}`,
        );
    }
    if (subscription && !subscription.ours) {
        return refuse(
            `subscription "${name}" exists on the target and is not this migration's. Look at it with: SELECT subname, obj_description(oid, 'pg_subscription') FROM pg_subscription; and, if nothing uses it, run: DROP SUBSCRIPTION "${name}";`,
        );
    }
    if (subscription) {
        return state === "present" ? keep(now, subscription) : refuse(gone(slotName, state));
    }
    if (now.slot && !now.slotClaimed) {
        return refuse(
            `replication slot "${slotName}" exists on the source and is not this migration's. Look at it with: SELECT * FROM pg_replication_slots WHERE slot_name = '${slotName}'; and, if nothing uses it, run: SELECT pg_drop_replication_slot('${slotName}');`,
        );
    }
    if (now.filled.length > 0) {
        return refuse(
            `${now.filled.join(", ")} on the target already ${now.filled.length === 1 ? "has" : "have"} rows and no subscription follows the source, so a copy would add every row again. If the rows may go, run on the target: TRUNCATE ${now.filled.join(", ")}; and then: pulumi up`,
        );
    }
    // A slot without its subscription has carried nothing to anybody: a fresh one retains less WAL than this one.
    return { do: "create", dropSlotFirst: now.slot !== undefined };
}

function keep(now: SubscriptionSituation, subscription: ObservedSubscription): SubscriptionPlan {
    const followed = subscription.tables.map(({ table }) => table);
    const refresh =
        now.published.some((table) => !followed.includes(table)) ||
        followed.some((table) => !now.published.includes(table));
    if (refresh && now.filled.length > 0) {
        return refuse(
            `${now.filled.join(", ")} on the target already ${now.filled.length === 1 ? "has" : "have"} rows, so copying ${now.filled.length === 1 ? "it" : "them"} would add every row again. If the rows may go, run on the target: TRUNCATE ${now.filled.join(", ")}; and then: pulumi up`,
        );
    }
    return { do: "keep", enable: !subscription.enabled, refresh };
}

function gone(slot: string, state: SlotState): string {
    const what = {
        missing: `replication slot "${slot}" is gone from the source`,
        lost: `replication slot "${slot}" was lost: the source removed WAL that the target still needed (max_slot_wal_keep_size)`,
        unknown: `replication slot "${slot}" is in a state that is not known to be safe`,
        present: "",
    }[state];
    return `${what}, so changes are missing on the target and can't be sent any more. ${startAgain}`;
}

function refuse(reason: string): SubscriptionPlan {
    return { do: "refuse", reason };
}
