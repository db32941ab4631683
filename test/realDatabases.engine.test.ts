import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../lib/stage/preflight/problem";
import { bothSides } from "./support/bothSides";
import { type Pair, pair, query } from "./support/postgres";
import { nothing, remains } from "./support/remains";
import { countsOf, facts } from "./support/sampleFacts";
import { moveUnderWrites, prepareMove, type SampleName, whyNoSample } from "./support/sampleMove";

/** What a user might meet first: something that preflight refuses, and the command it gives. */
interface Trap {
    set: string;
    complaint: string;
    command: string;
}

const partitionWithoutIdentity: Trap = {
    set: "ALTER TABLE payment_p2022_07 REPLICA IDENTITY NOTHING",
    complaint:
        "table public.payment_p2022_07: its replica identity is NOTHING, so once published its UPDATE and DELETE would fail on the source. Run on the source: ",
    command: "ALTER TABLE public.payment_p2022_07 REPLICA IDENTITY DEFAULT;",
};
const tableWithoutKey: Trap = {
    set: `ALTER TABLE "PlaylistTrack" DROP CONSTRAINT "PK_PlaylistTrack"`,
    complaint: `table public."PlaylistTrack": it has no primary key (or a deferrable one), so once published its UPDATE and DELETE would fail on the source. Run on the source: ALTER TABLE public."PlaylistTrack" ADD PRIMARY KEY (<columns>); or, at the price of whole rows in the WAL and a search through the target's table for each changed row: `,
    command: `ALTER TABLE public."PlaylistTrack" REPLICA IDENTITY FULL;`,
};

const pairs: { from: 14 | 15; to: 15 | 17 | 18; traps: Partial<Record<SampleName, Trap>> }[] = [
    { from: 15, to: 15, traps: { pagila: partitionWithoutIdentity } },
    { from: 14, to: 17, traps: { chinook: tableWithoutKey } },
    { from: 15, to: 18, traps: {} },
];

describe.each(pairs)("$from to $to", ({ from, to, traps }) => {
    let servers: Pair;
    beforeAll(async () => {
        // Small, so that the larger transactions are sent before they end, the ones that are rolled back too.
        servers = await pair(from, to, { source: { settings: { logical_decoding_work_mem: "64kB" } } });
    });
    afterAll(() => servers?.stop());

    test.concurrent.for(["pagila", "chinook"] as const)("%s moves while it is written to", async (name, { skip }) => {
        const reason = whyNoSample(name);
        skip(reason !== undefined, reason);
        const move = await prepareMove(servers, name);
        const { project, link } = move;
        const { source, target } = link;
        const trap = traps[name];
        if (trap) {
            await query(source, trap.set);
            const refused = await project.preview({ source, target });
            expect(refused.ok).toBe(false);
            expect(refused.output).toContain(trap.complaint + trap.command);
            await query(source, trap.command);
        }

        const { up, rounds, changed } = await moveUnderWrites(move);
        expect(up.ok, up.output).toBe(true);
        expect(up.summary).toEqual({ create: 9 });
        expect(up.outputs).toMatchObject({ phase: "converged", ...facts[name].outputs });
        // The other sample's slot may be seen in the moment before anybody reads it.
        const report = (up.outputs.report as Problem[]).filter(({ id }) => id !== "source.inactiveSlot");
        expect(report).toEqual(facts[name].report);
        expect(rounds.during).toBeGreaterThan(10);
        expect(rounds.after).toBeGreaterThanOrEqual(2);
        expect(Object.keys(changed).sort()).toEqual(facts[name].changes);
        expect(Object.values(changed).every((rows) => rows > 0)).toBe(true);

        const [slot] = await query(
            source,
            "SELECT stream_txns::int FROM pg_stat_replication_slots WHERE slot_name = $1",
            [link.name],
        );
        expect(slot.stream_txns).toBeGreaterThan(0);

        const [{ oid }] = await query(target, "SELECT oid FROM pg_subscription WHERE subname = $1", [link.name]);
        const mark = `pulumi-postgres-migration ${name}/test/move`;
        expect(await remains(source, target)).toEqual({
            source: {
                ...nothing,
                publications: [link.name],
                slots: [link.name],
                comments: [`publication ${link.name}: ${mark} slot ${link.name}`],
            },
            target: {
                ...nothing,
                subscriptions: [link.name],
                origins: [`pg_${oid}`],
                comments: [`subscription ${link.name}: ${mark}`],
            },
        });
        expect(await project.destroy()).toMatchObject({ ok: true, summary: { delete: 9 } });
        expect(await remains(source, target)).toEqual({ source: nothing, target: nothing });

        const sides = await bothSides(link);
        const { counts, materializedViews } = facts[name];
        const less = trap === tableWithoutKey ? 1 : 0;
        expect(countsOf(sides.source.shape)).toEqual({
            ...counts,
            indexes: counts.indexes - less,
            constraints: counts.constraints - less,
        });
        expect(Object.keys(sides.source.rows)).toHaveLength(counts.tables + counts.partitionedTables);
        expect(Object.keys(sides.source.materializedRows)).toEqual(materializedViews);
        expect(Object.keys(sides.source.views)).toHaveLength(counts.views + counts.materializedViews);
        expect(sides.target).toEqual(sides.source);
        project.remove();
    });
});
