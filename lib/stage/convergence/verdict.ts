import { hasReached, type Lsn, lsnDistance } from "../../postgres/lsn";
import { slotState } from "../subscription/observe";
import type { Sample } from "./sample";

/** What was true when the subscription was made, and what earlier samples established. */
export interface Expectation {
    tables: string[];
    systemIdentifier: string;
    timeline: string;
    /** The end of the source's WAL when conditions 1 to 3 first held; undefined until they do. */
    barrier: Lsn | undefined;
    /** Milliseconds without any movement after which a wait counts as stuck. */
    stuckAfterMs: number;
    /** When the confirmed position or a table's state last moved. */
    movedAt: number;
}

export type Phase = "copying" | "catching up" | "converged" | "failing" | "stuck" | "lost";

export type Verdict = {
    phase: Phase;
    /** Why, for failing, stuck and lost; for the others what stands still, if something does. */
    reason?: string;
    /** The failure may heal by itself: Postgres restarts a worker that failed. */
    mayHeal?: boolean;
    /** The barrier to give to the next sample's expectation. */
    barrier: Lsn | undefined;
};

/** Without any movement for this long, a wait that ends says so. */
const quietMs = 3_000;

/**
 * Whether the target has caught up, from two samples in a row. It has when (1) the published and the subscribed tables are
 * the expected ones and every one is ready; (2) the subscription is enabled, one apply worker was there in both samples and
 * no error was counted between them; (3) our slot is active and healthy on the same server and timeline; (4) the slot has
 * confirmed a position that was the end of the source's WAL after (1) to (3) first held. Lag is no part of it: an apply
 * worker in an error loop can show a lag of a few bytes.
 */
export function verdict(now: Sample, before: Sample | undefined, expected: Expectation): Verdict {
    const barrier = expected.barrier;
    const lost = lostBecause(now, expected);
    if (lost) {
        return { phase: "lost", reason: lost, barrier };
    }
    const failing = failingBecause(now, expected);
    if (failing) {
        return { phase: "failing", reason: failing, barrier: undefined };
    }
    const failed = failedBetween(now, before);
    if (failed) {
        return { phase: "failing", reason: failed, mayHeal: true, barrier: undefined };
    }
    if (!allReady(now)) {
        return stuckOr("copying", now, expected, "no table moved on and no worker reported an error");
    }
    if (!before || now.worker?.pid == null || before.worker?.pid !== now.worker.pid || !now.slot?.active) {
        return stuckOr("catching up", now, expected, "no apply worker stays connected to the source");
    }
    if (!barrier) {
        return { phase: "catching up", barrier: now.walLsn };
    }
    if (hasReached(now.slot.confirmedFlushLsn, barrier)) {
        return { phase: "converged", barrier };
    }
    return stuckOr(
        "catching up",
        now,
        expected,
        `the slot's confirmed position stays at ${now.slot.confirmedFlushLsn ?? "unknown"}`,
    );
}

/** What has stopped replication since it converged, as far as one sample tells. */
export function stopped(now: Sample, expected: Expectation): { phase: Phase; reason: string } | undefined {
    const { phase, reason } = verdict(now, undefined, expected);
    if (phase === "lost" || phase === "failing") {
        return { phase, reason: reason ?? "" };
    }
    // A worker that fails again and again is away most of the time.
    return now.worker?.pid == null || !now.slot?.active
        ? { phase: "catching up", reason: "no apply worker of the target is connected to the source" }
        : undefined;
}

function lostBecause(now: Sample, expected: Expectation): string | undefined {
    if (now.source && now.source.systemIdentifier !== expected.systemIdentifier) {
        return `the source is another server than at the start (system identifier ${now.source.systemIdentifier}, was ${expected.systemIdentifier})`;
    }
    if (now.source && now.source.timeline !== expected.timeline) {
        return `the source was promoted or restored since the start (timeline ${now.source.timeline}, was ${expected.timeline})`;
    }
    const state = slotState(now.slot);
    if (state === "missing") {
        return "the replication slot is gone from the source";
    }
    if (state === "lost") {
        return `the source gave the replication slot up (${now.slot?.invalidationReason ?? "WAL that the target needed was removed: max_slot_wal_keep_size"})`;
    }
    return undefined;
}

function failingBecause(now: Sample, expected: Expectation): string | undefined {
    if (!now.source || !now.walLsn) {
        return "the source does not say who and where it is";
    }
    if (slotState(now.slot) !== "present") {
        return "the replication slot is in a state that is not known to be safe";
    }
    if (!now.published) {
        return "the publication is gone from the source";
    }
    if (!now.subscription) {
        return "the subscription is gone from the target";
    }
    if (!now.subscription.ours) {
        return "the subscription on the target is not this migration's";
    }
    if (!now.subscription.enabled) {
        return "the subscription is disabled";
    }
    const followed = now.subscription.tables.map(({ table }) => table);
    const unpublished = missing(expected.tables, now.published);
    const unfollowed = missing([...expected.tables, ...now.published], followed);
    const unasked = missing(now.published, expected.tables);
    if (unpublished.length > 0) {
        return `not published: ${unpublished.join(", ")}`;
    }
    if (unfollowed.length > 0) {
        return `published, but not followed by the subscription: ${unfollowed.join(", ")}`;
    }
    if (unasked.length > 0) {
        return `published, but not part of this migration: ${unasked.join(", ")}`;
    }
    return now.errors ? undefined : "the target does not count errors (pg_stat_subscription_stats)";
}

function failedBetween(now: Sample, before: Sample | undefined): string | undefined {
    if (before?.errors && now.errors?.apply !== before.errors.apply) {
        return "applying changes fails on the target";
    }
    if (before?.errors && now.errors?.sync !== before.errors.sync) {
        return `copying ${whichFails(now)} fails on the target`;
    }
    return undefined;
}

/** The table whose copy fails stays in state d; beside it others may be on their way. */
function whichFails(now: Sample): string {
    const copying = (now.subscription?.tables ?? []).filter(({ state }) => state === "d").map(({ table }) => table);
    return copying.length > 1 ? `one of ${copying.join(", ")}` : (copying[0] ?? "a table");
}

function stuckOr(phase: Phase, now: Sample, expected: Expectation, reason: string): Verdict {
    const stillMs = now.at - expected.movedAt;
    return {
        phase: stillMs >= expected.stuckAfterMs ? "stuck" : phase,
        reason: stillMs >= quietMs ? `${reason} for ${Math.round(stillMs / 1000)} seconds` : undefined,
        barrier: expected.barrier,
    };
}

/** Whether anything that shows life differs between two samples. */
export function moved(now: Sample, before: Sample | undefined): boolean {
    const trace = (sample: Sample) =>
        JSON.stringify([
            sample.slot?.confirmedFlushLsn,
            sample.subscription?.tables.map(({ table, state }) => `${table}=${state}`).sort(),
        ]);
    return !before || trace(now) !== trace(before);
}

export function allReady(sample: Sample): boolean {
    const tables = sample.subscription?.tables;
    return tables !== undefined && tables.length > 0 && tables.every(({ state }) => state === "r");
}

/** Bytes between the source's end of WAL and what the slot has confirmed. For display only. */
export function lagBytes(sample: Sample): bigint | undefined {
    const confirmed = sample.slot?.confirmedFlushLsn;
    return confirmed && sample.walLsn ? lsnDistance(confirmed, sample.walLsn) : undefined;
}

function missing(wanted: string[], have: string[]): string[] {
    return [...new Set(wanted.filter((table) => !have.includes(table)))];
}
