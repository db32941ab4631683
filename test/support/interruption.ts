import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import { marker } from "../../lib/names";
import { tableContents } from "./contents";
import { type EngineProject, engineProject, type Result } from "./engine";
import { type Link, linkOf, until } from "./following";
import type { Hold } from "./hold";
import { change, type Databases, fillSource, type Moment } from "./moments";
import { createDatabase, type Pair, query } from "./postgres";
import { descendantsOf, isAlive, type Process } from "./processes";
import { nothing, remains } from "./remains";

/** A process of `pulumi`, as a test follows it. */
export interface Running {
    engine: number;
    /** What it has printed so far. */
    said(): string;
    /** The code with which it ends, null when it is killed. */
    ended: Promise<number | null>;
    /** What is below it, the provider among it. */
    processes(): Process[];
}

/** A migration whose first `up` waits at a moment. */
export interface Waiting extends Running {
    project: EngineProject;
    /** Its identity. */
    migration: string;
    args: Databases;
    link: Link;
    held: Hold;
    /** Ends all that is left, so that the next test finds servers without anything of this one. */
    remove(): Promise<void>;
}

let count = 0;

/** Starts `up` for a new project with databases of its own, and comes back when it waits at the moment. */
export async function upTo(moment: Moment, servers: Pair, rest: object = {}): Promise<Waiting> {
    const name = `interrupted${count++}`;
    const source = await createDatabase(servers.source, name);
    const target = await createDatabase(servers.target, name);
    await fillSource(source);
    const args = { source, target, ...rest };
    const project = await engineProject(name);
    const held = await moment.hold(args);
    const link = linkOf(name, source, target);
    const up = follow(project.spawnUp(args));
    const remove = async () => {
        killAll([up.engine, ...up.processes().map(({ pid }) => pid)]);
        await held.release();
        await removeObjects(link);
        project.remove();
    };
    try {
        await moment.reached(args, held, up.said);
    } catch (error) {
        await remove();
        throw new Error(`${(error as Error).message}; up said: ${up.said()}`);
    }
    return { ...up, project, migration: `${name}/test/move`, args, link, held, remove };
}

export function follow(pulumi: ChildProcess): Running {
    const engine = pulumi.pid as number;
    let text = "";
    for (const stream of [pulumi.stdout, pulumi.stderr]) {
        stream?.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
        });
    }
    const ended = once(pulumi, "close").then(([code]) => code as number | null);
    // The children of a process that has ended can't be told any more.
    let known: Process[] = [];
    const processes = () => {
        known = isAlive(engine) ? descendantsOf(engine) : known;
        return known;
    };
    return { engine, said: () => text, ended, processes };
}

export type Victim = "provider" | "engine" | "all";

/** Kills, comes back when nobody works for this run any more, and takes away the lock that it may have left. */
export async function kill(project: EngineProject, running: Running, victim: Victim): Promise<void> {
    const { engine, ended, processes } = running;
    const below = processes();
    const provider = below.find(({ command }) => command.includes("/cmd/dynamic-provider/"))?.pid ?? 0;
    expect(provider).toBeGreaterThan(0);
    killAll({ provider: [provider], engine: [engine], all: [engine, ...below.map(({ pid }) => pid)] }[victim]);
    await ended;
    await until(
        async () => isAlive(provider),
        (alive) => !alive,
        10,
    );
    if (victim !== "provider") await project.cancel();
}

function killAll(pids: number[]): void {
    for (const pid of pids.filter(isAlive)) {
        process.kill(pid, "SIGKILL");
    }
}

/** The source changes, and the next `up` brings all of it to the target, by one slot and one subscription. */
export async function expectUpConverges(waiting: Waiting): Promise<void> {
    await query(waiting.link.source, change);
    expectConverged(await waiting.project.up(waiting.args));
    await expectFollowing(waiting);
}

export function expectConverged(up: Result): void {
    expect(up, up.output).toMatchObject({ ok: true, outputs: { phase: "converged", tablesReady: 2, tablesTotal: 2 } });
}

/** One publication, one slot, one subscription, nothing else; and the same rows on both sides. */
export async function expectFollowing({ link, migration }: Waiting): Promise<void> {
    const { source, target, name } = link;
    const [found] = await query<{ oid: string }>(target, "SELECT oid FROM pg_subscription WHERE subname = $1", [name]);
    const mark = marker(migration);
    expect(await remains(source, target)).toEqual({
        source: {
            ...nothing,
            publications: [name],
            slots: [name],
            comments: [`publication ${name}: ${mark} slot ${name}`],
        },
        target: {
            ...nothing,
            subscriptions: [name],
            origins: [`pg_${found?.oid}`],
            comments: [`subscription ${name}: ${mark}`],
        },
    });
    const wanted = JSON.stringify(await tableContents(source));
    await until(
        () => tableContents(target),
        (contents) => JSON.stringify(contents) === wanted,
    );
}

/** What held `up` back still holds while `destroy` runs; what the server goes on with afterwards leaves nothing, either. */
export async function expectDestroyLeavesNothing({ project, args, link, held }: Waiting): Promise<void> {
    const destroyed = await project.destroy(args);
    expect(destroyed, destroyed.output).toMatchObject({ ok: true, outputs: {} });
    await held.release();
    for (const side of [link.source, link.target]) {
        await until(
            () =>
                query(
                    side,
                    "SELECT pid, query FROM pg_stat_activity WHERE application_name = 'pulumi-postgres-migration'",
                ),
            (sessions) => sessions.length === 0,
        );
    }
    expect(await remains(link.source, link.target)).toEqual({ source: nothing, target: nothing });
}

async function removeObjects({ source, target, name }: Link): Promise<void> {
    const found = await query(target, "SELECT FROM pg_subscription WHERE subname = $1", [name]);
    if (found.length > 0) await query(target, `DROP SUBSCRIPTION "${name}"`);
    await query(
        source,
        `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
          WHERE database = current_database() AND NOT active`,
    );
}
