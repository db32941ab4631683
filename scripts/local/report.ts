import type { Pair } from "./pair";
import { countRows } from "./rowCounts";
import { stackOutputs } from "./stack";

/** Prints where the migration stands; tells whether both sides hold the same number of rows. */
export async function report(pair: Pair): Promise<boolean> {
    printOutputs(await stackOutputs());
    const counts = await countRows(pair);
    console.log();
    if (!counts) {
        console.log("rows: not compared, for the source has no replication slot");
        return true;
    }
    const { barrier, tables } = counts;
    printRow(`rows at ${barrier}`, "source", "target");
    for (const { name, source, target } of tables) printRow(name, source, target);
    const differing = tables.filter((table) => table.source !== table.target).map((table) => table.name);
    console.log(differing.length === 0 ? `all ${tables.length} tables alike` : `differ: ${differing.join(", ")}`);
    return differing.length === 0;
}

function printRow(name: string, source: number | string, target: number | string): void {
    console.log(`${name.padEnd(36)}${String(source).padStart(10)}${String(target).padStart(10)}`);
}

function printOutputs(outputs: Record<string, unknown>): void {
    const { phase, lagBytes, tablesReady, tablesTotal, bytesCopied, confirmedLsn, barrierLsn, nextAction } = outputs;
    const stages = Object.entries((outputs.stageSeconds ?? {}) as Record<string, number>);
    console.log();
    console.log(`phase      ${phase}`);
    console.log(`lag        ${lagBytes} bytes`);
    console.log(`tables     ${tablesReady} of ${tablesTotal} ready, ${bytesCopied} bytes copied`);
    console.log(`confirmed  ${confirmedLsn}, barrier ${barrierLsn}`);
    console.log(`stages     ${stages.map(([stage, seconds]) => `${stage} ${seconds} s`).join(", ")}`);
    console.log(`next       ${nextAction}`);
}
