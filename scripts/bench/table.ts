import type { StageSeconds } from "pulumi-postgres-migration";

/** Prints seconds of both ways, of the library's stages, and how the two compare. */
export function printTable(seeds: number[], ours: number[], stages: StageSeconds[]): void {
    printLine("seconds from nothing to caught up", "min", "median", "max");
    printRow("(a) library", ours, 1);
    for (const stage of Object.keys(stages[0] ?? {}) as (keyof StageSeconds)[]) {
        printRow(
            `      ${stage}`,
            stages.map((each) => each[stage]),
            1,
        );
    }
    printRow("(b) by hand: pg_dump | psql, subscribe", seeds, 1);
    printRow(
        "(c) (a) / (b), round by round",
        ours.map((seconds, i) => seconds / (seeds[i] ?? Number.NaN)),
        2,
    );
    printLine("    median (a) / median (b)", "", (median(ours) / median(seeds)).toFixed(2), "");
}

function printRow(title: string, values: number[], digits: number): void {
    const cells = [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits));
    printLine(title, ...cells);
}

function printLine(title: string, ...cells: string[]): void {
    console.log(title.padEnd(42) + cells.map((cell) => cell.padStart(8)).join(""));
}

export function median(values: number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const half = sorted.length / 2;
    return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half) - 1] ?? Number.NaN)) / 2;
}
