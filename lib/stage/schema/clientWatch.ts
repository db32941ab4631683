import { type Session, sqlState } from "../../postgres/client";

/**
 * Lets the server end this session's work soon after this process is gone. Without it a server goes on building an index
 * for a client that was killed, and the next run waits behind it.
 */
export async function endWithClient(session: Session): Promise<void> {
    try {
        await session.query("SET client_connection_check_interval = '2s'");
    } catch (error) {
        // PostgreSQL 13 has no such setting, and on some operating systems a server can't tell that its client is gone.
        if (sqlState(error) === undefined) {
            throw error;
        }
    }
}
