import { connectionOf } from "../../../postgres/connection";
import type { ServerFacts } from "../facts";
import type { Begun } from "../inputs";
import { error, type Problem, warning } from "../problem";

/** The majors this library was tried with. */
export const majors = { source: { from: 13, to: 18 }, target: { from: 15, to: 18 } } as const;

export function majorOf(server: ServerFacts): number {
    return Math.floor(server.versionNumber / 10_000);
}

/** What one server tells about itself. */
export function serverProblems(side: "source" | "target", server: ServerFacts): Problem[] {
    const { from, to } = majors[side];
    const problems: Problem[] = [];
    if (majorOf(server) < from) {
        problems.push(
            error(
                "server.version",
                side,
                `PostgreSQL ${server.version} is too old; a ${side} is ${from} to ${to}.`,
                `Upgrade it to PostgreSQL ${from} or newer.`,
            ),
        );
    }
    if (majorOf(server) > to) {
        problems.push(
            error(
                "server.version",
                side,
                `PostgreSQL ${server.version} is newer than this library was tested with; a ${side} is ${from} to ${to}.`,
                "Look for a newer version with: npm view pulumi-postgres-migration version",
            ),
        );
    }
    if (server.inRecovery) {
        problems.push(
            error(
                "server.recovery",
                side,
                "the server is a standby in recovery and takes no writes.",
                "Write the host of the primary, not of a reader or replica.",
            ),
        );
    }
    if (server.pooled) {
        problems.push(
            error(
                "connection.pooler",
                side,
                "a connection pooler stands before the server: one session was answered by two server processes.",
                "Write the server's own host and port.",
            ),
        );
    }
    return problems;
}

/** What shows only when both are seen together. */
export function pairProblems(source: ServerFacts, target: ServerFacts): Problem[] {
    const problems: Problem[] = [];
    const same = (fact: "systemIdentifier" | "startedAt" | "database") => source[fact] === target[fact];
    // A copy of the source's disk has its identifier too, but not the moment it was started.
    if (same("systemIdentifier") && same("startedAt") && same("database")) {
        problems.push(
            error(
                "server.same",
                "source and target",
                `they are the same database "${source.database}" on the same server (system identifier ${source.systemIdentifier}).`,
                "Write the connection URI of another server or database as one of them.",
            ),
        );
    }
    if (majorOf(target) < majorOf(source)) {
        problems.push(
            error(
                "server.older",
                "target",
                `PostgreSQL ${target.version} is older than the source's ${source.version}; a schema may not load into an older server.`,
                `Take a target of PostgreSQL ${majorOf(source)} or newer.`,
            ),
        );
    }
    if (source.encoding !== target.encoding) {
        problems.push(
            warning(
                "server.encoding",
                "target",
                `its encoding is ${target.encoding} and the source's is ${source.encoding}; a character that ${target.encoding} lacks stops the copy.`,
                `Make the target's database by: CREATE DATABASE ... ENCODING '${source.encoding}' TEMPLATE template0;`,
            ),
        );
    }
    return problems;
}

/** An ongoing migration must find the two servers, and the two databases, that it began with. */
export function identityProblems(side: "source" | "target", server: ServerFacts, begun: Begun | undefined): Problem[] {
    if (!begun) {
        return [];
    }
    const identifier = begun[`${side}SystemIdentifier`];
    const { database } = connectionOf(side, begun[side]);
    const other =
        identifier !== server.systemIdentifier
            ? `another server: its system identifier is ${server.systemIdentifier}, and the migration began with ${identifier}`
            : `another database: its name is "${server.database}", and the migration began with "${database}"`;
    return identifier === server.systemIdentifier && database === server.database
        ? []
        : [
              error(
                  "server.changed",
                  side,
                  `this is ${other}.`,
                  "Write the former connection URI again, or end the migration first with: pulumi destroy",
              ),
          ];
}
