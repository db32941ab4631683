import { expect, test } from "vitest";
import { sortMemory } from "../../../lib/stage/indexes/memory";

test.each([
    ["a small server, two at once", 64, 128, 2, 256],
    ["a small server, eight at once: its own setting will do", 64, 128, 8, undefined],
    ["a big server", 64, 8192, 4, 1024],
    ["a bigger setting of the server's own", 2048, 8192, 4, undefined],
    ["one at a time", 64, 128, 1, 512],
])("%s", (_name, own, shared, jobs, expected) => {
    const mega = 1024 * 1024;
    expect(sortMemory(own * mega, shared * mega, jobs)).toBe(expected && expected * mega);
});
