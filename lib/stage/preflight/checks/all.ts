import type { FoundTool, Tool } from "../../../postgres/clientTools";
import type { SourceFacts, TargetFacts } from "../facts";
import type { Begun, PreflightInputs } from "../inputs";
import type { Problem } from "../problem";
import { otherSlotProblems, transactionProblems } from "./activity";
import { capacityProblems, sourceSettingProblems } from "./capacity";
import { extensionProblems, largeObjectProblems } from "./contents";
import { ownershipProblems } from "./ownership";
import { replicaIdentityProblems } from "./replicaIdentity";
import { policyProblems, publishingProblems, replicationRoleProblems } from "./rights";
import { select } from "./selection";
import { identityProblems, pairProblems, serverProblems } from "./servers";
import { targetTableProblems } from "./targetTables";
import { toolProblems } from "./tools";

/** Every check of facts, in the order a reader mends them. A side that could not be asked is reported elsewhere. */
export function databaseProblems(
    inputs: PreflightInputs,
    source: SourceFacts | undefined,
    target: TargetFacts | undefined,
    tools: [Tool, FoundTool][],
    begun: Begun | undefined,
): Problem[] {
    return [
        ...tools.flatMap(([name, tool]) => toolProblems(name, tool, source?.server)),
        ...(source ? serverProblems("source", source.server) : []),
        ...(target ? serverProblems("target", target.server) : []),
        ...(source && target ? pairProblems(source.server, target.server) : []),
        ...(source ? identityProblems("source", source.server, begun) : []),
        ...(target ? identityProblems("target", target.server, begun) : []),
        ...ownershipProblems(inputs, source, target),
        ...(source ? sourceProblems(inputs, source, target) : []),
    ];
}

function sourceProblems(inputs: PreflightInputs, source: SourceFacts, target: TargetFacts | undefined): Problem[] {
    const { tables, stores, problems } = select(source.relations, inputs.wantedTables);
    const situation = target && { inputs, source, target, tables, stores };
    return [
        ...sourceSettingProblems(source),
        ...(situation ? capacityProblems(situation) : []),
        ...problems,
        ...replicationRoleProblems(source, tables),
        ...publishingProblems(source, tables),
        ...stores.flatMap(replicaIdentityProblems),
        ...(situation ? targetTableProblems(situation) : []),
        ...(target ? policyProblems(source, target, tables) : []),
        ...(situation ? extensionProblems(situation) : []),
        ...transactionProblems(source),
        ...otherSlotProblems(source, inputs),
        ...largeObjectProblems(source),
    ];
}
