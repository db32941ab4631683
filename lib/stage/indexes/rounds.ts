import type { Context } from "../../dynamic/lifecycle";
import type { Entry } from "../schema/contents";
import { explain, isTransient } from "../schema/failure";
import { lookForMissing, type Survey } from "../schema/survey";
import { jobsOf } from "./jobs";
import { progressText, watching } from "./progress";
import { prepare } from "./session";
import { type BuildState, build } from "./workers";

/** What was made, what is left, and why. */
export interface Outcome {
    built: number;
    left: Entry[];
    reasons: string[];
}

/** Rounds in a row that may end without anything made. */
const patience = 3;
const pauseMs = 3_000;

/**
 * Builds all that is missing. The copy's own writes go on meanwhile and can get in the way (a deadlock, a lock held long):
 * what fails by that is tried again in another round. What counts as made is what the target is seen to have.
 */
export async function buildAll(survey: Survey, missing: Entry[], sessions: number, context: Context): Promise<Outcome> {
    const total = missing.length;
    const hopeless = new Map<number, string>();
    let left = missing;
    let reasons: string[] = [];
    for (let fruitless = 0; fruitless < patience; ) {
        const todo = left.filter((entry) => !hopeless.has(entry.id) && !needsAny(entry, left, hopeless));
        if (todo.length === 0) {
            break;
        }
        const failures = await buildRound(survey, todo, total, sessions, context);
        const { after } = await lookForMissing(survey);
        const now = left.filter((entry) => after.some((each) => each.id === entry.id));
        fruitless = now.length < left.length ? 0 : fruitless + 1;
        left = now;
        const still = failures.filter(({ job }) => left.some((entry) => entry.id === job.id));
        for (const { job, error } of still.filter((failure) => !isTransient(failure.error))) {
            hopeless.set(job.id, explain(job.label, error));
        }
        const again = still.filter(({ error }) => isTransient(error));
        reasons = [...hopeless.values(), ...again.map(({ job, error }) => explain(job.label, error))];
        if (again.length > 0) {
            context.progress.status(`trying again: ${again.map(({ job }) => job.label).join(", ")}`);
            await context.sleep(pauseMs);
        }
    }
    return { built: total - left.length, left, reasons };
}

async function buildRound(survey: Survey, todo: Entry[], total: number, sessions: number, context: Context) {
    const { target, facts, script } = survey;
    const { bytes } = await lookForMissing(survey);
    const jobs = jobsOf(todo, facts, script, bytes);
    const earlier = total - todo.length;
    let state: BuildState = { done: 0, running: new Map() };
    const work = build(jobs, {
        target,
        sessions,
        prepare: (session) => prepare(session, script.settings, sessions),
        sleep: context.sleep,
        onChange: (now) => {
            state = now;
        },
    });
    return watching(
        target,
        context,
        (progress) => `building indexes and constraints: ${progressText(state, earlier, total, progress)}`,
        work,
    );
}

/** True when the entry needs, directly or not, one that can't be made. */
function needsAny(entry: Entry, entries: Entry[], hopeless: ReadonlyMap<number, string>): boolean {
    return entry.dependencies.some((id) => {
        const needed = entries.find((each) => each.id === id);
        return hopeless.has(id) || (needed !== undefined && needsAny(needed, entries, hopeless));
    });
}
