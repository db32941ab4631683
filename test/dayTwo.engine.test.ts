import {
    appendFileSync,
    cpSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineProject, engineProject, type Result } from "./support/engine";
import { type Link, linkOf, sameRows, traceOf, until } from "./support/following";
import { createDatabase, type Pair, pair, query } from "./support/postgres";
import { nothing, remains } from "./support/remains";
import { startWriter, type Writer } from "./support/writer";

const schema = `
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, note text NOT NULL);
CREATE TABLE returns (id int PRIMARY KEY, reason text NOT NULL);
CREATE INDEX returns_reason ON returns (reason)`;

const rows = `
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 200) n;
INSERT INTO orders (note) SELECT 'order ' || n FROM generate_series(1, 200) n;
INSERT INTO returns SELECT n, 'reason ' || n FROM generate_series(1, 50) n`;

/** More transactions than a writer makes during one command, so that the count tells an old slot from a new one. */
const manyTransactions = `
DO $$ BEGIN
    FOR n IN 1..400 LOOP
        INSERT INTO orders (note) VALUES ('one of many');
        COMMIT;
    END LOOP;
END $$`;

let servers: Pair;
let project: EngineProject;
let link: Link;
let writer: Writer;
/** What the program says now; each test changes it as a user would. */
let args: { source: string; sourceFromTarget?: string; target: string; tables: string[]; timeoutSeconds?: number };

beforeAll(async () => {
    servers = await pair(15, 15, { target: { settings: { wal_retrieve_retry_interval: "500ms" } } });
    const source = await createDatabase(servers.source, "shop");
    const target = await createDatabase(servers.target, "shop");
    await query(source, schema);
    await query(source, rows);
    await query(
        source,
        `CREATE ROLE mover SUPERUSER LOGIN PASSWORD 'first';
         CREATE ROLE courier REPLICATION LOGIN PASSWORD 'first';
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO courier`,
    );
    project = await engineProject("daytwo");
    link = linkOf("daytwo", source, target);
    args = {
        source: as(source, "mover", "first"),
        sourceFromTarget: as(source, "courier", "first"),
        target,
        tables: ["orders", "customers"],
    };
    expect(good(await project.up(args))).toMatchObject({ summary: { create: 9 }, outputs: { phase: "converged" } });

    await query(source, manyTransactions);
    await until(
        () => traceOf(link),
        ({ slotTransactions }) => slotTransactions >= 400,
    );
    await sameRows(link, "SELECT count(*) FROM orders");
    // Whatever copies a table again brings these back, or stops at the rows that stayed.
    await query(target, "DELETE FROM orders WHERE id = 150; DELETE FROM customers WHERE id = 150");
    writer = await startWriter(source, "INSERT INTO orders (note) VALUES ('written')");
});

afterAll(async () => {
    await writer?.stop().catch(() => {});
    project?.remove();
    await servers?.stop();
});

/** The lines of `pulumi up` for these stages and for the Migration itself, whose arguments are its inputs. */
function updated(...stages: string[]): Record<string, string> {
    return Object.fromEntries(["move", ...stages.map((stage) => `move-${stage}`)].map((name) => [name, "update"]));
}

const everyStage = updated("preflight", "schema", "publication", "subscription", "copy", "indexes", "convergence");

/** A result that had to be good; if not, what the engine printed says why. */
function good(result: Result): Result {
    expect(result.ok, result.output).toBe(true);
    return result;
}

/** Does it, and proves that slot and subscription are the same ones, no row was copied again, and replication goes on. */
async function keeping(operation: () => Promise<Result>): Promise<Result> {
    const [before, rowsBefore] = [await traceOf(link), await oldRows()];
    expect(rowsBefore).toHaveLength(398);
    const result = await operation();
    const [after, rowsAfter] = [await traceOf(link), await oldRows()];
    expect(after.subscriptionOid).toBe(before.subscriptionOid);
    expect(after.slotTransactions).toBeGreaterThanOrEqual(before.slotTransactions);
    expect(after.confirmed).toBeGreaterThanOrEqual(before.confirmed);
    for (const table of ["orders", "customers"]) {
        expect(after.copiedAt[table]).toBe(before.copiedAt[table]);
    }
    expect(rowsAfter).toEqual(rowsBefore);
    await arrives();
    return result;
}

/** The copied rows as they lie on the target's disk. */
function oldRows() {
    return query(
        link.target,
        `SELECT 'orders' AS table, id, ctid::text, xmin::text FROM orders WHERE id <= 200
         UNION ALL SELECT 'customers', id, ctid::text, xmin::text FROM customers ORDER BY 1, 2`,
    );
}

