import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dataRoot, removeServer } from "../../scripts/postgres/server";

const ownerVariable = "TEST_RUN_PID";

/** A new folder name below `dataRoot` whose owner, the whole test run, can be told from it. */
export function ownedFolder(root: "servers" | "engine", name: string): string {
    const owner = process.env[ownerVariable] ?? String(process.pid);
    return join(dataRoot(root), `${owner}-${name}-${Math.random().toString(36).slice(2, 8)}`);
}

/** Vitest's global set-up: servers outlive the process that starts them, so a killed run leaves some behind. */
export async function setup(): Promise<void> {
    process.env[ownerVariable] = String(process.pid);
    await sweep((owner) => !isAlive(owner));
}

export async function teardown(): Promise<void> {
    await sweep((owner) => owner === process.pid || !isAlive(owner));
}

async function sweep(isDone: (owner: number) => boolean): Promise<void> {
    for (const root of ["servers", "engine"]) {
        for (const entry of readdirSync(dataRoot(root))) {
            if (!isDone(Number.parseInt(entry, 10))) continue;
            const folder = claim(dataRoot(root), entry);
            if (!folder) continue;
            for (const child of readdirSync(folder)) {
                if (existsSync(join(folder, child, "PG_VERSION"))) await removeServer(join(folder, child));
            }
            rmSync(folder, { recursive: true, force: true });
        }
    }
}

/** Two runs may start at once and find the same leftovers: who renames the folder has it. */
function claim(parent: string, entry: string): string | undefined {
    const claimed = join(parent, `${process.pid}-swept-${entry}`);
    try {
        renameSync(join(parent, entry), claimed);
        return claimed;
    } catch {
        return undefined;
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}
