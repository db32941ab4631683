import { expect, test } from "vitest";
import { formatTableName, parseTableName, qualified } from "../../lib/postgres/identifier";

test.each([
    ["orders", "public", "orders"],
    ["Shop.Orders", "shop", "orders"],
    ['shop."Order Items"', "shop", "Order Items"],
    ['"A.b"."say ""hi"""', "A.b", 'say "hi"'],
    [" shop.orders ", "shop", "orders"],
    ["shop.größe", "shop", "größe"],
])("%s is %s, %s", (text, schema, name) => {
    expect(parseTableName(text)).toEqual({ schema, name });
});

test.each(["", ".", "a.", ".a", "a.b.c", 'a"b', '"a', '""', "a b", "a..b"])("%j names no table", (text) => {
    expect(parseTableName(text)).toBeUndefined();
});

test.each([
    [{ schema: "shop", name: "orders" }, "shop.orders"],
    [{ schema: "shop", name: "Order Items" }, 'shop."Order Items"'],
    [{ schema: "A.b", name: 'say "hi"' }, '"A.b"."say ""hi"""'],
    [{ schema: "shop", name: "größe" }, 'shop."größe"'],
    [{ schema: "shop", name: "2nd" }, 'shop."2nd"'],
])("%j is written %s and read back", (table, text) => {
    expect(formatTableName(table)).toBe(text);
    expect(parseTableName(text)).toEqual(table);
});

test("a statement gets every part quoted", () => {
    expect(qualified({ schema: "shop", name: 'say "hi"' })).toBe('"shop"."say ""hi"""');
});
