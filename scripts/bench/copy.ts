import type { StageSeconds } from "pulumi-postgres-migration";
import { byHand, requireClients } from "./byHand";
import { byLibrary } from "./byLibrary";
import { conditions } from "./conditions";
import { type Measured, measure } from "./measurement";
import type { Request } from "./request";
import type { Servers } from "./servers";
import { describeStore, fillStore } from "./store";
import { printTable } from "./table";
import { perSecond } from "./writer";

/** Measures how long it takes from nothing to caught up, by the library and by hand, and prints one table. */
export async function benchCopy(servers: Servers, { rounds, size }: Request): Promise<void> {
    requireClients();
    console.log(`filling a database of about ${size} GB, which takes a while`);
    await fillStore(servers.source, size);
    const hand: Measured<void>[] = [];
    const library: Measured<StageSeconds>[] = [];
    const measureHand = async () => hand.push(await measure(servers, byHand));
    const measureLibrary = async () => library.push(await measure(servers, byLibrary));
    for (let round = 1; round <= rounds; round++) {
        // Whoever runs first in a round finds the machine otherwise than who runs second.
        for (const each of round % 2 === 1 ? [measureHand, measureLibrary] : [measureLibrary, measureHand])
            await each();
        const seconds = [library, hand].map((runs) => runs.at(-1)?.seconds.toFixed(1));
        console.log(`round ${round} of ${rounds}: library ${seconds[0]} s, by hand ${seconds[1]} s`);
    }
    console.log();
    console.log(`database: ${await describeStore(servers.source)}; ${perSecond} transactions a second meanwhile`);
    for (const line of await conditions(servers)) console.log(line);
    console.log();
    printTable(library, hand);
}
