import { ConnectError, sqlState, withSession } from "../../postgres/client";
import { connectionOf } from "../../postgres/connection";

/** What can be said of a side before anything is asked of it. */
export type Reach = { is: "there" } | { is: "away"; why: string } | { is: "dropped" };

/**
 * Whether a side can be asked. A dropped database took its publication, slots or subscription along; that it was dropped,
 * and not renamed, another database of the same server tells, where `named` finds nothing of this name.
 */
export async function reach(
    label: "source" | "target",
    uri: string,
    named: string,
    name: string,
    now: () => number,
): Promise<Reach> {
    const error = await away(label, uri, now);
    if (error === undefined) {
        return { is: "there" };
    }
    return sqlState(error) === "3D000" && (await isGone(label, uri, named, name))
        ? { is: "dropped" }
        : { is: "away", why: error.message };
}

/** What did not answer at all. The process lives for one command, in which a silent server costs its ten seconds once. */
const silent = new Map<string, { until: number; error: ConnectError }>();
const silentForMs = 60_000;

/** Why a side can't be asked; undefined when it answers. */
export async function away(label: "source" | "target", uri: string, now: () => number): Promise<Error | undefined> {
    const known = silent.get(uri);
    if (known && now() < known.until) {
        return known.error;
    }
    try {
        await withSession(connectionOf(label, uri), (session) => session.query("SELECT 1"));
        return undefined;
    } catch (error) {
        if (error instanceof ConnectError && error.code === "ETIMEDOUT") {
            silent.set(uri, { until: now() + silentForMs, error });
        }
        if (error instanceof ConnectError || sqlState(error) === undefined) {
            return error as Error;
        }
        throw error;
    }
}

async function isGone(label: string, uri: string, named: string, name: string): Promise<boolean> {
    try {
        const found = await withSession({ ...connectionOf(label, uri), database: "postgres" }, (session) =>
            session.query(named, [name]),
        );
        return found.length === 0;
    } catch {
        return false;
    }
}
