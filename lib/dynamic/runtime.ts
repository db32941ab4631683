import { setTimeout as wait } from "node:timers/promises";
import { redact } from "../postgres/client";
import { parseConnection } from "../postgres/connection";
import { convergence } from "../stage/convergence/lifecycle";
import { copy } from "../stage/copy/lifecycle";
import { indexes } from "../stage/indexes/lifecycle";
import { preflight } from "../stage/preflight/lifecycle";
import { publication } from "../stage/publication/lifecycle";
import { schema } from "../stage/schema/lifecycle";
import { subscription } from "../stage/subscription/lifecycle";
import { away } from "../stage/subscription/reach";
import { endWithEngine } from "./engine";
import { type Context, type Lifecycle, Unfinished } from "./lifecycle";
import { progress } from "./progress";
import { isUnknown, sameValue } from "./value";

/**
 * What the serialised shells call: Pulumi's six questions, answered by the stage of that kind. State written by any
 * released version must be understood here, because `destroy` of an old stack runs this code.
 */

// biome-ignore lint/suspicious/noExplicitAny: the stages differ in their inputs; each checks its own.
type AnyLifecycle = Lifecycle<any, any>;
type Properties = Record<string, unknown>;

const lifecycles: Record<string, AnyLifecycle> = {
    Preflight: preflight,
    Schema: schema,
    Publication: publication,
    Subscription: subscription,
    Copy: copy,
    Indexes: indexes,
    Convergence: convergence,
};

endWithEngine();

function lifecycleOf(kind: string): AnyLifecycle {
    const found = lifecycles[kind];
    if (!found) {
        throw new Error(
            `the installed pulumi-postgres-migration knows no resource "${kind}"; the stack was written by a newer version. Run: npm install pulumi-postgres-migration@latest`,
        );
    }
    return found;
}

function contextFor(properties: Properties): Context {
    const urn = typeof properties.ownUrn === "string" && !isUnknown(properties.ownUrn) ? properties.ownUrn : undefined;
    return { now: Date.now, sleep: (milliseconds) => wait(milliseconds), progress: progress(urn, Date.now) };
}

export async function check(kind: string, olds: Properties, news: Properties) {
    const first = Object.keys(olds ?? {}).length === 0;
    const problems = await quietly(news, async () => {
        return (await lifecycleOf(kind).problems?.(news, first, contextFor(news))) ?? [];
    });
    // The engine prints the value of the property a failure names; the empty name keeps secrets off the screen.
    return { inputs: news, failures: problems.map((reason) => ({ property: "", reason })) };
}

export async function diff(kind: string, _id: string, olds: Properties, news: Properties) {
    const lifecycle = lifecycleOf(kind);
    const changed = lifecycle.inputs.some((name) => !sameValue(olds[name], news[name]));
    return { changes: changed || olds.unfinished != null || (lifecycle.needsUpdate?.(olds) ?? false) };
}

export async function create(kind: string, inputs: Properties) {
    const id = String(inputs.migration);
    const outs = await keepingProgress(kind, id, inputs, 0, (context) => lifecycleOf(kind).create(inputs, context));
    return { id, outs };
}

export async function update(kind: string, id: string, olds: Properties, news: Properties) {
    // A stage that goes on adds to the time it has taken; one that starts anew counts anew.
    const spent = olds.unfinished != null ? Number(olds.seconds ?? 0) : 0;
    const outs = await keepingProgress(kind, id, news, spent, (context) =>
        lifecycleOf(kind).update(news, olds, context),
    );
    return { outs };
}

export async function read(kind: string, id: string, state: Properties) {
    const lifecycle = lifecycleOf(kind);
    if (!lifecycle.read) {
        return { id, props: state };
    }
    const outs = await quietly(state, async () => lifecycle.read?.(state, contextFor(state)));
    return outs ? { id, props: { ...state, ...outs } } : { id: "", props: {} };
}

async function remove(kind: string, _id: string, state: Properties) {
    await quietly(state, () => lifecycleOf(kind).delete(state, contextFor(state)));
}

export { remove as delete };

/**
 * Adds to the outputs what every stage has: its inputs and the seconds it took. A failure after something was made reaches
 * Pulumi with the same, `__provider` included, or `destroy` could not run; `unfinished` makes the next `up` go on.
 */
async function keepingProgress(
    kind: string,
    id: string,
    inputs: Properties,
    spent: number,
    work: (context: Context) => Promise<object>,
): Promise<Properties> {
    const start = Date.now();
    const seconds = () => Math.round(spent * 10 + (Date.now() - start) / 100) / 10;
    const context = contextFor(inputs);
    const skipped = await whySkipped(kind, inputs);
    if (skipped) {
        context.progress.warn(skipped);
        return { ...inputs, seconds: seconds(), unfinished: skipped };
    }
    try {
        return { ...inputs, ...(await work(context)), seconds: seconds() };
    } catch (error) {
        const message = plain(error, inputs);
        if (error instanceof Unfinished) {
            throw Object.assign(new Error(message), {
                id,
                properties: { ...inputs, ...error.outputs, seconds: seconds(), unfinished: message },
                reasons: [message],
            });
        }
        throw new Error(message);
    }
}

/** Who sets `forceDetach` while a server is away is about to destroy: waiting for it is no use, and failing neither. */
async function whySkipped(kind: string, inputs: Properties): Promise<string | undefined> {
    if (!lifecycleOf(kind).skippable || inputs.forceDetach !== true) {
        return undefined;
    }
    const [source, target] = await Promise.all([
        away("source", String(inputs.source), Date.now),
        away("target", String(inputs.target), Date.now),
    ]);
    const why = source?.message ?? target?.message;
    return why && `left out, because forceDetach is set: ${why} To give up: pulumi destroy; to go on: pulumi up`;
}

async function quietly<T>(properties: Properties, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        // Pulumi's host prints, beside the resource's message, the error as text and its stack: all of it a second time.
        const once = { stack: "", toString: () => "a stage failed, see its own message" };
        throw Object.assign(new Error(plain(error, properties)), once);
    }
}

/** The message without any password, wherever it came from. */
function plain(error: unknown, properties: Properties): string {
    const connections = ["source", "sourceFromTarget", "target"]
        .map((name) => properties[name])
        .filter((uri): uri is string => typeof uri === "string")
        .map((uri) => parseConnection("", uri).connection);
    return redact(error instanceof Error ? error.message : String(error), ...connections);
}
