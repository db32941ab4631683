import { identifier, literal, parseTableName, qualified } from "../../postgres/identifier";

/** Statements about one publication. Tables come as canonical names. */

export const observePublication = `
SELECT p.oid::text AS oid,
       obj_description(p.oid, 'pg_publication') AS comment,
       p.puballtables AS "allTables",
       p.pubviaroot AS "viaRoot",
       array_remove(ARRAY[CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
                          CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END], NULL) AS operations,
       ARRAY(SELECT json_build_array(t.schemaname, t.tablename)::text
               FROM pg_publication_tables t WHERE t.pubname = p.pubname) AS tables
  FROM pg_publication p WHERE p.pubname = $1`;

/** Changes of a partition are published as changes of its root, so that the target may be partitioned otherwise. */
export function createPublication(name: string, tables: string[]): string {
    return `CREATE PUBLICATION ${identifier(name)} FOR TABLE ${list(tables)} WITH (publish_via_partition_root = true)`;
}

export function commentOnPublication(name: string, comment: string): string {
    return `COMMENT ON PUBLICATION ${identifier(name)} IS ${literal(comment)}`;
}

export function addTables(name: string, tables: string[]): string {
    return `ALTER PUBLICATION ${identifier(name)} ADD TABLE ${list(tables)}`;
}

export function dropTables(name: string, tables: string[]): string {
    return `ALTER PUBLICATION ${identifier(name)} DROP TABLE ${list(tables)}`;
}

export function dropPublication(name: string): string {
    return `DROP PUBLICATION ${identifier(name)}`;
}

/** ONLY, because a parent by inheritance would otherwise bring its children along, named or not. */
function list(tables: string[]): string {
    return tables.map((table) => `ONLY ${qualifiedName(table)}`).join(", ");
}

function qualifiedName(canonical: string): string {
    const table = parseTableName(canonical);
    if (!table) {
        throw new Error(`"${canonical}" is not a table name.`);
    }
    return qualified(table);
}