async function arrives(): Promise<void> {
    const [order] = await query(link.source, "INSERT INTO orders (note) VALUES ('marker') RETURNING id");
    await until(
        () => query(link.target, "SELECT note FROM orders WHERE id = $1", [order.id]),
        (found) => found.length === 1,
    );
}

function as(url: string, user: string, password: string): string {
    return Object.assign(new URL(url), { username: user, password }).href;
}

function onHost(url: string, hostname: string): string {
    return Object.assign(new URL(url), { hostname }).href;
}

async function terminateWalsender(): Promise<void> {
    await query(
        link.source,
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active",
        [link.name],
    );
}

async function systemIdentifier(url: string): Promise<string> {
    const [row] = await query(url, "SELECT system_identifier::text AS id FROM pg_control_system()");
    return row.id;
}

test("a second up changes nothing while a writer writes, and a preview says so", async () => {
    expect(await keeping(() => project.up(args))).toMatchObject({ ok: true, summary: { same: 9 }, changed: {} });
    expect(await project.preview(args)).toMatchObject({ ok: true, summary: { same: 9 }, changed: {} });
});

test("a changed timeout is taken in place", async () => {
    args.timeoutSeconds = 900;
    const result = good(await keeping(() => project.up(args)));
    expect(result.changed).toEqual(updated("preflight", "copy", "convergence"));
});

test("a table that is added is copied alone, with its index", async () => {
    args.tables = ["orders", "customers", "returns"];
    const result = good(await keeping(() => project.up(args)));
    expect(result).toMatchObject({ outputs: { phase: "converged", tablesReady: 3, tablesTotal: 3 } });
    expect(Object.keys((await traceOf(link)).copiedAt)).toEqual(["customers", "orders", "returns"]);
    expect(await sameRows(link, "SELECT * FROM returns ORDER BY id")).toHaveLength(50);
    await query(link.source, "INSERT INTO returns VALUES (51, 'too late')");
    expect(await sameRows(link, "SELECT * FROM returns ORDER BY id")).toHaveLength(51);
    expect(await query(link.target, "SELECT indexname FROM pg_indexes WHERE tablename = 'returns' ORDER BY 1")).toEqual(
        [{ indexname: "returns_pkey" }, { indexname: "returns_reason" }],
    );
    expect((await project.up(args)).changed).toEqual({});
});

test("a table that is removed stays on the target as it is then", async () => {
    args.tables = ["orders", "customers"];
    const result = good(await keeping(() => project.up(args)));
    expect(result).toMatchObject({ outputs: { phase: "converged", tablesReady: 2, tablesTotal: 2 } });
    expect(Object.keys((await traceOf(link)).copiedAt)).toEqual(["customers", "orders"]);
    await query(link.source, "INSERT INTO returns VALUES (52, 'not wanted any more')");
    await arrives();
    expect(await query(link.target, "SELECT count(*)::int FROM returns")).toEqual([{ count: 51 }]);
});

test("a table that is added again must be empty first", async () => {
    const again = { ...args, tables: ["orders", "customers", "returns"] };
    const refused = await keeping(() => project.up(again));
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain(
        "1. target table public.returns: it exists and is not empty (or could not be read); the copy would add to its rows or stop at a duplicate. If they are not needed, run on the target: TRUNCATE public.returns;",
    );
    await query(link.target, "TRUNCATE returns");
    args = again;
    expect(good(await keeping(() => project.up(args))).outputs.tablesReady).toBe(3);
    expect(await sameRows(link, "SELECT * FROM returns ORDER BY id")).toHaveLength(52);
});

