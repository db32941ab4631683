import { type Context, type Lifecycle, Unfinished } from "../../dynamic/lifecycle";
import { withSession } from "../../postgres/client";
import { parseTableName, type TableName } from "../../postgres/identifier";
import { explain } from "../schema/failure";
import { labelOf, lookForMissing, type SchemaInputs, type Survey, takeSurvey } from "../schema/survey";
import { sideInputs } from "../sides";
import { buildAll } from "./rounds";
import { analyze, neverAnalyzed } from "./statistics";

export interface IndexesInputs extends SchemaInputs {
    /** How many indexes and constraints are built at once. */
    jobs: number;
    forceDetach?: boolean;
}

export interface IndexesOutputs {
    /** The indexes, constraints, triggers and the like that this run made. */
    built: number;
    /** What belongs to the tables and was left out, because it needs a table that is not migrated. */
    leftOut: string[];
}

/** Makes on the target what is faster to make after the copy, and gives the planner its statistics. */
async function ensure(inputs: IndexesInputs, context: Context): Promise<IndexesOutputs> {
    context.progress.status("reading the source's schema");
    const survey = await takeSurvey(inputs);
    const { before, after } = await lookForMissing(survey);
    if (before.length > 0) {
        context.progress.warn(`the target lacks, and this stage does not make: ${listed(before, survey)}.`);
    }
    if (survey.leftOut.length > 0) {
        context.progress.warn(
            `not copied, because each needs a table that is not migrated or an extension that the target lacks: ${survey.leftOut.join(", ")}.`,
        );
    }
    // What was added to the source since is no part of this migration, nor are the indexes on it.
    const foreign = new Set(before.map((entry) => entry.id));
    const missing = after.filter((entry) => {
        const outside = entry.dependencies.some((id) => foreign.has(id));
        if (outside) {
            foreign.add(entry.id);
        }
        return !outside;
    });
    const { built, left, reasons } = await buildAll(survey, missing, inputs.jobs, context);
    const outputs: IndexesOutputs = { built, leftOut: survey.leftOut };
    if (left.length > 0) {
        const why = reasons.map((reason) => `  ${reason}`).join("\n");
        throw new Unfinished(
            `${left.length} of ${missing.length} indexes and constraints could not be made (${listed(left, survey)}):\n${why}\nWhat is made stays made. To go on, run: pulumi up`,
            outputs,
        );
    }
    try {
        await gatherStatistics(survey, inputs, built > 0, context);
    } catch (error) {
        throw new Unfinished(
            `ANALYZE failed on the target. ${explain("statistics", error)} To go on, run: pulumi up`,
            outputs,
        );
    }
    return outputs;
}

async function gatherStatistics({ target }: Survey, inputs: IndexesInputs, anew: boolean, context: Context) {
    const tables = anew
        ? inputs.tables.flatMap((text): TableName | never[] => parseTableName(text) ?? [])
        : await withSession(target, (session) => neverAnalyzed(session, inputs.tables));
    await analyze(target, tables, inputs.jobs, (text) => context.progress.status(`gathering statistics: ${text}`));
}

function listed(entries: Survey["wanted"], { facts }: Survey): string {
    const names = entries.slice(0, 5).map((entry) => labelOf(entry, facts));
    return entries.length > 5 ? `${names.join(", ")} and ${entries.length - 5} more` : names.join(", ");
}

export const indexes: Lifecycle<IndexesInputs, IndexesOutputs> = {
    skippable: true,
    inputs: [...sideInputs, "tables", "everything", "clientPath", "jobs"],
    create: ensure,
    update: (inputs, _olds, context) => ensure(inputs, context),
    // The tables hold the user's rows by now.
    async delete() {},
};
