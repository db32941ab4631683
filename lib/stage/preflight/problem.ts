/** One reason why a migration cannot work, or might not: what a check found. */
export interface Problem {
    /** Names the check, so that a reader can look it up. */
    id: string;
    severity: "error" | "warning";
    /** What it is about: a side, a table, a setting. */
    object: string;
    /** What is wrong and why it matters. */
    reason: string;
    /** What to run or to write next. */
    command: string;
}

type Finding = [id: string, object: string, reason: string, command: string];

export function error(...[id, object, reason, command]: Finding): Problem {
    return { id, severity: "error", object, reason, command };
}

export function warning(...[id, object, reason, command]: Finding): Problem {
    return { id, severity: "warning", object, reason, command };
}

export function errorsOf(problems: Problem[]): Problem[] {
    return problems.filter((problem) => problem.severity === "error");
}

/** `table public.orders: why it cannot work. What to do.` */
export function formatProblem(problem: Problem): string {
    return `${problem.object}: ${problem.reason} ${problem.command}`.trimEnd();
}

/** All of them in one numbered text, as the message of the error that ends a run. */
export function formatProblems(problems: Problem[]): string {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map((problem, index) => `${index + 1}. ${formatProblem(problem)}`);
    return [`preflight found ${count}; nothing was changed on either server.`, ...lines].join("\n");
}
