import type { Context, Lifecycle } from "../../dynamic/lifecycle";
import { isUnknown, sameValue } from "../../dynamic/value";
import { withSession } from "../../postgres/client";
import { connectionOf } from "../../postgres/connection";
import { formatTableName } from "../../postgres/identifier";
import { sideInputs } from "../sides";
import { remove } from "../subscription/removal";
import { argumentProblems } from "./arguments";
import { select } from "./checks/selection";
import { askRelations, beOnlooker } from "./factsServer";
import type { PreflightInputs, PreflightOutputs } from "./inputs";
import { inspect } from "./inspection";
import { errorsOf, formatProblem, formatProblems } from "./problem";

export type { PreflightInputs, PreflightOutputs } from "./inputs";

type State = PreflightInputs & PreflightOutputs;

const inputNames = [
    ...sideInputs,
    "publication",
    "subscription",
    "slot",
    "sourceFromTarget",
    "wantedTables",
    "phase",
    "timeoutSeconds",
    "clientPath",
    "forceDetach",
    "unknownArguments",
    "ready",
] as const;

/** Inputs that no check looks at on a server. A user sets forceDetach exactly when a server is gone. */
const withoutServers: readonly string[] = ["ownUrn", "phase", "timeoutSeconds", "forceDetach"];

/** Every check before anything is made; all problems at once. Creates nothing. */
export const preflight: Lifecycle<PreflightInputs, PreflightOutputs> = {
    inputs: inputNames,

    async problems(inputs, first) {
        const mistakes = errorsOf(argumentProblems(inputs));
        if (mistakes.length > 0 || !first || hasUnknown(inputs)) {
            return mistakes.map(formatProblem);
        }
        return errorsOf((await inspect(inputs)).problems).map(formatProblem);
    },

    // Publishing a table unchecked could stop its writers: without a key, UPDATE fails on the source.
    needsUpdate: (state) => !sameValue(state.present, state.tables),

    create: (inputs, context) => run(inputs, context),

    async update(inputs, olds, context) {
        const changed = inputNames.filter((name) => !sameValue(inputs[name], olds[name]));
        const needsServers = changed.length === 0 || changed.some((name) => !withoutServers.includes(name));
        return needsServers ? run(inputs, context, olds) : outputsOf(olds);
    },

    async read(state, context) {
        if (!state.everything) {
            return outputsOf(state);
        }
        try {
            const relations = await withSession(connectionOf("source", state.source), async (session) => {
                await beOnlooker(session);
                return askRelations(session, "", false);
            });
            return { ...outputsOf(state), present: select(relations, undefined).tables.map(formatTableName) };
        } catch (error) {
            context.progress.warn(`kept the last known list of tables: ${(error as Error).message}`);
            return outputsOf(state);
        }
    },

    /** The last to go: takes away what a killed run made and Pulumi never heard of. */
    delete: (state, context) => remove(state, "sweep", context),
};

async function run(inputs: PreflightInputs, context: Context, olds?: State): Promise<PreflightOutputs> {
    context.progress.status("checking both servers");
    const { problems, outputs } = await inspect(inputs, olds);
    const errors = errorsOf(problems);
    if (errors.length > 0 || !outputs) {
        throw new Error(formatProblems(errors));
    }
    for (const problem of problems) {
        context.progress.warn(formatProblem(problem));
    }
    return outputs;
}

function hasUnknown(value: unknown): boolean {
    return isUnknown(value) || (typeof value === "object" && value !== null && Object.values(value).some(hasUnknown));
}

function outputsOf(state: State): PreflightOutputs {
    const { tables, present, everything, report } = state;
    const { sourceVersion, targetVersion, sourceSystemIdentifier, targetSystemIdentifier, databaseBytes } = state;
    return {
        tables,
        present,
        everything,
        report,
        sourceVersion,
        targetVersion,
        sourceSystemIdentifier,
        targetSystemIdentifier,
        databaseBytes,
    };
}
