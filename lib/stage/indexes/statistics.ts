import { type Session, withSession } from "../../postgres/client";
import type { Connection } from "../../postgres/connection";
import { formatTableName, parseTableName, qualified, type TableName } from "../../postgres/identifier";

const statementTimeoutMs = 30 * 60_000;

/**
 * Gives the planner statistics of these tables; of a partitioned table, its partitions are included by Postgres itself.
 * Several at once.
 */
export async function analyze(
    target: Connection,
    tables: TableName[],
    sessions: number,
    onProgress: (text: string) => void,
): Promise<void> {
    const open = [...tables];
    let done = 0;
    const work = async (session: Session) => {
        for (let table = open.shift(); table; table = open.shift()) {
            onProgress(`${done}/${tables.length} (${formatTableName(table)})`);
            await session.query(`ANALYZE ${qualified(table)}`);
            done++;
        }
    };
    const count = Math.min(sessions, tables.length);
    await Promise.all(Array.from({ length: count }, () => withSession(target, work, { statementTimeoutMs })));
}

/** Those of the tables that nobody has analysed by a command; the server's own, later run does not count. */
export async function neverAnalyzed(target: Session, tables: string[]): Promise<TableName[]> {
    const names = tables.flatMap((text) => parseTableName(text) ?? []);
    return target.query<TableName>(
        `SELECT names.schema, names.name FROM jsonb_to_recordset($1) AS names(schema text, name text)
         JOIN pg_stat_all_tables stat ON stat.schemaname = names.schema AND stat.relname = names.name
         WHERE stat.last_analyze IS NULL`,
        [JSON.stringify(names)],
    );
}
