import { expect, test } from "vitest";
import { progressText } from "../../../lib/stage/indexes/progress";

const running = new Map([7, 8].map((pid) => [pid, { label: `i${pid}` } as never]));

test.each([
    ["nothing runs", { done: 0, running: new Map() }, 0, [], "0/40"],
    ["two run", { done: 2, running }, 10, [{ pid: 7, percent: 63.9 }], "12/40 (i7 63 %, i8)"],
    ["nobody knows how much there is", { done: 2, running }, 0, [{ pid: 7, percent: null }], "2/40 (i7, i8)"],
    ["more than the estimate", { done: 0, running }, 0, [{ pid: 8, percent: 104 }], "0/40 (i7, i8 100 %)"],
])("%s", (_name, state, earlier, progress, expected) => {
    expect(progressText(state, earlier, 40, progress)).toBe(expected);
});
