import { type Session, sqlState, withSession } from "../../postgres/client";
import type { Connection } from "../../postgres/connection";
import { type Job, nextJob } from "./schedule";
import { runJob } from "./tableLocks";

export interface BuildOptions {
    target: Connection;
    /** How many sessions work at once. */
    sessions: number;
    prepare(session: Session): Promise<void>;
    sleep(milliseconds: number): Promise<void>;
    /** Called when a job begins, ends or fails. */
    onChange(state: BuildState): void;
}

export interface BuildState {
    done: number;
    /** By the server's process that works on it. */
    running: ReadonlyMap<number, Job>;
}

export interface BuildFailure {
    job: Job;
    error: unknown;
}

/**
 * Makes the jobs in several sessions, each in a transaction of its own. A job that fails keeps back only those that need
 * it. Returns the failures; fails itself only when no session could be opened.
 */
export async function build(jobs: Job[], options: BuildOptions): Promise<BuildFailure[]> {
    const pending = [...jobs];
    const running = new Map<number, Job>();
    const failures: BuildFailure[] = [];
    const failed = new Set<number>();
    let done = 0;
    let wake = () => {};
    let change = new Promise<void>((resolve) => (wake = resolve));
    const changed = () => {
        wake();
        change = new Promise<void>((resolve) => (wake = resolve));
        options.onChange({ done, running });
    };

    const work = async (session: Session, pid: number) => {
        while (pending.length > 0) {
            const job = nextJob(pending, [...running.values()], failed);
            if (!job && running.size === 0) {
                return;
            }
            if (!job) {
                await change;
                continue;
            }
            pending.splice(pending.indexOf(job), 1);
            running.set(pid, job);
            changed();
            try {
                await runJob(session, job, options.sleep);
                done++;
            } catch (error) {
                failures.push({ job, error });
                failed.add(job.id);
                if (isLost(error)) {
                    return;
                }
            } finally {
                running.delete(pid);
                changed();
            }
        }
    };
    const openings = await Promise.allSettled(
        Array.from({ length: Math.min(options.sessions, jobs.length) }, () =>
            withSession(
                options.target,
                async (session) => {
                    await options.prepare(session);
                    const [backend] = await session.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
                    await work(session, backend?.pid ?? 0);
                },
                { statementTimeoutMs: 0 },
            ),
        ),
    );
    const refused = openings.find((opening) => opening.status === "rejected");
    if (refused && done === 0 && failures.length === 0) {
        throw refused.reason;
    }
    return failures;
}

/** True when the session that raised it is gone too. */
function isLost(error: unknown): boolean {
    const state = sqlState(error);
    return state === undefined || /^(08|57P)/.test(state);
}
