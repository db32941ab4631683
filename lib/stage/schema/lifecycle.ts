import type { Context, Lifecycle } from "../../dynamic/lifecycle";
import { withSession } from "../../postgres/client";
import { sideInputs } from "../sides";
import { restore } from "./restoration";
import { labelOf, lookForMissing, type SchemaInputs, takeSurvey } from "./survey";

export type { SchemaInputs } from "./survey";

export interface SchemaOutputs {
    /** The objects that this run made; 0 where the target had them all. */
    restored: number;
    /** What belongs to the tables and was left out, because it needs a table that is not migrated. */
    leftOut: string[];
}

/** A lock is waited for by the transaction's own, shorter limit; this one bounds a statement that works. */
const statementTimeoutMs = 30 * 60_000;

/**
 * Makes on the target what replication needs to begin: tables, their keys, and all else that comes before data. Looks
 * first, and makes only what the target lacks; what is there is never altered.
 */
async function ensure(inputs: SchemaInputs, context: Context): Promise<SchemaOutputs> {
    context.progress.status("reading the source's schema");
    const survey = await takeSurvey(inputs);
    const { before } = await lookForMissing(survey);
    const { target, script, facts, leftOut } = survey;
    if (before.length > 0) {
        await withSession(
            target,
            (session) =>
                restore(
                    session,
                    script,
                    before,
                    (entry) => labelOf(entry, facts),
                    (done) => context.progress.status(`making the schema: ${done}/${before.length}`),
                ),
            { statementTimeoutMs },
        );
    }
    return { restored: before.filter((entry) => entry.catalog !== 0).length, leftOut };
}

export const schema: Lifecycle<SchemaInputs, SchemaOutputs> = {
    inputs: [...sideInputs, "tables", "everything", "clientPath"],
    create: ensure,
    update: (inputs, _olds, context) => ensure(inputs, context),
    // The tables hold the user's rows by now.
    async delete() {},
};
