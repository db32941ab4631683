import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import { tableContents } from "./contents";
import { type EngineProject, engineProject } from "./engine";
import { type Link, linkOf, until } from "./following";
import type { Hold } from "./hold";
import { change, fillSource, type Moment } from "./moments";
import { createDatabase, type Pair, query } from "./postgres";
import { descendantsOf, isAlive, type Process } from "./processes";
import { nothing, remains } from "./remains";

/** A migration whose first `up` waits at a moment. */
export interface Waiting {
    project: EngineProject;
    args: { source: string; target: string };
    link: Link;
    up: ChildProcess;
    /** The processes of that `up`, but not `pulumi` itself. */
    below: Process[];
    provider: Process;
    held: Hold;
    said(): string;
    /** The code with which `up` ends, null for a signal. */
    ended: Promise<number | null>;
    remove(): Promise<void>;
}

let count = 0;

/** Starts `up` for a new project with databases of its own, and comes back when it waits at the moment. */
export async function upTo(moment: Moment, servers: Pair, rest: object = {}): Promise<Waiting> {
    const name = `interrupted${count++}`;
    const source = await createDatabase(servers.source, name);
    const target = await createDatabase(servers.target, name);
    await fillSource(source);
    const project = await engineProject(name);
    const held = await moment.hold({ source, target });
    const args = { source, target, ...rest };
    const up = project.spawnUp(args);
    let text = "";
    for (const stream of [up.stdout, up.stderr]) {
        stream?.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
        });
    }
    const said = () => text;
    const ended = once(up, "close").then(([code]) => code as number | null);
    const link = linkOf(name, source, target);
    await Promise.race([moment.reached(args, held, said), ended.then(() => Promise.reject(new Error(`up ended: ${text}`)))]);
    const below = descendantsOf(up.pid as number);
    const provider = below.find(({ command }) => command.startsWith("node ") && command.includes("/cmd/dynamic-provider"));
    if (!provider) throw new Error(`no provider among ${JSON.stringify(below)}`);
    const remove = async () => {
        await held.release();
        await removeSubscription(link);
        project.remove();
    };
    return { project, args, link, up, below, provider, held, said, ended, remove };
}

export type Victim = "provider" | "engine" | "all";

/** Kills, comes back when nobody works for this `up` any more, and takes away the lock that it may have left. */
export async function kill({ project, up, below, provider, ended }: Waiting, victim: Victim): Promise<void> {
    const engine = up.pid as number;
    const victims = {
        provider: [provider.pid],
        engine: [engine],
        all: [engine, ...below.map(({ pid }) => pid)],
    }[victim];
    for (const pid of victims) {
        process.kill(pid, "SIGKILL");
    }
    await ended;
    await until(
        async () => isAlive(provider.pid),
        (alive) => !alive,
        10,
    );
    if (victim !== "provider") await project.cancel();
}

/** The source changes, and the next `up` brings all of it to the target, by one slot and one subscription. */
export async function expectUpConverges(waiting: Waiting): Promise<void> {
    const { project, args, link } = waiting;
    await query(link.source, change);
    const up = await project.up(args);
    expect(process.env.SHOW ? up.output : "").toBe("");
    expect(up).toMatchObject({ ok: true, outputs: { phase: "converged", tablesReady: 2, tablesTotal: 2 } });
    await expectFollowing(link);
}

export async function expectFollowing(link: Link): Promise<void> {
    const { source, target, name } = link;
    const [subscription] = await query<{ oid: string }>(target, "SELECT oid::text FROM pg_subscription");
    await until(
        () => remains(source, target),
        (now) => now.target.origins.length === 1,
    );
    const now = await remains(source, target);
    expect(now.source).toMatchObject({ publications: [name], subscriptions: [], slots: [name], origins: [] });
    expect(now.target).toMatchObject({ publications: [], subscriptions: [name], slots: [], origins: [`pg_${subscription?.oid}`] });
    const wanted = await tableContents(source);
    expect(await until(() => tableContents(target), (found) => JSON.stringify(found) === JSON.stringify(wanted))).toEqual(wanted);
}

export async function expectDestroyLeavesNothing({ project, args, link }: Waiting): Promise<void> {
    const destroyed = await project.destroy(args);
    expect(destroyed).toMatchObject({ ok: true, outputs: {} });
    expect((await project.exportState()).resources ?? []).toEqual([]);
    expect(await remains(link.source, link.target)).toEqual({ source: nothing, target: nothing });
}

/** The next test is to find servers without anything of this one. */
async function removeSubscription({ source, target, name }: Link): Promise<void> {
    const found = await query(target, "SELECT FROM pg_subscription WHERE subname = $1", [name]);
    if (found.length > 0) {
        await query(target, `COMMENT ON SUBSCRIPTION "${name}" IS NULL`);
        await query(target, `DROP SUBSCRIPTION "${name}"`);
    }
    const ours = "FROM pg_replication_slots WHERE database = current_database()";
    await query(source, `SELECT pg_drop_replication_slot(slot_name) ${ours} AND NOT active`);
}