test("the replication role gets another password", async () => {
    await query(link.source, "ALTER ROLE courier PASSWORD 'second'");
    await terminateWalsender();
    await expect(query(args.sourceFromTarget ?? "", "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    args.sourceFromTarget = as(link.source, "courier", "second");
    const result = good(await keeping(() => project.up(args)));
    expect(result.changed).toEqual(updated("preflight", "subscription"));
});

test("the user gets another password, which the target does not need", async () => {
    await query(link.source, "ALTER ROLE mover PASSWORD 'second'");
    await expect(query(args.source, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    args.source = as(link.source, "mover", "second");
    const result = good(await keeping(() => project.up(args)));
    expect(result.changed).toEqual(everyStage);
});

test("the target reaches the source as the user instead, who gets another password in the same run", async () => {
    await query(link.source, "ALTER ROLE mover PASSWORD 'third'; DROP OWNED BY courier; DROP ROLE courier");
    await terminateWalsender();
    await expect(query(args.source, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    args.source = as(link.source, "mover", "third");
    delete args.sourceFromTarget;
    expect(good(await keeping(() => project.up(args))).changed).toEqual(everyStage);
    expect((await project.up(args)).changed).toEqual({});
});

test("both servers move to another host name", async () => {
    args.source = onHost(args.source, "localhost");
    args.target = onHost(args.target, "localhost");
    const result = good(await keeping(() => project.up(args)));
    expect(result.changed).toEqual(everyStage);
    const [subscription] = await query(link.target, "SELECT subconninfo FROM pg_subscription");
    expect(subscription.subconninfo).toContain("host='localhost'");
});

test("another server is refused with the identity of both, as source and as target", async () => {
    const otherSource = await createDatabase(servers.target, "other");
    await query(otherSource, schema);
    const otherTarget = await createDatabase(servers.source, "other");
    const ids = { source: await systemIdentifier(link.source), target: await systemIdentifier(link.target) };
    const refusal = (side: "source" | "target", found: string) =>
        `preflight found 1 problem; nothing was changed on either server.\n    1. ${side}: this is another server: its system identifier is ${found}, and the migration began with ${ids[side]}. Write the former connection URI again, or end the migration first with: pulumi destroy`;

    const source = await keeping(() => project.up({ ...args, source: otherSource }));
    expect(source.ok).toBe(false);
    expect(source.output).toContain(refusal("source", ids.target));

    const target = await keeping(() => project.up({ ...args, target: otherTarget }));
    expect(target.ok).toBe(false);
    expect(target.output).toContain(refusal("target", ids.source));
    expect(await query(otherTarget, "SELECT relname FROM pg_class WHERE relname = 'orders'")).toEqual([]);
});

test("another database of the same server is refused, as source and as target", async () => {
    const otherSource = await createDatabase(servers.source, "elsewhere");
    await query(otherSource, schema);
    const otherTarget = await createDatabase(servers.target, "elsewhere");
    const refusal = (side: "source" | "target") =>
        `preflight found 1 problem; nothing was changed on either server.\n    1. ${side}: this is another database: its name is "elsewhere", and the migration began with "shop". Write the former connection URI again, or end the migration first with: pulumi destroy`;

    const source = await keeping(() => project.up({ ...args, source: otherSource }));
    expect(source.ok).toBe(false);
    expect(source.output).toContain(refusal("source"));

    const target = await keeping(() => project.up({ ...args, target: otherTarget }));
    expect(target.ok).toBe(false);
    expect(target.output).toContain(refusal("target"));
    expect(await query(otherTarget, "SELECT relname FROM pg_class WHERE relname = 'orders'")).toEqual([]);

    // With the former servers again, no stage has anything to do; only the Migration's own inputs are others.
    expect((await project.up(args)).changed).toEqual(updated());
});

test("another version of the library shows no difference", async () => {
    installChangedLibrary();
    const preview = await project.preview(args);
    expect(preview.output).toContain("the changed library runs");
    expect(preview).toMatchObject({ summary: { same: 9 }, changed: {} });
});

test("destroy leaves the data on both sides and nothing else", async () => {
    const rowsBefore = await oldRows();
    expect(await project.destroy(args)).toMatchObject({ ok: true, summary: { delete: 9 } });
    expect(await writer.stop()).toBeGreaterThan(0);
    expect(await oldRows()).toEqual(rowsBefore);
    expect(await remains(link.source, link.target)).toEqual({ source: nothing, target: nothing });
});

/** Gives the project a package of its own: every file of the library is another one, and says so when it runs. */
function installChangedLibrary(): void {
    const root = resolve(__dirname, "..");
    const modules = join(project.dir, "node_modules");
    rmSync(modules);
    mkdirSync(modules);
    for (const entry of readdirSync(join(root, "node_modules"))) {
        symlinkSync(join(root, "node_modules", entry), join(modules, entry));
    }
    const library = join(modules, "pulumi-postgres-migration");
    rmSync(library);
    cpSync(join(root, "dist"), join(library, "dist"), { recursive: true });
    const description = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    writeFileSync(join(library, "package.json"), JSON.stringify({ ...description, version: "99.0.0" }));
    for (const file of readdirSync(join(library, "dist"), { recursive: true, encoding: "utf8" })) {
        if (file.endsWith(".js")) {
            const path = join(library, "dist", file);
            writeFileSync(path, `// A newer version.\n\n${readFileSync(path, "utf8")}`);
        }
    }
    appendFileSync(join(library, "dist", "dynamic", "runtime.js"), '\nconsole.log("the changed library runs");\n');
}
