import { expect, test } from "vitest";
import type { ObservedPublication } from "../../../lib/stage/publication/observe";
import { planPublication } from "../../../lib/stage/publication/plan";

const ours: ObservedPublication = {
    ours: true,
    claimsSlot: true,
    allTables: false,
    viaRoot: true,
    operations: ["insert", "update", "delete", "truncate"],
    tables: ["s.a", "s.b"],
};
const startAgain = "To copy again: run pulumi destroy, TRUNCATE the tables on the target, and run pulumi up.";

test.each([
    ["nothing there", ["s.a"], undefined, [], { do: "create" }],
    ["as wanted", ["s.b", "s.a"], ours, ["s.a", "s.b"], { do: "change", add: [], drop: [] }],
    ["a table more", ["s.a", "s.b", "s.c"], ours, ["s.a", "s.b"], { do: "change", add: ["s.c"], drop: [] }],
    ["a table less", ["s.a"], ours, ["s.a", "s.b"], { do: "change", add: [], drop: ["s.b"] }],
])("%s", (_name, wanted, observed, subscribed, plan) => {
    expect(planPublication("p", wanted, observed, subscribed)).toEqual(plan);
});

test.each<[string, ObservedPublication | undefined, string[], string]>([
    [
        "foreign",
        { ...ours, ours: false },
        [],
        `publication "p" exists on the source and is not this migration's. Look at it with: SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = 'p'; and, if nothing uses it, run: DROP PUBLICATION "p";`,
    ],
    [
        "dropped under a subscription",
        undefined,
        ["s.a", "s.b", "s.c", "s.d", "s.e"],
        `publication "p" was dropped while the subscription followed it, so changes to s.a, s.b, s.c and 2 more tables were not sent and the copy on the target can no longer be trusted. ${startAgain}`,
    ],
    [
        "deletes no longer published",
        { ...ours, operations: ["insert", "update", "truncate"] },
        ["s.a"],
        `publication "p" no longer publishes delete, so the copy on the target can no longer be trusted. ${startAgain}`,
    ],
    [
        "partitions published as themselves",
        { ...ours, viaRoot: false },
        ["s.a"],
        `publication "p" had its options changed, so the copy on the target can no longer be trusted. ${startAgain}`,
    ],
    [
        "table taken out under a subscription",
        { ...ours, tables: ["s.a"] },
        ["s.a", "s.b"],
        `s.b was taken out of publication "p" while the subscription followed it, so changes were not sent and its copy on the target can no longer be trusted. To copy it again, run on the target: ALTER SUBSCRIPTION "p" REFRESH PUBLICATION; TRUNCATE s.b; and then: pulumi up --refresh`,
    ],
])("refused: %s", (_name, observed, subscribed, reason) => {
    expect(planPublication("p", ["s.a", "s.b"], observed, subscribed)).toEqual({ do: "refuse", reason });
});
