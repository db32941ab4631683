import { until } from "./following";
import { type Hold, hold } from "./hold";
import { query } from "./postgres";

/** The two databases of a migration that is to be stopped on its way. */
export interface Databases {
    source: string;
    target: string;
}

/** A place on the way of `pulumi up` or `destroy` where it can be made to wait. */
export interface Moment {
    /** To be taken before it begins. */
    hold(databases: Databases): Promise<Hold>;
    /** Comes back when it waits there. `said` is what it has printed so far. */
    reached(databases: Databases, held: Hold, said: () => string): Promise<void>;
}

/** Only bounds a test that goes wrong: `up` takes its time on a machine that has much else to do. */
const patienceSeconds = 180;

/** Advisory locks of the target. Whoever passes a gate takes its lock for a moment; who holds the lock closes the gate. */
const gates = { copy: 1, index: 2, comment: 3 };

/**
 * A small database with two gates, which the target gets with the schema: rows of `notes` pass one when they are copied or
 * applied, rows of `items` the other when their index is built.
 */
export async function fillSource(source: string): Promise<void> {
    await query(
        source,
        `CREATE FUNCTION pass(gate int, value text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_advisory_xact_lock_shared(gate); RETURN value; END';
         CREATE TABLE items (id int PRIMARY KEY, name text);
         CREATE INDEX items_name ON items (public.pass(${gates.index}, name));
         CREATE TABLE notes (id int PRIMARY KEY, text text CHECK (public.pass(${gates.copy}, text) IS NOT NULL));
         INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 100) i;
         INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 100) i`,
    );
}

/** What goes on at the source meanwhile. */
export const change = `
UPDATE items SET name = name || ' changed' WHERE id <= 10;
DELETE FROM items WHERE id > 90;
INSERT INTO notes VALUES (1000, 'late')`;

export const inDump: Moment = {
    hold: ({ source }) => hold(source, ["BEGIN", "LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"]),
    reached: ({ source }) => waits(source, ours, forLock, "query LIKE 'LOCK TABLE public.%'"),
};

export const inSchema: Moment = {
    hold: ({ target }) => hold(target, ["BEGIN", "CREATE TABLE notes (id int)"]),
    reached: ({ target }) => waits(target, ours, forLock, "query LIKE '%CREATE TABLE public.notes%'"),
};

/** A slot is not made before those transactions end that have written. */
export const inSlot: Moment = {
    hold: ({ source }) => hold(source, ["BEGIN", "UPDATE notes SET text = text"]),
    reached: ({ source }) => waits(source, ours, forLock, "query LIKE '%pg_create_logical_replication_slot%'"),
};

/** The slot is there; the subscription is not yet committed. */
export const betweenSlotAndSubscription: Moment = {
    hold: ({ target }) =>
        hold(target, [
            ...onCommand("COMMENT", `pg_advisory_xact_lock_shared(${gates.comment})`),
            `SELECT pg_advisory_lock(${gates.comment})`,
        ]),
    async reached({ source, target }) {
        await waits(target, ours, forLock, "query LIKE 'COMMENT ON SUBSCRIPTION%'");
        await until(
            () => query(source, "SELECT active FROM pg_replication_slots WHERE database = current_database()"),
            ([slot]) => slot?.active === false,
        );
    },
};

/** The subscription is committed, and the answer doesn't come: the commit waits for a standby that is not there. */
export const beforeTheAnswer: Moment = {
    hold: ({ target }) =>
        hold(
            target,
            onCommand("CREATE SUBSCRIPTION", "set_config('synchronous_commit', 'on', true)"),
            `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event = 'SyncRep'`,
        ),
    reached: ({ target }) => waits(target, ours, "wait_event = 'SyncRep'", "query = 'COMMIT'"),
};

