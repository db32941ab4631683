import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { ConvergenceInputs, ConvergenceOutputs } from "./lifecycle";

/** Waits until the target has caught up with the source. */
export class Convergence extends Stage {
    declare public readonly phase: pulumi.Output<ConvergenceOutputs["phase"]>;
    declare public readonly tablesReady: pulumi.Output<ConvergenceOutputs["tablesReady"]>;
    declare public readonly tablesTotal: pulumi.Output<ConvergenceOutputs["tablesTotal"]>;
    declare public readonly barrierLsn: pulumi.Output<ConvergenceOutputs["barrierLsn"]>;
    declare public readonly confirmedLsn: pulumi.Output<ConvergenceOutputs["confirmedLsn"]>;
    declare public readonly lagBytes: pulumi.Output<ConvergenceOutputs["lagBytes"]>;
    declare public readonly retainedWalBytes: pulumi.Output<ConvergenceOutputs["retainedWalBytes"]>;
    declare public readonly pid: pulumi.Output<ConvergenceOutputs["pid"]>;
    declare public readonly receivedLsn: pulumi.Output<ConvergenceOutputs["receivedLsn"]>;
    declare public readonly latestEndLsn: pulumi.Output<ConvergenceOutputs["latestEndLsn"]>;
    declare public readonly lastMsgReceiptTime: pulumi.Output<ConvergenceOutputs["lastMsgReceiptTime"]>;
    declare public readonly nextAction: pulumi.Output<ConvergenceOutputs["nextAction"]>;

    constructor(name: string, args: ArgsOf<ConvergenceInputs>, opts: pulumi.CustomResourceOptions) {
        super(
            "Convergence",
            name,
            args,
            {
                phase: undefined,
                tablesReady: undefined,
                tablesTotal: undefined,
                barrierLsn: undefined,
                confirmedLsn: undefined,
                lagBytes: undefined,
                retainedWalBytes: undefined,
                pid: undefined,
                receivedLsn: undefined,
                latestEndLsn: undefined,
                lastMsgReceiptTime: undefined,
                nextAction: undefined,
            },
            opts,
        );
    }
}
