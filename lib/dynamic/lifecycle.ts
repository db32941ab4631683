import type { Progress } from "./progress";

/** What a stage may ask of the world besides its two servers. Time is here so that a test can hold it still. */
export interface Context {
    /** Milliseconds since the epoch. */
    now(): number;
    sleep(milliseconds: number): Promise<void>;
    progress: Progress;
}

/**
 * One stage of a migration: what Pulumi may ask of it. Inputs and outputs are plain JSON; outputs are what the stage found
 * or made, and live in the state beside the inputs. A lifecycle observes before it acts: what it remembers is a hint.
 */
export interface Lifecycle<Inputs extends object, Outputs extends object> {
    /** True for a stage that `destroy` doesn't need: with `forceDetach`, it is left out while a server is away. */
    skippable?: boolean;
    /** Every input by name; a change of one is a difference. Adding a name is compatible, removing one is not. */
    inputs: readonly (keyof Inputs & string)[];
    /** Reasons why these inputs can't work. `first` is true until the resource exists; values may be unknown in a preview. */
    problems?(inputs: Inputs, first: boolean, context: Context): Promise<string[]>;
    /** True when the state shows something to mend, so that the next `up` goes on although no input changed. */
    needsUpdate?(state: Inputs & Outputs): boolean;
    create(inputs: Inputs, context: Context): Promise<Outputs>;
    /** Called for changed inputs, for unfinished work and for drift that `read` found. */
    update(inputs: Inputs, olds: Inputs & Outputs, context: Context): Promise<Outputs>;
    /** The outputs as they are now; undefined when nothing of it is left. Must not fail because a server is away. */
    read?(state: Inputs & Outputs, context: Context): Promise<Outputs | undefined>;
    delete(state: Inputs & Outputs, context: Context): Promise<void>;
}

/**
 * The stage did something and then could not finish. Pulumi keeps the resource with these outputs: `destroy` can undo it
 * and the next `up` goes on. After any remote side effect, this is the only way to fail.
 */
export class Unfinished<Outputs extends object> extends Error {
    constructor(
        message: string,
        readonly outputs: Outputs,
    ) {
        super(message);
    }
}
