import { formatTableName, parseTableName, type TableName } from "../../../postgres/identifier";
import type { Relation } from "../facts";
import { nearest } from "../nearest";
import { error, type Problem, warning } from "../problem";

export interface Selection {
    tables: Relation[];
    stores: Relation[];
    problems: Problem[];
}

/** The tables that the user's words mean on this source, and what is wrong with the words. */
export function select(relations: Relation[], wanted: string[] | undefined): Selection {
    const { tables, problems } = wanted ? selectNamed(relations, wanted) : selectAll(relations);
    const roots = new Set(tables.map((table) => table.oid));
    const below = relations.filter(
        (relation) => relation.isPartition && relation.kind !== "p" && roots.has(relation.root ?? ""),
    );
    return {
        tables: tables.sort(byName),
        stores: [...tables.filter((table) => table.kind === "r"), ...below].sort(byName),
        problems: [...problems, ...below.flatMap((partition) => partitionProblems(partition, relations))],
    };
}

export function byName(one: Relation, other: Relation): number {
    return formatTableName(one) < formatTableName(other) ? -1 : 1;
}

function selectAll(relations: Relation[]): { tables: Relation[]; problems: Problem[] } {
    const own = relations.filter((relation) => relation.extension === null && !relation.isPartition);
    const tables = own.filter((relation) => isTable(relation) && relation.persistence === "p");
    const left = [
        leftOut(
            own,
            (relation) => relation.kind === "m",
            "materialized views",
            "REFRESH them on the target in the end.",
        ),
        leftOut(own, (relation) => relation.kind === "f", "foreign tables", "Their data stays where it is."),
        leftOut(
            own,
            (relation) => isTable(relation) && relation.persistence === "u",
            "unlogged tables",
            "Make one replicate on the source by: ALTER TABLE <table> SET LOGGED;",
        ),
    ].flat();
    return tables.length > 0
        ? { tables, problems: left }
        : {
              tables,
              problems: [
                  ...left,
                  error(
                      "tables.none",
                      "source",
                      "the database holds no table to migrate.",
                      "Check the database name in the connection URI.",
                  ),
              ],
          };
}

function leftOut(
    relations: Relation[],
    belongs: (relation: Relation) => boolean,
    what: string,
    then: string,
): Problem[] {
    const names = relations.filter(belongs).sort(byName).map(formatTableName);
    return names.length === 0
        ? []
        : [warning("tables.notReplicated", what, `their data is not replicated: ${names.join(", ")}.`, then)];
}

function selectNamed(relations: Relation[], wanted: string[]): { tables: Relation[]; problems: Problem[] } {
    const byTableName = new Map(relations.map((relation) => [formatTableName(relation), relation]));
    const tables: Relation[] = [];
    const problems: Problem[] = [];
    for (const text of wanted) {
        const parsed = parseTableName(text);
        const relation = parsed && byTableName.get(formatTableName(parsed));
        if (!relation) {
            problems.push(missing(text, parsed, relations));
            continue;
        }
        const unfit = unfitNamed(text, relation, relations);
        if (unfit) {
            problems.push(unfit);
        } else {
            tables.push(relation);
        }
    }
    return { tables, problems };
}

function missing(text: string, wanted: TableName | undefined, relations: Relation[]): Problem {
    const near = wanted && (nearName(wanted, relations) ?? otherSchema(wanted, relations));
    return error(
        "tables.missing",
        `table ${text}`,
        "the source has no such table, or the role may not know of it.",
        near ? `Did you mean ${formatTableName(near)}?` : "Look at the names with: psql -c '\\dt *.*'",
    );
}

function nearName({ schema, name }: TableName, relations: Relation[]): Relation | undefined {
    const there = relations.filter((relation) => relation.schema.toLowerCase() === schema.toLowerCase());
    const guess = nearest(
        name,
        there.map((relation) => relation.name),
    );
    return there.find((relation) => relation.name === guess);
}

function otherSchema({ name }: TableName, relations: Relation[]): Relation | undefined {
    return relations.find((relation) => relation.name.toLowerCase() === name.toLowerCase());
}

const unfitKinds: Partial<Record<Relation["kind"], [string, string]>> = {
    v: ["a view", "Name the tables it reads."],
    m: ["a materialized view", "Name the tables it reads, and REFRESH it on the target in the end."],
    f: ["a foreign table", "Its data stays where it is; define it on the target."],
};

function unfitNamed(text: string, relation: Relation, relations: Relation[]): Problem | undefined {
    const refuse = (reason: string, command: string) => error("tables.unfit", `table ${text}`, reason, command);
    const [kind, instead] = unfitKinds[relation.kind] ?? [];
    if (kind && instead) {
        return refuse(`it is ${kind}, which holds no data that replicates.`, instead);
    }
    if (relation.isPartition) {
        const root = rootName(relation, relations);
        return refuse(`it is a partition; tables are migrated as a whole.`, `Name its root instead: ${root}`);
    }
    if (relation.extension !== null) {
        return refuse(
            `it belongs to the extension ${relation.extension}, which brings its own on the target.`,
            "Remove it from tables.",
        );
    }
    return relation.persistence === "p"
        ? undefined
        : refuse("it is unlogged; its changes are not in the WAL.", setLogged(relation));
}

/** A partition whose changes never reach the WAL would be copied once and then stay behind. */
function partitionProblems(partition: Relation, relations: Relation[]): Problem[] {
    const of = `partition ${formatTableName(partition)} of ${rootName(partition, relations)}`;
    if (partition.kind === "f") {
        return [
            error(
                "tables.partition",
                of,
                "it is a foreign table, whose changes do not replicate.",
                detach(partition, relations),
            ),
        ];
    }
    return partition.persistence === "p"
        ? []
        : [error("tables.partition", of, "it is unlogged; its changes are not in the WAL.", setLogged(partition))];
}

function isTable(relation: Relation): boolean {
    return relation.kind === "r" || relation.kind === "p";
}

function rootName(relation: Relation, relations: Relation[]): string {
    const root = relations.find((candidate) => candidate.oid === relation.root);
    return root ? formatTableName(root) : "its partitioned table";
}

function setLogged(relation: Relation): string {
    return `Run on the source: ALTER TABLE ${formatTableName(relation)} SET LOGGED;`;
}

function detach(partition: Relation, relations: Relation[]): string {
    return `Run on the source: ALTER TABLE ${rootName(partition, relations)} DETACH PARTITION ${formatTableName(partition)};`;
}
