import { type Context, type Lifecycle, Unfinished } from "../../dynamic/lifecycle";
import { sameValue } from "../../dynamic/value";
import { type CopyProgress, copyStatus } from "../convergence/copyProgress";
import { allReady } from "../convergence/verdict";
import { type Watched, type WatchInputs, watch, watchInputs } from "../convergence/watch";
import { Rate, whyLost } from "../convergence/wording";

export type CopyInputs = WatchInputs;

export interface CopyOutputs {
    tablesReady: number;
    tablesTotal: number;
    /** Bytes of the source's tables that have been copied; a string, because it may not fit a number. */
    bytesCopied: string;
    bytesTotal: string;
}

/** Waits until the subscription has copied every table. It makes nothing, so it may be lost and taken up at any moment. */
export const copy: Lifecycle<CopyInputs, CopyOutputs> = {
    skippable: true,
    inputs: watchInputs,
    create: wait,
    // What is copied stays copied. What has gone wrong since is Convergence's to say, or its state would stay "converged".
    update: async (inputs, olds, context) =>
        isDone(olds) && sameValue(inputs.tables, olds.tables) ? outputsAgain(olds) : wait(inputs, context),
    async delete() {},
};

async function wait(inputs: CopyInputs, context: Context): Promise<CopyOutputs> {
    const rate = new Rate();
    const watched = await watch(
        inputs,
        context,
        (verdict, sample) => allReady(sample) && verdict.phase !== "failing" && verdict.phase !== "lost",
        (_verdict, sample, copied) => copyStatus(copied, rate.add(sample.at, copied.bytesCopied)),
    );
    const outputs = outputsOf(watched.copied);
    if (watched.ended === "done") {
        return outputs;
    }
    throw new Unfinished(whyNotCopied(watched), outputs);
}

function whyNotCopied({ ended, reason, verdict, copied }: Watched): string {
    if (verdict.phase === "lost") {
        return whyLost(reason);
    }
    const so = copyStatus(copied, undefined);
    const how = verdict.phase === "failing" || verdict.phase === "stuck" ? `is ${verdict.phase}` : "can't be followed";
    return ended === "failed"
        ? `the copy ${how} (${so}): ${reason}. The subscription and its slot are kept. Mend the cause and run: pulumi up; or give up with: pulumi destroy`
        : `not converged: copying goes on by itself (${so})${reason ? `, ${reason}` : ""}. This run has waited its time (timeoutSeconds). To go on waiting: pulumi up`;
}

function outputsOf({ tablesReady, tablesTotal, bytesCopied, bytesTotal }: CopyProgress): CopyOutputs {
    return { tablesReady, tablesTotal, bytesCopied: String(bytesCopied), bytesTotal: String(bytesTotal) };
}

function isDone({ tablesReady, tablesTotal }: CopyOutputs): boolean {
    return tablesTotal > 0 && tablesReady === tablesTotal;
}

function outputsAgain({ tablesReady, tablesTotal, bytesCopied, bytesTotal }: CopyOutputs): CopyOutputs {
    return { tablesReady, tablesTotal, bytesCopied, bytesTotal };
}
