import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Context } from "../../../lib/dynamic/lifecycle";
import { clientEnvironment } from "../../../lib/postgres/clientEnvironment";
import { runClient } from "../../../lib/postgres/clientProcess";
import { connectionOf } from "../../../lib/postgres/connection";
import { type IndexesInputs, type IndexesOutputs, indexes } from "../../../lib/stage/indexes/lifecycle";
import { type SchemaOutputs, schema } from "../../../lib/stage/schema/lifecycle";

/** A context that keeps what the stages say. */
export function recorder(): Context & { said: string[] } {
    const said: string[] = [];
    const say = (message: string) => void said.push(message);
    return {
        said,
        now: Date.now,
        sleep: async (milliseconds) => void (await wait(milliseconds)),
        progress: { status: say, note: say, warn: say },
    };
}

export function inputsFor(source: string, target: string, tables?: string[]): IndexesInputs {
    const sides = { migration: "test/test/shop", ownUrn: "", source, target };
    return { ...sides, tables: tables ?? [], everything: tables === undefined, jobs: 2 };
}

/** Runs both stages one after the other, as a migration without rows. */
export async function runBoth(inputs: IndexesInputs): Promise<SchemaOutputs & IndexesOutputs> {
    const made = await schema.create(inputs, recorder());
    return { ...made, ...(await indexes.create(inputs, recorder())) };
}

/** Runs a file of SQL by psql: a dump's COPY needs it. */
export async function load(url: string, file: string): Promise<void> {
    await runClient({
        path: "psql",
        args: ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", `--file=${file}`],
        environment: clientEnvironment(connectionOf("url", url), undefined),
        timeoutMs: 60_000,
    });
}

const root = join(__dirname, "../../..");

export const sample = (name: "pagila" | "chinook") => join(root, "../shared/data", `${name}.sql`);
export const tricky = join(__dirname, "tricky.sql");
