import { resolve } from "node:path";
import { parseArgs } from "node:util";

export type SourceMajor = 13 | 14 | 15 | 16 | 17;
export type TargetMajor = 15 | 16 | 17 | 18;

export interface MajorPair {
    from: SourceMajor;
    to: TargetMajor;
}

/** What the words after `npm run matrix --` ask for. */
export interface Request {
    pairs: MajorPair[];
    /** Folder of pg_dump and pg_restore; PATH where none is given. */
    clientPath: string | undefined;
}

const usage = "npm run matrix -- [--client-path DIR] [FROM-TO ...]   (as 13-18; all pairs where none is named)";

const sources: SourceMajor[] = [13, 14, 15, 16, 17];
const targets: TargetMajor[] = [15, 16, 17, 18];
const everyPair: MajorPair[] = sources.flatMap((from) =>
    targets.filter((to) => to >= from).map((to) => ({ from, to })),
);

export function readRequest(words: string[]): Request {
    try {
        const { values, positionals } = parseArgs({
            args: words,
            allowPositionals: true,
            options: { "client-path": { type: "string" } },
        });
        const pairs = positionals.length === 0 ? everyPair : positionals.map(pairOf);
        const folder = values["client-path"];
        return { pairs, clientPath: folder === undefined ? undefined : resolve(folder) };
    } catch (error) {
        throw new Error(`${(error as Error).message}\nAllowed is:\n    ${usage}`);
    }
}

function pairOf(word: string): MajorPair {
    const found = everyPair.find(({ from, to }) => word === `${from}-${to}`);
    if (!found) throw new Error(`There is no pair "${word}".`);
    return found;
}
