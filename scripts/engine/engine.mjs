// Finds the Pulumi engine, or gets it. The npm package `pulumi` and the Automation API use the same cache folder.

import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, copyFileSync, existsSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { download } from "./download.mjs";
import { buildWithGo } from "./goBuild.mjs";
import { withLock } from "./lock.mjs";
import { engineVersion, isUsableEngine, oldestEngine, programs } from "./version.mjs";

/** The folder that holds the engine; to be put first on PATH. Throws when there is none yet. */
export function engineBin() {
    const found = onPath().bin ?? cached();
    if (!found) throw new Error("The Pulumi engine is not there yet; run: node scripts/setUp.mjs");
    return found;
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the folder that holds the engine
 */
export async function ensureEngine(say) {
    const path = onPath();
    const found = path.bin ?? cached();
    if (found) return found;
    return withLock(
        join(dirname(cacheBin()), "engine.lock"),
        say,
        async () => cached() ?? (await get(path.problem, say)),
    );
}

/**
 * @param {string | undefined} pathProblem
 * @param {(line: string) => void} say
 */
async function get(pathProblem, say) {
    const bin = cacheBin();
    const tried = [`on PATH: ${pathProblem}`];
    for (const [name, way] of /** @type {const} */ ([
        ["download", download],
        ["build", buildWithGo],
    ])) {
        try {
            await way(bin, say);
            addDynamicProviderHost(bin);
            return bin;
        } catch (error) {
            const problem = error instanceof Error ? error.message : String(error);
            say(`  no ${name}: ${problem}`);
            tried.push(`${name}: ${problem}`);
        }
    }
    throw new Error(
        [
            "No Pulumi engine, and none could be got. Tried three ways:",
            ...tried.map((line) => `  - ${line}`),
            `Install Pulumi ${oldestEngine} or newer (https://www.pulumi.com/docs/install), or Go 1.25.11 or newer,`,
            "then run: node scripts/setUp.mjs",
        ].join("\n"),
    );
}

/** The engine runs dynamic providers by a script that comes with the npm package, not with the engine's source. */
function addDynamicProviderHost(/** @type {string} */ bin) {
    const name = "pulumi-resource-pulumi-nodejs";
    const target = join(bin, name);
    if (existsSync(target)) return;
    copyFileSync(fileURLToPath(new URL(`../../node_modules/@pulumi/pulumi/${name}`, import.meta.url)), `${target}.new`);
    chmodSync(`${target}.new`, 0o755);
    renameSync(`${target}.new`, target);
}

function cacheBin() {
    return join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "versions", engineVersion, "bin");
}

function cached() {
    const bin = cacheBin();
    return programs.every((program) => isExecutable(join(bin, program))) ? bin : undefined;
}

/** @returns {{ bin?: string, problem?: string }} */
function onPath() {
    const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
    const bin = folders.find((folder) => isExecutable(join(folder, "pulumi")));
    if (!bin) return { problem: "no pulumi there" };
    const missing = programs.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))));
    if (missing.length > 0) return { problem: `${join(bin, "pulumi")} has no ${missing.join(" and no ")}` };
    const version = spawnSync(join(bin, "pulumi"), ["version"], {
        encoding: "utf8",
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" },
    });
    if (version.status === 0 && isUsableEngine(version.stdout)) return { bin };
    return {
        problem: `${join(bin, "pulumi")} is version ${version.stdout?.trim() || "unknown"}, needed is ${oldestEngine}`,
    };
}

/** @param {string} file */
function isExecutable(file) {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
