import { runtime } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { isUnknown, sameValue } from "../../lib/dynamic/value";

test("the engine's word for a value not known yet", () => {
    expect(isUnknown(runtime.unknownValue)).toBe(true);
    expect(isUnknown("x")).toBe(false);
    expect(isUnknown(undefined)).toBe(false);
});

test.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
    [[1, 2], [2, 1], false],
    [undefined, null, true],
    ["1", 1, false],
    [0, false, false],
    ["", undefined, false],
])("%j and %j: %s", (one, other, same) => {
    expect(sameValue(one, other)).toBe(same);
});
