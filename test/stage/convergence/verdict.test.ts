import { expect, test } from "vitest";
import type { Sample } from "../../../lib/stage/convergence/sample";
import { type Expectation, lagBytes, moved, stopped, verdict } from "../../../lib/stage/convergence/verdict";

const healthy: Sample = {
    at: 10_000,
    published: ["shop.orders", "shop.products"],
    subscription: {
        oid: "16500",
        ours: true,
        enabled: true,
        slot: "shop",
        tables: [
            { table: "shop.orders", state: "r" },
            { table: "shop.products", state: "r" },
        ],
    },
    worker: { pid: 42, receivedLsn: "0/200", latestEndLsn: "0/200", lastMsgReceiptTime: null },
    errors: { apply: "3", sync: "1" },
    slot: {
        active: true,
        activePid: 77,
        plugin: "pgoutput",
        database: "shop",
        walStatus: "reserved",
        confirmedFlushLsn: "0/200",
        invalidationReason: null,
        retainedBytes: "4096",
    },
    source: { systemIdentifier: "7000", timeline: "00000001" },
    walLsn: "0/210",
};

const expected: Expectation = {
    tables: ["shop.orders", "shop.products"],
    systemIdentifier: "7000",
    timeline: "00000001",
    barrier: "0/200",
    stuckAfterMs: 60_000,
    movedAt: 9_000,
};

const changed = (change: object): Sample => ({ ...healthy, ...change });
const slot = (change: object) => changed({ slot: { ...healthy.slot, ...change } });
const subscription = (change: object) => changed({ subscription: { ...healthy.subscription, ...change } });
const following = (...tables: string[]) =>
    subscription({ tables: tables.map((entry) => ({ table: entry.slice(2), state: entry[0] })) });

test("converged when all four conditions hold", () => {
    expect(verdict(healthy, healthy, expected)).toEqual({ phase: "converged", barrier: "0/200" });
});

test("the barrier is the end of WAL at the first sample where the first three conditions hold, and no sample before", () => {
    const open = { ...expected, barrier: undefined };
    expect(verdict(healthy, undefined, open)).toEqual({ phase: "catching up", barrier: undefined });
    expect(verdict(healthy, healthy, open)).toEqual({ phase: "catching up", barrier: "0/210" });
    expect(verdict(following("r shop.orders", "d shop.products"), healthy, open)).toEqual({ phase: "copying" });
});

test.each<[string, Sample, Sample | undefined, string]>([
    ["confirmed one byte short of the barrier", slot({ confirmedFlushLsn: "0/1FF" }), healthy, "catching up"],
    ["confirmed position unknown", slot({ confirmedFlushLsn: null }), healthy, "catching up"],
    ["nobody reads the slot", slot({ active: false }), healthy, "catching up"],
    ["no sample before", healthy, undefined, "catching up"],
    ["no worker", changed({ worker: { ...healthy.worker, pid: null } }), healthy, "catching up"],
    ["worker unreadable", changed({ worker: undefined }), healthy, "catching up"],
    ["another worker than before", healthy, changed({ worker: { ...healthy.worker, pid: 41 } }), "catching up"],
    ["a table still copies", following("r shop.orders", "d shop.products"), healthy, "copying"],
    ["a table waits for the main worker", following("r shop.orders", "s shop.products"), healthy, "copying"],
])("not converged: %s", (_name, now, before, phase) => {
    expect(verdict(now, before, expected).phase).toBe(phase);
});

test.each<[string, Sample, string]>([
    ["subscription disabled", subscription({ enabled: false }), "the subscription is disabled"],
    ["subscription gone", changed({ subscription: undefined }), "the subscription is gone from the target"],
    ["foreign subscription", subscription({ ours: false }), "the subscription on the target is not this migration's"],
    ["publication gone", changed({ published: undefined }), "the publication is gone from the source"],
    ["table not published", changed({ published: ["shop.orders"] }), "not published: shop.products"],
    [
        "table published, not refreshed",
        changed({ published: [...(healthy.published ?? []), "shop.new"] }),
        "published, but not followed by the subscription: shop.new",
    ],
    [
        "table not followed",
        following("r shop.orders"),
        "published, but not followed by the subscription: shop.products",
    ],
    ["no table at all", following(), "published, but not followed by the subscription: shop.orders, shop.products"],
    [
        "slot state not known",
        slot({ walStatus: "something new" }),
        "the replication slot is in a state that is not known to be safe",
    ],
    ["slot state NULL", slot({ walStatus: null }), "the replication slot is in a state that is not known to be safe"],
    [
        "another plugin",
        slot({ plugin: "test_decoding" }),
        "the replication slot is in a state that is not known to be safe",
    ],
    ["source does not say who it is", changed({ source: undefined }), "the source does not say who and where it is"],
    ["end of WAL unknown", changed({ walLsn: undefined }), "the source does not say who and where it is"],
    [
        "errors not counted",
        changed({ errors: undefined }),
        "the target does not count errors (pg_stat_subscription_stats)",
    ],
])("failing: %s", (_name, now, reason) => {
    expect(verdict(now, healthy, expected)).toEqual({ phase: "failing", reason, barrier: undefined });
});

