import { sqlState } from "../../postgres/client";

/** Postgres reports what it found in a row by these classes, with the value in the message. */
const aboutValues = /^22/;

const hints: Record<string, string> = {
    "42501": "Give the target's user the right to make it, or make it on the target by hand.",
    "42704": "Make what is missing on the target (a role: CREATE ROLE ... NOLOGIN).",
    "58P01":
        "The target does not offer this extension: enable it at the provider, or leave out the tables that use it.",
    "0A000": "The target does not support it: make what it can have instead on the target by hand.",
    "23505":
        "The target holds duplicate rows: the source's own index may be damaged (REINDEX it), or something else wrote to the target.",
    "23503":
        "Rows refer to rows that are not there: the table they refer to may not be migrated, or not be complete yet.",
    "55P03": "Another session of the target holds a lock on it: end it (pg_stat_activity, pg_locks).",
};

/** Why an object could not be made, without any row's value, and what to do about it. */
export function explain(label: string, error: unknown): string {
    const state = sqlState(error);
    const said = error instanceof Error ? error.message : String(error);
    const reason = state && aboutValues.test(state) ? "a row's value does not fit" : said.trim().replace(/\.$/, "");
    const hint = state && hints[state];
    return `${label}: ${reason}${state ? ` (SQLSTATE ${state})` : ""}.${hint ? ` ${hint}` : ""}`;
}

/** True for what may go better when it is tried again: deadlocks, lock waits, a full or restarting server, a lost connection. */
export function isTransient(error: unknown): boolean {
    const state = sqlState(error);
    return state === undefined || /^(08|40|53|55P03|57P)/.test(state);
}
