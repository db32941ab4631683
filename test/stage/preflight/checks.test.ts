import { describe, expect, test } from "vitest";
import { claim, marker } from "../../../lib/names";
import { databaseProblems } from "../../../lib/stage/preflight/checks/all";
import { compareVersions } from "../../../lib/stage/preflight/checks/contents";
import type { SourceFacts, TargetFacts } from "../../../lib/stage/preflight/facts";
import type { PreflightInputs } from "../../../lib/stage/preflight/inputs";
import { probeProblems, probeStatement } from "../../../lib/stage/preflight/probe";
import { formatProblem } from "../../../lib/stage/preflight/problem";
import { relation, serverFacts, sourceFacts, targetFacts } from "./facts";
import { inputsOf } from "./inputs";

const inputs = inputsOf("postgresql://me:pw@a/shop", "postgresql://me:pw@b/shop");
const { slot, migration } = inputs;

interface Given {
    source?: Partial<SourceFacts>;
    target?: Partial<TargetFacts>;
    inputs?: Partial<PreflightInputs>;
}

const problems = (given: Given) =>
    databaseProblems(
        { ...inputs, ...given.inputs },
        sourceFacts(given.source),
        targetFacts(given.target),
        [["pg_dump", { path: "/bin/pg_dump", major: 18 }]],
        undefined,
    );

/** What is found, as `severity id object`. */
const found = (given: Given) => problems(given).map(({ severity, id, object }) => `${severity} ${id} ${object}`);

const slotNamed = (name: string, active = false) => ({ name, active, walStatus: "reserved" });
const ourSubscription = { oid: "77", comment: marker(migration) };

