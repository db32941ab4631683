import { describe, expect, test } from "vitest";
import { inOrder, type Job, nextJob } from "../../../lib/stage/indexes/schedule";

const job = (id: number, rest: Partial<Job> = {}): Job => ({
    id,
    label: `j${id}`,
    sql: "",
    needs: [],
    reach: "read",
    tables: [1],
    roots: [1],
    locks: [],
    size: 0,
    ...rest,
});

describe("what may begin", () => {
    const cases: [string, Job[], Job[], number[], number | undefined][] = [
        ["nothing is left", [], [], [], undefined],
        ["the first", [job(1), job(2)], [], [], 1],
        ["not before what it needs is done", [job(1, { needs: [9] }), job(2)], [job(9)], [], 2],
        ["not before what it needs has begun", [job(1, { needs: [2] }), job(2)], [], [], 2],
        ["never when what it needs has failed", [job(1, { needs: [9] })], [], [9], undefined],
        ["two indexes of one table", [job(1)], [job(9)], [], 1],
        ["no constraint beside an index of its table", [job(1, { reach: "table" }), job(2)], [job(9)], [], 2],
        ["a constraint beside an index of another table", [job(1, { reach: "table", tables: [2] })], [job(9)], [], 1],
        ["no index beside a constraint of its table", [job(1)], [job(9, { reach: "table" })], [], undefined],
        [
            "constraints of two partitions",
            [job(1, { reach: "table", tables: [2] })],
            [job(9, { reach: "table", tables: [3] })],
            [],
            1,
        ],
        [
            "no foreign key beside work on a partition",
            [job(1, { reach: "tree", tables: [1, 5], roots: [1, 5] })],
            [job(9, { tables: [2] })],
            [],
            undefined,
        ],
        [
            "a foreign key beside work elsewhere",
            [job(1, { reach: "tree" })],
            [job(9, { tables: [7], roots: [7] })],
            [],
            1,
        ],
    ];
    test.each(cases)("%s", (_name, pending, running, failed, expected) => {
        expect(nextJob(pending, running, new Set(failed))?.id).toBe(expected);
    });
});

test("the largest begins first, with what it needs before it, and foreign keys last", () => {
    const jobs = [
        job(1, { size: 5 }),
        job(2, { size: 9, reach: "tree" }),
        job(3),
        job(4, { size: 8, needs: [3] }),
        job(5, { size: 6 }),
    ];
    expect(inOrder(jobs).map(({ id }) => id)).toEqual([3, 4, 5, 1, 2]);
});
