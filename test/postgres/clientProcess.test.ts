import { expect, test } from "vitest";
import { lastWords, runClient } from "../../lib/postgres/clientProcess";

test.each([
    ["", "it said nothing"],
    ["a\nb\n", "a\nb"],
    ["1\n2\n3\n4\n5\n6\n", "2\n3\n4\n5\n6"],
    [
        "pg_dump: error: query failed: ERROR:  no\nDETAIL:  Key (a)=(secret)\npg_dump: detail: Query was: LOCK TABLE x",
        "pg_dump: error: query failed: ERROR:  no",
    ],
])("of %j is shown %j", (said, shown) => {
    expect(lastWords(said)).toBe(shown);
});

const node = (script: string, timeoutMs = 5_000) =>
    runClient({ path: process.execPath, args: ["-e", script], environment: {}, input: Buffer.from("in"), timeoutMs });

test("a program gets its input and gives its output", async () => {
    expect((await node("process.stdin.pipe(process.stdout)")).toString()).toBe("in");
});

test.each([
    ["one that fails", "console.error('why'); process.exit(3)", /ended with code 3: why$/],
    ["one that is ended", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9e3)", /ended with SIGTERM/],
])("%s", async (_name, script, message) => {
    await expect(node(script)).rejects.toThrow(message);
});

test("one that hangs is stopped", async () => {
    await expect(node("setTimeout(() => {}, 60_000)", 300)).rejects.toThrow("was stopped after 0.3 seconds");
});

test("one that can't be started says so", async () => {
    await expect(runClient({ path: "/nonexistent/tool", args: [], environment: {}, timeoutMs: 1_000 })).rejects.toThrow(
        "could not be started",
    );
});
