import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Pair, pair } from "./support/postgres";
import { materializedViewContents, tableContents } from "./support/contents";
import { nothing, remains } from "./support/remains";
import { moveUnderWrites, prepareMove, whyNoSample } from "./support/sampleMove";
import { viewDefinitions } from "./support/views";
import { shapeOf } from "./stage/schema/shape";

describe.each([[15, 15]] as const)("%i to %i", (from, to) => {
    let servers: Pair;
    beforeAll(async () => {
        servers = await pair(from, to, { source: { settings: { logical_decoding_work_mem: "64kB" } } });
    });
    afterAll(() => servers?.stop());

    test.each(["pagila", "chinook"] as const)("%s", async (name) => {
        const t0 = Date.now(); const lap = (w: string) => console.log(w, Date.now() - t0);
        const move = await prepareMove(servers, name);
        lap("prepared");
        const moved = await moveUnderWrites(move);
        lap("moved");
        console.log(moved.up.output, moved.rounds, moved.changed, moved.up.outputs);
        expect(moved.up.ok).toBe(true);
        const { source, target } = move.link;
        const a = await tableContents(source);
        expect(await tableContents(target)).toEqual(a);
        lap("contents");
        const shape = await shapeOf(source);
        expect(await shapeOf(target)).toEqual(shape);
        lap("shape");
        const views = await viewDefinitions(source, target);
        expect(views.target).toEqual(views.source);
        console.log(a, Object.fromEntries(Object.entries(shape).map(([k, v]) => [k, v.length])), Object.keys(views.source));
        console.log(await remains(source, target));
        lap("view");
        console.log((await move.project.destroy()).output);
        lap("destroyed");
        console.log(await remains(source, target));
        move.project.remove();
        lap("end");
    });
});
