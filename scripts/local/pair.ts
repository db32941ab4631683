import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataRoot, freePort, removeServer, type Server, startServer } from "../postgres/server";
import { inLocalFolder, localFolder } from "./place";

/** The two servers of the local example, running. */
export interface Pair {
    source: Server;
    target: Server;
}

const majors = { source: 15, target: 17 } as const;

type Side = keyof typeof majors;

type Kept = Record<Side, { port: number; password: string }>;

const pairFile = inLocalFolder("pair.json");

/** Starts the servers that don't run yet, on the ports of the last time. */
export async function openPair(): Promise<Pair> {
    const kept = existsSync(pairFile) ? (JSON.parse(readFileSync(pairFile, "utf8")) as Kept) : await newPair();
    return { source: await open("source", kept), target: await open("target", kept) };
}

/** Stops both servers and deletes what they hold. */
export async function removePair(): Promise<void> {
    for (const side of ["source", "target"] as const) {
        const existed = existsSync(dataDir(side));
        await removeServer(dataDir(side));
        console.log(`${side} server: ${existed ? "stopped, data deleted" : "was not there"}`);
    }
    rmSync(pairFile, { force: true });
}

async function open(side: Side, kept: Kept): Promise<Server> {
    const server = await startServer({ ...kept[side], major: majors[side], dataDir: dataDir(side) });
    console.log(`${side} server: PostgreSQL ${server.major} on port ${server.port}`);
    return server;
}

async function newPair(): Promise<Kept> {
    const pair = { source: await portAndPassword(), target: await portAndPassword() };
    mkdirSync(localFolder, { recursive: true });
    writeFileSync(pairFile, JSON.stringify(pair, undefined, 4), { mode: 0o600 });
    return pair;
}

async function portAndPassword(): Promise<Kept[Side]> {
    return { port: await freePort(), password: randomBytes(12).toString("hex") };
}

function dataDir(side: Side): string {
    return join(dataRoot("pair"), side);
}
