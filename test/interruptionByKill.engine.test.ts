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
    beforeTheAnswer,
    betweenSlotAndSubscription,
    inConvergence,
    inCopy,
    inIndexes,
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
const more: [string, Moment][] = [
    ["before it hears that the subscription is made", beforeTheAnswer],
    ["building an index", inIndexes],
];
const victims: [Victim, [string, Moment][]][] = [
    ["provider", moments],
    ["engine", moments],
    ["all", [...moments, ...more]],
];

let servers: Pair;
let waiting: Waiting;

beforeAll(async () => {
    servers = await pair(15, 17, { target: { settings: targetSettings } });
});
afterEach(() => waiting?.remove());
afterAll(() => servers?.stop());

describe.each(victims)("%s killed", (victim, places) => {
    test.each(places)("%s, then up", async (_name, moment) => {
        waiting = await upTo(moment, servers);
        await kill(waiting, victim);
        await waiting.held.release();
        await expectUpConverges(waiting);
    });

    test.each(places)("%s, then destroy", async (_name, moment) => {
        waiting = await upTo(moment, servers);
        await kill(waiting, victim);
        // As long as nobody sees the subscription, nobody can take it away.
        if (moment === beforeTheAnswer) await waiting.held.release();
        await expectDestroyLeavesNothing(waiting);
    });
});
