import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, test } from "vitest";

interface Made {
    name: string;
    type: string;
    inputs: Record<string, unknown>;
}

const made: Made[] = [];
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

beforeAll(async () => {
    await pulumi.runtime.setMocks(
        {
            newResource(args) {
                made.push({ name: args.name, type: args.type, inputs: args.inputs });
                const found: Record<string, object> = {
                    "shop-preflight": { tables: ["shop.orders"], everything: false, report: [] },
                    "shop-subscription": { sourceSystemIdentifier: "7000", sourceTimeline: "00000001" },
                    "shop-copy": { bytesCopied: "9007199254740993" },
                    "shop-convergence": { phase: "converged", lagBytes: "12", pid: 7, receivedLsn: "0/1" },
                };
                return { id: args.name, state: { ...args.inputs, seconds: 1, ...found[args.name] } };
            },
            call: (args) => args.inputs,
        },
        "project",
        "stack",
    );
});

beforeEach(() => {
    made.length = 0;
});

async function migrate(change: object = {}) {
    const { Migration, postgresSource, postgresTarget } = await import("../lib/index.js");
    return new Migration("shop", {
        source: postgresSource({ connectionString: "postgresql://u:p@s/d" }),
        target: postgresTarget({ connectionString: "postgresql://u:p@t/d" }),
        ...change,
    });
}

const value = <T>(output: pulumi.Output<T>) => new Promise<T>((done) => output.apply(done));

test("one resource a stage, in the order of the migration, and the outputs of the last ones", async () => {
    const migration = await migrate({ tables: ["shop.orders"], timeoutSeconds: 60, forceDetach: true });
    expect(await value(migration.phase)).toBe("converged");
    expect(await value(migration.bytesCopied)).toBe("9007199254740993");
    expect(await value(migration.subscriptionStatus)).toMatchObject({ pid: 7, receivedLsn: "0/1" });
    expect(Object.keys(await value(migration.stageSeconds))).toEqual([
        "preflight",
        "schema",
        "publication",
        "subscription",
        "copy",
        "indexes",
        "convergence",
    ]);
    const kind = (type: string) => `pulumi-nodejs:dynamic/pulumi-postgres-migration:${type}`;
    expect(made.map(({ name, type }) => [name, type])).toEqual([
        ["shop", "pulumi-postgres-migration:index:Migration"],
        ["shop-preflight", kind("Preflight")],
        ["shop-schema", kind("Schema")],
        ["shop-publication", kind("Publication")],
        ["shop-subscription", kind("Subscription")],
        ["shop-copy", kind("Copy")],
        ["shop-indexes", kind("Indexes")],
        ["shop-convergence", kind("Convergence")],
    ]);
});

test("every stage knows its migration and its own URN, under the component", async () => {
    await value((await migrate()).phase);
    for (const { name, type, inputs } of made.slice(1)) {
        expect(inputs.migration).toBe("project/stack/shop");
        expect(inputs.ownUrn).toBe(
            `urn:pulumi:stack::project::pulumi-postgres-migration:index:Migration$${type}::${name}`,
        );
    }
});

test("connection strings are secret in every stage", async () => {
    await value((await migrate()).phase);
    for (const { inputs } of made.slice(1)) {
        expect(inputs.source).toEqual({ ...secret, value: "postgresql://u:p@s/d" });
        expect(inputs.target).toEqual({ ...secret, value: "postgresql://u:p@t/d" });
    }
});

test("the Migration's own inputs keep a side secret that was given as it is", async () => {
    const sides = {
        source: { connectionString: "postgresql://u:p@s/d" },
        target: { connectionString: "postgresql://u:p@t/d" },
    };
    await value((await migrate(sides)).phase);
    expect(made[0]?.inputs).toEqual({
        source: { ...secret, value: sides.source },
        target: { ...secret, value: sides.target },
    });
});

test("an argument that does not exist reaches the checks by name", async () => {
    await value((await migrate({ tabels: ["x"] })).phase);
    expect(made.find(({ name }) => name === "shop-preflight")?.inputs.unknownArguments).toEqual(["tabels"]);
});

test.each([
    [
        { source: undefined },
        'Migration "shop": source is missing. Give it as source: postgresSource({ connectionString: config.requireSecret("sourceUrl") }).',
    ],
    [
        { target: {} },
        'Migration "shop": target is missing. Give it as target: postgresTarget({ connectionString: config.requireSecret("targetUrl") }).',
    ],
])("a missing side says how to give it: %j", async (change, message) => {
    await expect(migrate(change)).rejects.toThrow(message);
});

test("loading the library loads no cloud package and no database driver", () => {
    const { execFileSync } = require("node:child_process") as typeof import("node:child_process");
    const program = `require("pulumi-postgres-migration"); process.stdout.write(Object.keys(require.cache).join("\\n"))`;
    const loaded = execFileSync(process.execPath, ["-e", program], { encoding: "utf8" });
    expect(loaded).toContain("migration.js");
    expect(loaded).not.toMatch(/node_modules\/(@pulumi\/(aws|azure-native)|@aws-sdk|@azure|pg)\//);
});
