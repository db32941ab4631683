import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { delimiter } from "node:path";
import { pathToFileURL } from "node:url";
import type { Pair } from "./pair";
import { inLocalFolder, projectRoot } from "./place";
import { shopDatabase } from "./shop";

const stack = "local";
const stateFolder = inLocalFolder("state");

/** Runs a Pulumi command on the local stack and shows what it prints. */
export async function runPulumi(pair: Pair, ...args: string[]): Promise<void> {
    mkdirSync(stateFolder, { recursive: true });
    await pulumi(["stack", "select", "--create", stack], "pipe");
    await pulumi([...args, "--stack", stack], "inherit", {
        SOURCE_URL: pair.source.url(shopDatabase),
        TARGET_URL: pair.target.url(shopDatabase),
    });
}

export async function stackOutputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await pulumi(["stack", "output", "--json", "--stack", stack], "pipe"));
}

export async function hasResources(): Promise<boolean> {
    if (!existsSync(stateFolder)) return false;
    const stacks: { resourceCount?: number }[] = JSON.parse(await pulumi(["stack", "ls", "--json"], "pipe"));
    return stacks.some(({ resourceCount }) => resourceCount);
}

/** Forgets the stack without looking at what it made. */
export function removeStack(): void {
    rmSync(stateFolder, { recursive: true, force: true });
    rmSync(`${projectRoot}/Pulumi.${stack}.yaml`, { force: true });
}

async function pulumi(args: string[], output: "inherit" | "pipe", urls: NodeJS.ProcessEnv = {}): Promise<string> {
    const { engineBin } = await import("../engine/engine.mjs");
    const child = spawn("pulumi", args, {
        cwd: projectRoot,
        env: {
            ...process.env,
            PATH: engineBin() + delimiter + process.env.PATH,
            PULUMI_BACKEND_URL: pathToFileURL(stateFolder).href,
            // What it protects never leaves this machine
            PULUMI_CONFIG_PASSPHRASE: "local",
            PULUMI_SKIP_UPDATE_CHECK: "1",
            ...urls,
        },
        stdio: ["ignore", output, "inherit"],
    });
    let printed = "";
    child.stdout?.on("data", (chunk) => {
        printed += chunk;
    });
    // The terminal sends Ctrl-C to Pulumi, too, which then ends in good order
    const letPulumiEnd = () => undefined;
    process.on("SIGINT", letPulumiEnd);
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            process.off("SIGINT", letPulumiEnd);
            if (code === 0) resolve(printed);
            else reject(new Error(`pulumi ${args[0]} ended with exit code ${code}.`));
        });
    });
}