test.each([
    [{ apply: "4", sync: "1" }, "applying changes fails on the target"],
    [{ apply: "3", sync: "2" }, "copying a table fails on the target"],
])("an error counted between two samples takes the barrier back", (errors, reason) => {
    expect(verdict(changed({ errors }), healthy, expected)).toEqual({
        phase: "failing",
        reason,
        mayHeal: true,
        barrier: undefined,
    });
});

test.each<[string, Sample, string]>([
    ["slot gone", changed({ slot: undefined }), "the replication slot is gone from the source"],
    [
        "WAL removed",
        slot({ walStatus: "lost" }),
        "the source gave the replication slot up (WAL that the target needed was removed: max_slot_wal_keep_size)",
    ],
    [
        "slot invalidated",
        slot({ invalidationReason: "idle_timeout" }),
        "the source gave the replication slot up (idle_timeout)",
    ],
    [
        "another server",
        changed({ source: { systemIdentifier: "7001", timeline: "00000001" } }),
        "the source is another server than at the start (system identifier 7001, was 7000)",
    ],
    [
        "promoted",
        changed({ source: { systemIdentifier: "7000", timeline: "00000002" } }),
        "the source was promoted or restored since the start (timeline 00000002, was 00000001)",
    ],
])("lost: %s", (_name, now, reason) => {
    expect(verdict(now, healthy, expected)).toMatchObject({ phase: "lost", reason });
});

test("stuck only from the named time on without movement", () => {
    const stopped = { ...slot({ confirmedFlushLsn: "0/1FF" }), at: 69_000 };
    expect(verdict({ ...stopped, at: 68_999 }, healthy, expected).phase).toBe("catching up");
    expect(verdict(stopped, healthy, expected)).toEqual({
        phase: "stuck",
        reason: "the slot's confirmed position stays at 0/1FF for 60 seconds",
        barrier: "0/200",
    });
});

test("movement is a confirmed position or a table's state", () => {
    expect(moved(healthy, undefined)).toBe(true);
    expect(moved({ ...healthy, at: 99_000, walLsn: "0/999" }, healthy)).toBe(false);
    expect(moved(slot({ confirmedFlushLsn: "0/201" }), healthy)).toBe(true);
    expect(moved(following("r shop.orders", "s shop.products"), healthy)).toBe(true);
});

test.each<[string, Sample, object | undefined]>([
    ["nothing", healthy, undefined],
    ["lag", changed({ walLsn: "9/0" }), undefined],
    [
        "a disabled subscription",
        subscription({ enabled: false }),
        { phase: "failing", reason: "the subscription is disabled" },
    ],
    [
        "a lost slot",
        changed({ slot: undefined }),
        { phase: "lost", reason: "the replication slot is gone from the source" },
    ],
    ...[
        changed({ worker: { ...healthy.worker, pid: null } }),
        changed({ worker: undefined }),
        slot({ active: false }),
    ].map((sample): [string, Sample, object] => [
        "no worker",
        sample,
        { phase: "catching up", reason: "no apply worker of the target is connected to the source" },
    ]),
])("what a refresh finds stopped since: %s", (_name, now, found) => {
    expect(stopped(now, { ...expected, stuckAfterMs: Number.POSITIVE_INFINITY })).toEqual(found);
});

test("what stands still is told before it counts as stuck", () => {
    const standing = slot({ confirmedFlushLsn: "0/1FF" });
    expect(verdict({ ...standing, at: 11_999 }, healthy, expected).reason).toBeUndefined();
    expect(verdict({ ...standing, at: 12_000 }, healthy, expected)).toEqual({
        phase: "catching up",
        reason: "the slot's confirmed position stays at 0/1FF for 3 seconds",
        barrier: "0/200",
    });
});

test("a failing copy is named by the tables that are being copied", () => {
    const failing = (...tables: string[]) => ({ ...following(...tables), errors: { apply: "3", sync: "2" } });
    const reasonOf = (sample: Sample) => verdict(sample, healthy, expected).reason;
    expect(reasonOf(failing("r shop.orders", "d shop.products"))).toBe("copying shop.products fails on the target");
    expect(reasonOf(failing("d shop.orders", "d shop.products"))).toBe(
        "copying one of shop.orders, shop.products fails on the target",
    );
});

test("lag is unknown when a position is", () => {
    expect(lagBytes(healthy)).toBe(16n);
    expect(lagBytes(slot({ confirmedFlushLsn: null }))).toBeUndefined();
});
