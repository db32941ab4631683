import { type Session, sqlState } from "../../postgres/client";
import { literal, qualified, type TableName } from "../../postgres/identifier";
import type { Relation, TargetFacts } from "./facts";
import { askRelations, askServer, beOnlooker } from "./factsServer";

const rolesQuery = "SELECT rolname::text AS name FROM pg_roles";

const triggersQuery = `
SELECT tgrelid::text AS table, tgname::text AS trigger FROM pg_trigger
 WHERE NOT tgisinternal AND tgenabled IN ('A', 'R') ORDER BY 1, 2`;

const availableQuery = `
SELECT name::text AS name, array_agg(version) AS versions FROM pg_available_extension_versions GROUP BY name`;

const installedQuery = "SELECT extname::text AS name, extversion AS version FROM pg_extension";

const subscriptionQuery = `
SELECT s.oid::text AS oid, obj_description(s.oid, 'pg_subscription') AS comment FROM pg_subscription s
 WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`;

const subscribedQuery = `
SELECT srrelid::text AS oid, srsubstate = 'r' AS ready FROM pg_subscription_rel WHERE srsubid = $1::oid`;

/** A subscription's origins are named after its oid, those of its tables' copies with the table's added. */
const originsQuery = `
SELECT count(*)::int AS total, (count(*) FILTER (WHERE roname ~ ('^pg_' || $1 || '(_|$)')))::int AS ours
  FROM pg_replication_origin`;

const workersQuery = `
SELECT count(*)::int AS total, (count(*) FILTER (WHERE subid::text = $1))::int AS ours
  FROM pg_stat_subscription WHERE pid IS NOT NULL`;

/** Few enough for the parser's stack. */
const tablesPerStatement = 200;

/**
 * Asks the target everything the checks need. Only tables that the source has too are opened to see whether they hold a
 * row, so their names are awaited from the other side meanwhile.
 */
export async function askTarget(
    session: Session,
    subscription: string,
    sourceTables: Promise<ReadonlySet<string>>,
): Promise<TargetFacts> {
    await beOnlooker(session);
    const { server, timescale } = await askServer(session);
    const relations = await askRelations(session, server.user, timescale);
    const [ours] = await session.query<{ oid: string; comment: string | null }>(subscriptionQuery, [subscription]);
    const count = async (sql: string) =>
        (await session.query<{ total: number; ours: number }>(sql, [ours?.oid ?? "none"]))[0] ?? { total: 0, ours: 0 };
    const available = await session.query<{ name: string; versions: string[] }>(availableQuery);
    const installed = await session.query<{ name: string; version: string }>(installedQuery);
    const facts = {
        server,
        relations,
        triggers: await session.query<{ table: string; trigger: string }>(triggersQuery),
        roles: (await session.query<{ name: string }>(rolesQuery)).map((role) => role.name),
        extensions: Object.fromEntries(available.map(({ name, versions }) => [name, versions])),
        installedExtensions: Object.fromEntries(installed.map(({ name, version }) => [name, version])),
        subscription: ours,
        subscribed: ours ? await session.query<{ oid: string; ready: boolean }>(subscribedQuery, [ours.oid]) : [],
        origins: await count(originsQuery),
        workers: await count(workersQuery),
    };
    const names = await sourceTables;
    const followed = new Set(facts.subscribed.map((table) => table.oid));
    const shared = relations.filter(
        (relation) => names.has(qualified(relation)) && !followed.has(relation.oid) && /[rp]/.test(relation.kind),
    );
    return { ...facts, filled: await filledTables(session, shared) };
}

async function filledTables(session: Session, relations: Relation[]): Promise<string[]> {
    const readable = relations.filter((relation) => relation.selectable && relation.schemaUsable);
    const unreadable = relations.filter((relation) => !readable.includes(relation)).map((relation) => relation.oid);
    const filled: string[] = [];
    for (let start = 0; start < readable.length; start += tablesPerStatement) {
        const some = readable.slice(start, start + tablesPerStatement);
        const rows = await session
            .query<{ oid: string }>(some.map((relation) => firstRow(relation.oid, relation)).join(" UNION ALL "))
            .catch((error: unknown) => {
                // A lock held for long or a table full of dead rows: nobody has seen that it is empty.
                if (sqlState(error) === "55P03" || sqlState(error) === "57014") {
                    return some;
                }
                throw error;
            });
        filled.push(...rows.map((row) => row.oid));
    }
    return [...unreadable, ...filled];
}

function firstRow(oid: string, table: TableName): string {
    return `(SELECT ${literal(oid)} AS oid FROM ${qualified(table)} LIMIT 1)`;
}
