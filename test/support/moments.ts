import { until } from "./following";
import { type Hold, hold } from "./hold";
import { query } from "./postgres";

/** The two databases of a migration that is to be stopped on its way. */
export interface Databases {
    source: string;
    target: string;
}

/** A place on the way of `pulumi up` where it can be made to wait. */
export interface Moment {
    /** To be taken before `up` begins. */
    hold(databases: Databases): Promise<Hold>;
    /** Comes back when `up` waits there. `said` is what `up` has printed so far. */
    reached(databases: Databases, held: Hold, said: () => string): Promise<void>;
}

/** Only bounds a test that goes wrong: `up` takes its time on a machine that has much else to do. */
const patienceSeconds = 180;

const copyGate = 1;
const indexGate = 2;

/**
 * A small database with two gates: a row of `notes` can't be copied or applied while somebody holds the first, and the index
 * of `items` can't be built while somebody holds the second. The target gets the gates with the schema.
 */
export async function fillSource(source: string): Promise<void> {
    await query(
        source,
        `CREATE FUNCTION pass(gate int, value text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_advisory_xact_lock_shared(gate); RETURN value; END';
         CREATE TABLE items (id int PRIMARY KEY, name text);
         CREATE INDEX items_name ON items (public.pass(${indexGate}, name));
         CREATE TABLE notes (id int PRIMARY KEY, text text CHECK (public.pass(${copyGate}, text) IS NOT NULL));
         INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 100) i;
         INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 100) i`,
    );
}

/** What goes on at the source meanwhile. */
export const change = `
UPDATE items SET name = name || ' changed' WHERE id <= 10;
DELETE FROM items WHERE id > 90;
INSERT INTO notes VALUES (1000, 'late')`;

export const inSchema: Moment = {
    hold: ({ target }) => hold(target, "BEGIN", "CREATE TABLE notes (id int)"),
    reached: ({ target }) => waits(target, "%CREATE TABLE public.notes%"),
};

/** A slot is not made before those transactions end that have written. */
export const inSlot: Moment = {
    hold: ({ source }) => hold(source, "BEGIN", "UPDATE notes SET text = text"),
    reached: ({ source }) => waits(source, "%pg_create_logical_replication_slot%"),
};

/** The slot is there; the subscription isn't, as its transaction waits to comment on it. */
export const betweenSlotAndSubscription: Moment = {
    hold: ({ target }) => hold(target, "BEGIN", "LOCK TABLE pg_description IN SHARE MODE"),
    async reached({ source, target }) {
        await waits(target, "COMMENT ON SUBSCRIPTION%");
        await until(
            () => query(source, "SELECT active FROM pg_replication_slots WHERE database = current_database()"),
            (slots) => slots.length === 1,
            patienceSeconds,
        );
    },
};

/**
 * The subscription is committed, and the answer doesn't come: its COMMIT waits for a standby that isn't there. For the
 * server's settings see `serverSettings`.
 */
export const subscriptionUnknown: Moment = {
    async hold({ target }) {
        const held = await hold(
            target,
            "CREATE SCHEMA held",
            `CREATE FUNCTION held.commit() RETURNS event_trigger LANGUAGE plpgsql AS
             $$BEGIN PERFORM set_config('synchronous_commit', 'on', true); END$$`,
            "CREATE EVENT TRIGGER held ON ddl_command_end WHEN TAG IN ('CREATE SUBSCRIPTION') EXECUTE FUNCTION held.commit()",
        );
        return {
            ...held,
            async release() {
                await held.query(`
                    SELECT pg_cancel_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event = 'SyncRep'`);
                await held.query("DROP EVENT TRIGGER held; DROP SCHEMA held CASCADE");
                await held.release();
            },
        };
    },
    async reached({ target }) {
        await until(
            () => ours(target, "wait_event = 'SyncRep'"),
            (sessions) => sessions.length === 1,
            patienceSeconds,
        );
    },
};

/** The first row of `notes` waits inside the target, so the copy's own slot and origin are there. */
export const inCopy: Moment = {
    hold: ({ target }) => hold(target, `SELECT pg_advisory_lock(${copyGate})`),
    async reached({ target }, _held, said) {
        await until(
            () =>
                query(
                    target,
                    `SELECT srsubstate FROM pg_subscription_rel JOIN pg_stat_subscription ON subid = srsubid AND relid = srrelid
                       JOIN pg_stat_activity USING (pid) WHERE srrelid = to_regclass('notes') AND wait_event = 'advisory'`,
                ),
            (found) => found[0]?.srsubstate === "d",
            patienceSeconds,
        );
        await sees(said, /move-copy creating .*copying 1\/2 tables/);
    },
};

export const inIndexes: Moment = {
    hold: ({ target }) => hold(target, `SELECT pg_advisory_lock(${indexGate})`),
    reached: ({ target }) => waits(target, "%CREATE INDEX items_name%"),
};

/** All is copied and built; a change waits inside the target. */
export const inConvergence: Moment = {
    hold: inIndexes.hold,
    async reached(databases, held, said) {
        await inIndexes.reached(databases, held, said);
        await held.query(`SELECT pg_advisory_lock(${copyGate})`);
        await query(databases.source, "INSERT INTO notes VALUES (0, 'held up')");
        await until(
            () =>
                query(
                    databases.target,
                    "SELECT FROM pg_stat_activity WHERE backend_type ~ 'apply' AND wait_event = 'advisory'",
                ),
            (workers) => workers.length === 1,
            patienceSeconds,
        );
        await held.query(`SELECT pg_advisory_unlock(${indexGate})`);
        await sees(said, /move-convergence creating .*catching up/);
    },
};

/** A commit on the target waits for a standby only where a moment asks for it; and nothing waits long to be tried again. */
export const targetSettings = {
    synchronous_standby_names: "nobody",
    synchronous_commit: "local",
    wal_retrieve_retry_interval: "200ms",
    track_activity_query_size: "16384",
};

async function waits(url: string, statement: string): Promise<void> {
    await until(
        () => ours(url, `wait_event_type = 'Lock' AND query LIKE '${statement}'`),
        (sessions) => sessions.length > 0,
        patienceSeconds,
    );
}

function ours(url: string, condition: string): Promise<unknown[]> {
    return query(
        url,
        `SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'pulumi-postgres-migration' AND ${condition}`,
    );
}

async function sees(said: () => string, text: RegExp): Promise<void> {
    await until(
        async () => said(),
        (now) => text.test(now),
        patienceSeconds,
    );
}
