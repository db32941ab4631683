import type { Facts } from "./catalog";
import type { Entry } from "./contents";

/** What of a dump is wanted, and what belongs to a wanted table but would bring in a table that isn't. */
export interface Selection {
    entries: Entry[];
    leftOut: Entry[];
}

/**
 * The entries for a list of tables: the tables, all that they need to exist, and what belongs to them (defaults, indexes,
 * constraints, triggers ...) with all that needs. A foreign key to a table that isn't chosen is left out, and so is
 * everything else that would need one.
 */
export function selectTables(entries: Entry[], facts: Facts, chosen: Set<number>): Selection {
    const graph = new Graph(entries);
    const tables = entries.filter((entry) => facts.get(entry.id)?.relation && chosen.has(entry.oid));
    const wanted = graph.needs(tables);
    const leftOut: Entry[] = [];
    for (const part of entries) {
        const owner = facts.get(part.id)?.owner;
        if (!owner || !chosen.has(owner.oid)) {
            continue;
        }
        const needs = graph.needs([part]);
        if ([...needs].some((entry) => facts.get(entry.id)?.relation && !wanted.has(entry))) {
            leftOut.push(part);
        } else {
            for (const entry of needs) {
                wanted.add(entry);
            }
        }
    }
    // A comment or an attachment has no row of its own; it comes with all that it is about.
    for (const entry of entries.filter((each) => each.catalog === 0)) {
        const about = graph.direct(entry);
        if (about.length > 0 && about.every((each) => wanted.has(each))) {
            wanted.add(entry);
        }
    }
    return { entries: entries.filter((entry) => wanted.has(entry)), leftOut };
}

/**
 * The entries for a whole database: all of them, but for extensions that the target does not offer and nothing needs:
 * clouds put their own into every database.
 */
export function selectEverything(entries: Entry[], facts: Facts, offered: Set<string>): Selection {
    const extension = (entry: Entry) => {
        const address = facts.get(entry.id)?.address;
        return address?.type === "extension" ? address.names[0] : undefined;
    };
    const needed = new Set(entries.filter((entry) => entry.catalog !== 0).flatMap((entry) => entry.dependencies));
    const leftOut = entries.filter((entry) => {
        const name = extension(entry);
        return name !== undefined && !offered.has(name) && !needed.has(entry.id);
    });
    const out = new Set(leftOut.map((entry) => entry.id));
    return {
        entries: entries.filter((entry) => ![entry.id, ...entry.dependencies].some((id) => out.has(id))),
        leftOut,
    };
}

/** Who needs whom in a dump. Dependencies on what the dump does not hold are none. */
class Graph {
    private readonly byId: Map<number, Entry>;

    constructor(entries: Entry[]) {
        this.byId = new Map(entries.map((entry) => [entry.id, entry]));
    }

    direct(entry: Entry): Entry[] {
        return entry.dependencies.flatMap((id) => this.byId.get(id) ?? []);
    }

    /** These entries and all that they need, directly or not. */
    needs(entries: Entry[]): Set<Entry> {
        const found = new Set<Entry>();
        const open = [...entries];
        for (let entry = open.pop(); entry; entry = open.pop()) {
            if (!found.has(entry)) {
                found.add(entry);
                open.push(...this.direct(entry));
            }
        }
        return found;
    }
}
