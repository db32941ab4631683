import type { Context } from "../../dynamic/lifecycle";
import { type Session, sqlState, withSession } from "../../postgres/client";
import { connectionOf } from "../../postgres/connection";
import { type Names, type Sides, sideInputs } from "../sides";
import { type CopyProgress, measureCopy, tableBytes } from "./copyProgress";
import { diagnose } from "./diagnosis";
import { type Sample, takeSample } from "./sample";
import { type Expectation, moved, type Verdict, verdict } from "./verdict";

export interface WatchInputs extends Sides, Names {
    tables: string[];
    sourceSystemIdentifier: string;
    sourceTimeline: string;
    /** How long one `pulumi up` waits before it stops and leaves the rest to the next. Defaults to 1800. */
    timeoutSeconds?: number;
    forceDetach?: boolean;
}

export const watchInputs = [
    ...sideInputs,
    "publication",
    "subscription",
    "slot",
    "tables",
    "sourceSystemIdentifier",
    "sourceTimeline",
    "timeoutSeconds",
] as const;

/** What the wait saw last, and why it ended. */
export interface Watched {
    ended: "done" | "time is up" | "failed";
    /** Why, when it did not end well. */
    reason: string;
    verdict: Verdict;
    sample: Sample | undefined;
    copied: CopyProgress;
}

export const defaultTimeoutSeconds = 1_800;
/** A restart of a server, with recovery, is waited out; longer, and somebody should know. */
const awayPatienceMs = 120_000;
const stuckAfterMs = 120_000;
/** Postgres starts a failed worker again every 5 seconds, so three failures in this time are a loop, one is an accident. */
const failureWindowMs = 120_000;
const failuresInLoop = 3;

/** Samples both sides until `done`, the time is up, or waiting is no use any more. Survives restarts of either server. */
export async function watch(
    inputs: WatchInputs,
    context: Context,
    done: (verdict: Verdict, sample: Sample) => boolean,
    say: (verdict: Verdict, sample: Sample, copied: CopyProgress) => string,
): Promise<Watched> {
    const deadline = context.now() + (inputs.timeoutSeconds ?? defaultTimeoutSeconds) * 1_000;
    const start = context.now();
    let seen: Watched = {
        ended: "time is up",
        reason: "",
        verdict: { phase: "copying", barrier: undefined },
        sample: undefined,
        copied: { bytesCopied: 0n, bytesTotal: 0n, tablesReady: 0, tablesTotal: inputs.tables.length },
    };
    let lastAnswer = start;
    let movedAt = start;
    let failures: { at: number; reason: string }[] = [];

    const look = async (source: Session, target: Session): Promise<Watched> => {
        const bytes = await tableBytes(source, inputs.publication);
        let before: Sample | undefined;
        for (;;) {
            const sample = await takeSample(source, target, inputs, context.now());
            lastAnswer = context.now();
            const copied = await measureCopy(target, sample, bytes);
            if (moved(sample, before) || copied.bytesCopied !== seen.copied.bytesCopied) {
                movedAt = sample.at;
            }
            const expectation: Expectation = {
                tables: inputs.tables,
                systemIdentifier: inputs.sourceSystemIdentifier,
                timeline: inputs.sourceTimeline,
                barrier: before ? seen.verdict.barrier : undefined,
                stuckAfterMs,
                movedAt,
            };
            const found = verdict(sample, before, expectation);
            seen = { ended: "time is up", reason: found.reason ?? "", verdict: found, sample, copied };
            if (done(found, sample)) {
                return { ...seen, ended: "done" };
            }
            if (found.phase === "failing" && found.mayHeal) {
                failures = failures.filter(({ at }) => sample.at - at < failureWindowMs);
                failures.push({ at: sample.at, reason: found.reason ?? "" });
            }
            const late = context.now() >= deadline;
            const loop = failures.length >= failuresInLoop;
            const failed = failures.at(-1);
            if (failed && (loop || late)) {
                const reason = `${failed.reason}: ${await diagnose(source, target, inputs)}`;
                return loop
                    ? { ...seen, ended: "failed", verdict: { ...found, phase: "failing" }, reason }
                    : { ...seen, reason };
            }
            if (found.phase === "lost" || found.phase === "stuck" || (found.phase === "failing" && !found.mayHeal)) {
                return { ...seen, ended: "failed" };
            }
            context.progress.status(say(found, sample, copied));
            if (late) {
                return seen;
            }
            before = sample;
            await context.sleep(context.now() - start < 10_000 ? 400 : 2_000);
        }
    };

    for (;;) {
        try {
            return await withSession(connectionOf("source", inputs.source), (source) =>
                withSession(connectionOf("target", inputs.target), (target) => look(source, target)),
            );
        } catch (error) {
            const reason = (error as Error).message.replace(/\.$/, "");
            if (!maybeAway(error)) {
                return { ...seen, ended: "failed", reason };
            }
            if (context.now() - lastAnswer >= awayPatienceMs || context.now() >= deadline) {
                return { ...seen, ended: context.now() >= deadline ? "time is up" : "failed", reason };
            }
            context.progress.status(`waiting for a server: ${reason}`);
            await context.sleep(2_000);
        }
    }
}

/** A broken connection or a server that starts, stops or lacks a slot; any other error of a server is ours to report. */
function maybeAway(error: unknown): boolean {
    const state = sqlState(error);
    return state === undefined || /^(08|53300|57P0)/.test(state);
}
