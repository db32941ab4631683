import * as pulumi from "@pulumi/pulumi";
import { shell } from "./shell";

const packageName = "pulumi-postgres-migration";

// One shell a kind for the whole program: Pulumi serialises each provider object once.
const shells = new Map<string, pulumi.dynamic.ResourceProvider>();

/** A stage of a migration as Pulumi sees it: one line of `pulumi up`, its work done by the lifecycle of that kind. */
export abstract class Stage extends pulumi.dynamic.Resource {
    /** How long the stage took, in seconds. */
    declare public readonly seconds: pulumi.Output<number>;

    protected constructor(
        kind: string,
        name: string,
        args: object,
        outputs: Record<string, undefined>,
        opts: pulumi.CustomResourceOptions,
    ) {
        const provider = shells.get(kind) ?? shell(kind);
        shells.set(kind, provider);
        super(
            provider,
            name,
            { ...outputs, seconds: undefined, ...args, ownUrn: ownUrn(kind, name, opts.parent) },
            opts,
            packageName,
            kind,
        );
    }
}

/** The inputs of a stage as a program gives them. */
export type ArgsOf<Inputs> = { [Name in keyof Omit<Inputs, "ownUrn">]: pulumi.Input<Omit<Inputs, "ownUrn">[Name]> };

/**
 * A provider is never told its URN, and without it progress could not appear on the resource's own line. The parent's URN
 * goes through a plain promise: as an output it would make the child depend on its component, and so on itself.
 */
function ownUrn(kind: string, name: string, parent: pulumi.Resource | undefined): pulumi.Output<string> {
    const parentUrn = parent && new Promise<string>((known) => parent.urn.apply(known));
    return pulumi.createUrn(name, `pulumi-nodejs:dynamic/${packageName}:${kind}`, parentUrn);
}
