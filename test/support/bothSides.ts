import { shapeOf } from "../stage/schema/shape";
import { type Contents, refreshedContents, tableContents } from "./contents";
import type { Link } from "./following";
import { viewDefinitions } from "./views";

/** All of a database that can be compared with another's: what is in it and what it defines. */
export interface Side {
    rows: Contents;
    materializedRows: Contents;
    views: Record<string, string>;
    shape: Record<string, string[]>;
}

/** Both databases of a migration. Nobody may write meanwhile. */
export async function bothSides({ source, target }: Link): Promise<{ source: Side; target: Side }> {
    const views = await viewDefinitions(source, target);
    const read = async (url: string) => ({
        rows: await tableContents(url),
        materializedRows: await refreshedContents(url),
        shape: await shapeOf(url),
    });
    return {
        source: { ...(await read(source)), views: views.source },
        target: { ...(await read(target)), views: views.target },
    };
}
