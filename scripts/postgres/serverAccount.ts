import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The system user that runs the servers. */
export interface ServerAccount {
    uid: number;
    gid: number;
}

/** Postgres refuses to run as root; then it runs as a user that every system has. Undefined: runs as who we are. */
export function serverAccount(): ServerAccount | undefined {
    if (process.getuid?.() !== 0) return undefined;
    const accounts = readFileSync("/etc/passwd", "utf8")
        .split("\n")
        .map((line) => line.split(":"));
    for (const wanted of ["postgres", "nobody"]) {
        const found = accounts.find(([name]) => name === wanted);
        if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
    }
    throw new Error("Postgres does not run as root, and this system has neither a user postgres nor a user nobody");
}

/** Whether the server's user can get at `path`: every folder above it, and the file or folder itself. */
export function isReachable(path: string, account = serverAccount()): boolean {
    if (!account) return true;
    for (let current = resolve(path); ; current = dirname(current)) {
        if (!mayReadAndEnter(current, account, current !== resolve(path))) return false;
        if (current === dirname(current)) return true;
    }
}

function mayReadAndEnter(path: string, account: ServerAccount, enterOnly: boolean): boolean {
    const { mode, uid, gid } = statSync(path);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    const wanted = enterOnly ? 0o1 : 0o5;
    return ((mode >> shift) & wanted) === wanted;
}

/** Like `mkdir -p`, and open for the server's user whatever the umask is. */
export function makeReachable(folder: string): void {
    const missing: string[] = [];
    for (let current = resolve(folder); !exists(current); current = dirname(current)) missing.push(current);
    for (const each of missing.reverse()) {
        mkdirSync(each, { recursive: true });
        chmodSync(each, 0o755);
    }
}

function exists(path: string): boolean {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
