import type { Context } from "../../dynamic/lifecycle";
import { type Session, withSession } from "../../postgres/client";
import type { Connection } from "../../postgres/connection";
import type { BuildState } from "./workers";

/** How far a server's process is in building an index, in its present phase. */
export interface BuildProgress {
    pid: number;
    /** 0 to 100; null while nobody knows how much there is. */
    percent: number | null;
}

const progressSql = `
SELECT pid, CASE WHEN tuples_total > 0 THEN 100.0 * tuples_done / tuples_total
                 WHEN blocks_total > 0 THEN 100.0 * blocks_done / blocks_total END::float8 AS percent
FROM pg_stat_progress_create_index WHERE datname = current_database()`;

const pauseMs = 1_500;

/** `12/40 (orders_customer_idx 63 %, orders_pkey)`: what a person wants to know while indexes are built. */
export function progressText(state: BuildState, earlier: number, total: number, progress: BuildProgress[]): string {
    const at = new Map(progress.map((each) => [each.pid, each.percent]));
    const names = [...state.running].map(([pid, { label }]) => {
        const percent = at.get(pid);
        return percent == null ? label : `${label} ${Math.min(100, Math.floor(percent))} %`;
    });
    return `${earlier + state.done}/${total}${names.length > 0 ? ` (${names.join(", ")})` : ""}`;
}

/** Shows the text every so often while the work goes on, and returns what the work returns. */
export async function watching<T>(
    target: Connection,
    context: Context,
    text: (progress: BuildProgress[]) => string,
    work: Promise<T>,
): Promise<T> {
    let over = false;
    const watch = async (session?: Session) => {
        while (!over) {
            const progress = (await session?.query<BuildProgress>(progressSql)) ?? [];
            context.progress.status(text(progress));
            await Promise.race([context.sleep(pauseMs), work.catch(() => {})]);
        }
    };
    // Whoever can't watch (no free connection, no right to the view) can still build.
    const watcher = withSession(target, watch).catch(() => watch());
    try {
        return await work;
    } finally {
        over = true;
        await watcher;
    }
}
