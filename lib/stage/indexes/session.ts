import { type Session, sqlState } from "../../postgres/client";
import { sortMemory } from "./memory";

/** Makes a session fit for building: enough memory, short waits for locks, and an end soon after ours. */
export async function prepare(session: Session, settings: string, jobs: number): Promise<void> {
    await session.query(settings);
    // The copy goes on behind each lock we wait for, so we let it pass and come back.
    await session.query("SET lock_timeout = '60s'");
    const [memory] = await session.query<{ own: number; shared: number }>(
        `SELECT pg_size_bytes(current_setting('maintenance_work_mem'))::float8 AS own,
                pg_size_bytes(current_setting('shared_buffers'))::float8 AS shared`,
    );
    const bytes = memory && sortMemory(memory.own, memory.shared, jobs);
    if (bytes) {
        await session.query(`SET maintenance_work_mem = '${Math.floor(bytes / 1024)}kB'`);
    }
    try {
        // Without it a server goes on building for a client that was killed, and the next run waits behind it.
        await session.query("SET client_connection_check_interval = '2s'");
    } catch (error) {
        // PostgreSQL 13 has no such setting, and some operating systems can't tell that a client is gone.
        if (sqlState(error) === undefined) {
            throw error;
        }
    }
}
