import { describe, expect, test } from "vitest";
import { archiveName, checksumOf, isAtLeast, isUsableEngine, parseVersion } from "../../scripts/engine/version.mjs";

test.each([
    ["v3.250.0\n", [3, 250, 0]],
    ["3.146.0", [3, 146, 0]],
    ["v3.251.0-alpha.1", [3, 251, 0]],
    ["go version go1.26.8 linux/amd64", [1, 26, 8]],
    ["go version go1.21 darwin/arm64", [1, 21, 0]],
    ["v4.0.0-dev", [4, 0, 0]],
    ["", undefined],
    ["command not found", undefined],
])("%j is version %j", (text, version) => {
    expect(parseVersion(text)).toEqual(version);
});

test.each([
    ["1.21.0", "1.21.0", true],
    ["1.20.14", "1.21.0", false],
    ["2.0.0", "1.21.5", true],
    ["1.21.4", "1.21.5", false],
    ["nonsense", "1.21.0", false],
])("%s is at least %s: %s", (found, oldest, expected) => {
    expect(isAtLeast(found, oldest)).toBe(expected);
});

test.each([
    ["v3.145.9", false],
    ["v3.146.0", true],
    ["v3.250.0", true],
    ["v4.0.0", false],
    ["", false],
])("an engine of version %j is usable: %s", (version, expected) => {
    expect(isUsableEngine(version)).toBe(expected);
});

describe("Pulumi's download", () => {
    test.each([
        ["linux", "x64", "pulumi-v3.250.0-linux-x64.tar.gz"],
        ["darwin", "arm64", "pulumi-v3.250.0-darwin-arm64.tar.gz"],
        ["win32", "x64", undefined],
        ["linux", "ia32", undefined],
    ])("on %s %s is %s", (platform, arch, name) => {
        expect(archiveName(platform, arch)).toBe(name);
    });

    test("is checked by the line of exactly its name", () => {
        const checksums = "aaa  pulumi-v3.250.0-linux-x64.tar.gz.sig\nbbb  pulumi-v3.250.0-linux-x64.tar.gz\n";
        expect(checksumOf(checksums, "pulumi-v3.250.0-linux-x64.tar.gz")).toBe("bbb");
        expect(checksumOf(checksums, "pulumi-v3.250.0-darwin-x64.tar.gz")).toBeUndefined();
    });
});
