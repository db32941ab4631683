import { expect, test } from "vitest";
import type { ObservedSlot, ObservedSubscription } from "../../../lib/stage/subscription/observe";
import { planSubscription, type SubscriptionSituation } from "../../../lib/stage/subscription/plan";

const slot: ObservedSlot = {
    active: true,
    activePid: 7,
    plugin: "pgoutput",
    database: "shop",
    walStatus: "reserved",
    confirmedFlushLsn: "0/1",
    invalidationReason: null,
    retainedBytes: "0",
};
const subscription: ObservedSubscription = {
    oid: "16500",
    ours: true,
    enabled: true,
    slot: "m",
    tables: [{ table: "s.a", state: "r" }],
};
const server = { systemIdentifier: "7000", timeline: "00000001" };
const running: SubscriptionSituation = {
    name: "m",
    slotName: "m",
    subscription,
    slot,
    slotClaimed: true,
    published: ["s.a"],
    filled: [],
    recordedSource: server,
    source: server,
};
const nothing = { ...running, subscription: undefined, slot: undefined, slotClaimed: false, recordedSource: null };
const startAgain = "To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.";

test.each<[string, SubscriptionSituation, object]>([
    ["nothing there", nothing, { do: "create", dropSlotFirst: false }],
    [
        "a claimed slot without its subscription",
        { ...nothing, slot, slotClaimed: true },
        { do: "create", dropSlotFirst: true },
    ],
    [
        "a running one, made by a killed run",
        { ...running, recordedSource: null },
        { do: "keep", enable: false, refresh: false },
    ],
    ["running", running, { do: "keep", enable: false, refresh: false }],
    [
        "disabled by hand",
        { ...running, subscription: { ...subscription, enabled: false } },
        { do: "keep", enable: true, refresh: false },
    ],
    ["a table added", { ...running, published: ["s.a", "s.b"] }, { do: "keep", enable: false, refresh: true }],
    ["a table removed", { ...running, published: [] }, { do: "keep", enable: false, refresh: true }],
])("%s", (_name, situation, plan) => {
    expect(planSubscription(situation)).toEqual(plan);
});

test.each<[string, SubscriptionSituation, string]>([
    [
        "foreign subscription",
        { ...nothing, subscription: { ...subscription, ours: false } },
        `subscription "m" exists on the target and is not this migration's. Look at it with: SELECT subname, obj_description(oid, 'pg_subscription') FROM pg_subscription; and, if nothing uses it, run: DROP SUBSCRIPTION "m";`,
    ],
    [
        "foreign slot",
        { ...nothing, slot },
        `replication slot "m" exists on the source and is not this migration's. Look at it with: SELECT * FROM pg_replication_slots WHERE slot_name = 'm'; and, if nothing uses it, run: SELECT pg_drop_replication_slot('m');`,
    ],
    [
        "rows on the target, no subscription",
        { ...nothing, filled: ["s.a"] },
        "s.a on the target already has rows and no subscription follows the source, so a copy would add every row again. If the rows may go, run on the target: TRUNCATE s.a; and then: pulumi up",
    ],
    [
        "a table added that has rows",
        { ...running, published: ["s.a", "s.b", "s.c"], filled: ["s.b", "s.c"] },
        "s.b, s.c on the target already have rows, so copying them would add every row again. If the rows may go, run on the target: TRUNCATE s.b, s.c; and then: pulumi up",
    ],
    [
        "slot dropped by hand",
        { ...running, slot: undefined },
        `replication slot "m" is gone from the source, so changes are missing on the target and can't be sent any more. ${startAgain}`,
    ],
    [
        "slot lost",
        { ...running, slot: { ...slot, walStatus: "lost" } },
        `replication slot "m" was lost: the source removed WAL that the target still needed (max_slot_wal_keep_size), so changes are missing on the target and can't be sent any more. ${startAgain}`,
    ],
    [
        "slot in a state not met before",
        { ...running, slot: { ...slot, walStatus: "parked" } },
        `replication slot "m" is in a state that is not known to be safe, so changes are missing on the target and can't be sent any more. ${startAgain}`,
    ],
    [
        "another server",
        { ...running, source: { ...server, systemIdentifier: "7001" } },
        "the source is another server than the one this migration copies from (system identifier 7001, was 7000). Put the old connection back, or run pulumi destroy first.",
    ],
    [
        "promoted",
        { ...running, source: { ...server, timeline: "00000002" } },
        `the source was promoted or restored since the copy began (timeline 00000002, was 00000001); changes may be missing on the target. ${startAgain}`,
    ],
])("refused: %s", (_name, situation, reason) => {
    expect(planSubscription(situation)).toEqual({ do: "refuse", reason });
});
