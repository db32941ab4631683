// Builds the engine from Go modules, for networks where only package registries answer.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineVersion, isAtLeast } from "./version.mjs";

// From 1.21 on, Go fetches the newer toolchain that go.mod asks for by itself.
const oldestGo = "1.21.0";

const builds = [
    {
        program: "pulumi",
        module: "cli",
        source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        linkerFlags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`,
    },
    {
        program: "pulumi-language-nodejs",
        module: "host",
        source: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        linkerFlags: "-s -w",
    },
];

/**
 * @param {string} bin folder that receives the engine
 * @param {(line: string) => void} say
 */
export async function buildWithGo(bin, say) {
    const go = spawnSync("go", ["version"], { encoding: "utf8" });
    if (go.error) throw new Error("Go is not installed");
    if (!isAtLeast(go.stdout, oldestGo)) throw new Error(`"${go.stdout.trim()}" is too old`);
    mkdirSync(bin, { recursive: true });
    say(`Building Pulumi ${engineVersion} from Go modules: once on this machine, 6 to 8 minutes`);
    for (const build of builds) await compile(build, bin, say);
}

/**
 * @param {typeof builds[number]} build
 * @param {string} bin
 * @param {(line: string) => void} say
 */
async function compile({ program, module, source, linkerFlags }, bin, say) {
    const unfinished = join(bin, `.${program}.${process.pid}`);
    const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", linkerFlags, "-o", unfinished, source];
    const started = Date.now();
    const clock = setInterval(() => say(`  ${program}: ${Math.round((Date.now() - started) / 1000)} s`), 15_000);
    try {
        await run("go", args, fileURLToPath(new URL(module, import.meta.url)));
        renameSync(unfinished, join(bin, program));
    } finally {
        clearInterval(clock);
        rmSync(unfinished, { force: true });
    }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            cwd,
            stdio: ["ignore", "ignore", "pipe"],
            // The engine needs no C, and without it the build doesn't depend on a C compiler.
            env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOOS: "", GOARCH: "" },
        });
        let errors = "";
        child.stderr.on("data", (text) => {
            errors = (errors + text).slice(-2000);
        });
        child.on("error", reject);
        child.on("close", (code) => {
            const lastLines = errors.trim().split("\n").slice(-5).join("\n");
            if (code === 0) resolve(undefined);
            else reject(new Error(`go build failed:\n${lastLines}`));
        });
    });
}
