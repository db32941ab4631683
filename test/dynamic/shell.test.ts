import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/**
 * Serialised in a process of its own, from the compiled library: in this one the test runner's wrappers would become part
 * of the text.
 */
function serialised(...kinds: string[]): string[] {
    const program = `
        const { runtime } = require("@pulumi/pulumi");
        const { shell } = require("./dist/dynamic/shell.js");
        const serialise = async (kind) => {
            const provider = shell(kind);
            return (await runtime.serializeFunction(() => provider, { allowSecrets: true })).text;
        };
        Promise.all(${JSON.stringify(kinds)}.map(serialise)).then((texts) => process.stdout.write(JSON.stringify(texts)));`;
    return JSON.parse(execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }));
}

const method = (index: number, name: string, parameters: string, slots: string) => `
function __f${index}(${slots}) {
  return (function() {
    with({ kind: "Subscription", this: undefined, arguments: undefined }) {

return (${parameters}) => require("pulumi-postgres-migration/runtime").${name}(kind${parameters ? `, ${parameters}` : ""});

    }
  }).apply(undefined, undefined).apply(this, arguments);
}
`;

// State written by any release holds this text, and calls the library through it. It must not change.
const pinned = `exports.handler = __f0;

var __provider = {check: __f1, diff: __f2, create: __f3, update: __f4, read: __f5, delete: __f6};
${method(1, "check", "olds, news", "__0, __1")}${method(2, "diff", "id, olds, news", "__0, __1, __2")}${method(3, "create", "inputs", "__0")}${method(4, "update", "id, olds, news", "__0, __1, __2")}${method(5, "read", "id, state", "__0, __1")}${method(6, "delete", "id, state", "__0, __1")}
function __f0() {
  return (function() {
    with({ provider: __provider, this: undefined, arguments: undefined }) {

return () => provider;

    }
  }).apply(undefined, undefined).apply(this, arguments);
}
`;

test("the text that Pulumi keeps in its state is constant and small, and two kinds differ in their name alone", () => {
    const [subscription = "", copy = ""] = serialised("Subscription", "Copy");
    console.log(`a serialised provider is ${Buffer.byteLength(subscription)} bytes`);
    expect(subscription).toBe(pinned);
    expect(Buffer.byteLength(subscription)).toBeLessThan(4096);
    expect(copy.replaceAll('kind: "Copy"', 'kind: "Subscription"')).toBe(pinned);
}, 120_000);
