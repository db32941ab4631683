import type { Session } from "../../postgres/client";
import { endWithClient } from "../schema/clientWatch";
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
    await endWithClient(session);
}
