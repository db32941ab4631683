import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineProject, engineProject } from "./engine";

let project: EngineProject;

beforeAll(async () => {
    project = await engineProject("probe");
});

afterAll(() => project.remove());

test("a dynamic resource is made, kept, changed and removed by the real engine", async () => {
    const preview = await project.preview({ value: 1 });
    expect(preview.summary).toEqual({ create: 2 });

    const first = await project.up({ value: 1 });
    expect(first).toMatchObject({ ok: true, summary: { create: 2 }, outputs: { value: 1 } });

    const second = await project.up({ value: 1 });
    expect(second).toMatchObject({ ok: true, summary: { same: 2 } });

    const changed = await project.up({ value: 2 });
    expect(changed).toMatchObject({ ok: true, summary: { same: 1, update: 1 }, outputs: { value: 2 } });

    const destroyed = await project.destroy();
    expect(destroyed).toMatchObject({ ok: true, summary: { delete: 2 }, outputs: {} });
    expect((await project.exportState()).resources ?? []).toEqual([]);
});

test("a failed up is a result that carries what the engine printed", async () => {
    const failed = await project.up({ value: 1, fail: "no luck today" });
    expect(failed.ok).toBe(false);
    expect(failed.output).toContain("no luck today");
});

test("up as a process can be killed, and the next one goes on", async () => {
    const child = project.spawnUp({ value: 3 });
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));

    await project.cancel();
    expect(await project.up({ value: 3 })).toMatchObject({ ok: true, outputs: { value: 3 } });
});
