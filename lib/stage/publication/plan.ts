import type { ObservedPublication } from "./observe";

export type PublicationPlan =
    | { do: "create" }
    | { do: "change"; add: string[]; drop: string[] }
    | { do: "refuse"; reason: string };

/** All four, or the target would silently miss a kind of change. */
export const allOperations = ["insert", "update", "delete", "truncate"];

/**
 * What brings the publication to the wanted tables without losing a change. `subscribed` are the tables that the
 * subscription on the target already follows: for those, whatever was not published was never sent.
 */
export function planPublication(
    name: string,
    wanted: string[],
    observed: ObservedPublication | undefined,
    subscribed: string[],
): PublicationPlan {
    if (!observed) {
        return subscribed.length === 0
            ? { do: "create" }
            : refuse(
                  `publication "${name}" was dropped while the subscription followed it, so changes to ${some(subscribed)} were not sent and the copy on the target can no longer be trusted. ${startAgain}`,
              );
    }
    if (!observed.ours) {
        return refuse(
            `publication "${name}" exists on the source and is not this migration's. Look at it with: SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = '${name}'; and, if nothing uses it, run: DROP PUBLICATION "${name}";`,
        );
    }
    const missing = allOperations.filter((operation) => !observed.operations.includes(operation));
    if (missing.length > 0 || !observed.viaRoot || observed.allTables) {
        const what = missing.length > 0 ? `no longer publishes ${missing.join(", ")}` : "had its options changed";
        return refuse(
            `publication "${name}" ${what}, so the copy on the target can no longer be trusted. ${startAgain}`,
        );
    }
    const add = wanted.filter((table) => !observed.tables.includes(table));
    const unsent = add.filter((table) => subscribed.includes(table));
    if (unsent.length > 0) {
        return refuse(
            `${some(unsent)} was taken out of publication "${name}" while the subscription followed it, so changes were not sent and its copy on the target can no longer be trusted. To copy it again, run on the target: ALTER SUBSCRIPTION "${name}" REFRESH PUBLICATION; TRUNCATE ${unsent.join(", ")}; and then: pulumi up --refresh`,
        );
    }
    return { do: "change", add, drop: observed.tables.filter((table) => !wanted.includes(table)) };
}

const startAgain = "To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.";

function refuse(reason: string): PublicationPlan {
    return { do: "refuse", reason };
}

function some(tables: string[]): string {
    return tables.length > 3
        ? `${tables.slice(0, 3).join(", ")} and ${tables.length - 3} more tables`
        : tables.join(", ");
}
