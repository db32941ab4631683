import { type Context, type Lifecycle, Unfinished } from "../../dynamic/lifecycle";
import { withSession } from "../../postgres/client";
import { connectionOf } from "../../postgres/connection";
import { lsnToBigInt } from "../../postgres/lsn";
import { copyStatus } from "./copyProgress";
import { takeSample } from "./sample";
import { lagBytes, type Phase, stopped } from "./verdict";
import { type Watched, type WatchInputs, watch, watchInputs } from "./watch";
import { duration, Rate, size, whyLost } from "./wording";

export type ConvergenceInputs = WatchInputs;

/** The evidence of the last wait. LSNs and sizes are strings: they do not fit a number. */
export interface ConvergenceOutputs {
    phase: Phase;
    tablesReady: number;
    tablesTotal: number;
    /** The end of the source's WAL that the target had to reach, and the position it confirmed. */
    barrierLsn: string;
    confirmedLsn: string;
    lagBytes: string;
    /** WAL that the source keeps for the slot. */
    retainedWalBytes: string;
    /** The apply worker's row of pg_stat_subscription. */
    pid: number | null;
    receivedLsn: string;
    latestEndLsn: string;
    lastMsgReceiptTime: string;
    nextAction: string;
}

/** Waits until the target has caught up with the source. It makes nothing, so it may be lost and taken up at any moment. */
export const convergence: Lifecycle<ConvergenceInputs, ConvergenceOutputs> = {
    skippable: true,
    inputs: watchInputs,
    needsUpdate: (state) => state.phase !== "converged",
    create: wait,
    update: (inputs, _olds, context) => wait(inputs, context),

    /** Says when replication has stopped since. While it runs, the numbers stay those of the last wait: they are no drift. */
    async read(state, context) {
        try {
            return await withSession(connectionOf("source", state.source), (source) =>
                withSession(connectionOf("target", state.target), async (target) => {
                    const sample = await takeSample(source, target, state, context.now());
                    const found = stopped(sample, { ...expectationOf(state), movedAt: sample.at });
                    return found && (state.phase === "converged" || found.phase !== "catching up")
                        ? { ...state, phase: found.phase, nextAction: `${found.reason}. Run: pulumi up` }
                        : state;
                }),
            );
        } catch (error) {
            context.progress.warn(`kept the last known state: ${(error as Error).message}`);
            return state;
        }
    },

    async delete() {},
};

async function wait(inputs: ConvergenceInputs, context: Context): Promise<ConvergenceOutputs> {
    const rate = new Rate();
    const watched = await watch(
        inputs,
        context,
        ({ phase }) => phase === "converged",
        (found, sample, copied) => {
            if (found.phase === "copying") {
                return copyStatus(copied, rate.add(sample.at, copied.bytesCopied));
            }
            const confirmed = sample.slot?.confirmedFlushLsn;
            const lag = lagBytes(sample);
            const speed = confirmed ? rate.add(sample.at, lsnToBigInt(confirmed)) : undefined;
            return catchingUpStatus(lag, speed);
        },
    );
    const outputs = outputsOf(watched);
    if (watched.ended === "done") {
        return outputs;
    }
    throw new Unfinished(whyNotConverged(watched), outputs);
}

/** `catching up, 12.0 MiB behind, applying 3.1 MiB/s, about 4s left`. */
export function catchingUpStatus(lag: bigint | undefined, bytesPerSecond: number | undefined): string {
    const behind = lag === undefined ? "lag unknown" : `${size(lag)} behind`;
    if (!bytesPerSecond) {
        return `catching up, ${behind}`;
    }
    const left = lag === undefined ? "" : `, about ${duration((Number(lag) / bytesPerSecond) * 1000)} left`;
    return `catching up, ${behind}, applying ${size(bytesPerSecond)}/s${left}`;
}

function whyNotConverged(watched: Watched): string {
    const { ended, reason, verdict: found } = watched;
    if (found.phase === "lost") {
        return whyLost(reason);
    }
    const lag = watched.sample ? lagBytes(watched.sample) : undefined;
    return ended === "failed"
        ? `not converged: ${found.phase}: ${reason}. The subscription and its slot are kept. Mend the cause and run: pulumi up`
        : `not converged: ${found.phase}${lag === undefined ? "" : `, ${size(lag)} behind`}${reason ? `, ${reason}` : ""}. This run has waited its time (timeoutSeconds)${reason ? "" : "; replication goes on by itself"}. To go on waiting: pulumi up`;
}

function outputsOf({ verdict: found, sample, copied }: Watched): ConvergenceOutputs {
    const lag = sample ? lagBytes(sample) : undefined;
    return {
        phase: found.phase,
        tablesReady: copied.tablesReady,
        tablesTotal: copied.tablesTotal,
        barrierLsn: found.barrier ?? "unknown",
        confirmedLsn: sample?.slot?.confirmedFlushLsn ?? "unknown",
        lagBytes: lag === undefined ? "unknown" : String(lag),
        retainedWalBytes: sample?.slot?.retainedBytes ?? "unknown",
        pid: sample?.worker?.pid ?? null,
        receivedLsn: sample?.worker?.receivedLsn ?? "unknown",
        latestEndLsn: sample?.worker?.latestEndLsn ?? "unknown",
        lastMsgReceiptTime: sample?.worker?.lastMsgReceiptTime?.toISOString() ?? "unknown",
        nextAction:
            found.phase === "converged"
                ? "The target follows the source. Stop the writers, wait until the last change has arrived, and point the application at the target; pulumi destroy ends replication."
                : "Run: pulumi up",
    };
}

function expectationOf(state: ConvergenceInputs) {
    return {
        tables: state.tables,
        systemIdentifier: state.sourceSystemIdentifier,
        timeline: state.sourceTimeline,
        barrier: undefined,
        stuckAfterMs: Number.POSITIVE_INFINITY,
    };
}
