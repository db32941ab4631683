import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchArguments } from "./support/argvWatch";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { filesBelow, formsOf, leaks } from "./support/leak";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { nothing, remains } from "./support/remains";

const administrator = `adm'in "quoted" \\back\\ sp ace @host %25 co:lon sla/sh #?& größe`;
const courier = `cou'rier "q" \\ @%:/ é`;
const next = `next'courier "q" \\ @%:/ é`;
const wrong = `wro'ng "q" \\ @%:/ é`;
const passwords = [administrator, courier, next, wrong];

let servers: Pair;
let project: EngineProject;
let args: { source: string; sourceFromTarget: string; target: string; timeoutSeconds?: number };

const courierUrl = (password: string) => {
    const url = new URL(args.source);
    url.username = "courier";
    url.password = encodeURIComponent(password);
    return url.href;
};

beforeAll(async () => {
    const side = { password: administrator };
    servers = await pair(15, 17, { source: side, target: side });
    args = {
        source: await createDatabase(servers.source, "shop"),
        target: await createDatabase(servers.target, "shop"),
        sourceFromTarget: "",
    };
    await query(args.source, "CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, 100) n");
    await query(args.source, "ALTER TABLE orders ADD PRIMARY KEY (id)");
    await query(args.source, `CREATE ROLE courier LOGIN REPLICATION PASSWORD '${courier.replaceAll("'", "''")}'`);
    await query(args.source, "GRANT SELECT ON orders TO courier");
    args.sourceFromTarget = courierUrl(courier);
    project = await engineProject("secrets");
});

afterAll(async () => {
    project?.remove();
    await servers?.stop();
});

test("the search finds a password in each form it may take", () => {
    const planted = formsOf(courier).map((form, index): [string, string] => [`text ${index}`, `before ${form} after`]);
    expect(planted.length).toBeGreaterThan(5);
    expect(leaks(new Map(planted), passwords)).toEqual(planted.map(([name]) => name));
    expect(leaks(new Map([["harmless", "courier and größe"]]), passwords)).toEqual([]);
});

test("no password is in the state, on the console, in a server's log or in an argument list", async () => {
    const watched = watchArguments();
    const results = new Map<string, Result>();
    const expected: Record<string, boolean> = {};
    const note = async (name: string, ok: boolean, result: Promise<Result>) => {
        results.set(name, await result);
        expected[name] = ok;
    };
    const refused = new URL(args.source);
    refused.port = "1";

    await note("preview", true, project.preview(args));
    await note("wrong password", false, project.up({ ...args, sourceFromTarget: courierUrl(wrong) }));
    await note("refused port", false, project.up({ ...args, source: refused.href }));
    await note("up", true, project.up(args));
    await note("up again", true, project.up(args));
    await query(args.source, `ALTER ROLE courier PASSWORD '${next.replaceAll("'", "''")}'`);
    await note("rotated", true, project.up({ ...args, sourceFromTarget: courierUrl(next) }));
    await note("rotated wrongly", false, project.up({ ...args, sourceFromTarget: courierUrl(wrong) }));
    await note("refresh", true, project.refresh(args));
    const state = JSON.stringify([...filesBelow(project.dir)]);
    await note("destroy", true, project.destroy(args));
    watched.stop();

    const ok = Object.fromEntries([...results].map(([name, result]) => [name, result.ok]));
    expect(ok, [...results.values()].map(({ output }) => output).join("\n")).toEqual(expected);
    const texts = new Map<string, string>([
        ...[...results].map(([name, { output }]): [string, string] => [`console of ${name}`, output]),
        ...filesBelow(project.dir),
        ["state before destroy", state],
        ["log of the source", readFileSync(join(servers.source.dataDir, "server.log"), "utf8")],
        ["log of the target", readFileSync(join(servers.target.dataDir, "server.log"), "utf8")],
        ["argument lists", [...watched.seen].join("\n")],
    ]);
    expect(leaks(texts, passwords)).toEqual([]);
    // The texts are the real ones: each holds something that it must hold.
    expect(texts.get("console of up")).toContain("move-subscription");
    expect(state).toContain("ciphertext");
    expect(texts.get("log of the target")).toContain("logical replication apply worker");
    expect(texts.get("argument lists")).toContain("pg_dump");
    expect(await remains(args.source, args.target)).toEqual({ source: nothing, target: nothing });
});
