import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import {
    expectDestroyLeavesNothing,
    expectUpConverges,
    kill,
    upTo,
    type Victim,
    type Waiting,
} from "./support/interruption";
import {
    betweenSlotAndSubscription,
    inConvergence,
    inCopy,
    inSchema,
    type Moment,
    targetSettings,
} from "./support/moments";
import { type Pair, pair } from "./support/postgres";

const moments: [string, Moment][] = [
    ["making the schema", inSchema],
    ["between slot and subscription", betweenSlotAndSubscription],
    ["copying", inCopy],
    ["waiting for convergence", inConvergence],
];
const victims: Victim[] = ["provider", "engine", "all"];

let servers: Pair;
let waiting: Waiting;

beforeAll(async () => {
    servers = await pair(15, 17, { target: { settings: targetSettings } });
});
afterEach(() => waiting?.remove());
afterAll(() => servers?.stop());

describe.each(victims)("%s killed", (victim) => {
    test.each(moments)("%s, then up", async (_name, moment) => {
        waiting = await upTo(moment, servers);
        await kill(waiting.project, waiting, victim);
        await waiting.held.release();
        await expectUpConverges(waiting);
    });

    test.each(moments)("%s, then destroy", async (_name, moment) => {
        waiting = await upTo(moment, servers);
        await kill(waiting.project, waiting, victim);
        await expectDestroyLeavesNothing(waiting);
    });
});
