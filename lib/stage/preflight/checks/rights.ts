import { formatTableName, identifier } from "../../../postgres/identifier";
import type { Relation, SourceFacts, TargetFacts } from "../facts";
import { error, type Problem } from "../problem";

/** What the role by which the target connects may do on the source. */
export function replicationRoleProblems(source: SourceFacts, tables: Relation[]): Problem[] {
    const { role, roleName, server } = source;
    const name = identifier(roleName);
    if (!role) {
        return [
            error(
                "rights.role",
                `role ${roleName}`,
                "the target is to connect by it, and the source has no such role.",
                "Write a user that exists in connectionStringFromTarget.",
            ),
        ];
    }
    const problems: Problem[] = [];
    if (!role.mayReplicate) {
        const grant =
            server.service === "rds" ? `GRANT rds_replication TO ${name};` : `ALTER ROLE ${name} REPLICATION;`;
        problems.push(
            error(
                "rights.replication",
                `role ${roleName}`,
                "it lacks the REPLICATION attribute, without which the target cannot follow the source.",
                `Run on the source: ${grant}`,
            ),
        );
    }
    for (const [schema, unusable] of grouped(
        tables.filter((table) => !table.schemaUsable),
        (table) => table.schema,
    )) {
        problems.push(
            error(
                "rights.schema",
                `role ${roleName}`,
                `it may not use the schema ${schema}, which holds ${count(unusable)} to copy.`,
                `Run on the source: GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${name};`,
            ),
        );
    }
    for (const [schema, unreadable] of grouped(
        tables.filter((table) => !table.selectable),
        (table) => table.schema,
    )) {
        problems.push(
            error(
                "rights.select",
                `role ${roleName}`,
                `it may not read ${count(unreadable)} of the schema ${schema}.`,
                `Run on the source: GRANT SELECT ON ${list(unreadable)} TO ${name};`,
            ),
        );
    }
    const hidden = tables.filter((table) => table.rowsHidden);
    if (hidden.length > 0) {
        problems.push(
            error(
                "rights.rowSecurity",
                `role ${roleName}`,
                `row-level security hides rows of ${list(hidden)} from it, so they would not be copied.`,
                `Run on the source: ALTER ROLE ${name} BYPASSRLS;`,
            ),
        );
    }
    return problems;
}

/** What the role of `source` needs to publish. */
export function publishingProblems({ server, publication }: SourceFacts, tables: Relation[]): Problem[] {
    const problems: Problem[] = [];
    const name = identifier(server.user);
    if (!server.mayCreateInDatabase && !publication) {
        problems.push(
            error(
                "rights.publish",
                `role ${server.user}`,
                `it may not create a publication in the source's database "${server.database}".`,
                `Run on the source: GRANT CREATE ON DATABASE ${identifier(server.database)} TO ${name};`,
            ),
        );
    }
    const foreign = server.superuser ? [] : tables.filter((table) => !table.owned);
    for (const [owner, theirs] of grouped(foreign, (table) => table.owner)) {
        problems.push(
            error(
                "rights.owner",
                `role ${server.user}`,
                `only an owner may publish a table, and ${list(theirs)} ${theirs.length === 1 ? "belongs" : "belong"} to ${owner}.`,
                `Run on the source: GRANT ${identifier(owner)} TO ${name};`,
            ),
        );
    }
    return problems;
}

/** A policy for a role that the target lacks stops the schema from loading. */
export function policyProblems(source: SourceFacts, target: TargetFacts, tables: Relation[]): Problem[] {
    const byOid = new Map(tables.map((table) => [table.oid, table]));
    const missing = source.policies.filter(({ table, role }) => byOid.has(table) && !target.roles.includes(role));
    return grouped(missing, (policy) => policy.role).map(([role, policies]) => {
        const names = policies.map(
            ({ policy, table }) => `"${policy}" on ${formatTableName(byOid.get(table) as Relation)}`,
        );
        return error(
            "target.policyRole",
            `role ${role}`,
            `the row-level security ${policies.length === 1 ? "policy" : "policies"} ${names.join(", ")} ${policies.length === 1 ? "is" : "are"} for it, and the target has no such role.`,
            `Run on the target: CREATE ROLE ${identifier(role)};`,
        );
    });
}

function grouped<T>(items: T[], key: (item: T) => string): [string, T[]][] {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
    }
    return [...groups];
}

function list(tables: Relation[]): string {
    return tables.map(formatTableName).join(", ");
}

function count(tables: Relation[]): string {
    return tables.length === 1 ? "1 table" : `${tables.length} tables`;
}
