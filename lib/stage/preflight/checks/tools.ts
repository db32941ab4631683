import { type FoundTool, type Tool, tooOld } from "../../../postgres/clientTools";
import type { ServerFacts } from "../facts";
import { error, type Problem } from "../problem";
import { majorOf } from "./servers";

/** pg_dump reads servers up to its own major, no newer. */
export function toolProblems(name: Tool, found: FoundTool, source: ServerFacts | undefined): Problem[] {
    if ("problem" in found) {
        return [error("tools.missing", name, found.problem, "")];
    }
    const reason = source && tooOld(name, found.major, majorOf(source));
    return reason ? [error("tools.old", `${name} at ${found.path}`, reason, "")] : [];
}
