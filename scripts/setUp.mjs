// Makes a bare clone ready: packages, dist/, the Pulumi engine. Says nothing when all is there.
// Runs before anything is installed, so it imports nothing but Node's own modules and ./engine.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
    existsSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureEngine } from "./engine/engine.mjs";
import { isAtLeast } from "./engine/version.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

async function setUp() {
    if (!isAtLeast(process.versions.node, "20.0.0"))
        throw new Error(`Node.js 20 or newer is needed, this is ${process.version}`);
    installPackages();
    build();
    await ensureEngine(say);
}

function installPackages() {
    const lock = createHash("sha256")
        .update(readFileSync(join(root, "package-lock.json")))
        .digest("hex");
    // Inside node_modules, so that it goes away with what it describes.
    const stamp = join(root, "node_modules", ".installed-lock");
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
    say("Installing packages");
    run(...npm(["ci", "--no-audit", "--no-fund"]));
    writeFileSync(stamp, lock);
}

function build() {
    const built = join(root, "dist");
    const sources = ["lib", "tsconfig.json", "tsconfig.build.json"].map((name) => join(root, name));
    if (existsSync(built) && newest(sources) <= statSync(built).mtimeMs) return;
    say("Building dist");
    // Built aside and renamed, so that a failed or interrupted build leaves the last good one.
    const fresh = join(root, ".local", `dist-${process.pid}`);
    const started = new Date();
    try {
        run(process.execPath, [
            join("node_modules", "typescript", "bin", "tsc"),
            "-p",
            "tsconfig.build.json",
            "--outDir",
            fresh,
        ]);
        rmSync(built, { recursive: true, force: true });
        renameSync(fresh, built);
    } finally {
        rmSync(fresh, { recursive: true, force: true });
    }
    // What was edited during the build is newer than it.
    utimesSync(built, started, started);
}

/**
 * @param {string[]} paths
 * @returns {number} the latest change in milliseconds; a folder's own counts too, as it tells of deleted files
 */
function newest(paths) {
    return Math.max(
        ...paths.map((path) => {
            const stat = statSync(path);
            return stat.isDirectory()
                ? Math.max(stat.mtimeMs, newest(readdirSync(path).map((name) => join(path, name))))
                : stat.mtimeMs;
        }),
    );
}

/**
 * npm tells its scripts where it lies; that also works where `npm` is a batch file.
 *
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function npm(args) {
    const self = process.env.npm_execpath;
    return self?.endsWith("npm-cli.js") ? [process.execPath, [self, ...args]] : ["npm", args];
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
    const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

/** @param {string} line */
function say(line) {
    console.log(line);
}

setUp().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
});
