import { expect, test } from "vitest";
import { claim, isOurs, marker, namesOf } from "../lib/names";

test("names come from the identity, and two migrations never share one", () => {
    const name = "shop_migration_9caabc3e";
    expect(namesOf("p/dev/shop", "shop")).toEqual({ publication: name, subscription: name, slot: name });
    expect(namesOf("p/prod/shop", "shop").slot).not.toBe(name);
});

test.each(["Größe & more", "x".repeat(200), "UPPER-case"])("a slot's name from %s", (name) => {
    expect(namesOf(`p/s/${name}`, name).slot).toMatch(/^[a-z0-9_]{1,63}$/);
});

test.each([
    [marker("p/s/shop"), true],
    [claim("p/s/shop", "shop_1"), true],
    [marker("p/s/shop2"), false],
    [claim("p/s/shop2", "shop_1"), false],
    ["orders of the web shop", false],
    ["", false],
    [null, false],
    [undefined, false],
])("a comment %j is ours: %s", (comment, ours) => {
    expect(isOurs(comment, "p/s/shop")).toBe(ours);
});
