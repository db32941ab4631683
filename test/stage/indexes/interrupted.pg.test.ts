import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexes } from "../../../lib/stage/indexes/lifecycle";
import { schema } from "../../../lib/stage/schema/lifecycle";
import { createDatabase, type Pair, pair, query } from "../../support/postgres";
import { shapeOf } from "../schema/shape";
import { inputsFor, recorder } from "../schema/stages";

let servers: Pair;
beforeAll(async () => {
    servers = await pair(15, 17);
});
afterAll(() => servers?.stop());

const program = join(__dirname, "stageProgram.ts");

async function until(condition: () => Promise<boolean>): Promise<void> {
    for (let i = 0; !(await condition()); i++) {
        if (i > 300) {
            throw new Error("waited in vain");
        }
        await wait(50);
    }
}

/** Starts the stage, kills it at the first sight of what `seen` looks for, and waits until the server noticed. */
async function killAt(stage: string, inputs: ReturnType<typeof inputsFor>, seen: string): Promise<void> {
    const child = spawn(process.execPath, ["--import", "tsx", program, stage, JSON.stringify(inputs)]);
    const closed = once(child, "close");
    await until(async () => (await query(inputs.target, seen)).length > 0);
    child.kill("SIGKILL");
    await closed;
    const others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    await until(async () => (await query(inputs.target, others)).length === 0);
}

test("a schema that is killed in the middle leaves nothing, and the next run makes it all", async () => {
    const source = await createDatabase(servers.source, "killed_schema");
    const target = await createDatabase(servers.target, "killed_schema");
    for (let i = 0; i < 60; i++) {
        await query(source, `CREATE TABLE t${i} (id int PRIMARY KEY)`);
    }
    await query(target, "CREATE SCHEMA slow");
    await query(
        target,
        "CREATE FUNCTION slow.down() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); END'",
    );
    await query(target, "CREATE EVENT TRIGGER slow ON ddl_command_end EXECUTE FUNCTION slow.down()");
    const inputs = inputsFor(source, target);
    await killAt(
        "schema",
        inputs,
        "SELECT FROM pg_stat_activity WHERE query LIKE '%CREATE TABLE public.t%' AND pid <> pg_backend_pid()",
    );
    expect((await shapeOf(target)).relations).toEqual([]);

    await query(target, "DROP EVENT TRIGGER slow");
    expect(await schema.create(inputs, recorder())).toMatchObject({ restored: 120 });
});

test("indexes that are killed in the middle are finished by the next run", async () => {
    const source = await createDatabase(servers.source, "killed_indexes");
    const target = await createDatabase(servers.target, "killed_indexes");
    await query(
        source,
        "CREATE FUNCTION slow(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN i; END'",
    );
    await query(source, "CREATE TABLE a (id int PRIMARY KEY, i int) PARTITION BY RANGE (id)");
    await query(source, "CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM (0) TO (50)");
    await query(source, "CREATE TABLE a_2 PARTITION OF a FOR VALUES FROM (50) TO (200)");
    await query(source, "CREATE INDEX a_slow ON a (public.slow(i))");
    await query(source, "COMMENT ON INDEX a_slow IS 'slow'");
    const inputs = inputsFor(source, target);
    await schema.create(inputs, recorder());
    await query(target, "INSERT INTO a SELECT i, i FROM generate_series(1, 199) i");

    await killAt("indexes", inputs, "SELECT FROM pg_class WHERE relname = 'a_1_slow_idx'");
    const half = await shapeOf(target);
    expect(half.indexes?.filter((line) => line.includes("slow("))).toHaveLength(2);

    expect((await indexes.create(inputs, recorder())).built).toBeGreaterThan(0);
    expect(await shapeOf(target)).toEqual(await shapeOf(source));
});

test("steady writes to both tables of a foreign key do not stop it, and it ends none of them", async () => {
    const source = await createDatabase(servers.source, "writes");
    const target = await createDatabase(servers.target, "writes");
    await query(
        source,
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a, t text)",
    );
    await query(source, "CREATE INDEX b_t ON b (t); CREATE UNIQUE INDEX b_u ON b (id, t)");
    const inputs = inputsFor(source, target, ["public.a", "public.b"]);
    await schema.create(inputs, recorder());

    let over = false;
    let deadlocks = 0;
    const write = async (first: number) => {
        const client = new Client({ connectionString: target });
        client.on("error", () => {});
        await client.connect();
        for (let id = first; !over; id += 2) {
            try {
                await client.query("BEGIN");
                await client.query("INSERT INTO a VALUES ($1)", [id]);
                await client.query("SELECT pg_sleep(0.3)");
                await client.query("INSERT INTO b VALUES ($1, $1, 'x')", [id]);
                await client.query("COMMIT");
            } catch (error) {
                deadlocks += (error as { code?: string }).code === "40P01" ? 1 : 0;
                await client.query("ROLLBACK");
            }
        }
        await client.end();
    };
    const writers = [write(1), write(2)];
    await wait(300);
    const made = await indexes.create(inputs, recorder()).finally(async () => {
        over = true;
        await Promise.all(writers);
    });
    expect(made.built).toBe(3);
    expect(await shapeOf(target)).toEqual(await shapeOf(source));
    expect(deadlocks).toBe(0);
});
