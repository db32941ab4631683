import { expect, test } from "vitest";
import { selectEverything, selectTables } from "../../../lib/stage/schema/selection";
import { dump, type Part } from "./dump";

const ids = (entries: { id: number }[]) => entries.map((entry) => entry.id);
const table = { relation: true };

const cases: [string, Part[], number[], number[], number[]][] = [
    [
        "a table with what it needs",
        [{ id: 1 }, { id: 2, needs: [1] }, { id: 3, ...table, needs: [2] }, { id: 4 }],
        [3],
        [1, 2, 3],
        [],
    ],
    [
        "its parts and what they need",
        [{ id: 1, ...table }, { id: 2 }, { id: 3, of: 1, needs: [1, 2] }],
        [1],
        [1, 2, 3],
        [],
    ],
    [
        "no other table, and none of its parts",
        [
            { id: 1, ...table },
            { id: 2, ...table },
            { id: 3, of: 2, needs: [2] },
        ],
        [1],
        [1],
        [],
    ],
    [
        "no foreign key to another table",
        [
            { id: 1, ...table },
            { id: 2, ...table },
            { id: 3, of: 1, needs: [1, 2] },
        ],
        [1],
        [1],
        [3],
    ],
    [
        "a foreign key between two of them",
        [
            { id: 1, ...table },
            { id: 2, ...table },
            { id: 3, of: 1, needs: [1, 2] },
        ],
        [1, 2],
        [1, 2, 3],
        [],
    ],
    [
        "no view on it",
        [
            { id: 1, ...table },
            { id: 2, ...table, needs: [1] },
        ],
        [1],
        [1],
        [],
    ],
    [
        "the table it inherits from",
        [
            { id: 1, ...table },
            { id: 2, ...table, needs: [1] },
        ],
        [2],
        [1, 2],
        [],
    ],
    [
        "comments on what is chosen only",
        [
            { id: 1, ...table },
            { id: 2, ...table },
            { id: 3, action: "COMMENT", needs: [1] },
            { id: 4, action: "COMMENT", needs: [2] },
        ],
        [1],
        [1, 3],
        [],
    ],
    [
        "an attachment only with both its ends",
        [
            { id: 1, ...table },
            { id: 2, ...table },
            { id: 3, action: "TABLE ATTACH", needs: [2, 1] },
        ],
        [1],
        [1],
        [],
    ],
    ["dependencies on what the dump does not hold", [{ id: 1, ...table, needs: [99] }], [1], [1], []],
];

test.each(cases)("a list of tables brings %s", (_name, parts, chosen, wanted, leftOut) => {
    const { entries, facts } = dump(parts);
    const selection = selectTables(entries, facts, new Set(chosen.map((id) => id * 100)));
    expect([ids(selection.entries), ids(selection.leftOut)]).toEqual([wanted, leftOut]);
});

const extension = (name: string) => ({ address: { type: "extension", names: [name], args: [] } });

test.each([
    ["offered", "citext", [], [1, 2, 3], []],
    ["not offered, and nothing needs it", "aws", [], [3], [1]],
    ["not offered, and a table needs it", "aws", [1], [1, 2, 3], []],
])("an extension that is %s", (_name, name, needs, wanted, leftOut) => {
    const { entries, facts } = dump([
        { id: 1, ...extension(name) },
        { id: 2, action: "COMMENT", needs: [1] },
        { id: 3, ...table, needs },
    ]);
    const selection = selectEverything(entries, facts, new Set(["citext"]));
    expect([ids(selection.entries), ids(selection.leftOut)]).toEqual([wanted, leftOut]);
});
