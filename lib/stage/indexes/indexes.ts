import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { IndexesInputs, IndexesOutputs } from "./lifecycle";

/** Builds the remaining indexes, constraints and triggers on the target after the copy. */
export class Indexes extends Stage {
    declare public readonly built: pulumi.Output<IndexesOutputs["built"]>;

    constructor(name: string, args: ArgsOf<IndexesInputs>, opts: pulumi.CustomResourceOptions) {
        super("Indexes", name, args, { built: undefined }, opts);
    }
}
