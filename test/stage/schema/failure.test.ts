import { expect, test } from "vitest";
import { explain, isTransient } from "../../../lib/stage/schema/failure";

const raised = (code: string | undefined, message = "no.") => Object.assign(new Error(message), { code });

test.each([
    ["40P01", true],
    ["55P03", true],
    ["53300", true],
    ["57P01", true],
    ["08006", true],
    [undefined, true],
    ["23505", false],
    ["42704", false],
    ["55000", false],
    ["57014", false],
])("%s is worth another try: %s", (code, again) => {
    expect(isTransient(raised(code))).toBe(again);
});

test("a reason names the object and the state, and quotes no value", () => {
    expect(explain("a", raised("XX000", "it broke."))).toBe("a: it broke (SQLSTATE XX000).");
    expect(explain("a", raised("22P02", 'invalid input syntax for type integer: "secret"'))).not.toContain("secret");
    expect(explain("a", raised(undefined, "Connection terminated"))).toBe("a: Connection terminated.");
});
