import type { TableName } from "../../postgres/identifier";

/** One object to make, and what decides when it can be made. */
export interface Job {
    id: number;
    label: string;
    sql: string;
    /** Jobs that must be done before. */
    needs: number[];
    /** How far its locks reach: others may still read, its tables are held, or these with all their partitions. */
    reach: "read" | "table" | "tree";
    tables: number[];
    /** The roots of these tables: themselves, or the partitioned tables that they are a part of. */
    roots: number[];
    /** Tables to lock first, in this order. */
    locks: TableName[];
    /** Bytes to read. */
    size: number;
}

/**
 * Largest first, because a big index that begins last is one that everybody waits for; a job counts as large as the largest
 * that waits for it. Constraints between tables come last: they find their indexes there, and hold up the most.
 */
export function inOrder(jobs: Job[]): Job[] {
    const weight = new Map(jobs.map((job) => [job.id, job.size]));
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const raise = (id: number, size: number) => {
        for (const need of byId.get(id)?.needs ?? []) {
            if ((weight.get(need) ?? size) < size) {
                weight.set(need, size);
                raise(need, size);
            }
        }
    };
    for (const job of jobs) {
        raise(job.id, job.size);
    }
    const last = (job: Job) => (job.reach === "tree" ? 1 : 0);
    return [...jobs].sort((a, b) => last(a) - last(b) || (weight.get(b.id) ?? 0) - (weight.get(a.id) ?? 0));
}

/** The next job that may begin: nothing it needs is outstanding or has failed, and nobody is in its way. */
export function nextJob(pending: Job[], running: Job[], failed: ReadonlySet<number>): Job | undefined {
    const outstanding = new Set([...pending, ...running].map((job) => job.id));
    return pending.find(
        (job) =>
            job.needs.every((id) => !outstanding.has(id) && !failed.has(id)) &&
            !running.some((other) => inTheWay(job, other)),
    );
}

function inTheWay(a: Job, b: Job): boolean {
    if (a.reach === "tree" || b.reach === "tree") {
        return a.roots.some((root) => b.roots.includes(root));
    }
    return !(a.reach === "read" && b.reach === "read") && a.tables.some((table) => b.tables.includes(table));
}
