import { printLeftovers } from "./leftovers";
import { openPair, type Pair, removePair } from "./pair";
import { report } from "./report";
import { loadShop, shopDatabase } from "./shop";
import { hasResources, removeStack, runPulumi } from "./stack";
import { startWriter, stopWriter } from "./writerProcess";

/** Each word tells whether all went well. */
const words: Record<string, () => Promise<boolean>> = {
    up: async () => {
        const pair = await openShop();
        await runPulumi(pair, "up", "--yes", "--skip-preview");
        return report(pair);
    },
    preview: async () => {
        await runPulumi(await openShop(), "preview");
        return true;
    },
    refresh: async () => {
        await runPulumi(await openShop(), "refresh", "--yes", "--skip-preview");
        return true;
    },
    destroy: async () => {
        const pair = await openShop();
        await runPulumi(pair, "destroy", "--yes", "--skip-preview");
        return printLeftovers(pair);
    },
    stop: async () => {
        if (await hasResources()) console.log("migration: was not destroyed, goes with its two servers");
        stopWriter();
        await removePair();
        removeStack();
        return true;
    },
};

/** The two servers, with the shop in the source and open for business. */
async function openShop(): Promise<Pair> {
    const pair = await openPair();
    await loadShop(pair);
    startWriter(pair.source.url(shopDatabase));
    return pair;
}

async function main(): Promise<void> {
    const word = process.argv[2] ?? "up";
    const run = words[word];
    if (!run) throw new Error(`Unknown word "${word}": say one of ${Object.keys(words).join(", ")}.`);
    if (!(await run())) process.exitCode = 1;
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
