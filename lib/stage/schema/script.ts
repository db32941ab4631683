import type { Entry } from "./contents";

/** A dump as statements: what to set first, then each entry's own by its number. */
export interface Script {
    settings: string;
    statements: Map<number, string>;
}

const marker = /^--\n-- TOC entry (\d+) \(class (\d+) OID (\d+)\)\n/gm;
const complete = "\n--\n-- PostgreSQL database dump complete\n";
const pgClass = 1259;
const accessMethod = /\n(SET default_table_access_method = [^\n]*;)\n*$/;

/**
 * Cuts the text of `pg_restore --verbose` into its entries. The entries are known from the listing, so a function whose
 * body looks like one is noticed: each must occur exactly once, and in order.
 */
export function splitScript(text: string, entries: Entry[]): Script {
    const expected = new Set(entries.map(markerOf));
    const found = [...text.matchAll(marker)].filter((match) => expected.has(match.slice(1).join(" ")));
    const order = found.map((match) => match.slice(1).join(" "));
    if (order.join() !== entries.map(markerOf).join() || !text.includes(complete)) {
        throw new Error(
            "the text of the source's schema does not match its table of contents: an object's own text imitates the marks of pg_dump. Copy the schema by hand (pg_dump --schema-only | psql); what is there already is left alone.",
        );
    }
    const head = text.slice(0, found[0]?.index ?? 0);
    const end = text.lastIndexOf(complete);
    const statements = new Map<number, string>();
    // pg_dump prints this setting once, before the first table it holds for; here each statement must stand alone.
    let method = accessMethod.exec(head)?.[1];
    entries.forEach((entry, i) => {
        const own = text.slice(found[i]?.index, found[i + 1]?.index ?? end);
        statements.set(entry.id, method && entry.catalog === pgClass ? `${method}\n${own}` : own);
        method = accessMethod.exec(own)?.[1] ?? method;
    });
    return { settings: settingsOf(head), statements };
}

const markerOf = (entry: Entry) => `${entry.id} ${entry.catalog} ${entry.oid}`;

/** What the dump sets at its beginning. Not its timeouts: it sets one that only PostgreSQL 17 and newer know, and ours hold. */
function settingsOf(head: string): string {
    return head
        .split("\n")
        .filter(
            (line) =>
                /^(SET|SELECT pg_catalog\.set_config)\b/.test(line) && !/_timeout\b|default_table_access/.test(line),
        )
        .join("\n");
}
