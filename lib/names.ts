import { createHash } from "node:crypto";
import type { Names } from "./stage/sides";

/**
 * The names of a migration's objects, from its identity alone, so that any run finds what another run made. Two migrations
 * never share one, because a slot cannot carry a comment that says whose it is.
 */
export function namesOf(migration: string, name: string): Names {
    const hash = createHash("sha256").update(migration).digest("hex").slice(0, 8);
    // Slot names allow only these characters, and 63 of them.
    const base = name
        .toLowerCase()
        .replace(/[^a-z0-9_]/g, "_")
        .slice(0, 44);
    const all = `${base}_migration_${hash}`;
    return { publication: all, subscription: all, slot: all };
}

/** The comment that marks an object as this migration's. */
export function marker(migration: string): string {
    return `pulumi-postgres-migration ${migration}`;
}

/** The marker a publication carries from the moment before its slot is made: it says whose slot that will be. */
export function claim(migration: string, slot: string): string {
    return `${marker(migration)} slot ${slot}`;
}

/** True for a comment that `marker` or `claim` wrote for this migration and no other. */
export function isOurs(comment: string | null | undefined, migration: string): boolean {
    return comment === marker(migration) || (comment?.startsWith(`${marker(migration)} slot `) ?? false);
}
