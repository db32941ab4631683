import { spawn } from "node:child_process";

/** A client program ended badly. `message` holds what it said last, without details: those may quote rows. */
export class ClientFailure extends Error {}

export interface ClientRun {
    path: string;
    args: string[];
    environment: NodeJS.ProcessEnv;
    input?: Buffer;
    timeoutMs: number;
}

/**
 * Runs a client program and returns what it wrote. Its output goes through a pipe of ours, so that it ends by itself when
 * this process is killed.
 */
export function runClient({ path, args, environment, input, timeoutMs }: ClientRun): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        const child = spawn(path, args, { env: environment, stdio: ["pipe", "pipe", "pipe"] });
        const output: Buffer[] = [];
        let said = "";
        let late = false;
        const stop = () => child.kill("SIGKILL");
        const timer = setTimeout(() => {
            late = true;
            stop();
        }, timeoutMs);
        // One that waits for a lock or a silent server writes nothing, and would outlive us.
        process.once("exit", stop);
        const over = () => {
            clearTimeout(timer);
            process.off("exit", stop);
        };
        child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
            said = (said + chunk).slice(-20_000);
        });
        // A program that ends before it has read its input breaks the pipe; how it ended says why.
        child.stdin.on("error", () => {});
        child.stdin.end(input);
        child.on("error", (error) => {
            over();
            reject(new ClientFailure(`${path} could not be started: ${error.message}`));
        });
        child.on("close", (code, signal) => {
            over();
            if (code === 0) {
                resolve(Buffer.concat(output));
            } else if (late) {
                reject(new ClientFailure(`${path} was stopped after ${timeoutMs / 1000} seconds.`));
            } else {
                reject(new ClientFailure(`${path} ended with ${signal ?? `code ${code}`}: ${lastWords(said)}`));
            }
        });
    });
}

/** The end of what a client program wrote to its error stream, without the lines that quote rows or whole queries. */
export function lastWords(stderr: string): string {
    const lines = stderr.split("\n").filter((line) => line.trim() !== "");
    const kept = lines.filter((line) => !/^(\S+: )?(detail|context|query|statement|line \d+):?\b/i.test(line));
    return kept.slice(-5).join("\n") || "it said nothing";
}
