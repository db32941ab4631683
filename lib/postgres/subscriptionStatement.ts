import type { Session } from "./client";
import { literal } from "./identifier";

const setting = "pulumi_postgres_migration.conninfo";
const helper = "pg_temp.pulumi_postgres_migration_statement";

/** Only a superuser may set it; for others a server that logs every statement's parameters logs this one too. */
const hideParameters = `DO $$
BEGIN
    PERFORM set_config('log_parameter_max_length', '0', true);
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$`;

/**
 * Runs CREATE or ALTER SUBSCRIPTION with a connection string that never is part of a statement's text, because a server
 * writes the text of a failing statement, and the context of a warning, to its log with the password in it. `template` is
 * a `format()` template with %1$L where the string goes and %% for a percent sign. Call it inside a transaction, and roll
 * that back when it fails.
 *
 * The statement runs as the body of an SQL function: Postgres names such a function in its log but doesn't print it,
 * whereas it prints what PL/pgSQL executes (https://www.postgresql.org/docs/current/xfunc-sql.html).
 */
export async function executeWithConninfo(session: Session, template: string, conninfo: string): Promise<void> {
    await session.query(hideParameters);
    await session.query(`SELECT set_config('${setting}', $1, true)`, [conninfo]);
    await session.query(defineStatement(template));
    await session.query(`SELECT ${helper}()`);
    await session.query(`DROP FUNCTION ${helper}()`);
}

/**
 * Errors inside are raised anew, because the context of the first one holds the text; and a syntax error's own message
 * quotes what it stumbled over, which may be the connection string.
 */
function defineStatement(template: string): string {
    const body = `
BEGIN
    EXECUTE format(
        'CREATE FUNCTION ${helper}() RETURNS void LANGUAGE sql AS %L',
        format(${literal(template)}, current_setting('${setting}'))
    );
EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION USING
        ERRCODE = SQLSTATE,
        MESSAGE = CASE SQLSTATE WHEN '42601' THEN 'syntax error' ELSE SQLERRM END;
END`;
    return `DO ${literal(body)}`;
}
