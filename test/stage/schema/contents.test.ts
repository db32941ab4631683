import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseContents } from "../../../lib/stage/schema/contents";

/** Recorded by pg_restore 15 from a dump of tricky.sql: --list --section=pre-data, --section=post-data, --list --verbose. */
const recorded = (name: string) => readFileSync(join(__dirname, "recorded", `${name}.txt`), "utf8");
const entries = parseContents({
    preData: recorded("preData"),
    postData: recorded("postData"),
    verbose: recorded("verbose"),
});

test("every line is an entry, in order, and none is made up by a name", () => {
    const lines = (recorded("preData") + recorded("postData")).split("\n").filter(Boolean);
    expect(entries.map((entry) => entry.id)).toEqual(lines.map((line) => Number.parseInt(line, 10)));
    expect(entries.some((entry) => entry.oid === 99)).toBe(false);
});

test("the sections are told apart", () => {
    expect(entries.filter((entry) => entry.section === "pre")).toHaveLength(
        recorded("preData").trim().split("\n").length,
    );
    const firstPost = entries.findIndex((entry) => entry.section === "post");
    expect(entries.slice(firstPost).every((entry) => entry.section === "post")).toBe(true);
});

test("entries without an object are known by what they do", () => {
    const count = (action: string) => entries.filter((entry) => entry.action === action).length;
    expect(
        Object.fromEntries(["TABLE ATTACH", "SEQUENCE OWNED BY", "ROW SECURITY", "unknown"].map((a) => [a, count(a)])),
    ).toEqual({
        "TABLE ATTACH": 3,
        "SEQUENCE OWNED BY": 1,
        "ROW SECURITY": 1,
        unknown: 0,
    });
    // Two unique constraints and an index, on three partitions each.
    expect(count("INDEX ATTACH")).toBe(9);
    expect(entries.every((entry) => (entry.action === undefined) === (entry.catalog !== 0))).toBe(true);
});

test.each([
    ["nothing", "", []],
    ["a header alone", ";\n; Archive created at 2026-01-01\n;\n", []],
    [
        "names in quotes",
        '12; 1259 400 TABLE odd "s" a; b 7; 1259 9 TABLE x y z\n',
        [{ catalog: 1259, oid: 400, id: 12 }],
    ],
    [
        "an action nobody has met",
        "9; 0 0 NEW THING public x owner\n",
        [{ catalog: 0, oid: 0, id: 9, action: "unknown" }],
    ],
])("%s", (_name, preData, expected) => {
    const found = parseContents({ preData, postData: "", verbose: `${preData};\tdepends on: 3 3 4\n` });
    expect(found).toEqual(expected.map((entry) => ({ ...entry, section: "pre", dependencies: [3, 4] })));
});
