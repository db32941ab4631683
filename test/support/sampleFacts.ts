import type { Problem } from "../../lib/stage/preflight/problem";
import type { SampleName } from "./sampleMove";

interface SampleFacts {
    /** What `up` says. */
    outputs: object;
    report: Problem[];
    materializedViews: string[];
    /** What the writer changes, as `UPDATE payment`. */
    changes: string[];
    counts: Record<keyof typeof parts, number>;
}

/** The kinds of objects, as the lines of a shape tell them apart. */
const parts = {
    tables: ["relations", /^r /],
    partitionedTables: ["relations", /^p /],
    views: ["relations", /^v /],
    materializedViews: ["relations", /^m /],
    columns: ["columns", /./],
    defaults: ["columns", / generated= \S/],
    functions: ["functions", / f \w+$/],
    aggregates: ["functions", / a /],
    domains: ["types", / d /],
    enums: ["types", / e /],
    sequences: ["sequences", /./],
    triggers: ["triggers", /./],
    indexes: ["indexes", /./],
    constraints: ["constraints", /./],
    partitions: ["inheritance", / of /],
} as const satisfies Record<string, readonly [string, RegExp]>;

/** How many objects of each kind a shape holds. */
export function countsOf(shape: Record<string, string[]>): Record<string, number> {
    return Object.fromEntries(
        Object.entries(parts).map(([part, [kind, line]]) => [
            part,
            (shape[kind] ?? []).filter((text) => line.test(text)).length,
        ]),
    );
}

/** What is in the samples, counted by hand in their files, and what their writers do. */
export const facts: Record<SampleName, SampleFacts> = {
    pagila: {
        outputs: { tablesReady: 15, tablesTotal: 15 },
        report: [
            {
                id: "tables.notReplicated",
                severity: "warning",
                object: "materialized views",
                reason: "their data is not replicated: public.rental_by_category.",
                command: "REFRESH them on the target in the end.",
            },
        ],
        materializedViews: ["public.rental_by_category"],
        changes: [
            "DELETE actor",
            "DELETE film_actor",
            "DELETE payment",
            "DELETE rental",
            "INSERT actor",
            "INSERT film_actor",
            "INSERT payment",
            "INSERT rental",
            "UPDATE actor",
            "UPDATE category",
            "UPDATE film",
            "UPDATE payment",
            "UPDATE rental",
            "UPDATE staff",
        ],
        counts: {
            tables: 21,
            partitionedTables: 1,
            views: 7,
            materializedViews: 1,
            columns: 173,
            defaults: 41,
            functions: 9,
            aggregates: 1,
            domains: 2,
            enums: 1,
            sequences: 13,
            triggers: 15,
            indexes: 56,
            constraints: 59,
            partitions: 14,
        },
    },
    chinook: {
        outputs: { tablesReady: 11, tablesTotal: 11 },
        report: [],
        materializedViews: [],
        changes: [
            'DELETE "Genre"',
            'DELETE "Invoice"',
            'DELETE "InvoiceLine"',
            'DELETE "PlaylistTrack"',
            'INSERT "Genre"',
            'INSERT "Invoice"',
            'INSERT "InvoiceLine"',
            'INSERT "PlaylistTrack"',
            'TRUNCATE "PlaylistTrack"',
            'UPDATE "Customer"',
            'UPDATE "Genre"',
            'UPDATE "Invoice"',
            'UPDATE "PlaylistTrack"',
            'UPDATE "Track"',
        ],
        counts: {
            tables: 11,
            partitionedTables: 0,
            views: 0,
            materializedViews: 0,
            columns: 64,
            defaults: 0,
            functions: 0,
            aggregates: 0,
            domains: 0,
            enums: 0,
            sequences: 0,
            triggers: 0,
            indexes: 21,
            constraints: 22,
            partitions: 0,
        },
    },
};
