import type { StageSeconds } from "pulumi-postgres-migration";
import { conditions } from "./conditions";
import { type Measured, measure } from "./measurement";
import { ourWay } from "./ourWay";
import type { Request } from "./request";
import { seedsWay } from "./seedsWay";
import type { Servers } from "./servers";
import { describeStore, fillStore, storeDatabase } from "./store";
import { printTable } from "./table";
import { perSecond } from "./writer";

/** Measures how long it takes from nothing to caught up, by the library and by hand, and prints one table. */
export async function benchCopy(servers: Servers, { rounds, size }: Request): Promise<void> {
    const storeUrl = servers.source.url(storeDatabase);
    console.log(`filling a database of about ${size} GB`);
    await fillStore(servers.source.url(), storeUrl, size);
    const seeds: Measured<void>[] = [];
    const ours: Measured<StageSeconds>[] = [];
    const measureSeeds = async (round: string) => {
        seeds.push(await measure(servers, seedsWay));
        console.log(`${round}, by hand: ${seeds.at(-1)?.seconds.toFixed(1)} s`);
    };
    const measureOurs = async (round: string) => {
        ours.push(await measure(servers, ourWay));
        console.log(`${round}, library: ${ours.at(-1)?.seconds.toFixed(1)} s`);
    };
    for (let i = 0; i < rounds; i++) {
        // Whoever runs first in a round finds the machine otherwise than who runs second.
        for (const way of i % 2 === 0 ? [measureSeeds, measureOurs] : [measureOurs, measureSeeds]) {
            await way(`round ${i + 1} of ${rounds}`);
        }
    }
    console.log();
    console.log(`database: ${await describeStore(storeUrl)}; ${perSecond} transactions a second meanwhile`);
    for (const line of await conditions(servers)) console.log(line);
    console.log();
    printTable(
        seeds.map(({ seconds }) => seconds),
        ours.map(({ seconds }) => seconds),
        ours.map(({ result }) => result),
    );
}
