import type * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, Stage } from "../../dynamic/stage";
import type { SchemaInputs, SchemaOutputs } from "./lifecycle";

/** Copies the definitions of the tables, with their primary keys and replica identities, to the target. */
export class Schema extends Stage {
    declare public readonly restored: pulumi.Output<SchemaOutputs["restored"]>;

    constructor(name: string, args: ArgsOf<SchemaInputs>, opts: pulumi.CustomResourceOptions) {
        super("Schema", name, args, { restored: undefined }, opts);
    }
}
