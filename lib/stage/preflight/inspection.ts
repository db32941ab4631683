import { ConnectError, redact, sqlState, withSession } from "../../postgres/client";
import { type FoundTool, type Tool, toolVersion } from "../../postgres/clientTools";
import { type Connection, connectionOf } from "../../postgres/connection";
import { formatTableName, qualified } from "../../postgres/identifier";
import { argumentProblems } from "./arguments";
import { databaseProblems } from "./checks/all";
import { select } from "./checks/selection";
import type { Side, SourceFacts, TargetFacts } from "./facts";
import { askSource } from "./factsSource";
import { askTarget } from "./factsTarget";
import type { Begun, PreflightInputs, PreflightOutputs } from "./inputs";
import { probe } from "./probe";
import { error, errorsOf, type Problem } from "./problem";

const statementTimeoutMs = 12_000;
/** A side that is slower than this is reported as not answering, so that a preview ends. The target waits for the source. */
const sourceTimeoutMs = 20_000;
const targetTimeoutMs = 26_000;

export interface Inspection {
    problems: Problem[];
    /** What was found, when no error was. */
    outputs?: PreflightOutputs;
}

/** Looks at both sides and reports every problem at once. Changes nothing. */
export async function inspect(inputs: PreflightInputs, begun?: Begun): Promise<Inspection> {
    const source = connectionOf("source", inputs.source);
    const target = connectionOf("target", inputs.target);
    const path = connectionOf("connectionStringFromTarget", inputs.sourceFromTarget ?? inputs.source);
    const bound = <Facts>(side: string, limitMs: number, work: Promise<Facts>) =>
        bounded(side, limitMs, work, [source, target, path]);

    const sourceSide = bound(
        "source",
        sourceTimeoutMs,
        withSession(source, (session) => askSource(session, path.user, inputs.publication), { statementTimeoutMs }),
    );
    const names = sourceSide.then(({ facts }) => new Set((facts?.relations ?? []).map(qualified)));
    const targetSide = bound(
        "target",
        targetTimeoutMs,
        withSession(target, (session) => askTarget(session, inputs.subscription, names), { statementTimeoutMs }),
    );
    const pathSide = bound(
        "way from target to source",
        targetTimeoutMs,
        withSession(target, (session) => probe(session, path, inputs), { statementTimeoutMs }),
    );
    const [fromSource, fromTarget, fromPath, dump, restore] = await Promise.all([
        sourceSide,
        targetSide,
        pathSide,
        toolVersion("pg_dump", inputs.clientPath),
        toolVersion("pg_restore", inputs.clientPath),
    ]);
    const tools: [Tool, FoundTool][] = [
        ["pg_dump", dump],
        ["pg_restore", restore],
    ];
    const problems = [
        ...argumentProblems(inputs),
        ...unanswered("source", fromSource),
        ...unanswered("target", fromTarget),
        ...pathProblems(fromPath, fromTarget, fromSource, inputs.sourceFromTarget === undefined),
        ...databaseProblems(inputs, fromSource.facts, fromTarget.facts, tools, begun),
    ];
    if (errorsOf(problems).length > 0 || !fromSource.facts || !fromTarget.facts) {
        return { problems };
    }
    return { problems, outputs: outputsOf(inputs, problems, fromSource.facts, fromTarget.facts) };
}

function outputsOf(
    inputs: PreflightInputs,
    problems: Problem[],
    source: SourceFacts,
    target: TargetFacts,
): PreflightOutputs {
    const tables = select(source.relations, inputs.wantedTables).tables.map(formatTableName);
    return {
        tables,
        present: tables,
        everything: inputs.wantedTables == null,
        report: problems,
        sourceVersion: source.server.version,
        targetVersion: target.server.version,
        sourceSystemIdentifier: source.server.systemIdentifier,
        targetSystemIdentifier: target.server.systemIdentifier,
        databaseBytes: source.server.databaseBytes,
    };
}

async function bounded<Facts>(
    side: string,
    limitMs: number,
    work: Promise<Facts>,
    connections: Connection[],
): Promise<Side<Facts>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Side<Facts>>((resolve) => {
        const reason = `the ${side} did not answer every question within ${limitMs / 1000} seconds. Run the command again.`;
        timer = setTimeout(() => resolve({ facts: undefined, reason, code: undefined }), limitMs);
    });
    const asked = work.then(
        (facts): Side<Facts> => ({ facts }),
        (failure: Error): Side<Facts> => ({ facts: undefined, ...explained(failure, connections) }),
    );
    try {
        return await Promise.race([asked, late]);
    } finally {
        clearTimeout(timer);
    }
}

function explained(failure: Error, connections: Connection[]): { reason: string; code: string | undefined } {
    if (failure instanceof ConnectError) {
        return { reason: failure.message, code: failure.code };
    }
    const code = sqlState(failure);
    const message = redact(failure.message, ...connections);
    return { reason: `a check could not run (SQLSTATE ${code ?? "none"}: ${message}). Run the command again.`, code };
}

function unanswered(side: "source" | "target", answer: Side<unknown>): Problem[] {
    return "reason" in answer ? [error(`${side}.connect`, side, answer.reason, "")] : [];
}

/** The way from target to source; said only when it adds to what the sides themselves have said. */
function pathProblems(
    path: Side<Problem[]>,
    target: Side<unknown>,
    source: Side<unknown>,
    sameWay: boolean,
): Problem[] {
    if ("reason" in target) {
        return [];
    }
    // The server turned this login away already; from the target it would say the same.
    if (sameWay && "reason" in source && /^[0-9A-Z]{5}$/.test(source.code ?? "")) {
        return [];
    }
    return "reason" in path ? [error("path.connect", "target to source", path.reason, "")] : path.facts;
}
