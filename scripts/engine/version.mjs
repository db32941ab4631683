// Which engine will do, and what Pulumi's own download of it is called. Nothing here touches disk or network.

export const engineVersion = "3.250.0";
export const oldestEngine = "3.146.0";

/** The programs that make an engine for Node.js programs: the CLI, its language host, the dynamic-provider host. */
export const programs = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * @param {string} text output of `pulumi version` or `go version`
 * @returns {[number, number, number] | undefined}
 */
export function parseVersion(text) {
    const match = /(?:^|\s|v|go)(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
    return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/**
 * @param {string} text
 * @param {string} oldest
 */
export function isAtLeast(text, oldest) {
    const found = parseVersion(text);
    const wanted = parseVersion(oldest);
    if (!found || !wanted) return false;
    for (const [index, part] of found.entries()) {
        if (part !== wanted[index]) return part > (wanted[index] ?? 0);
    }
    return true;
}

/**
 * Another major may speak another protocol, so only the same one counts as new enough.
 *
 * @param {string} text
 */
export function isUsableEngine(text) {
    return isAtLeast(text, oldestEngine) && parseVersion(text)?.[0] === parseVersion(oldestEngine)?.[0];
}

/**
 * @param {string} platform as in process.platform
 * @param {string} arch as in process.arch
 * @returns {string | undefined} undefined where Pulumi publishes none that is unpacked in this way
 */
export function archiveName(platform, arch) {
    if (!["linux", "darwin"].includes(platform) || !["x64", "arm64"].includes(arch)) return undefined;
    return `pulumi-v${engineVersion}-${platform}-${arch}.tar.gz`;
}

/**
 * @param {string} checksums lines of "<sha256>  <file name>"
 * @param {string} file
 * @returns {string | undefined}
 */
export function checksumOf(checksums, file) {
    for (const line of checksums.split("\n")) {
        const [sum, name] = line.trim().split(/\s+\*?/);
        if (name === file) return sum;
    }
    return undefined;
}
