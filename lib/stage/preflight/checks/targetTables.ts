import { formatTableName } from "../../../postgres/identifier";
import type { Relation } from "../facts";
import { error, type Problem, warning } from "../problem";
import type { Situation } from "./situation";

/** What stands on the target already under the names of the tables to come. What we already follow is as it should be. */
export function targetTableProblems({ target, tables }: Situation): Problem[] {
    const existing = new Map(target.relations.map((relation) => [formatTableName(relation), relation]));
    const followed = new Set(target.subscribed.map((table) => table.oid));
    return tables.flatMap((table) => {
        const other = existing.get(formatTableName(table));
        return [
            ...(table.hypertable ? [hypertable("source", table)] : []),
            ...(other?.hypertable ? [hypertable("target", table)] : []),
            ...(other && !followed.has(other.oid) ? existingProblems(table, other, target.filled) : []),
            ...(other ? triggerProblems(table, other, target.triggers) : []),
        ];
    });
}

function existingProblems(table: Relation, other: Relation, filled: string[]): Problem[] {
    const name = formatTableName(table);
    const object = `target table ${name}`;
    if (other.kind !== "r" && other.kind !== "p") {
        return [
            error(
                "target.kind",
                object,
                "a view or foreign table of this name stands in the way.",
                `Rename it on the target: ALTER ${other.kind === "f" ? "FOREIGN TABLE" : other.kind === "m" ? "MATERIALIZED VIEW" : "VIEW"} ${name} RENAME TO <other>;`,
            ),
        ];
    }
    const misfits = columnMisfits(table, other);
    return [
        ...(misfits.length === 0
            ? []
            : [
                  error(
                      "target.columns",
                      object,
                      `it exists and does not fit the source's: ${misfits.join("; ")}.`,
                      `Change it, or let the migration create it after: DROP TABLE ${name};`,
                  ),
              ]),
        ...(filled.includes(other.oid)
            ? [
                  error(
                      "target.filled",
                      object,
                      "it exists and is not empty (or could not be read); the copy would add to its rows or stop at a duplicate.",
                      `If they are not needed, run on the target: TRUNCATE ${name};`,
                  ),
              ]
            : []),
    ];
}

function columnMisfits(table: Relation, other: Relation): string[] {
    const theirs = new Map(other.columns.map((column) => [column.name, column]));
    const ours = new Set(table.columns.map((column) => column.name));
    return [
        ...table.columns.flatMap(({ name, type }) => {
            const same = theirs.get(name);
            if (!same) {
                return [`column ${name} ${type} is missing`];
            }
            return same.type === type ? [] : [`column ${name} is ${same.type} and not ${type}`];
        }),
        ...other.columns
            .filter((column) => column.required && !ours.has(column.name))
            .map(({ name }) => `column ${name} is NOT NULL without a default and the source has none`),
    ];
}

function hypertable(side: "source" | "target", table: Relation): Problem {
    return error(
        "table.hypertable",
        `${side} table ${formatTableName(table)}`,
        "it is a hypertable, and logical replication reaches none.",
        side === "target"
            ? "Let it be an ordinary table until the cutover, then make it a hypertable."
            : "Leave it out of tables and move it by Timescale's own tools.",
    );
}

function triggerProblems(table: Relation, other: Relation, triggers: { table: string; trigger: string }[]): Problem[] {
    return triggers
        .filter((trigger) => trigger.table === other.oid)
        .map(({ trigger }) =>
            warning(
                "target.trigger",
                `target table ${formatTableName(table)}`,
                `its trigger "${trigger}" fires for replicated rows too (ENABLE ALWAYS or REPLICA).`,
                `Unless that is wanted, run on the target: ALTER TABLE ${formatTableName(table)} DISABLE TRIGGER "${trigger}";`,
            ),
        );
}
