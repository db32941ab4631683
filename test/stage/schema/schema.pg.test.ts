import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Unfinished } from "../../../lib/dynamic/lifecycle";
import { indexes } from "../../../lib/stage/indexes/lifecycle";
import { schema } from "../../../lib/stage/schema/lifecycle";
import { createDatabase, type Pair, pair, query } from "../../support/postgres";
import { shapeOf, viewsOf } from "./shape";
import { inputsFor, load, recorder, runBoth, sample, tricky } from "./stages";

const pairs = [
    [15, 15],
    [14, 17],
    [15, 18],
] as const;

describe.each(pairs)("the whole schema, %i to %i", (from, to) => {
    let servers: Pair;
    beforeAll(async () => {
        servers = await pair(from, to);
    });
    afterAll(() => servers?.stop());

    test.each([
        ["pagila", sample("pagila")],
        ["chinook", sample("chinook")],
        ['it\'s "tricky"', tricky],
    ])("%s is the same on both sides, and a second run makes nothing", async (name, file) => {
        const source = await createDatabase(servers.source, name);
        const target = await createDatabase(servers.target, name);
        await load(source, file);
        const inputs = inputsFor(source, target);

        const made = await runBoth(inputs);
        expect(made.restored).toBeGreaterThan(10);
        expect(made.built).toBeGreaterThan(10);
        expect(made.leftOut).toEqual([]);
        expect(await shapeOf(target)).toEqual(await shapeOf(source));
        if (from === to) {
            expect(await viewsOf(target)).toEqual(await viewsOf(source));
        }
        expect(await runBoth(inputs)).toEqual({ restored: 0, built: 0, leftOut: [] });
    });
});

