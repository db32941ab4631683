import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { copyStatus } from "../lib/stage/convergence/copyProgress";
import { size } from "../lib/stage/convergence/wording";
import { restartServer } from "../scripts/postgres/server";
import { traceOf, until } from "./support/following";
import {
    expectDestroyLeavesNothing,
    expectFollowing,
    expectUpConverges,
    follow,
    kill,
    upTo,
    type Victim,
    type Waiting,
} from "./support/interruption";
import {
    beforeTheAnswer,
    inConvergence,
    inCopy,
    inDetachment,
    inDump,
    inIndexes,
    inSlot,
    inSlotRemoval,
    inSubscriptionRemoval,
    type Moment,
    targetSettings,
} from "./support/moments";
import { type Pair, pair, query } from "./support/postgres";
import { isAlive } from "./support/processes";

let servers: Pair;
let waiting: Waiting;

beforeAll(async () => {
    servers = await pair(15, 17, { target: { settings: targetSettings } });
});
afterEach(() => waiting?.remove());
afterAll(() => servers?.stop());

describe("the time of one up runs out", () => {
    test("while a copy is held up; the next up goes on", async () => {
        await runsOutInCopy();
        await waiting.held.release();
        await expectUpConverges({ ...waiting, args: withoutLimit() });
    });

    test("while a copy is held up; destroy leaves nothing", async () => {
        await runsOutInCopy();
        await expectDestroyLeavesNothing(waiting);
    });

    test("while a change is held up; the next up goes on", async () => {
        await runsOutInConvergence();
        await waiting.held.release();
        await expectUpConverges({ ...waiting, args: withoutLimit() });
    });

    test("while a change is held up; destroy leaves nothing", async () => {
        await runsOutInConvergence();
        await expectDestroyLeavesNothing(waiting);
    });

    async function runsOutInCopy(): Promise<void> {
        waiting = await upTo(inCopy, servers, { timeoutSeconds: 1 });
        expect(await waiting.ended).toBeGreaterThan(0);
        const { outputs, initErrors } = await resource("move-copy");
        expect(outputs).toMatchObject({ tablesTotal: 2, bytesTotal: "32768" });
        expect(outputs.tablesReady).toBeLessThan(2);
        const so = copyStatus(
            { ...outputs, bytesCopied: BigInt(outputs.bytesCopied), bytesTotal: BigInt(outputs.bytesTotal) },
            undefined,
        );
        const message = `not converged: copying goes on by itself (${so})${quiet(outputs)}. This run has waited its time (timeoutSeconds). To go on waiting: pulumi up`;
        expect(outputs.unfinished).toBe(message);
        expect(initErrors).toEqual([message]);
        expect(waiting.said()).toContain(message);
        expect(await resource("move-indexes")).toBeUndefined();
    }

    /** On a busy machine more time passes than the run's own, and then it says so. */
    function quiet({ unfinished }: { unfinished: string }): string {
        const found = /, (no table moved on|the slot's confirmed position stays) [^,]* for \d+ seconds/.exec(
            unfinished,
        );
        return found?.[0] ?? "";
    }

    async function runsOutInConvergence(): Promise<void> {
        waiting = await upTo(inConvergence, servers, { timeoutSeconds: 1 });
        expect(await waiting.ended).toBeGreaterThan(0);
        const { outputs, initErrors } = await resource("move-convergence");
        expect(outputs).toMatchObject({ phase: "catching up", tablesReady: 2, nextAction: "Run: pulumi up" });
        const message = `not converged: catching up, ${size(BigInt(outputs.lagBytes))} behind${quiet(outputs)}. This run has waited its time (timeoutSeconds); replication goes on by itself. To go on waiting: pulumi up`;
        expect(outputs.unfinished).toBe(message);
        expect(initErrors).toEqual([message]);
        expect(waiting.said()).toContain(message);
    }
});

describe("during the copy", () => {
    const settings = { source: { fsync: "off" }, target: targetSettings };

    test.each([
        ["source", "fast"],
        ["source", "immediate"],
        ["target", "fast"],
        ["target", "immediate"],
    ] as const)("the %s is restarted (%s): the same up converges", async (side, mode) => {
        waiting = await upTo(inCopy, servers);
        const { dataDir, port } = servers[side];
        await restartServer({ major: side === "source" ? 15 : 17, dataDir, port, settings: settings[side] }, mode);
        await waiting.held.release();
        expect(await waiting.ended, waiting.said()).toBe(0);
        expect((await resource("move-convergence")).outputs.phase).toBe("converged");
        await expectFollowing(waiting);
    });

    test("^C lets the copy come to its end, and nothing after it begins", async () => {
        waiting = await upTo(inCopy, servers);
        process.kill(waiting.engine, "SIGINT");
        await cancelled();
        await waiting.held.release();
        expect(await waiting.ended).toBeGreaterThan(0);
        const { outputs } = await resource("move-copy");
        expect(outputs).toMatchObject({ tablesReady: 2, tablesTotal: 2 });
        expect(outputs).not.toHaveProperty("unfinished");
        expect(await resource("move-indexes")).toBeUndefined();
        await expectUpConverges(waiting);
    });

    test("^C waits no longer than timeoutSeconds for a copy that does not end", async () => {
        waiting = await upTo(inCopy, servers, { timeoutSeconds: 6 });
        process.kill(waiting.engine, "SIGINT");
        await cancelled();
        expect(await waiting.ended).toBeGreaterThan(0);
        expect((await resource("move-copy")).outputs.unfinished).toContain(
            "This run has waited its time (timeoutSeconds).",
        );
        await expectDestroyLeavesNothing(waiting);
    });

    async function cancelled(): Promise<void> {
        await until(
            async () => waiting.said(),
            (said) => said.includes("^C received; cancelling."),
        );
    }
});

