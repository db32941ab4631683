import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchArguments } from "./support/argvWatch";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { until } from "./support/following";
import { filesBelow, leaks } from "./support/leak";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { nothing, remains } from "./support/remains";

/** Quotes, backslashes, spaces, all that means something in a URI, and letters beyond ASCII; the words are unlike any other. */
const passwordOf = (one: string, two: string, three: string, four: string) =>
    `${one}'${two}"\\${three}\\\\ ${four} @${one}%${two}%41:${three}/${four}?#&=${one}ö雪`;
const superuser = passwordOf("zwirbo", "quapil", "mivetta", "tarbosk");
const courier = passwordOf("lissunk", "frodelm", "kelpira", "wastobb");
const rotated = passwordOf("hunzela", "gribnok", "polvany", "sekturr");
const wrong = passwordOf("dwamper", "yoltric", "vexanno", "bilgorf");
const passwords = [superuser, courier, rotated, wrong];

const began = Date.now();
const temporaryFolder = process.env.TMPDIR;
let servers: Pair;
let project: EngineProject;
let args: { source: string; sourceFromTarget: string; target: string };

beforeAll(async () => {
    const side = { password: superuser };
    servers = await pair(15, 17, { source: side, target: side });
    const source = await createDatabase(servers.source, "shop");
    const target = await createDatabase(servers.target, "shop");
    await query(source, "CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, 100) n");
    await query(source, "ALTER TABLE orders ADD PRIMARY KEY (id)");
    await query(source, `CREATE ROLE mover LOGIN REPLICATION PASSWORD ${quoted(courier)}`);
    await query(source, "GRANT SELECT ON orders TO mover");
    args = { source, target, sourceFromTarget: as(source, "mover", courier) };
    project = await engineProject("secrets");
    process.env.TMPDIR = join(project.dir, "temporary");
    mkdirSync(process.env.TMPDIR);
});

afterAll(async () => {
    if (temporaryFolder === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporaryFolder;
    project?.remove();
    await servers?.stop();
});

function as(url: string, user: string, password: string): string {
    return Object.assign(new URL(url), { username: user, password: encodeURIComponent(password) }).href;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const logOf = (side: "source" | "target") => readFileSync(join(servers[side].dataDir, "server.log"), "utf8");

test("the search finds a password however it is written, and a part of one", () => {
    const conninfo = courier.replace(/[\\']/g, "\\$&");
    const forms = [
        courier,
        encodeURIComponent(courier),
        encodeURI(courier),
        conninfo,
        quoted(courier),
        quoted(conninfo),
    ];
    forms.push(...forms.map((form) => JSON.stringify(form)), "lissunk", "host KELPIRA is not known");
    const planted = forms.map((form, index): [string, string] => [`text ${index}`, `before ${form} after`]);
    expect(leaks(new Map(planted), passwords)).toEqual(planted.map(([name]) => name));
    expect(leaks(new Map([["harmless", 'role "mover" of database "shop", ö雪 %41:']]), passwords)).toEqual([]);
});

test("the watch sees what another process is started with", async () => {
    const watched = watchArguments();
    await promisify(execFile)(process.execPath, ["-e", "setTimeout(() => {}, 200)", courier]);
    watched.stop();
    expect(leaks(new Map([["argument lists", [...watched.seen].join()]]), passwords)).toEqual(["argument lists"]);
});

test("no password is in the state, on the console, in a log, in a file left behind or in an argument list", async () => {
    const watched = watchArguments();
    const results: Record<string, Result> = {};
    const states: Record<string, string> = {};
    const run = async (name: string, operation: Promise<Result>) => {
        results[name] = await operation;
        states[`state after ${name}`] = await project.exportEncrypted();
    };
    const { source, target } = args;
    const wrongUser = { ...args, source: as(source, "postgres", wrong), target: as(target, "postgres", wrong) };
    const notEncoded = { ...args, source: source.replace(/:[^:@]*@/, () => `:${superuser}@`) };
    const refused = { ...args, source: Object.assign(new URL(source), { port: "1" }).href };
    const wrongCourier = { ...args, sourceFromTarget: as(source, "mover", wrong) };

    await run("preview", project.preview(args));
    await run("preview, not encoded", project.preview(notEncoded));
    await run("up, wrong password of the replication role", project.up(wrongCourier));
    await run("up, refused port", project.up(refused));
    await run("up", project.up(args));
    await run("up again", project.up(args));

    // The target's worker stands before the door with its old password, until the next up.
    await query(source, `ALTER ROLE mover PASSWORD ${quoted(rotated)}`);
    await query(source, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
    await until(
        async () => logOf("target"),
        (log) => /could not connect to the publisher.*password authentication failed/.test(log),
    );
    await run("up, wrong passwords", project.up(wrongUser));
    await run("up, rotated", project.up({ ...args, sourceFromTarget: as(source, "mover", rotated) }));
    await run("refresh", project.refresh(args));

    await query(source, `ALTER ROLE postgres PASSWORD ${quoted(wrong)}`);
    await run("refresh, locked out", project.refresh(args));
    await run("destroy, locked out", project.destroy(args));
    await query(as(source, "postgres", wrong), `ALTER ROLE postgres PASSWORD ${quoted(superuser)}`);
    const shown = JSON.stringify(await project.exportState());
    await run("destroy", project.destroy(args));
    watched.stop();

    const output = Object.values(results).map((result) => result.output);
    expect(
        Object.keys(results).filter((name) => results[name]?.ok),
        output.join("\n"),
    ).toEqual(["preview", "up", "up again", "up, rotated", "refresh", "refresh, locked out", "destroy"]);
    const texts = new Map<string, string>([
        ...Object.entries(results).map(([name, result]): [string, string] => [`console of ${name}`, result.output]),
        ...Object.entries(states),
        ...filesBelow(project.dir),
        ...filesBelow(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), began),
        ["log of the source", logOf("source")],
        ["log of the target", logOf("target")],
        ["argument lists", [...watched.seen].join("\n")],
    ]);
    expect(leaks(texts, passwords)).toEqual([]);

    // Each text is the real one, for it holds what it must hold.
    expect(leaks(new Map([["state with its secrets shown", shown]]), passwords)).toHaveLength(1);
    expect(states["state after up"]).toContain("ciphertext");
    expect(results.up?.output).toContain("move-subscription");
    expect(results["preview, not encoded"]?.output).toContain("source: is malformed.");
    expect(results["up, wrong passwords"]?.output).toContain('the server refused the password of user "postgres".');
    expect(results["destroy, locked out"]?.output).toContain("left behind:");
    expect(logOf("source")).toContain('password authentication failed for user "mover"');
    expect([...watched.seen].join("\n")).toContain("pg_dump");
    expect(await remains(source, target)).toEqual({ source: nothing, target: nothing });
});
