import { sameValue } from "../dynamic/value";

/** The inputs that every stage has: which migration it belongs to, and how to reach its two servers. */
export interface Sides {
    /** `project/stack/name`, the identity that marks everything made by this migration. */
    migration: string;
    /** The stage's own URN, so that its progress appears on its own line. (The SDK drops an input named `urn`.) */
    ownUrn: string;
    /** Connection URI of the source, from this machine. */
    source: string;
    /** Connection URI of the target, from this machine. */
    target: string;
}

export const sideInputs = ["migration", "ownUrn", "source", "target"] as const;

/** The names of what the migration makes. */
export interface Names {
    publication: string;
    subscription: string;
    slot: string;
}

/** True when nothing but `forceDetach` changed. A user sets it exactly when a server is gone: it must not be asked. */
export function onlyDetachChanged<I extends { forceDetach?: boolean }>(inputs: I, olds: I): boolean {
    const rest = Object.keys(inputs).filter((key) => key !== "forceDetach" && key !== "__provider") as (keyof I)[];
    return !sameValue(inputs.forceDetach, olds.forceDetach) && rest.every((key) => sameValue(inputs[key], olds[key]));
}
