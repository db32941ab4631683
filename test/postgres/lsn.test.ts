import { expect, test } from "vitest";
import { hasReached, lsnDistance, lsnToBigInt } from "../../lib/postgres/lsn";

test.each([
    ["0/0", 0n],
    ["0/1", 1n],
    ["0/FFFFFFFF", 0xffffffffn],
    ["1/0", 0x100000000n],
    ["16/B374D848", 0x16b374d848n],
    ["ffffffff/ffffffff", 0xffffffffffffffffn],
])("%s is %s", (lsn, position) => {
    expect(lsnToBigInt(lsn)).toBe(position);
});

test.each(["", "0", "0/", "/0", "0/G", "100000000/0", "0/100000000", "0/0 ", "unknown"])("%j is no LSN", (text) => {
    expect(() => lsnToBigInt(text)).toThrow(`"${text}" is not an LSN; Postgres prints them like 16/B374D848.`);
});

test("distance crosses the 32-bit half and has a sign", () => {
    expect(lsnDistance("0/FFFFFFFF", "1/0")).toBe(1n);
    expect(lsnDistance("1/0", "0/FFFFFFFF")).toBe(-1n);
});

test.each([
    ["0/10", "0/10", true],
    ["0/11", "0/10", true],
    ["0/F", "0/10", false],
    [null, "0/10", false],
    [undefined, "0/0", false],
])("%s has reached %s: %s", (lsn, barrier, reached) => {
    expect(hasReached(lsn, barrier)).toBe(reached);
});
