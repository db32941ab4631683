import type { StageSeconds } from "pulumi-postgres-migration";
import type { Measured } from "./measurement";

/** Prints the seconds of both ways, those of the library's stages, and how the two compare. */
export function printTable(library: Measured<StageSeconds>[], hand: Measured<unknown>[]): void {
    const libraryTotals = library.map(({ seconds }) => seconds);
    const handTotals = hand.map(({ seconds }) => seconds);
    const stages = Object.keys(library[0]?.result ?? {}) as (keyof StageSeconds)[];
    const ratios = libraryTotals.map((seconds, i) => seconds / (handTotals[i] ?? Number.NaN));
    printLine("seconds from nothing to caught up", ["min", "median", "max"]);
    printRow("(a) library", libraryTotals, 1);
    for (const stage of stages) {
        const seconds = library.map(({ result }) => result[stage]);
        printRow(`      ${stage}`, seconds, 1);
    }
    printRow("(b) by hand: pg_dump | psql, subscribe", handTotals, 1);
    printRow("(c) ratio (a) / (b), round by round", ratios, 2);
    printLine("    ratio of the medians", ["", (median(libraryTotals) / median(handTotals)).toFixed(2)]);
}

function printRow(title: string, values: number[], digits: number): void {
    const cells = [Math.min(...values), median(values), Math.max(...values)];
    printLine(
        title,
        cells.map((value) => value.toFixed(digits)),
    );
}

function printLine(title: string, cells: string[]): void {
    console.log(title.padEnd(42) + cells.map((cell) => cell.padStart(8)).join(""));
}

function median(values: number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const half = sorted.length / 2;
    return ((sorted[Math.floor(half)] ?? Number.NaN) + (sorted[Math.ceil(half) - 1] ?? Number.NaN)) / 2;
}
