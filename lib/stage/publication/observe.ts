import { claim, isOurs } from "../../names";
import type { Session } from "../../postgres/client";
import { formatTableName } from "../../postgres/identifier";
import type { Names } from "../sides";
import { observePublication } from "./sql";

export interface ObservedPublication {
    ours: boolean;
    /** It says that the slot of our name is, or is about to be, this migration's. */
    claimsSlot: boolean;
    allTables: boolean;
    viaRoot: boolean;
    operations: string[];
    /** Canonical names. */
    tables: string[];
}

export async function findPublication(
    source: Session,
    of: Names & { migration: string },
): Promise<ObservedPublication | undefined> {
    const [row] = await source.query<{
        comment: string | null;
        allTables: boolean;
        viaRoot: boolean;
        operations: string[];
        tables: string[];
    }>(observePublication, [of.publication]);
    return (
        row && {
            ours: isOurs(row.comment, of.migration),
            claimsSlot: row.comment === claim(of.migration, of.slot),
            allTables: row.allTables,
            viaRoot: row.viaRoot,
            operations: row.operations,
            tables: row.tables
                .map((text) => {
                    const [schema = "", name = ""] = JSON.parse(text) as string[];
                    return formatTableName({ schema, name });
                })
                .sort(),
        }
    );
}
