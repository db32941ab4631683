import { escapeIdentifier, escapeLiteral } from "pg";

/** The longest name Postgres keeps, in bytes (NAMEDATALEN - 1). A longer one is cut silently. */
export const maxNameBytes = 63;

export const identifier = escapeIdentifier;
export const literal = escapeLiteral;

export interface TableName {
    schema: string;
    name: string;
}

/** `"schema"."table"`, always quoted, for use in a statement. */
export function qualified(table: TableName): string {
    return `${identifier(table.schema)}.${identifier(table.name)}`;
}

const part = String.raw`(?:"((?:[^"]|"")+)"|([^\s".]+))`;
const tableShape = new RegExp(String.raw`^\s*${part}(?:\.${part})?\s*$`);

/**
 * Reads a table's name as SQL would: parts without quotes fold to lower case, quoted parts are taken as they are, and a
 * name without a schema is in `public`. Returns undefined for anything else.
 */
export function parseTableName(text: string): TableName | undefined {
    const match = tableShape.exec(text);
    if (!match) {
        return undefined;
    }
    const read = (quoted?: string, plain?: string) => quoted?.replace(/""/g, '"') ?? plain?.toLowerCase();
    const first = read(match[1], match[2]);
    const second = read(match[3], match[4]);
    return second === undefined ? { schema: "public", name: first ?? "" } : { schema: first ?? "", name: second };
}

/** A table's name as a person writes it: quotes only where SQL would need them. `parseTableName` reads it back. */
export function formatTableName(table: TableName): string {
    const plain = (name: string) => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : identifier(name));
    return `${plain(table.schema)}.${plain(table.name)}`;
}
