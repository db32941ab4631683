import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRunning, startServer, stopServer } from "../scripts/postgres/server";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { type Link, linkOf, until } from "./support/following";
import { type Passage, passageTo } from "./support/passage";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { nothing, type Remains, remains } from "./support/remains";
import { said } from "./support/said";

const settings = {
    max_connections: "300",
    max_replication_slots: "120",
    max_wal_senders: "120",
    max_worker_processes: "120",
    max_logical_replication_workers: "100",
    wal_retrieve_retry_interval: "500ms",
};
const passwords = { source: "of-the-source", target: "of-the-target" };

interface Move {
    link: Link;
    args: { source: string; sourceFromTarget?: string; target: string };
    /** What others have in the two databases. */
    foreign: { source: Remains; target: Remains };
}

/** One `up` for all, because it is what takes the time. */
const names = [
    "ordinary",
    "noSubscription",
    "noSubscriptionButSlot",
    "noSlot",
    "noPublication",
    "nothing",
    "noTarget",
    "noSource",
    "read",
    "readByAnother",
    "sourceFails",
    "sourceDetached",
    "targetFails",
    "targetDetached",
    "bothDetached",
    "silentSource",
    "silentTarget",
] as const;
type Name = (typeof names)[number];

let servers: Pair;
let project: EngineProject;
let ways: { source: Passage; target: Passage };
const moves = {} as Record<Name, Move>;

