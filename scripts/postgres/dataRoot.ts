import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isReachable, makeReachable } from "./serverAccount";

const project = resolve(__dirname, "../..");

/**
 * A folder for data directories: inside the project, or, where the server's user can't enter the project (a clone below
 * root's home directory, for one), below the system's temporary folder.
 */
export function dataRoot(name: string): string {
    const key = createHash("sha256").update(project).digest("hex").slice(0, 12);
    const folder = isReachable(project) ? join(project, ".local", name) : join(temporaryFolder(), key, name);
    makeReachable(folder);
    return folder;
}

/** A folder of ours below the system's temporary one that the server's user can enter; all clones share it. */
export function temporaryFolder(): string {
    const bases = [tmpdir(), "/tmp", "/var/tmp"].filter((folder) => lstatSync(folder, { throwIfNoEntry: false }));
    const base = bases.find((folder) => isReachable(folder));
    if (!base) throw new Error(`The user that runs Postgres can enter none of ${bases.join(", ")}`);
    const self = process.getuid?.() ?? 0;
    const folder = join(base, `pulumi-postgres-migration-${self}`);
    makeReachable(folder);
    // The name can be guessed, so somebody else could have made it first and put programs into it.
    const owner = lstatSync(folder);
    if (!owner.isDirectory() || owner.uid !== self)
        throw new Error(`${folder} is not a folder of user ${self}; remove it`);
    return folder;
}
