import { spawn } from "node:child_process";
import {
    appendFileSync,
    chownSync,
    existsSync,
    mkdirSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { binaries } from "./binaries";
import { hbaFile, settingsFile } from "./configuration";
import { acceptsConnections } from "./port";
import { isReachable, makeReachable, serverAccount } from "./serverAccount";

export { dataRoot } from "./dataRoot";
export { freePort } from "./port";

export interface ServerOptions {
    /** Majors that package.json doesn't list must be installed first. */
    major: 13 | 14 | 15 | 16 | 17 | 18;
    /** Made if missing; its parents must be open to the server's user (see `dataRoot`). */
    dataDir: string;
    port: number;
    /** Settings for postgresql.conf, beside or instead of the defaults (logical replication on). */
    settings?: Record<string, string>;
    /** Lines of pg_hba.conf. Defaults to scram-sha-256 for everything on loopback, replication included. */
    hba?: string[];
    /** Of the superuser `postgres`; counts when the data directory is made. Defaults to "postgres". */
    password?: string;
}

export interface Server {
    major: number;
    dataDir: string;
    port: number;
    /** The superuser's URL; database defaults to `postgres`. */
    url(database?: string): string;
}

/** Starts a server that outlives this process. A server that runs already is left as it is. */
export async function startServer(options: ServerOptions): Promise<Server> {
    const { major, dataDir, port, password = "postgres" } = options;
    if (await isRunning(dataDir)) return server(options, runningPort(dataDir) ?? port);
    if (!existsSync(join(dataDir, "PG_VERSION"))) await initialise(dataDir, major, password);
    writeOwned(join(dataDir, "settings.conf"), settingsFile(port, options.settings));
    writeOwned(join(dataDir, "pg_hba.conf"), hbaFile(options.hba));
    const log = join(dataDir, "server.log");
    try {
        await run(major, "pg_ctl", ["start", "-D", dataDir, "-l", log, "-w", "-t", "60"], dataDir);
    } catch (error) {
        const lastLines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-10).join("\n") : "";
        throw new Error(`${(error as Error).message}\n${lastLines}`);
    }
    return server(options, port);
}

/** "fast" waits for replication to be flushed, "immediate" is a crash. */
export async function stopServer(dataDir: string, mode: "fast" | "immediate" = "fast"): Promise<void> {
    if (!(await isRunning(dataDir))) return;
    await run(majorOf(dataDir), "pg_ctl", ["stop", "-D", dataDir, "-m", mode, "-w", "-t", "60"], dataDir);
}

/** Stops and starts with what `options` say now. */
export async function restartServer(options: ServerOptions, mode: "fast" | "immediate" = "fast"): Promise<Server> {
    await stopServer(options.dataDir, mode);
    return startServer(options);
}

/** A process id alone proves nothing: after a reboot it may be somebody else's. */
export async function isRunning(dataDir: string): Promise<boolean> {
    const port = runningPort(dataDir);
    return port !== undefined && (await acceptsConnections(port));
}

/** Stops the server if it runs, and removes its data. */
export async function removeServer(dataDir: string): Promise<void> {
    await stopServer(dataDir, "immediate");
    rmSync(dataDir, { recursive: true, force: true });
}

function server({ major, dataDir, password = "postgres" }: ServerOptions, port: number): Server {
    const url = (database = "postgres") =>
        `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
    return { major, dataDir, port, url };
}

async function initialise(dataDir: string, major: number, password: string): Promise<void> {
    const parent = dirname(dataDir);
    makeReachable(parent);
    if (!isReachable(parent)) throw new Error(`The user that runs Postgres can't enter ${parent}; see dataRoot()`);
    // Made aside and renamed, so that an interrupted initdb leaves nothing that looks like a server.
    const fresh = `${dataDir}.new`;
    const passwordFile = `${dataDir}.password`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { mode: 0o700 });
    giveAway(fresh);
    writeOwned(passwordFile, password);
    // macOS knows no C.UTF-8.
    const locale = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
    try {
        const access = ["-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
        await run(major, "initdb", ["-D", fresh, "--no-sync", "-E", "UTF8", `--locale=${locale}`, ...access], parent);
    } finally {
        rmSync(passwordFile, { force: true });
    }
    appendFileSync(join(fresh, "postgresql.conf"), "include 'settings.conf'\n");
    renameSync(fresh, dataDir);
}

/** Line 4 of postmaster.pid is the port. */
function runningPort(dataDir: string): number | undefined {
    const file = join(dataDir, "postmaster.pid");
    return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[3]) || undefined : undefined;
}

function majorOf(dataDir: string): number {
    return Number(readFileSync(join(dataDir, "PG_VERSION"), "utf8"));
}

function writeOwned(file: string, text: string): void {
    writeFileSync(file, text, { mode: 0o600 });
    giveAway(file);
}

function giveAway(path: string): void {
    const account = serverAccount();
    if (account) chownSync(path, account.uid, account.gid);
}

function run(major: number, program: "initdb" | "pg_ctl", args: string[], cwd: string): Promise<void> {
    // PGDATA, PGPORT and the like are meant for the user's own server.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PG")));
    return new Promise((resolve, reject) => {
        const child = spawn(join(binaries(major), program), args, { cwd, env, ...serverAccount() });
        let output = "";
        child.stdout.on("data", (text) => {
            output += text;
        });
        child.stderr.on("data", (text) => {
            output += text;
        });
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) resolve();
            else reject(new Error(`${program} ${args[0]} of Postgres ${major} failed in ${cwd}:\n${output.trim()}`));
        });
    });
}
