import type { Session } from "../../postgres/client";
import { formatTableName, parseTableName } from "../../postgres/identifier";
import type { Names } from "../sides";
import { columnsOf, uniqueKeysOf, unreadableTables } from "./sql";

/**
 * Why applying or copying fails, as far as the two catalogs show it. Postgres tells the cause only to the target's server
 * log, which most services keep behind a console.
 */
export async function diagnose(source: Session, target: Session, of: Names & { tables: string[] }): Promise<string> {
    const keys = of.tables.map((table) => {
        const { schema, name } = parseTableName(table) ?? { schema: "", name: table };
        // The text that json_build_array prints, spaces included.
        return `[${JSON.stringify(schema)}, ${JSON.stringify(name)}]`;
    });
    const read = (session: Session, sql: string) => listsByTable(session, sql, [keys]);
    const findings = [
        ...missingColumns(await read(source, columnsOf), await read(target, columnsOf)),
        ...additionalKeys(await read(source, uniqueKeysOf), await read(target, uniqueKeysOf)),
        ...unreadable(await listsByTable(source, unreadableTables, [keys, of.subscription])),
    ];
    return findings.length > 0
        ? findings.join("; ")
        : "the cause stands in the target's server log: look for ERROR lines of this subscription's worker";
}

/** What a catalog does not tell is no reason to fail: the failure that is to be explained is there already. */
async function listsByTable(session: Session, sql: string, values: unknown[]): Promise<Map<string, string[]>> {
    const rows = await session.query<{ table: string; list: string[] }>(sql, values).catch(() => []);
    return new Map(rows.map(({ table, list }) => [table, list]));
}

/** What of the source's tables and columns the target lacks; keys are `["schema", "table"]`. */
export function missingColumns(source: Map<string, string[]>, target: Map<string, string[]>): string[] {
    return [...source].flatMap(([key, columns]) => {
        const table = nameOf(key);
        const have = target.get(key);
        if (!have) {
            return [`table ${table} is not on the target`];
        }
        const lacks = columns.filter((column) => !have.includes(column));
        return lacks.length > 0 ? [`${table} on the target lacks the column ${lacks.join(", ")}`] : [];
    });
}

/** Unique keys of the target that the source lacks: rows that are different there may be the same here. */
export function additionalKeys(source: Map<string, string[]>, target: Map<string, string[]>): string[] {
    return [...target].flatMap(([key, keys]) => {
        const added = keys.filter((text) => !source.get(key)?.includes(text));
        return added.length > 0
            ? [`${nameOf(key)} on the target has a unique key that the source lacks: ${added.join(", ")}`]
            : [];
    });
}

/** Tables whose rows the source keeps from the role that the target connects by. */
export function unreadable(roles: Map<string, string[]>): string[] {
    return [...roles].map(([key, list]) => {
        const names = list.map((role) => `"${role}"`).join(", ");
        return `row-level security on the source hides rows of ${nameOf(key)} from ${names}: ALTER ROLE ${names} BYPASSRLS`;
    });
}

function nameOf(key: string): string {
    const [schema = "", name = ""] = JSON.parse(key) as string[];
    return formatTableName({ schema, name });
}
