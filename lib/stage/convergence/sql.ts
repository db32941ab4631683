/** The main apply worker: table copies have a relid, parallel apply workers a leader. One row, its columns null when it is away. */
export const applyWorker = `
SELECT w.pid, w.received_lsn::text AS "receivedLsn", w.latest_end_lsn::text AS "latestEndLsn",
       w.last_msg_receipt_time AS "lastMsgReceiptTime"
  FROM pg_subscription s
  LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid IS NULL AND to_jsonb(w) ->> 'leader_pid' IS NULL
 WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
 ORDER BY w.received_lsn DESC NULLS LAST LIMIT 1`;

/** The counters of PostgreSQL 15 and newer. */
export const errorCounts = `
SELECT apply_error_count::text AS apply, sync_error_count::text AS sync
  FROM pg_stat_subscription_stats WHERE subname = $1`;

/** Where the WAL ends now, taken as a barrier: what commits later is not waited for. */
export const currentWalLsn = "SELECT pg_current_wal_lsn()::text AS lsn";

/** Bytes of each published table on the source, without indexes; a root's are those of its partitions. */
export const tableSizes = `
SELECT json_build_array(t.schemaname, t.tablename)::text AS table,
       (CASE c.relkind WHEN 'p' THEN (SELECT coalesce(sum(pg_table_size(relid)), 0) FROM pg_partition_tree(c.oid) WHERE isleaf)
                       ELSE pg_table_size(c.oid) END)::text AS bytes
  FROM pg_publication_tables t
  JOIN pg_namespace n ON n.nspname = t.schemaname JOIN pg_class c ON c.relname = t.tablename AND c.relnamespace = n.oid
 WHERE t.pubname = $1`;

/** Copies under way on the target: bytes read so far by table. */
export const copiesUnderWay = `
SELECT json_build_array(n.nspname, c.relname)::text AS table, sum(p.bytes_processed)::text AS bytes
  FROM pg_stat_progress_copy p JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE p.datname = current_database() AND p.command = 'COPY FROM' GROUP BY 1`;

/** Of the followed tables, to say why applying fails: the columns that are replicated, and the unique keys. */
export const columnsOf = `
SELECT json_build_array(n.nspname, c.relname)::text AS table,
       array_agg(a.attname::text) FILTER (WHERE a.attgenerated = '') AS list
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
   AND json_build_array(n.nspname, c.relname)::text = ANY ($1) GROUP BY 1`;

export const uniqueKeysOf = `
SELECT json_build_array(n.nspname, c.relname)::text AS table,
       array_agg(DISTINCT regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING \\w+ ', '')) AS list
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique
 WHERE json_build_array(n.nspname, c.relname)::text = ANY ($1) GROUP BY 1`;

/** Tables of which row-level security hides rows from the role by which the subscription is connected. */
export const unreadableTables = `
SELECT json_build_array(n.nspname, c.relname)::text AS table, array_agg(DISTINCT r.rolname::text) AS list
  FROM pg_stat_replication w JOIN pg_roles r ON r.oid = w.usesysid
  JOIN pg_class c ON c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
   AND (c.relforcerowsecurity OR NOT pg_has_role(r.oid, c.relowner, 'USAGE'))
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE json_build_array(n.nspname, c.relname)::text = ANY ($1) AND w.application_name = $2 GROUP BY 1`;
