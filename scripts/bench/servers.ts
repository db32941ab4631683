import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dataRoot, freePort, removeServer, type Server, startServer } from "../postgres/server";

export interface Servers {
    source: Server;
    target: Server;
}

const majors = { source: 15, target: 17 } as const;

/** Beside what every server here has. A copy must not wait for a checkpoint that the log's size forces. */
const settings = { fsync: "on", max_wal_size: "4GB" };

const root = () => dataRoot("bench");
const ownFolder = () => join(root(), String(process.pid));

/** Two fresh servers, for this process alone. */
export async function openServers(): Promise<Servers> {
    await removeAbandoned();
    return { source: await open("source"), target: await open("target") };
}

/** Stops both and deletes what they hold; also while they start. */
export async function removeServers(): Promise<void> {
    await removeFolder(ownFolder());
}

async function open(side: keyof typeof majors): Promise<Server> {
    const dataDir = join(ownFolder(), side);
    return startServer({ major: majors[side], dataDir, port: await freePort(), settings });
}

/** Servers outlive their process: one that was killed leaves them behind. */
async function removeAbandoned(): Promise<void> {
    for (const owner of readdirSync(root())) {
        if (!isAlive(Number(owner))) await removeFolder(join(root(), owner));
    }
}

async function removeFolder(folder: string): Promise<void> {
    for (const side of Object.keys(majors)) {
        const dataDir = join(folder, side);
        if (existsSync(join(dataDir, "PG_VERSION"))) await removeServer(dataDir);
    }
    rmSync(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}
