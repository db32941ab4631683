import type * as pulumi from "@pulumi/pulumi";

/**
 * The provider that Pulumi serialises into its state: it captures one string and finds everything else, by the package's
 * name, when it runs. So nothing of the library is frozen into a stack: an upgrade shows no difference, and `destroy` runs
 * the code that is installed then. The path `pulumi-postgres-migration/runtime` never moves.
 *
 * The text of this function is pinned by a test.
 */
export function shell(kind: string): pulumi.dynamic.ResourceProvider {
    return {
        check: (olds, news) => require("pulumi-postgres-migration/runtime").check(kind, olds, news),
        diff: (id, olds, news) => require("pulumi-postgres-migration/runtime").diff(kind, id, olds, news),
        create: (inputs) => require("pulumi-postgres-migration/runtime").create(kind, inputs),
        update: (id, olds, news) => require("pulumi-postgres-migration/runtime").update(kind, id, olds, news),
        read: (id, state) => require("pulumi-postgres-migration/runtime").read(kind, id, state),
        delete: (id, state) => require("pulumi-postgres-migration/runtime").delete(kind, id, state),
    };
}
