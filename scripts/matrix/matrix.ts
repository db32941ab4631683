import { toolVersion } from "../../lib/postgres/clientTools";
import { whyNoSample } from "../../test/support/sampleMove";
import { binaries } from "../postgres/binaries";
import { judge } from "./judgement";
import { type MajorPair, readRequest } from "./request";

interface Line {
    pair: MajorPair;
    result: string;
    seconds: number;
    faults: string[];
}

async function main(): Promise<void> {
    const { pairs, clientPath } = readRequest(process.argv.slice(2));
    const noSample = whyNoSample("pagila") ?? whyNoSample("chinook");
    if (noSample) throw new Error(`The matrix needs its samples: ${noSample}.`);
    const dump = await toolVersion("pg_dump", clientPath);
    if ("problem" in dump) throw new Error(dump.problem);
    const lines: Line[] = [];
    for (const pair of pairs) {
        const line = await runPair(pair, dump.major, clientPath);
        lines.push(line);
        console.error(`${text(line)}${line.faults.map((fault) => `\n    ${fault}`).join("")}`);
    }
    console.log(`\npg_dump ${dump.major}\n${row("pair", "result", "seconds")}\n${lines.map(text).join("\n")}`);
    if (lines.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}

async function runPair(pair: MajorPair, dumpMajor: number, clientPath: string | undefined): Promise<Line> {
    const start = Date.now();
    const line = (result: string, faults: string[] = []) => {
        return { pair, result, faults, seconds: Math.round((Date.now() - start) / 1000) };
    };
    if (dumpMajor < pair.from) return line(`needs pg_dump ${pair.from}`);
    const missing = [pair.from, pair.to].find((major) => whyNotInstalled(major));
    if (missing) return line(whyNotInstalled(missing) ?? "");
    const faults = await judge(pair, clientPath).catch((error: Error) => [error.message]);
    return line(faults.length === 0 ? "equal, nothing left" : "failed", faults);
}

function whyNotInstalled(major: number): string | undefined {
    try {
        binaries(major);
        return undefined;
    } catch (error) {
        return `needs Postgres ${major}: ${/npm install .*$/.exec((error as Error).message)?.[0] ?? (error as Error).message}`;
    }
}

function text({ pair: { from, to }, result, seconds }: Line): string {
    return row(`${from} to ${to}`, result, String(seconds));
}

function row(pair: string, result: string, seconds: string): string {
    return `${pair.padEnd(10)}${seconds.padStart(8)}   ${result}`;
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
