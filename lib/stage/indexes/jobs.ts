import type { Fact, Facts, Table } from "../schema/catalog";
import type { Entry } from "../schema/contents";
import type { Script } from "../schema/script";
import { inOrder, type Job } from "./schedule";

/** Turns what is missing into jobs, in the order in which they should begin. `bytes` is by the table's oid on the source. */
export function jobsOf(missing: Entry[], facts: Facts, script: Script, bytes: Map<number, number>): Job[] {
    const ids = new Set(missing.map((entry) => entry.id));
    const jobs = missing.map((entry): Job => {
        const fact = facts.get(entry.id);
        const tables = fact ? tablesOf(fact) : entry.dependencies.flatMap((id) => tablesOf(facts.get(id)));
        const size = entry.catalog === 0 ? 0 : Math.max(0, ...tables.map(({ oid }) => bytes.get(oid) ?? 0));
        return {
            id: entry.id,
            label: fact?.address.names.at(-1) ?? (entry.action ?? "entry").toLowerCase(),
            sql: script.statements.get(entry.id) ?? "",
            needs: entry.dependencies.filter((id) => ids.has(id)),
            reach: reachOf(fact),
            tables: tables.map(({ oid }) => oid),
            roots: tables.map(({ root }) => root),
            locks: fact?.referred && fact.owner ? locksOf(fact.referred, fact.owner) : [],
            size,
        };
    });
    return inOrder(jobs);
}

function reachOf(fact: Fact | undefined): Job["reach"] {
    if (fact?.index) {
        return "read";
    }
    // A foreign key or trigger of a partitioned table is put on each partition too.
    return fact?.referred || fact?.address.type === "trigger" ? "tree" : "table";
}

function locksOf(referred: Table, owner: Table): Table[] {
    return referred.oid === owner.oid ? [owner] : [referred, owner];
}

function tablesOf(fact: Fact | undefined): Table[] {
    return [fact?.owner, fact?.referred].filter((table) => table != null);
}
