import { isUnknown } from "../../dynamic/value";
import { type Connection, isLoopback, parseConnection } from "../../postgres/connection";
import { formatTableName, maxNameBytes, parseTableName, type TableName } from "../../postgres/identifier";
import { allowedArguments, type PreflightInputs } from "./inputs";
import { nearest } from "./nearest";
import { error, type Problem, warning } from "./problem";

export const allowedPhases = ["replicate"] as const;

/** The inputs that are connection URIs, and what a user calls them. */
const connections = {
    source: "source",
    sourceFromTarget: "connectionStringFromTarget",
    target: "target",
} as const;
type ConnectionInput = keyof typeof connections;

/** Every problem that shows in the arguments alone, without a server. An unknown value has none yet. */
export function argumentProblems(inputs: PreflightInputs): Problem[] {
    return [
        ...(known(inputs.unknownArguments) ?? []).map(unknownArgument),
        ...(Object.keys(connections) as ConnectionInput[]).flatMap((name) =>
            connectionProblems(connections[name], known(inputs[name])),
        ),
        ...nameProblems(inputs),
        ...tableProblems(known(inputs.wantedTables)),
        ...phaseProblems(known(inputs.phase)),
        ...timeoutProblems(known(inputs.timeoutSeconds)),
    ];
}

function known<T>(value: T | undefined): T | undefined {
    return value === null || isUnknown(value) ? undefined : value;
}

function unknownArgument(name: string): Problem {
    const guess = nearest(name, allowedArguments);
    const command = guess ? `Write ${guess} instead.` : `Remove it; allowed are ${allowedArguments.join(", ")}.`;
    return error("arguments.unknown", `argument ${name}`, "there is no argument of this name.", command);
}

function connectionProblems(name: string, uri: string | undefined): Problem[] {
    if (uri === undefined) {
        return [];
    }
    const { connection, problems } = parseConnection(name, uri);
    if (!connection) {
        return problems.map((problem) => {
            const [, reason = problem] = new RegExp(`^${name} (.*)$`, "s").exec(problem) ?? [];
            return error("arguments.connection", name, reason, "");
        });
    }
    return [...poolerProblems(name, connection), ...clearTextProblems(name, connection)];
}

/** Poolers known by their host name. Replication, and a session's settings, need a connection of their own. */
function poolerProblems(name: string, { host }: Connection): Problem[] {
    const reason = `${host} is a connection pooler; logical replication does not pass through one.`;
    if (/^[^.]+-pooler\..*neon\.tech$/.test(host)) {
        const direct = host.replace("-pooler.", ".");
        return [error("connection.pooler", name, reason, `Use the direct host: ${direct}`)];
    }
    return /\.pooler\.supabase\.com$/.test(host)
        ? [error("connection.pooler", name, reason, "Use the direct host: db.<project>.supabase.co")]
        : [];
}

function clearTextProblems(name: string, { host, sslmode }: Connection): Problem[] {
    return sslmode === "disable" && !isLoopback(host)
        ? [
              warning(
                  "connection.clearText",
                  name,
                  `sslmode=disable sends the data and the login to ${host} over the network in clear text.`,
                  "Write sslmode=require or stronger unless the network is private.",
              ),
          ]
        : [];
}

function nameProblems(inputs: PreflightInputs): Problem[] {
    return (["publication", "subscription", "slot"] as const).flatMap((name) => {
        const text = known(inputs[name]);
        return text === undefined ? [] : tooLong("arguments.name", name, text);
    });
}

function tableProblems(tables: string[] | undefined): Problem[] {
    if (tables === undefined) {
        return [];
    }
    if (tables.length === 0) {
        return [
            error("arguments.tables", "tables", "the list is empty.", "Name a table, or leave tables out to take all."),
        ];
    }
    const seen = new Map<string, string>();
    return tables
        .filter((text) => !isUnknown(text))
        .flatMap((text) => {
            const table = typeof text === "string" ? parseTableName(text) : undefined;
            if (!table) {
                return [
                    error(
                        "arguments.table",
                        `table ${JSON.stringify(text)}`,
                        "this is not a table name.",
                        'Write it as SQL does: schema.table, with "double quotes" around a part with upper case, space or dot.',
                    ),
                ];
            }
            const canonical = formatTableName(table);
            const before = seen.get(canonical);
            seen.set(canonical, text);
            return [
                ...tooLong("arguments.table", `table ${text}`, table.schema, "schema name "),
                ...tooLong("arguments.table", `table ${text}`, table.name, "table name "),
                ...(isSystem(table) ? [systemTable(text)] : []),
                ...(before === undefined ? [] : [duplicate(text, before)]),
            ];
        });
}

function tooLong(id: string, object: string, text: string, what = ""): Problem[] {
    const bytes = Buffer.byteLength(text);
    return bytes > maxNameBytes
        ? [
              error(
                  id,
                  object,
                  `the ${what || "name "}"${text}" is ${bytes} bytes long; Postgres keeps ${maxNameBytes} and would cut the rest silently.`,
                  "Use a shorter name.",
              ),
          ]
        : [];
}

function isSystem({ schema }: TableName): boolean {
    return schema.startsWith("pg_") || schema === "information_schema";
}

function systemTable(text: string): Problem {
    return error(
        "arguments.systemTable",
        `table ${text}`,
        "it belongs to Postgres itself; every server has its own.",
        "Remove it from tables.",
    );
}

function duplicate(text: string, before: string): Problem {
    const same = text === before ? "it is named twice." : `it is the same table as ${before}.`;
    return error("arguments.duplicate", `table ${text}`, same, "Remove one of them from tables.");
}

function phaseProblems(phase: string | undefined): Problem[] {
    return phase === undefined || (allowedPhases as readonly string[]).includes(phase)
        ? []
        : [
              error(
                  "arguments.phase",
                  "phase",
                  `there is no phase "${phase}".`,
                  `Write ${allowedPhases.map((allowed) => `"${allowed}"`).join(" or ")}, or leave it out.`,
              ),
          ];
}

function timeoutProblems(seconds: number | undefined): Problem[] {
    return seconds === undefined || (typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0)
        ? []
        : [
              error(
                  "arguments.timeout",
                  "timeoutSeconds",
                  `${JSON.stringify(seconds)} is not a positive number of seconds.`,
                  "Write a number above 0, such as 3600, or leave it out.",
              ),
          ];
}
