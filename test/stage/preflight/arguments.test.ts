import { describe, expect, test } from "vitest";
import { argumentProblems } from "../../../lib/stage/preflight/arguments";
import type { PreflightInputs } from "../../../lib/stage/preflight/inputs";
import { nearest } from "../../../lib/stage/preflight/nearest";
import { inputsOf } from "./inputs";

const source = "postgresql://me:pw@db.example.com/shop";
const target = "postgresql://me:pw@db.example.org/shop";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What is found, as `severity id object`. */
const found = (some: Partial<PreflightInputs>) =>
    argumentProblems(inputsOf(source, target, some)).map(({ severity, id, object }) => `${severity} ${id} ${object}`);

describe("problems of the arguments alone", () => {
    const cases: [string, Partial<PreflightInputs>, string[]][] = [
        ["good ones", { wantedTables: ["a", "b.c"], phase: "replicate", timeoutSeconds: 0.5 }, []],
        ["values that nobody knows yet", { source: unknown, phase: unknown, wantedTables: [unknown] }, []],
        ["a whole list that nobody knows yet", { wantedTables: unknown as unknown as string[] }, []],
        ["63 bytes", { wantedTables: ["a".repeat(63)] }, []],
        ["64 bytes", { wantedTables: ["a".repeat(64)] }, [`error arguments.table table ${"a".repeat(64)}`]],
        [
            "a schema of 64 bytes",
            { wantedTables: [`${"s".repeat(64)}.a`] },
            [`error arguments.table table ${"s".repeat(64)}.a`],
        ],
        ["a slot of 64 bytes", { slot: "s".repeat(64) }, ["error arguments.name slot"]],
        ["public twice", { wantedTables: ["a", "public.A"] }, ["error arguments.duplicate table public.A"]],
        ["quotes make another table", { wantedTables: ["a", '"A"'] }, []],
        ["three parts", { wantedTables: ["db.a.b"] }, ['error arguments.table table "db.a.b"']],
        ["a toast table", { wantedTables: ["pg_toast.x"] }, ["error arguments.systemTable table pg_toast.x"]],
        ["not a string", { wantedTables: [5 as unknown as string] }, ["error arguments.table table 5"]],
        ["no timeout at all", { timeoutSeconds: Number.NaN }, ["error arguments.timeout timeoutSeconds"]],
        [
            "a timeout in words",
            { timeoutSeconds: "60" as unknown as number },
            ["error arguments.timeout timeoutSeconds"],
        ],
        ["clear text over a network", { source: `${source}?sslmode=disable` }, ["warning connection.clearText source"]],
        ["clear text on this machine", { source: "postgresql://me:pw@127.0.0.1/shop?sslmode=disable" }, []],
        [
            "Supabase's pooler",
            { source: "postgresql://me:pw@aws-0-eu.pooler.supabase.com/postgres" },
            ["error connection.pooler source"],
        ],
        [
            "the way of the target",
            { sourceFromTarget: "postgresql://me@h" },
            ["error arguments.connection connectionStringFromTarget"],
        ],
        [
            "two sides at once",
            { source: "", target: "x" },
            ["error arguments.connection source", "error arguments.connection target"],
        ],
    ];
    test.each(cases)("%s", (_what, some, expected) => {
        expect(found(some)).toEqual(expected);
    });

    test("no reason repeats a password", () => {
        const all = argumentProblems(
            inputsOf("postgresql://me:s3cret@h/db?sslmode=x&foo=1", "postgresql://me:s3cret@:0/", {
                sourceFromTarget: "postgresql://me:%s3cret@h/db",
            }),
        );
        expect(all.length).toBeGreaterThan(2);
        expect(JSON.stringify(all)).not.toContain("s3cret");
    });
});

describe("the nearest name", () => {
    test.each([
        ["tabels", "tables"],
        ["TABLES", "tables"],
        ["timeout", undefined],
        ["timeoutSecond", "timeoutSeconds"],
        ["", undefined],
    ])("of %s is %s", (text, expected) => {
        expect(nearest(text, ["source", "tables", "timeoutSeconds"])).toBe(expected);
    });
});
