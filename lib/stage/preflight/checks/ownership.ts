import { isOurs } from "../../../names";
import { identifier, literal } from "../../../postgres/identifier";
import type { SourceFacts, TargetFacts } from "../facts";
import type { PreflightInputs } from "../inputs";
import { error, type Problem } from "../problem";

/** Objects that bear our names. What this migration made is adopted; what is not its own is never touched. */
export function ownershipProblems(
    inputs: PreflightInputs,
    source: SourceFacts | undefined,
    target: TargetFacts | undefined,
): Problem[] {
    const ours = (found: { comment: string | null } | undefined) =>
        found !== undefined && isOurs(found.comment, inputs.migration);
    const publicationOurs = ours(source?.publication);
    const subscriptionOurs = ours(target?.subscription);
    const slotClaimed = publicationOurs && (source?.publication?.comment ?? "").endsWith(` slot ${inputs.slot}`);
    // With the target away nobody knows whose the slot is, and that side's problem is reported already.
    const slotForeign =
        target !== undefined &&
        (source?.slots.some((slot) => slot.name === inputs.slot) ?? false) &&
        !slotClaimed &&
        !subscriptionOurs;
    return [
        ...(source?.publication && !publicationOurs
            ? [
                  foreign(
                      "source",
                      "publication",
                      inputs.publication,
                      `SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = ${literal(inputs.publication)};`,
                      `DROP PUBLICATION ${identifier(inputs.publication)};`,
                  ),
              ]
            : []),
        ...(slotForeign
            ? [
                  foreign(
                      "source",
                      "slot",
                      inputs.slot,
                      `SELECT * FROM pg_replication_slots WHERE slot_name = ${literal(inputs.slot)};`,
                      `SELECT pg_drop_replication_slot(${literal(inputs.slot)});`,
                  ),
              ]
            : []),
        ...(target?.subscription && !subscriptionOurs
            ? [
                  foreign(
                      "target",
                      "subscription",
                      inputs.subscription,
                      `SELECT obj_description(oid, 'pg_subscription') FROM pg_subscription WHERE subname = ${literal(inputs.subscription)};`,
                      `DROP SUBSCRIPTION ${identifier(inputs.subscription)};`,
                  ),
              ]
            : []),
    ];
}

function foreign(side: string, kind: string, name: string, look: string, drop: string): Problem {
    return error(
        `${side}.${kind}`,
        `${side} ${kind} ${name}`,
        "it exists and is not this migration's.",
        `Look at it with: ${look} and, if nothing uses it, run on the ${side}: ${drop}`,
    );
}
