import type { Session } from "../../postgres/client";
import { formatTableName, parseTableName } from "../../postgres/identifier";
import { columnsOf } from "./sql";

/**
 * Why applying or copying fails, as far as the two catalogs show it. Postgres tells the cause only to the target's server
 * log, which most services keep behind a console.
 */
export async function diagnose(source: Session, target: Session, tables: string[]): Promise<string> {
    const keys = tables.map((table) => {
        const { schema, name } = parseTableName(table) ?? { schema: "", name: table };
        // The text that json_build_array prints, spaces included.
        return `[${JSON.stringify(schema)}, ${JSON.stringify(name)}]`;
    });
    const read = async (session: Session) => {
        const rows = await session.query<{ table: string; columns: string[] }>(columnsOf, [keys]);
        return new Map(rows.map(({ table, columns }) => [table, columns]));
    };
    const findings = missingColumns(await read(source), await read(target));
    return findings.length > 0
        ? findings.join("; ")
        : "the cause stands in the target's server log: look for ERROR lines of this subscription's worker";
}

/** What of the source's tables and columns the target lacks; keys are `["schema", "table"]`. */
export function missingColumns(source: Map<string, string[]>, target: Map<string, string[]>): string[] {
    return [...source].flatMap(([key, columns]) => {
        const [schema = "", name = ""] = JSON.parse(key) as string[];
        const table = formatTableName({ schema, name });
        const have = target.get(key);
        if (!have) {
            return [`table ${table} is not on the target`];
        }
        const lacks = columns.filter((column) => !have.includes(column));
        return lacks.length > 0 ? [`${table} on the target lacks the column ${lacks.join(", ")}`] : [];
    });
}
