import type { Fact, Facts } from "../../../lib/stage/schema/catalog";
import type { Entry } from "../../../lib/stage/schema/contents";

/** An entry and its fact in one line, for tests that decide on them. */
export interface Part extends Partial<Omit<Fact, "owner" | "referred">> {
    id: number;
    needs?: number[];
    post?: boolean;
    action?: Entry["action"];
    /** The number of the table that it belongs to; a table's oid is its number times 100. */
    of?: number;
}

const table = (id: number) => ({ oid: id * 100, root: id * 100, schema: "public", name: `t${id}` });

export function dump(parts: Part[]): { entries: Entry[]; facts: Facts } {
    const entries = parts.map(
        ({ id, needs, post, action }): Entry => ({
            id,
            catalog: action ? 0 : 1,
            oid: action ? 0 : id * 100,
            section: post ? "post" : "pre",
            ...(action && { action }),
            dependencies: needs ?? [],
        }),
    );
    const facts: Facts = new Map();
    for (const { id, action, of, needs: _needs, post: _post, ...fact } of parts) {
        if (!action) {
            facts.set(id, {
                address: { type: "table", names: ["public", `t${id}`], args: [] },
                label: `t${id}`,
                owner: of ? table(of) : null,
                referred: null,
                relation: false,
                index: false,
                key: false,
                viewRule: false,
                ...fact,
            });
        }
    }
    return { entries, facts };
}
