import { inTransaction, type Session } from "../../postgres/client";
import type { Facts } from "./catalog";

/** What the target already has of an object. */
export interface Presence {
    oid: number;
    /** It is attached to a parent, as a partition or an index of one. */
    attached: boolean;
    rowSecurity: boolean;
    commented: boolean;
    /** Bytes of a table. */
    bytes: number;
}

/** Presence by entry number; what the target lacks is not in it. */
export type Present = Map<number, Presence>;

/** Each look-up takes a lock until the end of its transaction, and a server keeps room for a few thousand. */
const batchSize = 500;

// Only the errors that mean "no such thing" say that it is missing; any other is an error.
const findFunction = `
CREATE FUNCTION pg_temp.find(type text, names text[], args text[], OUT classid oid, OUT objid oid)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT a.classid, a.objid INTO classid, objid FROM pg_catalog.pg_get_object_address(type, names, args) AS a;
EXCEPTION
    WHEN undefined_object OR undefined_table OR undefined_column OR undefined_function OR invalid_schema_name
        OR wrong_object_type THEN
        NULL;
END $$`;

const presentSql = `
SELECT entry.id, found.objid::bigint::float8 AS oid,
       EXISTS (SELECT FROM pg_inherits WHERE inhrelid = coalesce(con.conindid, found.objid)) AS attached,
       coalesce(rel.relrowsecurity, false) AS "rowSecurity",
       EXISTS (SELECT FROM pg_description d
               WHERE d.classoid = found.classid AND d.objoid = found.objid AND d.objsubid = 0) AS commented,
       CASE WHEN rel.relkind IN ('r', 'm') THEN pg_relation_size(rel.oid) ELSE 0 END::float8 AS bytes
FROM jsonb_to_recordset($1) AS entry(id int, type text, names text[], args text[])
CROSS JOIN LATERAL pg_temp.find(entry.type, entry.names, entry.args) AS found
LEFT JOIN pg_class rel ON found.classid = 'pg_class'::regclass AND rel.oid = found.objid
LEFT JOIN pg_constraint con ON found.classid = 'pg_constraint'::regclass AND con.oid = found.objid AND con.conindid <> 0
WHERE found.objid IS NOT NULL`;

/** Looks for all of these on the target, by the names they have on the source. */
export async function readPresent(target: Session, facts: Facts): Promise<Present> {
    const addresses = [...facts].map(([id, fact]) => ({ id, ...fact.address }));
    const present: Present = new Map();
    for (let start = 0; start < addresses.length; start += batchSize) {
        const batch = JSON.stringify(addresses.slice(start, start + batchSize));
        await inTransaction(target, async () => {
            await target.query("SET LOCAL lock_timeout = '30s'");
            await target.query(findFunction);
            for (const { id, ...found } of await target.query<Presence & { id: number }>(presentSql, [batch])) {
                present.set(id, found);
            }
            await target.query("DROP FUNCTION pg_temp.find(text, text[], text[])");
        });
    }
    return present;
}

/** The names of the extensions that the target has or can make. */
export async function offeredExtensions(target: Session): Promise<Set<string>> {
    const rows = await target.query<{ name: string }>("SELECT name FROM pg_available_extensions");
    return new Set(rows.map((row) => row.name));
}
