import type { Session } from "../../postgres/client";
import type { Extension, Policy, PreparedTransaction, ReplicationRole, Slot, SourceFacts, Transaction } from "./facts";
import { askRelations, askServer, beOnlooker } from "./factsServer";

const roleQuery = `
SELECT r.rolname::text AS name, r.rolsuper AS superuser,
       r.rolsuper OR r.rolreplication OR EXISTS (
           SELECT FROM pg_roles g WHERE g.rolname = 'rds_replication' AND pg_has_role(r.oid, g.oid, 'USAGE')
       ) AS "mayReplicate"
  FROM pg_roles r WHERE r.rolname = $1`;

const slotsQuery = `
SELECT slot_name::text AS name, active, wal_status AS "walStatus" FROM pg_replication_slots ORDER BY slot_name`;

const walSendersQuery = "SELECT count(*)::int AS count FROM pg_stat_replication";

const publicationQuery = `
SELECT obj_description(oid, 'pg_publication') AS comment FROM pg_publication WHERE pubname = $1`;

/** Making a slot waits for every transaction of the whole server that has written, whichever its database. */
const transactionsQuery = `
SELECT pid, usename::text AS "user", state, extract(epoch FROM now() - xact_start)::int AS seconds
  FROM pg_stat_activity
 WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
 ORDER BY xact_start`;

const preparedQuery = `
SELECT gid, owner::text AS owner, database::text AS database, extract(epoch FROM now() - prepared)::int AS seconds
  FROM pg_prepared_xacts ORDER BY prepared`;

const extensionsQuery = `
SELECT e.extname::text AS name, e.extversion AS version,
       ARRAY(SELECT DISTINCT a.attrelid::text
               FROM pg_depend d
               JOIN pg_type t ON d.objid IN (t.oid, t.typelem, t.typbasetype)
               JOIN pg_attribute a ON a.atttypid = t.oid
              WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'e'
                AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid) AS tables
  FROM pg_extension e ORDER BY e.extname`;

const policiesQuery = `
SELECT p.polrelid::text AS table, p.polname::text AS policy, r.rolname::text AS role
  FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles) ORDER BY 1, 2, 3`;

/** Counted up to a bound: a server may hold millions, and one is enough to tell. */
const largeObjectsQuery = `
SELECT count(*)::int AS count FROM (SELECT FROM pg_largeobject_metadata LIMIT 100000) AS bounded`;

/** Asks the source everything the checks need. `role` is the one by which the target will connect. */
export async function askSource(session: Session, role: string, publication: string): Promise<SourceFacts> {
    await beOnlooker(session);
    const { server, timescale } = await askServer(session);
    return {
        server,
        roleName: role,
        role: (await session.query<ReplicationRole>(roleQuery, [role]))[0],
        relations: await askRelations(session, role, timescale),
        slots: await session.query<Slot>(slotsQuery),
        walSenders: (await session.query<{ count: number }>(walSendersQuery))[0]?.count ?? 0,
        publication: (await session.query<{ comment: string | null }>(publicationQuery, [publication]))[0],
        transactions: await session.query<Transaction>(transactionsQuery),
        prepared: await session.query<PreparedTransaction>(preparedQuery),
        extensions: await session.query<Extension>(extensionsQuery),
        policies: await session.query<Policy>(policiesQuery),
        largeObjects: (await session.query<{ count: number }>(largeObjectsQuery))[0]?.count ?? 0,
    };
}
