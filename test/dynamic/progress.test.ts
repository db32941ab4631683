import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progress } from "../../lib/dynamic/progress";

beforeEach(() => vi.stubEnv("CI", "true"));
afterEach(() => vi.unstubAllEnvs());

test("without a terminal, a status is said at once and then every 30 seconds; notes and warnings always", () => {
    const said: unknown[] = [];
    let time = 1_000;
    const speak = progress(
        "urn",
        () => time,
        (...args) => said.push(args),
    );
    for (const [at, message] of [
        [0, "a"],
        [1, "b"],
        [29_999, "c"],
        [30_000, "d"],
    ] as const) {
        time = 1_000 + at;
        speak.status(message);
    }
    speak.note("n");
    speak.warn("w");
    expect(said).toEqual([
        ["INFO", "a", true],
        ["INFO", "d", true],
        ["INFO", "n", false],
        ["WARNING", "w", false],
    ]);
});
