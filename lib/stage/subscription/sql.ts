import { identifier, literal } from "../../postgres/identifier";

/** Statements about one subscription and its slots. */

/** Everything but `subconninfo`, which holds a password and which only a superuser may read. */
export const observeSubscription = `
SELECT s.oid::text AS oid,
       obj_description(s.oid, 'pg_subscription') AS comment,
       s.subenabled AS enabled,
       s.subslotname AS slot,
       s.subpublications AS publications,
       ARRAY(SELECT json_build_array(n.nspname, c.relname, r.srsubstate)::text
               FROM pg_subscription_rel r JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE r.srsubid = s.oid ORDER BY n.nspname, c.relname) AS tables
  FROM pg_subscription s
 WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** to_jsonb, because which of the health columns a server has depends on its major. */
export const observeSlot = `
SELECT to_jsonb(s) AS slot, pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::text AS retained
  FROM pg_replication_slots s WHERE s.slot_name = $1`;

/** Who a server is. The timeline is read from the WAL's own file name: the control file knows it only after a checkpoint. */
export const identifySource = `
SELECT system_identifier::text AS "systemIdentifier", substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline
  FROM pg_control_system()`;

export const identifyTarget = `
SELECT system_identifier::text AS "systemIdentifier", (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database
  FROM pg_control_system()`;

export const createSlot = "SELECT pg_create_logical_replication_slot($1, 'pgoutput')";

export const dropSlot = "SELECT pg_drop_replication_slot($1)";

/** A template for `executeWithConninfo`: the connection string never becomes part of a statement's text. */
export function createSubscription(name: string, publication: string, slot: string): string {
    // The slot is there already, made by SQL with a lock timeout: CREATE SUBSCRIPTION, waiting for an old transaction to
    // end, would leave a walsender behind that retains WAL long after the statement was cancelled.
    return template(
        `CREATE SUBSCRIPTION ${identifier(name)} CONNECTION `,
        ` PUBLICATION ${identifier(publication)} WITH (create_slot = false, slot_name = ${literal(slot)}, copy_data = true, streaming = on)`,
    );
}

export function alterConnection(name: string): string {
    return template(`ALTER SUBSCRIPTION ${identifier(name)} CONNECTION `, "");
}

export function commentOnSubscription(name: string, comment: string): string {
    return `COMMENT ON SUBSCRIPTION ${identifier(name)} IS ${literal(comment)}`;
}

/** A `destroy` that was killed may have taken its slot from it, and without one it can't be enabled. */
export function enableSubscription(name: string, slot: string): string[] {
    return [
        `ALTER SUBSCRIPTION ${identifier(name)} SET (slot_name = ${literal(slot)})`,
        `ALTER SUBSCRIPTION ${identifier(name)} ENABLE`,
    ];
}

export function refreshSubscription(name: string): string {
    return `ALTER SUBSCRIPTION ${identifier(name)} REFRESH PUBLICATION WITH (copy_data = true)`;
}

/**
 * In this order: a subscription that still has its slot cannot be dropped while the source is away. Postgres leaves the
 * comment of a dropped one behind.
 */
export function dropSubscription(name: string): [disable: string, detach: string, uncomment: string, drop: string] {
    return [
        `ALTER SUBSCRIPTION ${identifier(name)} DISABLE`,
        `ALTER SUBSCRIPTION ${identifier(name)} SET (slot_name = NONE)`,
        `COMMENT ON SUBSCRIPTION ${identifier(name)} IS NULL`,
        `DROP SUBSCRIPTION ${identifier(name)}`,
    ];
}

/** Afterwards whatever connects to the source by this subscription is refused at once. */
export function cutSubscription(name: string): string {
    // The password is none: a server demands that a subscription of an ordinary role has one.
    return `ALTER SUBSCRIPTION ${identifier(name)} CONNECTION 'host=127.0.0.1 port=1 dbname=none user=none password=none'`;
}

/** Slots and subscriptions are known to all databases of a server, so these tell what became of a dropped one's. */
export const slotsNamed = "SELECT 1 FROM pg_replication_slots WHERE slot_name = $1";
export const subscriptionsNamed = "SELECT 1 FROM pg_subscription WHERE subname = $1";

/** Who reads a slot. What the role may not see is null. */
export const findReader = `
SELECT usename AS user, application_name AS application FROM pg_stat_activity WHERE pid = $1`;

/** The slots that table synchronisation makes on the source: named after the subscription's OID and the target's identity. */
export const tableSyncSlots = `
SELECT slot_name AS name, active_pid AS pid FROM pg_replication_slots
 WHERE slot_name ~ ('^pg_' || $1 || '_sync_[0-9]+_' || $2 || '$')`;

/** Those who hold back a new slot: it waits for every transaction that was running when it was asked for. */
export const openTransactions = `
SELECT pid, usename AS user, state, date_trunc('second', now() - xact_start)::text AS age FROM pg_stat_activity
 WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 5`;

function template(before: string, after: string): string {
    return `${before.replace(/%/g, "%%")}%1$L${after.replace(/%/g, "%%")}`;
}
