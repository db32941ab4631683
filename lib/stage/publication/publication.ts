import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { PublicationInputs, PublicationOutputs } from "./lifecycle";

/** The publication on the source. */
export class Publication extends Stage {
    declare public readonly published: pulumi.Output<PublicationOutputs["published"]>;
    declare public readonly operations: pulumi.Output<PublicationOutputs["operations"]>;

    constructor(name: string, args: ArgsOf<PublicationInputs>, opts: pulumi.CustomResourceOptions) {
        super("Publication", name, args, { published: undefined, operations: undefined }, opts);
    }
}