/** The first row of `notes` waits inside the target, so the slot and the origin of that copy are there. */
export const inCopy: Moment = {
    hold: ({ target }) => hold(target, [`SELECT pg_advisory_lock(${gates.copy})`]),
    async reached({ source, target }, _held, said) {
        await until(
            () =>
                query(
                    target,
                    `SELECT srsubstate FROM pg_subscription_rel
                       JOIN pg_stat_subscription ON subid = srsubid AND relid = srrelid JOIN pg_stat_activity USING (pid)
                      WHERE srrelid = to_regclass('notes') AND wait_event = 'advisory'`,
                ),
            ([copy]) => copy?.srsubstate === "d",
            patienceSeconds,
        );
        await until(
            () => query(source, "SELECT FROM pg_replication_slots WHERE database = current_database()"),
            (slots) => slots.length === 2,
        );
        await sees(said, /move-copy creating .*copying [01]\/2 tables/);
    },
};

export const inIndexes: Moment = {
    hold: ({ target }) => hold(target, [`SELECT pg_advisory_lock(${gates.index})`]),
    reached: ({ target }) => waits(target, ours, forLock, "query LIKE '%CREATE INDEX items_name%'"),
};

/** All is copied and built; a change waits inside the target. */
export const inConvergence: Moment = {
    hold: inIndexes.hold,
    async reached(databases, held, said) {
        await inIndexes.reached(databases, held, said);
        await held.query(`SELECT pg_advisory_lock(${gates.copy})`);
        await query(databases.source, "INSERT INTO notes VALUES (0, 'held up')");
        await waits(databases.target, forLock, "backend_type ~ 'apply'");
        await held.query(`SELECT pg_advisory_unlock(${gates.index})`);
        await sees(said, /move-convergence creating .*catching up/);
    },
};

/** On the way of `destroy`. */
export const inSubscriptionRemoval: Moment = {
    hold: ({ target }) => hold(target, ["BEGIN", "LOCK TABLE pg_subscription IN SHARE MODE"]),
    reached: ({ target }) => waits(target, ours, forLock, "query LIKE 'ALTER SUBSCRIPTION%'"),
};

/** The subscription is there, but no slot belongs to it any more. */
export const inDetachment: Moment = {
    hold: ({ target }) => hold(target, ["BEGIN", "LOCK TABLE pg_description IN SHARE MODE"]),
    reached: ({ target }) => waits(target, ours, forLock, "query LIKE 'COMMENT ON SUBSCRIPTION%'"),
};

/** The subscription is gone; the slot is not, as a process that stands still reads it. */
export const inSlotRemoval: Moment = {
    async hold({ source }) {
        const held = await hold(source, []);
        const [slot] = await held.query("SELECT active_pid FROM pg_replication_slots WHERE slot_name ~ '_migration_'");
        process.kill(slot.active_pid, "SIGSTOP");
        return {
            ...held,
            async release() {
                process.kill(slot.active_pid, "SIGCONT");
                await held.release();
            },
        };
    },
    reached: ({ source }, _held, said) =>
        until(
            () => query(source, "SELECT active FROM pg_replication_slots WHERE slot_name ~ '_migration_'"),
            ([slot]) => slot?.active && /move-subscription deleting .*waiting until process/.test(said()),
            patienceSeconds,
        ).then(() => {}),
};

/** A commit on the target waits for a standby only where a moment asks for it; and nothing waits long to be tried again. */
export const targetSettings = {
    fsync: "off",
    synchronous_standby_names: "nobody",
    synchronous_commit: "local",
    wal_retrieve_retry_interval: "200ms",
    track_activity_query_size: "16384",
};

const ours = "application_name = 'pulumi-postgres-migration'";
const forLock = "wait_event_type = 'Lock'";

async function waits(url: string, ...conditions: string[]): Promise<void> {
    const here = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${conditions.join(" AND ")}`;
    await until(
        () => query(url, here),
        (sessions) => sessions.length > 0,
        patienceSeconds,
    );
}

/** Has the target do something inside of each transaction that runs such a command. */
function onCommand(tag: string, call: string): string[] {
    return [
        "CREATE SCHEMA held",
        `CREATE FUNCTION held.act() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN PERFORM ${call}; END$$`,
        `CREATE EVENT TRIGGER held ON ddl_command_end WHEN TAG IN ('${tag}') EXECUTE FUNCTION held.act()`,
    ];
}

async function sees(said: () => string, text: RegExp): Promise<void> {
    await until(
        async () => said(),
        (now) => text.test(now),
        patienceSeconds,
    );
}
