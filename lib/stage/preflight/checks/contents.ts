import { identifier, literal } from "../../../postgres/identifier";
import type { Extension, SourceFacts } from "../facts";
import { error, type Problem, warning } from "../problem";
import type { Situation } from "./situation";

/** Extensions by which a service runs itself; nobody moves them. */
const serviceExtensions = ["plpgsql", "azure", "pgaadauth", "rds_tools", "neon", "google_vacuum_mgmt"];

/** What a schema needs on the target beyond its tables. */
export function extensionProblems({ inputs, source, target, tables }: Situation): Problem[] {
    const oids = new Set(tables.map((table) => table.oid));
    return source.extensions
        .filter(({ name }) => !serviceExtensions.includes(name))
        .flatMap((extension) => {
            const needed = inputs.wantedTables == null || extension.tables.some((oid) => oids.has(oid));
            const offered = target.extensions[extension.name];
            if (!offered) {
                return needed ? [unavailable(extension, target.server.service)] : [];
            }
            const has = target.installedExtensions[extension.name];
            const newest = has ?? [...offered].sort(compareVersions).at(-1) ?? "";
            return needed && compareVersions(newest, extension.version) < 0 ? [older(extension, newest)] : [];
        });
}

function unavailable({ name, version }: Extension, service: string): Problem {
    return error(
        "target.extension",
        `extension ${name}`,
        `the source uses version ${version} and the target does not offer it.`,
        service === "azure"
            ? `Add ${name} to the target's server parameter azure.extensions.`
            : `Install it on the target, or remove it from the source with: DROP EXTENSION ${identifier(name)};`,
    );
}

function older({ name, version }: Extension, newest: string): Problem {
    return warning(
        "target.extensionVersion",
        `extension ${name}`,
        `the target's version ${newest} is older than the source's ${version}; what is new in it may be missing.`,
        `Look at what the target offers: SELECT version FROM pg_available_extension_versions WHERE name = ${literal(name)};`,
    );
}

/** By numbers first, as in 3.10 after 3.9. */
export function compareVersions(one: string, other: string): number {
    return one.localeCompare(other, "en", { numeric: true });
}

export function largeObjectProblems({ largeObjects }: SourceFacts): Problem[] {
    return largeObjects === 0
        ? []
        : [
              warning(
                  "source.largeObjects",
                  "large objects",
                  `the source holds ${largeObjects >= 100_000 ? "100000 or more" : largeObjects}, and logical replication carries none.`,
                  "Move them into a bytea column, or copy them while nobody writes: pg_dump --large-objects (--blobs before 16).",
              ),
          ];
}
