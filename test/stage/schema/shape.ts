import { query } from "../../support/postgres";

const notSystem = (schema: string) => `${schema} !~ '^pg_' AND ${schema} <> 'information_schema'`;

/** One query a kind of object; each gives lines of text that are the same on every major. */
const kinds: Record<string, string> = {
    schemas: `SELECT nspname FROM pg_namespace WHERE ${notSystem("nspname")}`,
    extensions: "SELECT extname FROM pg_extension",
    relations: `
        SELECT format('%s %I.%I identity=%s rls=%s %s', relkind, nspname, relname, relreplident, relrowsecurity,
                      pg_get_expr(relpartbound, c.oid))
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE ${notSystem("nspname")}`,
    // From PostgreSQL 17 on, a partition shows the identity of its parent.
    columns: `
        SELECT format('%s.%I %s notnull=%s identity=%s generated=%s %s', c.oid::regclass, attname,
                      format_type(atttypid, atttypmod), attnotnull, CASE WHEN NOT relispartition THEN attidentity END, attgenerated,
                      pg_get_expr(adbin, adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm', 'f') AND ${notSystem("nspname")}`,
    indexes: `
        SELECT format('%s valid=%s replident=%s', pg_get_indexdef(indexrelid), indisvalid, indisreplident)
        FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE ${notSystem("nspname")}`,
    inheritance: "SELECT format('%s of %s', inhrelid::regclass, inhparent::regclass) FROM pg_inherits",
    // PostgreSQL 18 gives NOT NULL a constraint of its own.
    constraints: `
        SELECT format('%s %s %I %s valid=%s', conrelid::regclass, contypid::regtype, conname,
                      pg_get_constraintdef(c.oid), convalidated)
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
        WHERE contype <> 'n' AND ${notSystem("nspname")}`,
    triggers: `
        SELECT format('%s %s', pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t
        WHERE NOT tgisinternal AND tgparentid = 0`,
    rules: `
        SELECT format('%s on %s', rulename, ev_class::regclass) FROM pg_rewrite
        JOIN pg_class c ON c.oid = ev_class JOIN pg_namespace n ON n.oid = relnamespace WHERE ${notSystem("nspname")}`,
    policies: "SELECT format('%I %s %s %s', policyname, tablename, cmd, qual) FROM pg_policies",
    functions: `
        SELECT format('%s %s %s', p.oid::regprocedure, prokind,
                      CASE WHEN prokind IN ('f', 'p') THEN md5(pg_get_functiondef(p.oid))
                           ELSE (SELECT concat_ws(' ', aggtransfn, aggtranstype::regtype, aggfinalfn, aggcombinefn, agginitval)
                                 FROM pg_aggregate WHERE aggfnoid = p.oid) END)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
        WHERE ${notSystem("nspname")} AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')`,
    types: `
        SELECT format('%s %s %s %s', t.oid::regtype, typtype, format_type(typbasetype, typtypmod),
                      (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
        FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE ${notSystem("nspname")} AND typtype <> 'c' AND typcategory <> 'A'`,
    sequences: `
        SELECT format('%I.%I %s %s by %s, %s to %s, cycle=%s cache=%s %s', schemaname, sequencename, data_type, start_value,
                      increment_by, min_value, max_value, cycle, cache_size,
                      (SELECT string_agg(format('%s.%s', refobjid::regclass, refobjsubid), ',') FROM pg_depend
                       WHERE objid = format('%I.%I', schemaname, sequencename)::regclass AND deptype IN ('a', 'i')))
        FROM pg_sequences`,
    statistics: "SELECT format('%s on %s', stxname, stxrelid::regclass) FROM pg_statistic_ext",
    comments: `
        SELECT format('%s: %s', pg_describe_object(classoid, objoid, objsubid), description) FROM pg_description
        WHERE objoid >= 16384 AND classoid <> 'pg_extension'::regclass`,
};

/** All that a database defines, kind by kind, sorted. */
export async function shapeOf(url: string): Promise<Record<string, string[]>> {
    const shape: Record<string, string[]> = {};
    for (const [kind, sql] of Object.entries(kinds)) {
        const rows = await query<{ line: string }>(url, `SELECT line::text FROM (${sql}) AS lines(line) ORDER BY 1`);
        shape[kind] = rows.map((row) => row.line);
    }
    return shape;
}

/** The view definitions; majors print the same view differently. */
export async function viewsOf(url: string): Promise<string[]> {
    const sql = `SELECT format('%s %s', oid::regclass, pg_get_viewdef(oid)) AS line FROM pg_class
                 WHERE relkind IN ('v', 'm') AND oid >= 16384 ORDER BY 1`;
    return (await query<{ line: string }>(url, sql)).map((row) => row.line);
}
