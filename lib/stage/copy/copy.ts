import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { CopyInputs, CopyOutputs } from "./lifecycle";

/** Waits until the subscription has copied every table. */
export class Copy extends Stage {
    declare public readonly tablesReady: pulumi.Output<CopyOutputs["tablesReady"]>;
    declare public readonly tablesTotal: pulumi.Output<CopyOutputs["tablesTotal"]>;
    declare public readonly bytesCopied: pulumi.Output<CopyOutputs["bytesCopied"]>;
    declare public readonly bytesTotal: pulumi.Output<CopyOutputs["bytesTotal"]>;

    constructor(name: string, args: ArgsOf<CopyInputs>, opts: pulumi.CustomResourceOptions) {
        super(
            "Copy",
            name,
            args,
            { tablesReady: undefined, tablesTotal: undefined, bytesCopied: undefined, bytesTotal: undefined },
            opts,
        );
    }
}
