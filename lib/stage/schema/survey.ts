import { withSession } from "../../postgres/client";
import { type Connection, connectionOf } from "../../postgres/connection";
import type { Sides } from "../sides";
import { readArchive } from "./archive";
import { chosenTables, type Facts, readFacts, unreadable } from "./catalog";
import type { Entry } from "./contents";
import { findMissing, type Missing } from "./missing";
import { offeredExtensions, readPresent } from "./presence";
import type { Script } from "./script";
import { selectEverything, selectTables } from "./selection";

export interface SchemaInputs extends Sides {
    /** The published tables as `formatTableName` prints them; of partitioned tables the root only. */
    tables: string[];
    /** True when the user named no tables: then views, functions and all else of the database is copied too. */
    everything: boolean;
    /** The directory of pg_dump and pg_restore; PATH where none is given. */
    clientPath?: string;
}

/** The part of the source's schema that the target is to have. */
export interface Survey {
    target: Connection;
    wanted: Entry[];
    facts: Facts;
    script: Script;
    /** What belongs to the tables and is not copied, because it needs a table that isn't, or an extension nobody offers. */
    leftOut: string[];
}

/** Dumps the source's schema and picks from it. Makes nothing. */
export async function takeSurvey(inputs: SchemaInputs): Promise<Survey> {
    const source = connectionOf("source", inputs.source);
    const target = connectionOf("target", inputs.target);
    const offered = await withSession(target, offeredExtensions);
    const before = await withSession(source, async (session) => {
        const [version] = await session.query<{ major: number }>(
            "SELECT current_setting('server_version_num')::int / 10000 AS major",
        );
        const chosen = inputs.everything ? new Set<number>() : await chosenTables(session, inputs.tables);
        const without = inputs.everything ? [] : await unreadable(session, chosen);
        return { chosen, without, sourceMajor: version?.major ?? 0 };
    });
    const { entries, script } = await readArchive(source, { clientPath: inputs.clientPath, ...before });
    const facts = await withSession(source, (session) => readFacts(session, entries));
    const { entries: wanted, leftOut } = inputs.everything
        ? selectEverything(entries, facts, offered)
        : selectTables(entries, facts, before.chosen);
    return { target, wanted, facts, script, leftOut: leftOut.map((entry) => labelOf(entry, facts)) };
}

/** What the target lacks now, and how many bytes its tables hold, by their oid on the source. */
export async function lookForMissing(survey: Survey): Promise<Missing & { bytes: Map<number, number> }> {
    const { target, wanted, facts } = survey;
    const ids = new Set(wanted.map((entry) => entry.id));
    const asked: Facts = new Map([...facts].filter(([id]) => ids.has(id)));
    const present = await withSession(target, (session) => readPresent(session, asked));
    const tables = wanted.filter((entry) => facts.get(entry.id)?.relation);
    const bytes = new Map(tables.map(({ id, oid }) => [oid, present.get(id)?.bytes ?? 0]));
    return { ...findMissing(wanted, facts, present), bytes };
}

/** What a person calls an entry. */
export function labelOf(entry: Entry, facts: Facts): string {
    const label = facts.get(entry.id)?.label;
    return label ?? (entry.action ?? "entry").toLowerCase();
}
