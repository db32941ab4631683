import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "./support/following";
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
    inIndexes,
    inSchema,
    inSlot,
    type Moment,
    subscriptionUnknown,
    targetSettings,
} from "./support/moments";
import { type Pair, pair, query } from "./support/postgres";

const moments: [string, Moment][] = [
    ["making the schema", inSchema],
    ["between slot and subscription", betweenSlotAndSubscription],
    ["copying", inCopy],
    ["waiting for convergence", inConvergence],
];
const others: [string, Moment][] = [
    ["before it knows of the subscription", subscriptionUnknown],
    ["building an index", inIndexes],
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
    test.each(victim === "all" ? [...moments, ...others] : moments)("%s, then up", async (_name, moment) => {
        waiting = await upTo(moment, servers);
        await kill(waiting, victim);
        await waiting.held.release();
        await expectUpConverges(waiting);
    });

    test.each(victim === "all" ? [...moments, ...others] : moments)("%s, then destroy", async (_name, moment) => {
        waiting = await upTo(moment, servers);
        await kill(waiting, victim);
        await waiting.held.release();
        await expectDestroyLeavesNothing(waiting);
    });
});

const slots = () =>
    query(waiting.args.source, "SELECT active FROM pg_replication_slots WHERE database = current_database()");

test("a slot that the server makes for a killed run is replaced by that of the next up", async () => {
    waiting = await upTo(inSlot, servers);
    await kill(waiting, "all");
    await waiting.held.release();
    expect(await until(slots, ([slot]) => slot?.active === false)).toHaveLength(1);
    await expectUpConverges(waiting);
});

test("a slot that waits to be made for a killed run is given up soon, and destroy leaves nothing", async () => {
    waiting = await upTo(inSlot, servers);
    await kill(waiting, "all");
    await until(slots, (left) => left.length === 0, 5);
    await expectDestroyLeavesNothing(waiting);
    await waiting.held.release();
});
