import type { Names, Sides } from "../sides";
import type { Problem } from "./problem";

/** The arguments of `Migration`; a name outside is most likely a slip of the pen. */
export const allowedArguments = [
    "source",
    "target",
    "tables",
    "phase",
    "timeoutSeconds",
    "clientPath",
    "forceDetach",
] as const;

/** What preflight is asked to look at. */
export interface PreflightInputs extends Sides, Names {
    /** Connection URI by which the target reaches the source, when it differs from `source`. */
    sourceFromTarget?: string;
    /**
     * The tables as the user wrote them. All ordinary tables and partition roots when absent. Not `tables`: the state holds
     * inputs and outputs side by side, and the output of that name would look like a change of this one.
     */
    wantedTables?: string[];
    phase?: string;
    timeoutSeconds?: number;
    /** The directory of pg_dump and pg_restore. */
    clientPath?: string;
    forceDetach?: boolean;
    /** Names the user gave that no argument has. */
    unknownArguments?: string[];
    /** Unknown in a preview while a resource before this one will still change the source. */
    ready?: unknown;
}

/** What an ongoing migration began with: its two servers and databases. */
export type Begun = Pick<PreflightInputs, "source" | "target"> &
    Pick<PreflightOutputs, "sourceSystemIdentifier" | "targetSystemIdentifier">;

/** What preflight found. */
export interface PreflightOutputs {
    /** Canonical names, sorted; of a partitioned table only the root. All of them were checked. */
    tables: string[];
    /** What the list would be now; another list than `tables` is drift, and not checked yet. */
    present: string[];
    /** True when the user named no tables. */
    everything: boolean;
    /** Warnings; an error ends the run. */
    report: Problem[];
    sourceVersion: string;
    targetVersion: string;
    sourceSystemIdentifier: string;
    targetSystemIdentifier: string;
    databaseBytes: string;
}
