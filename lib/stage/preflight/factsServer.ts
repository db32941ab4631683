import type { Session } from "../../postgres/client";
import type { Column, Relation, ServerFacts, Setting } from "./facts";
import { columnsQuery, hypertablesQuery, pidQuery, relationsQuery, serverQuery, settingsQuery } from "./serverQueries";

type ServerRow = Omit<ServerFacts, "service" | "settings" | "pooled"> & { timescale: boolean; pid: number };

/** Makes a session that changes nothing, waits for no lock, and names every type and table by its schema. */
export async function beOnlooker(session: Session): Promise<void> {
    await session.query("SET default_transaction_read_only = on");
    await session.query("SET lock_timeout = '5s'");
    await session.query("SET search_path = pg_catalog");
}

export async function askServer(session: Session): Promise<{ server: ServerFacts; timescale: boolean }> {
    const [row] = await session.query<ServerRow>(serverQuery);
    if (!row) {
        throw new Error("the server did not say who it is.");
    }
    const rows = await session.query<Setting & { name: string }>(settingsQuery);
    const settings = Object.fromEntries(rows.map(({ name, ...setting }) => [name, setting]));
    const [again] = await session.query<{ pid: number }>(pidQuery);
    const { timescale, pid, ...server } = row;
    return { server: { ...server, settings, service: serviceOf(settings), pooled: again?.pid !== pid }, timescale };
}

export async function askRelations(session: Session, role: string, timescale: boolean): Promise<Relation[]> {
    const relations = await session.query<Omit<Relation, "columns" | "hypertable">>(relationsQuery, [role]);
    const columns = new Map(
        (await session.query<{ oid: string; columns: Column[] }>(columnsQuery)).map((row) => [row.oid, row.columns]),
    );
    const hypertables = new Set(
        timescale ? (await session.query<{ oid: string }>(hypertablesQuery)).map((row) => row.oid) : [],
    );
    return relations.map((relation) => ({
        ...relation,
        columns: columns.get(relation.oid) ?? [],
        hypertable: hypertables.has(relation.oid),
    }));
}

function serviceOf(settings: Record<string, Setting>): ServerFacts["service"] {
    if (settings["rds.logical_replication"]) {
        return "rds";
    }
    return settings["azure.extensions"] ? "azure" : "postgres";
}