describe("what the facts mean", () => {
    const cases: [string, Given, string[]][] = [
        ["nothing is wrong", {}, []],
        ["source 12", { source: { server: serverFacts({ versionNumber: 120_005 }) } }, ["error server.version source"]],
        ["source 13", { source: { server: serverFacts({ versionNumber: 130_000 }) } }, []],
        [
            "both 19",
            {
                source: { server: serverFacts({ versionNumber: 190_000 }) },
                target: { server: serverFacts({ versionNumber: 190_000, startedAt: "x" }) },
            },
            [
                "error tools.old pg_dump at /bin/pg_dump",
                "error server.version source",
                "error server.version target",
                "error target.max_active_replication_origins target max_active_replication_origins",
            ],
        ],
        [
            "target older than source",
            { source: { server: serverFacts({ versionNumber: 160_000 }) } },
            ["error server.older target"],
        ],
        ["a standby", { source: { server: serverFacts({ inRecovery: true }) } }, ["error server.recovery source"]],
        [
            "a pooler",
            { target: { server: serverFacts({ pooled: true, startedAt: "x" }) } },
            ["error connection.pooler target"],
        ],
        ["the same database", { target: { server: serverFacts() } }, ["error server.same source and target"]],
        ["a neighbour in the same server", { target: { server: serverFacts({ database: "other" }) } }, []],
        ["a copy of the same disk", { target: { server: serverFacts({ startedAt: "later" }) } }, []],
        [
            "another encoding",
            { target: { server: serverFacts({ encoding: "LATIN1", startedAt: "x" }) } },
            ["warning server.encoding target"],
        ],
        [
            "a pending restart",
            {
                source: {
                    server: serverFacts({
                        settings: { ...serverFacts().settings, wal_level: { value: "replica", pendingRestart: true } },
                    }),
                },
            },
            ["error source.walLevel source wal_level"],
        ],
        [
            "pgoutput not allowed",
            { source: { server: serverFacts({}, { output_plugin_libraries: "wal2json" }) } },
            ["error source.plugin source output_plugin_libraries"],
        ],
        [
            "pgoutput allowed",
            { source: { server: serverFacts({}, { output_plugin_libraries: 'test_decoding, "pgoutput"' }) } },
            [],
        ],
        [
            "little WAL kept",
            { source: { server: serverFacts({}, { max_slot_wal_keep_size: "99" }) } },
            ["warning source.keepSize source max_slot_wal_keep_size"],
        ],
        [
            "as much WAL kept as there is data",
            { source: { server: serverFacts({}, { max_slot_wal_keep_size: "100" }) } },
            [],
        ],
        ["two slots free for two needed", { source: { server: serverFacts({}, { max_replication_slots: "2" }) } }, []],
        [
            "one slot free for two needed",
            { source: { server: serverFacts({}, { max_replication_slots: "1" }) } },
            ["error source.max_replication_slots source max_replication_slots"],
        ],
        [
            "one slot free, and one ours",
            {
                source: {
                    server: serverFacts({}, { max_replication_slots: "2" }),
                    slots: [slotNamed(slot, true)],
                    publication: { comment: claim(migration, slot) },
                },
            },
            [],
        ],
        [
            "all is copied: no more workers are needed",
            {
                source: {
                    server: serverFacts({}, { max_wal_senders: "1" }),
                    slots: [slotNamed(slot, true)],
                    walSenders: 1,
                },
                target: {
                    subscription: ourSubscription,
                    subscribed: [{ oid: "x", ready: true }],
                    workers: { total: 1, ours: 1 },
                },
            },
            [],
        ],
        [
            "no worker may copy",
            { target: { server: serverFacts({ startedAt: "x" }, { max_sync_workers_per_subscription: "0" }) } },
            ["error target.max_sync_workers_per_subscription target max_sync_workers_per_subscription"],
        ],
        [
            "origins taken",
            { target: { origins: { total: 9, ours: 0 } } },
            ["error target.max_replication_slots target max_replication_slots"],
        ],
        [
            "workers taken",
            { target: { workers: { total: 3, ours: 0 } } },
            ["error target.max_logical_replication_workers target max_logical_replication_workers"],
        ],
        [
            "too few processes",
            { target: { server: serverFacts({ startedAt: "x" }, { max_worker_processes: "2" }) } },
            ["error target.max_worker_processes target max_worker_processes"],
        ],
        ["a role that is not there", { source: { role: undefined } }, ["error rights.role role postgres"]],
        [
            "rights that nobody could tell",
            { source: { relations: [relation("one", { selectable: null })] } },
            ["error rights.select role postgres"],
        ],
        [
            "no right to publish, but the publication is there",
            {
                source: {
                    server: serverFacts({ mayCreateInDatabase: false }),
                    publication: { comment: marker(migration) },
                },
            },
            [],
        ],
        [
            "tables of two owners",
            {
                source: {
                    server: serverFacts({ superuser: false }),
                    relations: [
                        relation("one", { owned: false, owner: "ann" }),
                        relation("two", { owned: false, owner: "ben" }),
                        relation("three", { owned: false, owner: "ann" }),
                    ],
                },
            },
            ["error rights.owner role postgres", "error rights.owner role postgres"],
        ],
        [
            "identity nothing",
            { source: { relations: [relation("one", { replicaIdentity: "n" })] } },
            ["error table.replicaIdentity table public.one"],
        ],
        [
            "identity by an index that is gone",
            { source: { relations: [relation("one", { replicaIdentity: "i" })] } },
            ["error table.replicaIdentity table public.one"],
        ],
        [
            "identity by an index",
            { source: { relations: [relation("one", { replicaIdentity: "i", identityIndex: true })] } },
            [],
        ],
        [
            "FULL and large",
            {
                source: {
                    relations: [relation("one", { replicaIdentity: "f", primaryKey: false, bytes: "104857600" })],
                },
            },
            ["warning table.fullLarge table public.one"],
        ],
        [
            "FULL and not yet large",
            {
                source: {
                    relations: [relation("one", { replicaIdentity: "f", primaryKey: false, bytes: "104857599" })],
                },
            },
            [],
        ],
        ["no table", { source: { relations: [relation("v", { kind: "v" })] } }, ["error tables.none source"]],
        [
            "an extension's table is left to the extension",
            { source: { relations: [relation("one"), relation("spatial_ref_sys", { extension: "postgis" })] } },
            [],
        ],
        [
            "a foreign table among the partitions",
            {
                source: {
                    relations: [
                        relation("root", { kind: "p", root: "oid of root" }),
                        relation("far", { kind: "f", isPartition: true, root: "oid of root" }),
                    ],
                },
            },
            ["error tables.partition partition public.far of public.root"],
        ],
        [
            "a hypertable on the target",
            { target: { relations: [relation("one", { hypertable: true })] } },
            ["error table.hypertable target table public.one"],
        ],
        ["an empty table on the target", { target: { relations: [relation("one")] } }, []],
        [
            "a filled table on the target",
            { target: { relations: [relation("one")], filled: ["oid of one"] } },
            ["error target.filled target table public.one"],
        ],
        [
            "a filled table that we follow",
            {
                target: {
                    relations: [relation("one")],
                    filled: ["oid of one"],
                    subscription: ourSubscription,
                    subscribed: [{ oid: "oid of one", ready: true }],
                },
            },
            [],
        ],
        [
            "a view in the way",
            { target: { relations: [relation("one", { kind: "v" })] } },
            ["error target.kind target table public.one"],
        ],
        [
            "a trigger that always fires",
            { target: { relations: [relation("one")], triggers: [{ table: "oid of one", trigger: "audit" }] } },
            ["warning target.trigger target table public.one"],
        ],
        [
            "a slot of ours by its claim",
            { source: { slots: [slotNamed(slot)], publication: { comment: claim(migration, slot) } } },
            [],
        ],
        [
            "a slot that our publication doesn't claim",
            { source: { slots: [slotNamed(slot)], publication: { comment: marker(migration) } } },
            [`error source.slot source slot ${slot}`],
        ],
        [
            "a slot of ours by the subscription",
            { source: { slots: [slotNamed(slot)] }, target: { subscription: ourSubscription } },
            [],
        ],
        [
            "a forgotten slot",
            { source: { slots: [slotNamed("old")] } },
            ["warning source.inactiveSlot source slot old"],
        ],
        ["a busy slot of another", { source: { slots: [slotNamed("other", true)] } }, []],
        [
            "transactions, by age",
            {
                source: {
                    transactions: [3_600, 3_599, 30, 29].map((seconds) => ({
                        pid: seconds,
                        user: "u",
                        state: "active",
                        seconds,
                    })),
                    prepared: [30, 29].map((seconds) => ({ gid: `g${seconds}`, owner: "o", database: "d", seconds })),
                },
            },
            [
                "error source.transaction source session 3600",
                "warning source.transaction source session 3599",
                "warning source.transaction source session 30",
                "error source.prepared prepared transaction 'g30'",
            ],
        ],
        [
            "sessions that nobody could see",
            { source: { server: serverFacts({ seesActivity: false }) } },
            ["warning source.activity role postgres"],
        ],
        [
            "extensions: none, older, newer, a service's own",
            {
                source: {
                    extensions: ["absent", "older", "newer", "rds_tools"].map((name) => ({
                        name,
                        version: "1.10",
                        tables: [],
                    })),
                },
                target: { extensions: { older: ["1.2", "1.9"], newer: ["1.2", "1.11"] } },
            },
            ["error target.extension extension absent", "warning target.extensionVersion extension older"],
        ],
        [
            "extensions that the named tables don't use",
            {
                inputs: { wantedTables: ["one"] },
                source: { extensions: [{ name: "absent", version: "1", tables: ["oid of another"] }] },
            },
            [],
        ],
        [
            "extensions that the named tables use",
            {
                inputs: { wantedTables: ["one"] },
                source: { extensions: [{ name: "absent", version: "1", tables: ["oid of one"] }] },
            },
            ["error target.extension extension absent"],
        ],
        ["large objects", { source: { largeObjects: 1 } }, ["warning source.largeObjects large objects"]],
    ];
    test.each(cases)("%s", (_what, given, expected) => {
        expect(found(given)).toEqual(expected);
    });
});

