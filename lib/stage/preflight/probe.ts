import { type Session, sqlState } from "../../postgres/client";
import { type Connection, describe } from "../../postgres/connection";
import { conninfo } from "../../postgres/conninfo";
import { identifier } from "../../postgres/identifier";
import { executeWithConninfo } from "../../postgres/subscriptionStatement";
import { error, type Problem } from "./problem";

/** libpq's connect_timeout is not heeded by a subscription, so the statement's own limit ends a silent attempt. */
const probeTimeout = "12s";

/**
 * Makes a subscription on the target and rolls it back: nothing stays on either side, and the whole way was tried, that is
 * the right to subscribe, and the target's network, TLS, password and REPLICATION right at the source.
 */
export async function probe(
    session: Session,
    source: Connection,
    names: { publication: string; subscription: string },
): Promise<Problem[]> {
    const name = `${names.subscription.slice(0, 57)}_probe`;
    await session.query("BEGIN READ WRITE");
    try {
        await session.query(`SET LOCAL statement_timeout = '${probeTimeout}'`);
        await executeWithConninfo(session, probeStatement(name, names.publication), conninfo(source, name));
        return [];
    } catch (failure) {
        return probeProblems(sqlState(failure), (failure as Error).message, source, await askRights(session));
    } finally {
        await session.query("ROLLBACK").catch(() => {});
    }
}

export function probeStatement(name: string, publication: string): string {
    const [subscription, published] = [name, publication].map((text) => identifier(text).replace(/%/g, "%%"));
    return `CREATE SUBSCRIPTION ${subscription} CONNECTION %1$L PUBLICATION ${published} WITH (connect = true, create_slot = false, enabled = false, copy_data = false, slot_name = NONE)`;
}

interface Rights {
    user: string;
    database: string;
    versionNumber: number;
}

async function askRights(session: Session): Promise<Rights | undefined> {
    await session.query("ROLLBACK").catch(() => {});
    const rows = await session
        .query<Rights>(
            `SELECT current_user::text AS "user", current_database()::text AS database, current_setting('server_version_num')::int AS "versionNumber"`,
        )
        .catch(() => []);
    return rows[0];
}

/** What a failed probe means, by its SQLSTATE. */
export function probeProblems(
    state: string | undefined,
    message: string,
    source: Connection,
    rights: Rights | undefined,
): Problem[] {
    const from = `target to source ${describe(source)}`;
    // The source has answered: an ongoing migration publishes a table that the target lacks, which is no matter of the way.
    if (state === "42P01") {
        return [];
    }
    if (state === "42501") {
        return [mayNotSubscribe(message, rights)];
    }
    if (state === "57014" || state === undefined) {
        return [
            error(
                "path.timeout",
                from,
                `the target got no answer from the source within ${probeTimeout.replace("s", " seconds")}.`,
                "Allow the target's outgoing addresses in the source's firewall, and write in connectionStringFromTarget how the target reaches the source.",
            ),
        ];
    }
    return [
        error(
            "path.refused",
            from,
            `the target cannot connect to the source (SQLSTATE ${state}: ${oneLine(message)}).`,
            "The source must let the target in by this address, user and sslmode; where the target needs another address than this machine, write it in connectionStringFromTarget.",
        ),
    ];
}

function mayNotSubscribe(message: string, rights: Rights | undefined): Problem {
    const user = identifier(rights?.user ?? "<user>");
    const command =
        (rights?.versionNumber ?? 0) >= 160_000
            ? `GRANT pg_create_subscription TO ${user}; GRANT CREATE ON DATABASE ${identifier(rights?.database ?? "<database>")} TO ${user};`
            : `ALTER ROLE ${user} SUPERUSER;`;
    return error(
        "rights.subscribe",
        `role ${rights?.user ?? "of target"}`,
        `it may not create a subscription on the target (${oneLine(message)}).`,
        `Run on the target: ${command}`,
    );
}

function oneLine(message: string): string {
    return message.replace(/\s*\n\s*/g, " ");
}
