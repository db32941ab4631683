import { isDeepStrictEqual } from "node:util";
import { bothSides, type Side } from "../../test/support/bothSides";
import { type Pair, pair } from "../../test/support/postgres";
import { nothing, type Remains, remains } from "../../test/support/remains";
import { moveUnderWrites, prepareMove, type SampleMove, type SampleName } from "../../test/support/sampleMove";
import type { MajorPair } from "./request";

/** Moves both samples at the same time, each with a writer, and takes the migrations away again; says what went wrong. */
export async function judge({ from, to }: MajorPair, clientPath: string | undefined): Promise<string[]> {
    const servers = await pair(from, to, { source: { settings: { logical_decoding_work_mem: "64kB" } } });
    try {
        const names: SampleName[] = ["pagila", "chinook"];
        const faults = await Promise.all(
            names.map(async (name) => {
                const found = await faultsOf(servers, name, clientPath).catch((error: Error) => [error.message]);
                return found.map((fault) => `${name}: ${fault}`);
            }),
        );
        return faults.flat();
    } finally {
        await servers.stop();
    }
}

async function faultsOf(servers: Pair, name: SampleName, clientPath: string | undefined): Promise<string[]> {
    const move = await prepareMove(servers, name);
    try {
        return await faultsOfMove(move, clientPath);
    } finally {
        move.project.remove();
    }
}

async function faultsOfMove(move: SampleMove, clientPath: string | undefined): Promise<string[]> {
    const { link, project } = move;
    const { up, rounds } = await moveUnderWrites(move, { clientPath });
    if (!up.ok) return [`up failed:\n${up.output}`];
    const destroyed = await project.destroy();
    if (!destroyed.ok) return [`destroy failed:\n${destroyed.output}`];
    const left = await remains(link.source, link.target);
    const { source, target } = await bothSides(link);
    return [
        ...(up.outputs.phase === "converged" ? [] : [`the phase is ${up.outputs.phase}`]),
        ...(rounds.during > 0 ? [] : ["the writer wrote nothing while up ran"]),
        ...leftovers("source", left.source),
        ...leftovers("target", left.target),
        ...differences(source, target),
    ];
}

function leftovers(side: string, left: Remains): string[] {
    return isDeepStrictEqual(left, nothing) ? [] : [`left on the ${side}: ${JSON.stringify(left)}`];
}

function differences(source: Side, target: Side): string[] {
    const parts = ({ shape, ...rest }: Side): Record<string, unknown> => ({ ...rest, ...shape });
    const theirs = parts(target);
    return Object.entries(parts(source))
        .filter(([part, value]) => !isDeepStrictEqual(value, theirs[part]))
        .map(([part]) => `the two sides differ in ${part}`);
}