describe("what a killed run was about to make", () => {
    const slots = () =>
        query(waiting.args.source, "SELECT active FROM pg_replication_slots WHERE database = current_database()");

    async function killedAt(moment: Moment): Promise<void> {
        waiting = await upTo(moment, servers);
        await kill(waiting.project, waiting, "all");
    }

    test("a slot that the server makes after all is replaced by that of the next up", async () => {
        await killedAt(inSlot);
        await waiting.held.release();
        await until(slots, ([slot]) => slot?.active === false);
        await expectUpConverges(waiting);
    });

    test("a slot that the server can't make is soon given up, and destroy leaves nothing", async () => {
        await killedAt(inSlot);
        await until(slots, (left) => left.length === 0, 5);
        await expectDestroyLeavesNothing(waiting);
    });

    test("a subscription that the run never heard of is taken over by the next up", async () => {
        await killedAt(beforeTheAnswer);
        await waiting.held.release();
        const { subscriptionOid } = await traceOf(waiting.link);
        await expectUpConverges(waiting);
        expect(await traceOf(waiting.link)).toMatchObject({ subscriptionOid });
    });

    test("a subscription that the run never heard of is removed by destroy", async () => {
        await killedAt(beforeTheAnswer);
        await waiting.held.release();
        await expectDestroyLeavesNothing(waiting);
    });

    test("an index is made by the next up", async () => {
        await killedAt(inIndexes);
        await waiting.held.release();
        await expectUpConverges(waiting);
        const index = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('items_name')";
        expect(await query(waiting.args.target, index)).toEqual([{ indisvalid: true }]);
    });

    test("an index keeps nothing from destroy", async () => {
        await killedAt(inIndexes);
        await expectDestroyLeavesNothing(waiting);
    });
});

describe("a destroy that is killed", () => {
    async function killedAt(moment: Moment): Promise<void> {
        const held = await moment.hold(waiting.args);
        try {
            const destroy = follow(waiting.project.spawnDestroy(waiting.args));
            await moment.reached(waiting.args, held, destroy.said);
            await kill(waiting.project, destroy, "all");
        } finally {
            await held.release();
        }
    }

    test.each([
        ["takes leave of the subscription", inSubscriptionRemoval],
        ["drops the subscription", inDetachment],
        ["waits to drop the slot", inSlotRemoval],
    ])("while it %s is finished by the next", async (_name, moment) => {
        waiting = await upTo(inCopy, servers);
        await kill(waiting.project, waiting, "provider");
        await killedAt(moment);
        await expectDestroyLeavesNothing(waiting);
    });

    test("while it drops the subscription is taken back by refresh and up", async () => {
        waiting = await upTo(inCopy, servers);
        await waiting.held.release();
        expect(await waiting.ended).toBe(0);
        const { copiedAt } = await traceOf(waiting.link);
        await killedAt(inDetachment);
        expect((await waiting.project.refresh(waiting.args)).ok).toBe(true);
        await expectUpConverges(waiting);
        expect(await traceOf(waiting.link)).toMatchObject({ copiedAt });
    });
});

test.each<Victim>(["provider", "engine"])("pg_dump, which waits for a lock, ends with a killed %s", async (victim) => {
    waiting = await upTo(inDump, servers);
    const dump = waiting.processes().find(({ command }) => /pg_dump /.test(command))?.pid ?? 0;
    expect(isAlive(dump)).toBe(true);
    await kill(waiting.project, waiting, victim);
    await until(
        async () => isAlive(dump),
        (alive) => !alive,
        2,
    );
});

// biome-ignore lint/suspicious/noExplicitAny: the format of a deployment is the engine's.
async function resource(name: string): Promise<any> {
    const { resources } = await waiting.project.exportState();
    return resources.find(({ urn }: { urn: string }) => urn.endsWith(`::${name}`));
}

function withoutLimit(): { source: string; target: string } {
    const { source, target } = waiting.args;
    return { source, target };
}
