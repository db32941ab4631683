import { execFileSync } from "node:child_process";

export interface Process {
    pid: number;
    parent: number;
    command: string;
}

/** All processes below this one, children before grandchildren. A zombie is no process any more. */
export function descendantsOf(pid: number): Process[] {
    return below(pid, list());
}

export function isAlive(pid: number): boolean {
    return list().some((process) => process.pid === pid);
}

function below(pid: number, all: Process[]): Process[] {
    const children = all.filter(({ parent }) => parent === pid);
    return [...children, ...children.flatMap((child) => below(child.pid, all))];
}

function list(): Process[] {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" }).split("\n");
    return lines.flatMap((line) => {
        const [, pid, parent, state = "Z", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
        return state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
}
