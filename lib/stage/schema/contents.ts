/** One entry of a dump's table of contents. Names are left unread: a name may hold anything, even what looks like an entry. */
export interface Entry {
    /** The number by which entries of this dump refer to each other. */
    id: number;
    /** The system catalog that holds the object and its row there, on the source; 0 for what is no object of its own. */
    catalog: number;
    oid: number;
    /** `post` is what pg_dump restores after the data. */
    section: "pre" | "post";
    /** What an entry without a row of its own does; undefined for objects. */
    action?: Action;
    dependencies: number[];
}

const actions = ["COMMENT", "INDEX ATTACH", "ROW SECURITY", "SEQUENCE OWNED BY", "SHELL TYPE", "TABLE ATTACH"] as const;
export type Action = (typeof actions)[number] | "unknown";

/** The three listings of one dump: `pg_restore --list`, by section and, for the dependencies, in full and verbose. */
export interface Listings {
    preData: string;
    postData: string;
    verbose: string;
}

const entryLine = /^(\d+); (\d+) (\d+) (.*)$/;
const dependencyLine = /^;\tdepends on:((?: \d+)+)\s*$/;

/** Reads the listings; entries come in the order in which pg_dump would restore them. */
export function parseContents(listings: Listings): Entry[] {
    const dependencies = readDependencies(listings.verbose);
    const read = (text: string, section: Entry["section"]): Entry[] =>
        text.split("\n").flatMap((line) => {
            const match = entryLine.exec(line);
            if (!match) {
                return [];
            }
            const id = Number(match[1]);
            const catalog = Number(match[2]);
            const action = catalog === 0 ? actionOf(match[4] ?? "") : undefined;
            const deps = [...(dependencies.get(id) ?? [])];
            return [{ id, catalog, oid: Number(match[3]), section, ...(action && { action }), dependencies: deps }];
        });
    return [...read(listings.preData, "pre"), ...read(listings.postData, "post")];
}

function actionOf(tail: string): Action {
    return actions.find((action) => tail.startsWith(`${action} `)) ?? "unknown";
}

function readDependencies(verbose: string): Map<number, Set<number>> {
    const found = new Map<number, Set<number>>();
    let current = 0;
    for (const line of verbose.split("\n")) {
        const entry = entryLine.exec(line);
        const needs = dependencyLine.exec(line);
        if (entry) {
            current = Number(entry[1]);
        } else if (needs) {
            found.set(current, new Set((needs[1] ?? "").trim().split(" ").map(Number)));
        }
    }
    return found;
}
