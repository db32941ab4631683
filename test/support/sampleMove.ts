import { existsSync } from "node:fs";
import { load, sample } from "../stage/schema/stages";
import { chinookRound } from "./chinookRound";
import { type EngineProject, engineProject, type Result } from "./engine";
import { type Link, linkOf, until } from "./following";
import { pagilaRound } from "./pagilaRound";
import { createDatabase, type Pair, query } from "./postgres";
import { startSampleWriter, type Transaction } from "./sampleWriter";

export type SampleName = "pagila" | "chinook";

export interface SampleMove {
    sample: SampleName;
    project: EngineProject;
    link: Link;
}

const rounds: Record<SampleName, (number: number) => Transaction[]> = { pagila: pagilaRound, chinook: chinookRound };

/** A busy machine is slow, not wrong. */
const patienceSeconds = 120;

/** Why a sample can't be used here; undefined where it can. */
export function whyNoSample(name: SampleName): string | undefined {
    return existsSync(sample(name)) ? undefined : `${name}.sql is not in ../shared/data`;
}

/** The sample in a database of the source, an empty database for it on the target, and a project to move it by. */
export async function prepareMove(servers: Pair, name: SampleName): Promise<SampleMove> {
    const source = await createDatabase(servers.source, name);
    const target = await createDatabase(servers.target, name);
    await load(source, sample(name));
    return { sample: name, project: await engineProject(name), link: linkOf(name, source, target) };
}

export interface Moved {
    up: Result;
    /** Rounds that the writer made before `up`, while it ran, and after it had ended. */
    rounds: { before: number; during: number; after: number };
    changed: Record<string, number>;
}

/** Runs `up` while somebody writes, stops that one once both have ended, and waits until the target has it all. */
export async function moveUnderWrites({ sample, project, link }: SampleMove, args: object = {}): Promise<Moved> {
    const { source, target, name } = link;
    const writer = await startSampleWriter(source, rounds[sample]);
    const reach = (count: number) =>
        until(
            async () => writer.rounds(),
            (made) => made >= count,
            patienceSeconds,
        );
    try {
        const before = await reach(1);
        const up = await project.up({ source, target, ...args });
        const ended = writer.rounds();
        const total = await reach(ended + 2);
        await writer.stop();
        if (up.ok) await caughtUp(source, name);
        return { up, rounds: { before, during: ended - before, after: total - ended }, changed: writer.changed };
    } finally {
        await writer.stop();
    }
}

/** The target must confirm what is the end of the source's log now. */
async function caughtUp(source: string, slot: string): Promise<void> {
    const [end] = await query<{ lsn: string }>(source, "SELECT pg_current_wal_lsn()::text AS lsn");
    const confirmed = () =>
        query<{ reached: boolean }>(
            source,
            "SELECT confirmed_flush_lsn >= $2::pg_lsn AS reached FROM pg_replication_slots WHERE slot_name = $1",
            [slot, end?.lsn],
        );
    await until(confirmed, ([row]) => row?.reached === true, patienceSeconds);
}
