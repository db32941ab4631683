import { benchCopy } from "./copy";
import { readRequest } from "./request";
import { openServers, removeServers, type Servers } from "./servers";

let opening: Promise<Servers> | undefined;
let interrupted = false;

async function main(): Promise<void> {
    const request = readRequest(process.argv.slice(2));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, clearUpAndExit);
    opening = openServers();
    try {
        await benchCopy(await opening, request);
    } finally {
        if (!interrupted) await removeServers();
    }
}

async function clearUpAndExit(): Promise<void> {
    // A terminal's Ctrl-C may come twice: from itself, and passed on by the program that started us.
    if (interrupted) return;
    interrupted = true;
    console.error("interrupted: stopping both servers and deleting what they hold");
    // A server that is just being made could not be stopped.
    await opening?.catch(() => undefined);
    await removeServers();
    process.exit(130);
}

main().catch((error: unknown) => {
    if (interrupted) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