test("a side that could not be asked hides no problem of the other", () => {
    const target = targetFacts({ server: serverFacts({ inRecovery: true }) });
    expect(databaseProblems(inputs, undefined, target, [], undefined).map(({ id }) => id)).toEqual(["server.recovery"]);
});

describe("the command that sets a parameter", () => {
    test.each([
        ["postgres", "Run on the source: ALTER SYSTEM SET wal_level = 'logical'; and restart the server."],
        ["rds", "Set rds.logical_replication = 1 in the source's DB parameter group and reboot the instance."],
        [
            "azure",
            "Run: az postgres flexible-server parameter set --resource-group <group> --server-name <source> --name wal_level --value logical and then: az postgres flexible-server restart --resource-group <group> --name <source>",
        ],
    ] as const)("of %s", (service, command) => {
        const [problem] = problems({ source: { server: serverFacts({ service }, { wal_level: "replica" }) } });
        expect(problem?.command).toBe(command);
    });
});

test("versions count by their numbers", () => {
    expect(["1.10", "1.9", "1.2.1", "1.2"].sort(compareVersions)).toEqual(["1.2", "1.2.1", "1.9", "1.10"]);
});

describe("what a failed probe means", () => {
    const source = {
        host: "db",
        port: 5432,
        database: "shop",
        user: "me",
        password: "pw",
        sslmode: "require" as const,
    };
    const rights = { user: "app", database: "shop", versionNumber: 170_000 };
    test.each([
        ["42501", "rights.subscribe"],
        ["57014", "path.timeout"],
        [undefined, "path.timeout"],
        ["08006", "path.refused"],
        ["2F003", "path.refused"],
        ["XX000", "path.refused"],
    ])("%s is %s", (state, id) => {
        expect(probeProblems(state, "why", source, rights).map((problem) => problem.id)).toEqual([id]);
    });

    test("a published table that the target lacks is no matter of the way", () => {
        expect(probeProblems("42P01", "why", source, rights)).toEqual([]);
    });

    test("a message of several lines becomes one", () => {
        const [problem] = probeProblems("08006", "one\n   two", source, rights);
        expect(problem && formatProblem(problem)).toContain("(SQLSTATE 08006: one two)");
    });

    test("its statement doubles what format() would take for its own", () => {
        expect(probeStatement('a"%', "b%")).toBe(
            'CREATE SUBSCRIPTION "a""%%" CONNECTION %1$L PUBLICATION "b%%" WITH (connect = true, create_slot = false, enabled = false, copy_data = false, slot_name = NONE)',
        );
    });
});
