import { execFileSync, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { inLocalFolder, projectRoot } from "./place";

const program = "examples/local/writer.ts";
const pidFile = inLocalFolder("writer.pid");
const logFile = inLocalFolder("writer.log");

/** Starts the shop's writer, which goes on after this process has ended. */
export function startWriter(url: string): void {
    const running = writerPid();
    if (running) {
        console.log(`writer: still writing, process ${running}`);
        return;
    }
    const log = openSync(logFile, "a");
    const writer = spawn(process.execPath, ["--import", "tsx", program], {
        cwd: projectRoot,
        detached: true,
        stdio: ["ignore", log, log],
        env: { ...process.env, WRITER_URL: url },
    });
    writer.unref();
    writeFileSync(pidFile, String(writer.pid));
    console.log(`writer: started as process ${writer.pid}, log in ${logFile}`);
}

export function stopWriter(): void {
    const pid = writerPid();
    if (pid) process.kill(pid, "SIGTERM");
    for (const file of [pidFile, logFile]) rmSync(file, { force: true });
    console.log(pid ? "writer: stopped" : "writer: was not running");
}

function writerPid(): number | undefined {
    if (!existsSync(pidFile)) return undefined;
    const pid = Number(readFileSync(pidFile, "utf8"));
    // After a restart of the machine the number may belong to somebody else's process
    return commandLine(pid).includes(program) ? pid : undefined;
}

function commandLine(pid: number): string {
    try {
        return execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
    } catch {
        return "";
    }
}
