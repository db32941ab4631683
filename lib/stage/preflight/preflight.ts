import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { PreflightInputs, PreflightOutputs } from "./lifecycle";

/** Checks both servers before anything is made, and reports all problems at once. Makes nothing. */
export class Preflight extends Stage {
    declare public readonly tables: pulumi.Output<PreflightOutputs["tables"]>;
    declare public readonly everything: pulumi.Output<PreflightOutputs["everything"]>;
    declare public readonly report: pulumi.Output<PreflightOutputs["report"]>;

    constructor(name: string, args: ArgsOf<PreflightInputs>, opts: pulumi.CustomResourceOptions) {
        super("Preflight", name, args, { tables: undefined, everything: undefined, report: undefined }, opts);
    }
}
