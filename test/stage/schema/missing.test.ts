import { expect, test } from "vitest";
import { findMissing } from "../../../lib/stage/schema/missing";
import type { Presence } from "../../../lib/stage/schema/presence";
import { dump, type Part } from "./dump";

const there: Presence = { oid: 1, attached: false, rowSecurity: false, commented: false, bytes: 0 };
const table = { relation: true };
const post = true;

const cases: [string, Part[], [number, Partial<Presence>?][], number[], number[]][] = [
    [
        "nothing is there",
        [
            { id: 1, ...table },
            { id: 2, of: 1, needs: [1], post },
        ],
        [],
        [1],
        [2],
    ],
    [
        "all is there",
        [
            { id: 1, ...table },
            { id: 2, of: 1, needs: [1], post },
        ],
        [[1], [2]],
        [],
        [],
    ],
    [
        "a key comes before the copy",
        [
            { id: 1, ...table },
            { id: 2, of: 1, needs: [1], post, key: true },
        ],
        [[1]],
        [2],
        [],
    ],
    [
        "a comment on a key goes with it",
        [
            { id: 2, post, key: true },
            { id: 3, action: "COMMENT", needs: [2], post },
        ],
        [],
        [2, 3],
        [],
    ],
    [
        "a comment on a table that was there is left alone",
        [
            { id: 1, ...table },
            { id: 2, action: "COMMENT", needs: [1] },
        ],
        [[1]],
        [],
        [],
    ],
    [
        "a comment on a new table is made",
        [
            { id: 1, ...table },
            { id: 2, action: "COMMENT", needs: [1] },
        ],
        [],
        [1, 2],
        [],
    ],
    [
        "a comment that a killed run did not come to",
        [
            { id: 1, post },
            { id: 2, action: "COMMENT", needs: [1], post },
        ],
        [[1]],
        [],
        [2],
    ],
    [
        "a comment after the copy that is there",
        [
            { id: 1, post },
            { id: 2, action: "COMMENT", needs: [1], post },
        ],
        [[1, { commented: true }]],
        [],
        [],
    ],
    [
        "row security is off",
        [
            { id: 1, ...table },
            { id: 2, action: "ROW SECURITY", needs: [1], post },
        ],
        [[1]],
        [],
        [2],
    ],
    [
        "row security is on",
        [
            { id: 1, ...table },
            { id: 2, action: "ROW SECURITY", needs: [1], post },
        ],
        [[1, { rowSecurity: true }]],
        [],
        [],
    ],
    [
        "a partition that is not attached",
        [
            { id: 1, ...table },
            { id: 2, ...table, needs: [1] },
            { id: 3, action: "TABLE ATTACH", needs: [2, 1] },
        ],
        [[1, { attached: true }], [2]],
        [3],
        [],
    ],
    [
        "an index that is attached, whose parent is not",
        [
            { id: 1, ...table },
            { id: 2, post, needs: [1] },
            { id: 3, post, needs: [1, 2] },
            { id: 4, action: "INDEX ATTACH", needs: [2, 3, 1], post },
        ],
        [[1], [2], [3, { attached: true }]],
        [],
        [],
    ],
    [
        "the ends of a sub-partition's attachment",
        [
            { id: 2, post, key: true },
            { id: 3, post, key: true, needs: [2] },
            { id: 4, post, key: true, needs: [3] },
            { id: 5, action: "INDEX ATTACH", needs: [2, 3, 4], post },
        ],
        [[2], [3, { attached: true }], [4]],
        [5],
        [],
    ],
    [
        "a view behind a placeholder",
        [
            { id: 1, ...table },
            { id: 2, of: 1, needs: [1], viewRule: true, post },
        ],
        [],
        [1, 2],
        [],
    ],
    [
        "a view that is there, whose rule looks the same",
        [
            { id: 1, ...table },
            { id: 2, of: 1, needs: [1], viewRule: true, post },
        ],
        [[1], [2]],
        [],
        [],
    ],
    ["ownership of a new sequence", [{ id: 1 }, { id: 2, action: "SEQUENCE OWNED BY", needs: [1] }], [], [1, 2], []],
    [
        "ownership of a sequence that was there",
        [{ id: 1 }, { id: 2, action: "SEQUENCE OWNED BY", needs: [1] }],
        [[1]],
        [],
        [],
    ],
    [
        "a shell that a new type needs",
        [
            { id: 1, action: "SHELL TYPE" },
            { id: 2, needs: [1] },
        ],
        [],
        [1, 2],
        [],
    ],
];

test.each(cases)("%s", (_name, parts, present, before, after) => {
    const { entries, facts } = dump(parts);
    const missing = findMissing(entries, facts, new Map(present.map(([id, has]) => [id, { ...there, ...has }])));
    expect([missing.before, missing.after].map((list) => list.map((entry) => entry.id))).toEqual([before, after]);
});

test("what the source has dropped since is not missing", () => {
    const { entries } = dump([{ id: 1 }]);
    expect(findMissing(entries, new Map(), new Map())).toEqual({ before: [], after: [] });
});
