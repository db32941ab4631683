// Lets one process at a time do a long job; a lock whose owner is gone counts for nothing.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @template T
 * @param {string} file
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function withLock(file, say, job) {
    mkdirSync(dirname(file), { recursive: true });
    let told = false;
    while (!acquire(file)) {
        const owner = ownerOf(file);
        if (owner !== undefined && !isAlive(owner)) {
            rmSync(file, { force: true });
            continue;
        }
        if (!told) say(`Waiting for process ${owner ?? "(starting)"}, which is getting the engine (lock: ${file})`);
        told = true;
        await sleep(1000);
    }
    try {
        return await job();
    } finally {
        rmSync(file, { force: true });
    }
}

/** @param {string} file */
function acquire(file) {
    try {
        writeFileSync(file, String(process.pid), { flag: "wx" });
        return true;
    } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
        throw error;
    }
}

/** @param {string} file */
function ownerOf(file) {
    try {
        return Number.parseInt(readFileSync(file, "utf8"), 10) || undefined;
    } catch {
        return undefined;
    }
}

/** @param {number} pid */
function isAlive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
    }
}
