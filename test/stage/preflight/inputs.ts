import type { Context } from "../../../lib/dynamic/lifecycle";
import { namesOf } from "../../../lib/names";
import type { PreflightInputs } from "../../../lib/stage/preflight/inputs";

/** The inputs of a migration named shop between two servers, and what a test has to say about them. */
export function inputsOf(source: string, target: string, some: Partial<PreflightInputs> = {}): PreflightInputs {
    const migration = "project/stack/shop";
    return { migration, ownUrn: "urn:shop", source, target, ...namesOf(migration, "shop"), ...some };
}

/** A context that keeps the warnings. */
export function recordingContext(): Context & { warnings: string[] } {
    const warnings: string[] = [];
    return {
        warnings,
        now: () => 0,
        sleep: () => Promise.resolve(),
        progress: { status() {}, note() {}, warn: (message) => warnings.push(message) },
    };
}
