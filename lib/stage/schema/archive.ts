import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { clientEnvironment, needsNodeRoots } from "../../postgres/clientEnvironment";
import { runClient } from "../../postgres/clientProcess";
import { type Tool, toolVersion, tooOld } from "../../postgres/clientTools";
import type { Connection } from "../../postgres/connection";
import { identifier, type TableName } from "../../postgres/identifier";
import { type Entry, parseContents } from "./contents";
import { type Script, splitScript } from "./script";

/** The source's schema as pg_dump writes it: a table of contents, and statements for each of its entries. */
export interface Archive {
    entries: Entry[];
    script: Script;
}

export interface ArchiveOptions {
    clientPath: string | undefined;
    sourceMajor: number;
    /** Tables to pass over. */
    without: TableName[];
}

const timeoutMs = 15 * 60_000;
const leaveOut = [
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
];

/** Dumps the source's schema. Nothing of it touches the disk: definitions can hold secrets, and a killed run leaves no file. */
export async function readArchive(source: Connection, options: ArchiveOptions): Promise<Archive> {
    const dump = await find("pg_dump", options.clientPath, options.sourceMajor);
    const restore = await find("pg_restore", options.clientPath, dump.major);
    const archive = await withEnvironment(source, (environment) =>
        runClient({
            path: dump.path,
            args: [
                "--format=custom",
                "--schema-only",
                "--encoding=UTF8",
                "--lock-wait-timeout=10s",
                ...leaveOut,
                ...options.without.map(
                    (table) => `--exclude-table=${identifier(table.schema)}.${identifier(table.name)}`,
                ),
            ],
            environment,
            timeoutMs,
        }),
    );
    const environment = { ...process.env, LC_ALL: "C" };
    const read = async (...args: string[]) => {
        const text = await runClient({ path: restore.path, args, environment, input: archive, timeoutMs });
        return new TextDecoder("utf-8", { fatal: true }).decode(text);
    };
    const entries = parseContents({
        preData: await read("--list", "--section=pre-data"),
        postData: await read("--list", "--section=post-data"),
        verbose: await read("--list", "--verbose"),
    });
    return { entries, script: splitScript(await read("--file=-", "--verbose", ...leaveOut), entries) };
}

async function find(
    tool: Tool,
    clientPath: string | undefined,
    atLeast: number,
): Promise<{ path: string; major: number }> {
    const found = await toolVersion(tool, clientPath);
    const problem = "problem" in found ? found.problem : tooOld(tool, found.major, atLeast);
    if ("problem" in found || problem) {
        throw new Error(problem);
    }
    return found;
}

async function withEnvironment<T>(
    connection: Connection,
    work: (environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
    if (!needsNodeRoots(connection)) {
        return work(clientEnvironment(connection, undefined));
    }
    const folder = await mkdtemp(join(tmpdir(), "postgres-roots-"));
    try {
        const roots = join(folder, "roots.pem");
        await writeFile(roots, rootCertificates.join("\n"));
        return await work(clientEnvironment(connection, roots));
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