beforeAll(async () => {
    servers = await pair(15, 17, {
        source: { settings, password: passwords.source },
        target: { settings, password: passwords.target },
    });
    ways = { source: await passageTo(servers.source.port), target: await passageTo(servers.target.port) };
    await query(servers.source.url(), "CREATE ROLE mover LOGIN REPLICATION PASSWORD 'of-the-mover'");
    project = await engineProject("destroy");
    for (const name of names) moves[name] = await prepare(name);
    moves.readByAnother.args.source = as(moves.readByAnother.link.source, "mover", "of-the-mover");
    moves.silentSource.args.source = through(ways.source, moves.silentSource.link.source);
    moves.silentTarget.args.target = through(ways.target, moves.silentTarget.link.target);

    const up = await project.up({ several: Object.fromEntries(names.map((name) => [name, moves[name].args])) });
    expect(up.ok, up.output).toBe(true);
    expect(up.outputs).toEqual(Object.fromEntries(names.map((name) => [name, "converged"])));
    for (const name of names) {
        const { link, foreign } = moves[name];
        const slot = `of_others_${name.toLowerCase()}`;
        await query(link.source, "SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
        foreign.source.slots = [slot];
    }
});

afterAll(async () => {
    project?.remove();
    await Promise.all([ways?.source.close(), ways?.target.close()]);
    await servers?.stop();
});

/** Two databases, in which others replicate already by objects of almost the same names. */
async function prepare(name: string): Promise<Move> {
    const database = name.toLowerCase();
    const source = await createDatabase(servers.source, database);
    const target = await createDatabase(servers.target, database);
    const link = linkOf("destroy", source, target, name);
    await query(
        source,
        `CREATE TABLE notes (id int PRIMARY KEY, text text);
         INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 50) n;
         ALTER TABLE notes OWNER TO mover;
         GRANT CREATE ON DATABASE ${database} TO mover;
         CREATE PUBLICATION ${link.name}_2 FOR TABLE notes;
         COMMENT ON PUBLICATION ${link.name}_2 IS 'of others'`,
    );
    await query(
        target,
        `CREATE SUBSCRIPTION ${link.name}_2 CONNECTION '' PUBLICATION others WITH (connect = false, slot_name = NONE)`,
    );
    return { link, args: { source, target }, foreign: await remains(source, target) };
}

function as(url: string, user: string, password: string): string {
    return Object.assign(new URL(url), { username: user, password }).href;
}

function through({ port }: Passage, url: string): string {
    return Object.assign(new URL(url), { port: String(port) }).href;
}

async function destroy(...which: Name[]): Promise<Result> {
    const start = Date.now();
    const result = await project.destroy({}, scopeOf(which));
    expect(Date.now() - start).toBeLessThan(40_000);
    return result;
}

/** What a user does who reads that a server can't be reached. */
async function forceDetach(name: Name): Promise<Result> {
    const args = { ...moves[name].args, forceDetach: true };
    return project.up({ several: { [name]: args } }, scopeOf([name]));
}

function scopeOf(which: Name[]) {
    return { target: which.flatMap((name) => [`**::${name}`, `**::${name}-*`]) };
}

async function expectOnlyForeign(name: Name): Promise<void> {
    const { link, foreign } = moves[name];
    expect(await remains(link.source, link.target)).toEqual(foreign);
}

async function expectData(name: Name): Promise<void> {
    const { source, target } = moves[name].link;
    const rows = Array.from({ length: 50 }, (_, index) => ({ id: index + 1, text: `note ${index + 1}` }));
    expect(await query(source, "SELECT * FROM notes ORDER BY id")).toEqual(rows);
    expect(await query(target, "SELECT * FROM notes ORDER BY id")).toEqual(rows);
}

describe("while both servers run", () => {
    let reader: ChildProcess;
    let result: Result;
    const group: Name[] = [
        "ordinary",
        "noSubscription",
        "noSubscriptionButSlot",
        "noSlot",
        "noPublication",
        "nothing",
        "noTarget",
        "noSource",
        "read",
    ];

    beforeAll(async () => {
        for (const [name, remove] of Object.entries(byHand)) await remove(moves[name as Name].link);
        for (const name of ["noSubscription", "noSubscriptionButSlot", "nothing"] as const) {
            // Postgres itself leaves it behind.
            moves[name].foreign.target.comments = [
                `an object that is gone: pulumi-postgres-migration destroy/test/${name}`,
            ];
        }
        reader = await readBySomebodyElse(moves.read.link);
        result = await destroy(...group);
    });

    afterAll(() => {
        reader?.kill("SIGKILL");
    });

    test("destroy takes away what is there", () => {
        expect(result.ok, result.output).toBe(true);
        expect(result.summary).toEqual({ delete: 8 * group.length });
    });

    test.each(group.filter((name) => name !== "noTarget" && name !== "noSource"))(
        "%s: nothing is left",
        async (name) => {
            await expectOnlyForeign(name);
            await expectData(name);
        },
    );

    test("noTarget, noSource: nothing is left on the other side", async () => {
        expect(await query(servers.target.url(), "SELECT FROM pg_database WHERE datname = 'notarget'")).toEqual([]);
        expect(await query(servers.source.url(), "SELECT FROM pg_database WHERE datname = 'nosource'")).toEqual([]);
        const { noTarget, noSource } = moves;
        expect((await remains(noTarget.link.source, noTarget.link.source)).source).toEqual(noTarget.foreign.source);
        expect((await remains(noSource.link.target, noSource.link.target)).target).toEqual(noSource.foreign.target);
    });
});

/** What somebody may have removed before. */
const byHand: Partial<Record<Name, (link: Link) => Promise<unknown>>> = {
    noSubscription: ({ name, target }) => query(target, `DROP SUBSCRIPTION ${name}`),
    noSubscriptionButSlot: dropSubscriptionOnly,
    async noSlot(link) {
        await disable(link);
        await query(link.source, "SELECT pg_drop_replication_slot($1)", [link.name]);
    },
    noPublication: ({ name, source }) => query(source, `DROP PUBLICATION ${name}`),
    async nothing({ name, source, target }) {
        await query(target, `DROP SUBSCRIPTION ${name}`);
        await query(source, `DROP PUBLICATION ${name}`);
    },
    async noTarget(link) {
        await dropSubscriptionOnly(link);
        await query(link.target, `DROP SUBSCRIPTION ${link.name}_2`);
        await query(servers.target.url(), "DROP DATABASE notarget WITH (FORCE)");
    },
    async noSource(link) {
        await disable(link);
        await query(servers.source.url(), "DROP DATABASE nosource WITH (FORCE)");
    },
};

async function disable({ name, source, target }: Link): Promise<void> {
    await query(target, `ALTER SUBSCRIPTION ${name} DISABLE`);
    await until(
        () => query(source, "SELECT active FROM pg_replication_slots WHERE slot_name = $1", [name]),
        ([slot]) => slot?.active === false,
    );
}

async function dropSubscriptionOnly({ name, target }: Link): Promise<void> {
    await query(
        target,
        `ALTER SUBSCRIPTION ${name} DISABLE; ALTER SUBSCRIPTION ${name} SET (slot_name = NONE); DROP SUBSCRIPTION ${name}`,
    );
}

async function readBySomebodyElse(link: Link): Promise<ChildProcess> {
    await disable(link);
    const plugin = ["-o", "proto_version=1", "-o", `publication_names=${link.name}`];
    const reader = spawn("pg_recvlogical", ["-d", link.source, "-S", link.name, "--start", "-f", "-", ...plugin], {
        stdio: "ignore",
    });
    await until(
        () => query(link.source, "SELECT active FROM pg_replication_slots WHERE slot_name = $1", [link.name]),
        ([slot]) => slot?.active === true,
    );
    return reader;
}
