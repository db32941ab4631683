import { formatTableName, identifier } from "../../../postgres/identifier";
import type { Relation } from "../facts";
import { error, type Problem, warning } from "../problem";

/** From here on, searching a row by all its columns is slow enough to notice. */
const largeBytes = 100 * 2 ** 20;

/**
 * Whether the target can tell which row was updated or deleted. A published table without an identity refuses its updates
 * on the source itself, so this protects the source first.
 */
export function replicaIdentityProblems(table: Relation): Problem[] {
    const name = formatTableName(table);
    switch (table.replicaIdentity) {
        case "f":
            return fullProblems(table, name);
        case "i":
            return table.identityIndex ? [] : [noIdentity(table, name, "the index of its replica identity is gone")];
        case "d":
            return table.primaryKey ? [] : [noIdentity(table, name, "it has no primary key (or a deferrable one)")];
        default:
            return [noIdentity(table, name, "its replica identity is NOTHING")];
    }
}

function noIdentity(table: Relation, name: string, what: string): Problem {
    return error(
        "table.replicaIdentity",
        `table ${name}`,
        `${what}, so once published its UPDATE and DELETE would fail on the source.`,
        mend(table, name),
    );
}

function mend(table: Relation, name: string): string {
    if (table.primaryKey) {
        return `Run on the source: ALTER TABLE ${name} REPLICA IDENTITY DEFAULT;`;
    }
    if (table.usableIndex !== null) {
        return `Run on the source: ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ${identifier(table.usableIndex)};`;
    }
    const key = `Run on the source: ALTER TABLE ${name} ADD PRIMARY KEY (<columns>);`;
    return incomparable(table).length > 0
        ? key
        : `${key} or, at the price of whole rows in the WAL and a search through the target's table for each changed row: ALTER TABLE ${name} REPLICA IDENTITY FULL;`;
}

function fullProblems(table: Relation, name: string): Problem[] {
    // With a primary key the target finds rows by it and compares nothing else.
    if (table.primaryKey) {
        return [];
    }
    const columns = incomparable(table);
    if (columns.length > 0) {
        const list = columns.map((column) => `${column.name} ${column.type}`).join(", ");
        return [
            error(
                "table.fullIncomparable",
                `table ${name}`,
                `its replica identity is FULL and Postgres cannot compare ${list}, so the first UPDATE or DELETE would stop replication.`,
                mend(table, name),
            ),
        ];
    }
    const bytes = Number(table.bytes);
    return bytes >= largeBytes
        ? [
              warning(
                  "table.fullLarge",
                  `table ${name}`,
                  `its replica identity is FULL and it has ${Math.round(bytes / 2 ** 20)} MB: the target searches through all of it for each changed row.`,
                  mend(table, name).replace(/ or, at the price.*$/, ""),
              ),
          ]
        : [];
}

function incomparable(table: Relation) {
    return table.columns.filter((column) => !column.comparable);
}
