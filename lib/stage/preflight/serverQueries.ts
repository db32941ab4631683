/** Questions that both sides are asked. */

export const serverQuery = `
SELECT current_setting('server_version_num')::int AS "versionNumber",
       split_part(current_setting('server_version'), ' ', 1) AS version,
       (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       d.datname AS database,
       pg_postmaster_start_time()::text AS "startedAt",
       pg_is_in_recovery() AS "inRecovery",
       pg_encoding_to_char(d.encoding) AS encoding,
       pg_database_size(d.oid)::text AS "databaseBytes",
       current_user::text AS "user",
       r.rolsuper AS superuser,
       has_database_privilege(d.oid, 'CREATE') AS "mayCreateInDatabase",
       pg_has_role('pg_read_all_stats', 'USAGE') AS "seesActivity",
       to_regclass('timescaledb_information.hypertables') IS NOT NULL AS timescale,
       pg_backend_pid() AS pid
  FROM pg_database d, pg_roles r
 WHERE d.datname = current_database() AND r.rolname = current_user`;

export const settingsQuery = `
SELECT name, setting AS value, pending_restart AS "pendingRestart" FROM pg_settings
 WHERE name IN ('wal_level', 'max_replication_slots', 'max_wal_senders', 'max_slot_wal_keep_size',
                'max_logical_replication_workers', 'max_worker_processes', 'max_sync_workers_per_subscription',
                'max_active_replication_origins', 'output_plugin_libraries', 'rds.logical_replication', 'azure.extensions')`;

export const pidQuery = "SELECT pg_backend_pid() AS pid";

export const hypertablesQuery = `
SELECT format('%I.%I', hypertable_schema, hypertable_name)::regclass::oid::text AS oid FROM timescaledb_information.hypertables`;

/**
 * Every relation of the schemas that belong to neither Postgres nor an extension. $1 is the role whose rights are asked.
 * Sizes are those of the last ANALYZE: asking the disk takes a lock on each table. An index can stand for a row only if it
 * is unique, checked at once, over every row, and over columns that are never null.
 */
export const relationsQuery = `
WITH replica AS (SELECT oid, rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = $1),
indexes AS (
    SELECT i.indrelid,
           bool_or(i.indisprimary) AS primary,
           bool_or(i.indisreplident) AS identity,
           min(x.relname::text) FILTER (WHERE i.indexprs IS NULL AND NOT EXISTS (
               SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND NOT a.attnotnull
                  AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))) AS usable
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
     WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
     GROUP BY i.indrelid)
SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       c.relpersistence::text AS persistence, c.relispartition AS "isPartition",
       CASE WHEN c.relispartition OR c.relkind = 'p' THEN pg_partition_root(c.oid)::oid::text END AS root,
       e.extname::text AS extension,
       c.relreplident::text AS "replicaIdentity",
       coalesce(i.primary, false) AS "primaryKey",
       coalesce(i.identity, false) AS "identityIndex",
       i.usable AS "usableIndex",
       (c.relpages::bigint * current_setting('block_size')::bigint)::text AS bytes,
       pg_get_userbyid(c.relowner)::text AS owner,
       pg_has_role(c.relowner, 'USAGE') AS owned,
       has_table_privilege(r.oid, c.oid, 'SELECT') AS selectable,
       has_schema_privilege(r.oid, n.oid, 'USAGE') AS "schemaUsable",
       CASE WHEN NOT c.relrowsecurity THEN false
            ELSE NOT r.unbound AND (c.relforcerowsecurity OR NOT pg_has_role(r.oid, c.relowner, 'USAGE'))
       END AS "rowsHidden"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN replica r ON true
  LEFT JOIN indexes i ON i.indrelid = c.oid
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
                       AND d.refclassid = 'pg_extension'::regclass
  LEFT JOIN pg_extension e ON e.oid = d.refobjid
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_namespace'::regclass AND x.objid = n.oid
                      AND x.deptype = 'e')`;

/**
 * The columns that replication carries. A type is comparable when it, or what it is made of (a domain's base, an array's
 * element, a row's columns), has a default operator class, which is where the apply worker looks for "=".
 */
export const columnsQuery = `
WITH RECURSIVE columns AS (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef, a.attidentity
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
parts (type, part) AS (
    SELECT DISTINCT atttypid, atttypid FROM columns
    UNION
    SELECT p.type, inner_type.oid
      FROM parts p JOIN pg_type t ON t.oid = p.part
     CROSS JOIN LATERAL (
           SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
           UNION ALL SELECT t.typelem WHERE t.typcategory = 'A' AND t.typelem <> 0
           UNION ALL SELECT f.atttypid FROM pg_attribute f
                      WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
     ) inner_type),
incomparable AS (
    SELECT DISTINCT p.type FROM parts p JOIN pg_type t ON t.oid = p.part
     WHERE t.typtype = 'b' AND NOT (t.typcategory = 'A' AND t.typelem <> 0)
       AND NOT EXISTS (
           SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
            WHERE o.opcdefault AND m.amname IN ('btree', 'hash')
              AND (o.opcintype = t.oid OR EXISTS (
                   SELECT FROM pg_cast k WHERE k.castsource = t.oid AND k.casttarget = o.opcintype
                      AND k.castmethod = 'b' AND k.castcontext = 'i'))))
SELECT c.attrelid::text AS oid,
       json_agg(json_build_object(
           'name', c.attname,
           'type', format_type(c.atttypid, c.atttypmod),
           'required', c.attnotnull AND NOT c.atthasdef AND c.attidentity = '',
           'comparable', i.type IS NULL) ORDER BY c.attnum) AS columns
  FROM columns c LEFT JOIN incomparable i ON i.type = c.atttypid
 GROUP BY c.attrelid`;