describe("what is missing, and only that", () => {
    let servers: Pair;
    let count = 0;
    beforeAll(async () => {
        servers = await pair(15, 15);
    });
    afterAll(() => servers?.stop());

    async function databases(sql: string): Promise<[string, string]> {
        const name = `case_${count++}`;
        const source = await createDatabase(servers.source, name);
        const target = await createDatabase(servers.target, name);
        await query(source, sql);
        return [source, target];
    }

    test("the keys come before the copy, the rest after it", async () => {
        const [source, target] = await databases(`
            CREATE TABLE a (id int PRIMARY KEY, v text UNIQUE);
            CREATE TABLE b (k int NOT NULL, a int REFERENCES a);
            CREATE UNIQUE INDEX b_k ON b (k);
            CREATE INDEX b_a ON b (a);
            ALTER TABLE b REPLICA IDENTITY USING INDEX b_k`);
        const inputs = inputsFor(source, target, ["public.a", "public.b"]);
        await schema.create(inputs, recorder());
        const before = await shapeOf(target);
        expect(before.indexes?.map((line) => /INDEX (\w+)/.exec(line)?.[1]).sort()).toEqual(["a_pkey", "b_k"]);
        expect(before.relations).toContain("r public.b identity=i rls=f ");
        expect(await indexes.create(inputs, recorder())).toEqual({ built: 3, leftOut: [] });
        expect(await shapeOf(target)).toEqual(await shapeOf(source));
        const analyzed = await query(target, "SELECT FROM pg_stat_user_tables WHERE last_analyze IS NOT NULL");
        expect(analyzed).toHaveLength(2);
    });

    test("a table that is added later comes alone", async () => {
        const [source, target] = await databases("CREATE TABLE a (id int PRIMARY KEY)");
        await runBoth(inputsFor(source, target, ["public.a"]));
        await query(
            source,
            "CREATE TABLE b (id serial PRIMARY KEY, a int REFERENCES a, t text); CREATE INDEX b_t ON b (t)",
        );
        // Table, sequence, default and key; then index and foreign key.
        expect(await runBoth(inputsFor(source, target, ["public.a", "public.b"]))).toEqual({
            restored: 4,
            built: 2,
            leftOut: [],
        });
        expect(await shapeOf(target)).toEqual(await shapeOf(source));
    });

    test("a table that the target has is left as it is", async () => {
        const [source, target] = await databases("CREATE TABLE a (id int PRIMARY KEY, t text DEFAULT 'x')");
        await query(target, "CREATE TABLE a (id bigint PRIMARY KEY, t text DEFAULT 'y', more int)");
        expect(await runBoth(inputsFor(source, target, ["public.a"]))).toEqual({ restored: 0, built: 0, leftOut: [] });
    });

    test("a list of tables brings what they need, and leaves out what would need another", async () => {
        const [source, target] = await databases("SELECT 1");
        await load(source, tricky);
        const table = '"odd ""schema"""."a table\nwith newline; and -- 5; 1259 99 TABLE public x y"';
        const first = await runBoth(inputsFor(source, target, [table, "public.parted"]));
        expect(first.leftOut).toEqual([`constraint fk1 on table ${table}`]);
        const shape = await shapeOf(target);
        expect(shape.relations?.filter((line) => /^[rpvm] /.test(line))).toHaveLength(5);
        expect(shape.functions).toHaveLength(1);
        expect(shape.extensions).toEqual(["plpgsql"]);
        expect(shape.indexes?.every((line) => line.includes("valid=t"))).toBe(true);

        const second = await runBoth(inputsFor(source, target, [table, "public.parted", "public.other"]));
        expect(second.leftOut).toEqual([]);
        const grown = await shapeOf(target);
        expect(grown.extensions).toEqual(["citext", "pg_trgm", "plpgsql"]);
        expect(grown.constraints?.some((line) => line.includes("fk1"))).toBe(true);
        expect(grown.policies).toHaveLength(1);
        expect(grown.comments).toContain("trigger t1 on table other: trigger");
    });

    test("a table that the source does not have is named", async () => {
        const [source, target] = await databases("CREATE TABLE a (id int PRIMARY KEY)");
        await expect(
            schema.create(inputsFor(source, target, ["public.a", "public.absent"]), recorder()),
        ).rejects.toThrow("the source has no table public.absent.");
    });

    test("a source user who may read only the chosen tables is enough", async () => {
        const [source, target] = await databases(`
            CREATE TABLE mine (id int PRIMARY KEY); CREATE TABLE "not ""mine" (id int);
            CREATE SCHEMA closed; CREATE TABLE closed.t (id int);
            CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON mine TO reader`);
        const url = new URL(source);
        url.username = url.password = "reader";
        expect(await runBoth(inputsFor(url.href, target, ["public.mine"]))).toMatchObject({ restored: 2 });
    });

    test("a policy for a role that is missing fails clearly, and goes on once the role is there", async () => {
        const [source, target] = await databases(`
            CREATE ROLE auditor; CREATE TABLE a (id int PRIMARY KEY, t text); CREATE INDEX a_t ON a (t);
            CREATE POLICY p ON a TO auditor USING (true); ALTER TABLE a ENABLE ROW LEVEL SECURITY`);
        const inputs = inputsFor(source, target, ["public.a"]);
        await schema.create(inputs, recorder());
        const failure = await indexes.create(inputs, recorder()).catch((error) => error);
        expect(failure).toBeInstanceOf(Unfinished);
        expect(failure.outputs).toEqual({ built: 2, leftOut: [] });
        expect(failure.message).toContain(
            'p: role "auditor" does not exist (SQLSTATE 42704). Make what is missing on the target (a role: CREATE ROLE ... NOLOGIN).',
        );
        await query(target, "CREATE ROLE auditor");
        expect(await indexes.update(inputs, { ...inputs, ...failure.outputs }, recorder())).toMatchObject({ built: 1 });
        expect(await shapeOf(target)).toEqual(await shapeOf(source));
    });

    test("a schema that fails in the middle leaves nothing, and says which object failed", async () => {
        const [source, target] = await databases(`
            CREATE SCHEMA extra; CREATE TABLE extra.a (id int PRIMARY KEY); CREATE TABLE z (id int PRIMARY KEY)`);
        await query(target, "CREATE SCHEMA other; CREATE TYPE z AS ENUM ('in the way')");
        const empty = await shapeOf(target);
        await expect(schema.create(inputsFor(source, target), recorder())).rejects.toThrow(
            /^cannot make table z: .* \(SQLSTATE 42\d\d\d\).* Nothing of the schema was made in this run\.$/,
        );
        expect(await shapeOf(target)).toEqual(empty);
    });

    test("an extension that the target does not offer and nothing needs is left out", async () => {
        const [source, target] = await databases("CREATE TABLE a (id int PRIMARY KEY); CREATE EXTENSION citext");
        // What a provider's own extension looks like from here: no script of it on the other side.
        await query(source, "UPDATE pg_extension SET extname = 'of_the_cloud' WHERE extname = 'citext'");
        expect(await runBoth(inputsFor(source, target))).toMatchObject({ leftOut: ["extension of_the_cloud"] });
    });

    test("rows that break a constraint are not quoted", async () => {
        const [source, target] = await databases(
            "CREATE TABLE a (id int PRIMARY KEY, t text); CREATE UNIQUE INDEX a_t ON a (t); CREATE INDEX a_i ON a ((t::int))",
        );
        const inputs = inputsFor(source, target, ["public.a"]);
        await schema.create(inputs, recorder());
        await query(target, "INSERT INTO a VALUES (1, 'secret'), (2, 'secret')");
        const failure = await indexes.create(inputs, recorder()).catch((error) => error);
        expect(failure).toBeInstanceOf(Unfinished);
        expect(failure.message).toContain('a_t: could not create unique index "a_t" (SQLSTATE 23505)');
        expect(failure.message).toContain("a_i: a row's value does not fit (SQLSTATE 22P02)");
        expect(failure.message).not.toContain("secret");
        expect(failure.message).toMatch(/To go on, run: pulumi up$/);
    });
});
