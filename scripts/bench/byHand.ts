import { spawn, spawnSync } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { installCommand } from "../../lib/postgres/clientTools";
import { untilCaughtUp } from "./caughtUp";
import { execute } from "./connection";

/** As people do it by hand: the whole schema, indexes and all, then a subscription with nothing but defaults. */
export async function byHand(sourceUrl: string, targetUrl: string): Promise<void> {
    await copySchema(sourceUrl, targetUrl);
    await execute(sourceUrl, "create publication bench for all tables");
    await execute(targetUrl, `create subscription bench connection '${sourceUrl}' publication bench`);
    await untilCaughtUp(sourceUrl, targetUrl);
}

/** Before minutes go by for a run that can't end well. */
export function requireClients(): void {
    for (const program of ["pg_dump", "pg_restore", "psql"]) {
        if (spawnSync(program, ["--version"]).status !== 0) {
            throw new Error(`${program} does not run. Install PostgreSQL's client tools: ${installCommand(15)}`);
        }
    }
}

async function copySchema(sourceUrl: string, targetUrl: string): Promise<void> {
    const dump = ["--schema-only", "--no-owner", "--no-privileges", "--dbname", sourceUrl];
    const load = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null", "--dbname", targetUrl];
    const reader = spawn("pg_dump", dump, { stdio: ["ignore", "pipe", "inherit"] });
    const writer = spawn("psql", load, { stdio: ["pipe", "inherit", "inherit"] });
    const ends = [reader, writer].map(
        (program) =>
            new Promise<void>((resolve, reject) => {
                program.on("error", reject);
                program.on("close", (code) =>
                    code === 0 ? resolve() : reject(new Error(`${program.spawnfile} ended with exit code ${code}`)),
                );
            }),
    );
    await Promise.all([...ends, pipeline(reader.stdout, writer.stdin)]);
}
