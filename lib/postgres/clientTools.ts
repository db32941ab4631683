import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** PostgreSQL's own client programs that the library runs. */
export type Tool = "pg_dump" | "pg_restore";

/** A client program that answers, or why there is none; `problem` says what to do and may be shown as it is. */
export type FoundTool = { path: string; major: number } | { problem: string };

const versionTimeoutMs = 20_000;
/** What to install where no server's major decides it. */
const currentMajor = 18;

/** Looks for a tool in `clientPath`, or on PATH where none is given, and asks it for its version. */
export async function toolVersion(tool: Tool, clientPath: string | undefined): Promise<FoundTool> {
    const directories = clientPath ? [clientPath] : (process.env.PATH ?? "").split(delimiter).filter(Boolean);
    const path = await firstExecutable(directories.map((directory) => join(directory, tool)));
    if (!path) {
        const where = clientPath ? `in ${clientPath}` : "on PATH";
        return {
            problem: `${tool} is not ${where}. Install PostgreSQL's client tools: ${installCommand(currentMajor)}`,
        };
    }
    const major = majorOf(await versionText(path));
    if (major === undefined) {
        const command = installCommand(currentMajor);
        return {
            problem: `${path} does not tell its version: the installation is broken. Install it again: ${command}`,
        };
    }
    return { path, major };
}

/** Why a tool of this major can't read a server of that major; undefined when it can. */
export function tooOld(tool: Tool, major: number, serverMajor: number): string | undefined {
    return major >= serverMajor
        ? undefined
        : `${tool} ${major} cannot read a PostgreSQL ${serverMajor} server: it must be ${serverMajor} or newer. Install it: ${installCommand(serverMajor)}`;
}

/** The major in `pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)`; undefined for anything else. */
export function majorOf(version: string): number | undefined {
    const match = /\(PostgreSQL\) (\d+)/.exec(version);
    return match ? Number(match[1]) : undefined;
}

export function installCommand(major: number, platform: NodeJS.Platform = process.platform): string {
    return platform === "darwin"
        ? `brew install postgresql@${major}, then name its directory by clientPath ("$(brew --prefix postgresql@${major})/bin").`
        : `apt-get install postgresql-client-${major} (where apt does not know it: https://www.postgresql.org/download/).`;
}

async function firstExecutable(paths: string[]): Promise<string | undefined> {
    for (const path of paths) {
        try {
            await access(path, constants.X_OK);
            return path;
        } catch {}
    }
    return undefined;
}

function versionText(path: string): Promise<string> {
    return new Promise((resolve) => {
        execFile(path, ["--version"], { timeout: versionTimeoutMs }, (error, stdout) => resolve(error ? "" : stdout));
    });
}
