import type { Session } from "../../postgres/client";
import { formatTableName, parseTableName, type TableName } from "../../postgres/identifier";
import type { Entry } from "./contents";

/** How Postgres names an object in a way that another server understands (`pg_identify_object_as_address`). */
export interface Address {
    type: string;
    names: string[];
    args: string[];
}

/** A table, and the partitioned table at the top that it is a part of; else itself. */
export interface Table extends TableName {
    oid: number;
    root: number;
}

/** What the source's catalog says about an entry's object. */
export interface Fact {
    address: Address;
    /** What a person calls it. */
    label: string;
    /** The table it belongs to, for what is a part of a table. */
    owner: Table | null;
    /** The table that a foreign key refers to. */
    referred: Table | null;
    /** True for a table, view or other relation with rows of its own. */
    relation: boolean;
    /** True for an index. */
    index: boolean;
    /** True for a primary key and for what is the replica identity: replication looks rows up by it. */
    key: boolean;
    /** True for the rule that makes a view out of a placeholder. */
    viewRule: boolean;
}

/** Facts by entry number. An object that the source has dropped since has none. */
export type Facts = Map<number, Fact>;

const tableJson = (alias: string) => `
       CASE WHEN ${alias}.oid IS NOT NULL THEN jsonb_build_object(
           'oid', ${alias}.oid::bigint, 'root', coalesce(pg_partition_root(${alias}.oid), ${alias}.oid)::oid::bigint,
           'schema', (SELECT nspname FROM pg_namespace WHERE oid = ${alias}.relnamespace), 'name', ${alias}.relname) END`;

const factsSql = `
SELECT entry.id, address.type, address.object_names AS names, address.object_args AS args,
       pg_describe_object(entry.catalog, entry.oid, 0) AS label,
       ${tableJson("owner")} AS owner, ${tableJson("referred")} AS referred,
       coalesce(rel.relkind IN ('r', 'p', 'v', 'm', 'f'), false) AS relation,
       idx.indexrelid IS NOT NULL AS index,
       coalesce(con.contype = 'p', false) OR coalesce(idx.indisreplident, ident.indisreplident, false) AS key,
       coalesce(rul.rulename = '_RETURN', false) AS "viewRule"
FROM jsonb_to_recordset($1) AS entry(id int, catalog oid, oid oid)
CROSS JOIN LATERAL pg_identify_object_as_address(entry.catalog, entry.oid, 0) AS address
LEFT JOIN pg_class rel ON entry.catalog = 'pg_class'::regclass AND rel.oid = entry.oid
LEFT JOIN pg_index idx ON idx.indexrelid = rel.oid
LEFT JOIN pg_constraint con ON entry.catalog = 'pg_constraint'::regclass AND con.oid = entry.oid
LEFT JOIN pg_index ident ON ident.indexrelid = con.conindid AND con.contype IN ('p', 'u', 'x')
LEFT JOIN pg_trigger trg ON entry.catalog = 'pg_trigger'::regclass AND trg.oid = entry.oid
LEFT JOIN pg_rewrite rul ON entry.catalog = 'pg_rewrite'::regclass AND rul.oid = entry.oid
LEFT JOIN pg_policy pol ON entry.catalog = 'pg_policy'::regclass AND pol.oid = entry.oid
LEFT JOIN pg_attrdef def ON entry.catalog = 'pg_attrdef'::regclass AND def.oid = entry.oid
LEFT JOIN pg_statistic_ext sta ON entry.catalog = 'pg_statistic_ext'::regclass AND sta.oid = entry.oid
LEFT JOIN pg_depend seq ON rel.relkind = 'S' AND seq.classid = 'pg_class'::regclass AND seq.objid = rel.oid
    AND seq.refclassid = 'pg_class'::regclass AND seq.refobjsubid > 0 AND seq.deptype IN ('a', 'i')
LEFT JOIN pg_class owner ON owner.oid = coalesce(nullif(con.conrelid, 0), idx.indrelid, trg.tgrelid, rul.ev_class,
    pol.polrelid, def.adrelid, sta.stxrelid, seq.refobjid)
LEFT JOIN pg_class referred ON referred.oid = con.confrelid`;

type FactRow = Omit<Fact, "address"> & Address & { id: number };

/** Asks the source about every object of a dump. */
export async function readFacts(source: Session, entries: Entry[]): Promise<Facts> {
    const wanted = entries.filter((entry) => entry.catalog !== 0).map(({ id, catalog, oid }) => ({ id, catalog, oid }));
    const rows = await source.query<FactRow>(factsSql, [JSON.stringify(wanted)]);
    const known = rows.filter((row) => row.type != null && row.names != null);
    return new Map(known.map((row) => [row.id, factOf(row)]));
}

function factOf({ id, type, names, args, ...fact }: FactRow): Fact {
    return { ...fact, address: { type, names, args: args ?? [] } };
}

const chosenSql = `
SELECT rel.oid::bigint::float8 AS root, tree.oid::bigint::float8 AS oid, names.schema, names.name
FROM jsonb_to_recordset($1) AS names(schema text, name text)
LEFT JOIN pg_namespace nsp ON nsp.nspname = names.schema
LEFT JOIN pg_class rel ON rel.relnamespace = nsp.oid AND rel.relname = names.name AND rel.relkind IN ('r', 'p', 'f')
LEFT JOIN LATERAL (
    SELECT rel.oid UNION SELECT relid FROM pg_partition_tree(rel.oid)
) AS tree ON true`;

/** The oids of the tables that are named, partitions of every level included. */
export async function chosenTables(source: Session, tables: string[]): Promise<Set<number>> {
    const names = tables.map((text) => parseTableName(text) ?? { schema: "", name: text });
    const rows = await source.query<{ root: number | null; oid: number } & TableName>(chosenSql, [
        JSON.stringify(names),
    ]);
    const absent = rows.filter((row) => row.root === null).map(formatTableName);
    if (absent.length > 0) {
        throw new Error(
            `the source has no table ${absent.join(", ")}. Take it out of the tables to migrate, or make it.`,
        );
    }
    return new Set(rows.map((row) => row.oid));
}

/** The tables that this user may not read, besides the chosen ones: pg_dump would stop at the first. */
export async function unreadable(source: Session, chosen: Set<number>): Promise<TableName[]> {
    return source.query<TableName>(
        `SELECT nspname AS schema, relname AS name FROM pg_class JOIN pg_namespace nsp ON nsp.oid = relnamespace
         WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
           AND NOT (pg_class.oid = ANY ($1::oid[]))
           AND NOT (has_schema_privilege(nsp.oid, 'USAGE') AND has_table_privilege(pg_class.oid, 'SELECT'))`,
        [[...chosen]],
    );
}
