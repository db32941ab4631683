import * as pulumi from "@pulumi/pulumi";
import { namesOf } from "./names";
import type { Source } from "./source/source";
import { Convergence } from "./stage/convergence/convergence";
import type { Phase } from "./stage/convergence/verdict";
import { Copy } from "./stage/copy/copy";
import { Indexes } from "./stage/indexes/indexes";
import { allowedArguments } from "./stage/preflight/inputs";
import { Preflight } from "./stage/preflight/preflight";
import type { Problem } from "./stage/preflight/problem";
import { Publication } from "./stage/publication/publication";
import { Schema } from "./stage/schema/schema";
import { Subscription } from "./stage/subscription/subscription";
import type { Target } from "./target/target";

export interface MigrationArgs {
    /** Where to copy from: `postgresSource(...)`. */
    source: Source;
    /** Where to copy to: `neonTarget(...)` or `postgresTarget(...)`. */
    target: Target;
    /**
     * The tables to migrate, written as in SQL: `shop.orders`, `shop."Order Items"`. A partitioned table is named by its
     * root. Defaults to every table of every schema that is not the system's, and with them views, functions and all else.
     * A table that is added is copied alone; one that is removed stays on the target as it is then.
     */
    tables?: pulumi.Input<pulumi.Input<string>[]>;
    /** How far to go. Only `replicate` exists: copy and follow. Defaults to `replicate`. */
    phase?: pulumi.Input<string | undefined>;
    /**
     * Seconds that one `pulumi up` waits in each of the long stages before it stops with an error, keeps everything, and
     * leaves the rest to the next `pulumi up`. Defaults to 1800. A change takes effect in place.
     */
    timeoutSeconds?: pulumi.Input<number>;
    /** Directory of `pg_dump` and `pg_restore`. Defaults to the PATH. A change takes effect in place. */
    clientPath?: pulumi.Input<string>;
    /**
     * Lets `pulumi destroy` succeed although a server can't be reached: it then prints what is left there and the SQL that
     * removes it. Defaults to false. A change takes effect in place and asks no server.
     */
    forceDetach?: pulumi.Input<boolean>;
}

/** Seconds that each stage took. */
export type StageSeconds = Record<
    "preflight" | "schema" | "publication" | "subscription" | "copy" | "indexes" | "convergence",
    number
>;

const isAllowed = (name: string) => (allowedArguments as readonly string[]).includes(name);

/** Sessions that build indexes at the same time on the target. */
const indexJobs = 4;

/**
 * Moves a live database from one Postgres server to another by logical replication. `pulumi up` checks both sides, copies
 * the definitions, publishes, subscribes, copies the rows, builds the indexes and waits until the target has caught up;
 * from then on the target follows. `pulumi destroy` takes away the publication, the subscription and the slots, and leaves
 * the data on both sides.
 */
export class Migration extends pulumi.ComponentResource {
    /** copying, catching up, converged, failing, stuck or lost. */
    public readonly phase: pulumi.Output<Phase>;
    public readonly tablesReady: pulumi.Output<number>;
    public readonly tablesTotal: pulumi.Output<number>;
    /** Bytes of the source's tables that have been copied. */
    public readonly bytesCopied: pulumi.Output<string>;
    /** The position in the source's WAL that the target had to reach to count as converged. */
    public readonly barrierLsn: pulumi.Output<string>;
    /** The position that the target confirmed then. */
    public readonly confirmedLsn: pulumi.Output<string>;
    /** Bytes between the source's WAL and the confirmed position, when `up` last waited. */
    public readonly lagBytes: pulumi.Output<string>;
    /** Bytes of WAL that the source keeps for the target, when `up` last waited. */
    public readonly retainedWalBytes: pulumi.Output<string>;
    /** The apply worker's row of pg_stat_subscription, when `up` last waited. */
    public readonly subscriptionStatus: pulumi.Output<{
        pid: number | null;
        receivedLsn: string;
        latestEndLsn: string;
        lastMsgReceiptTime: string;
    }>;
    public readonly stageSeconds: pulumi.Output<StageSeconds>;
    /** What the checks found worth saying. */
    public readonly report: pulumi.Output<Problem[]>;
    /** What to do next. */
    public readonly nextAction: pulumi.Output<string>;

    constructor(name: string, args: MigrationArgs, opts?: pulumi.ComponentResourceOptions) {
        super("pulumi-postgres-migration:index:Migration", name, withSecretSides(args), opts);
        for (const side of ["source", "target"] as const) {
            if (args?.[side]?.connectionString === undefined) {
                throw new pulumi.RunError(
                    `Migration "${name}": ${side} is missing. Give it as ${side}: postgres${side === "source" ? "Source" : "Target"}({ connectionString: config.requireSecret("${side}Url") }).`,
                );
            }
        }
        const migration = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
        const sides = {
            migration,
            source: pulumi.secret(args.source.connectionString),
            target: pulumi.secret(args.target.connectionString),
        };
        const sourceFromTarget =
            args.source.connectionStringFromTarget && pulumi.secret(args.source.connectionStringFromTarget);
        const names = namesOf(migration, name);
        const { clientPath, forceDetach, timeoutSeconds } = args;
        const after = (...stages: pulumi.Resource[]) => ({ parent: this, dependsOn: stages });

        const preflight = new Preflight(
            `${name}-preflight`,
            {
                ...sides,
                ...names,
                sourceFromTarget,
                wantedTables: args.tables as pulumi.Input<string[]> | undefined,
                phase: args.phase,
                timeoutSeconds,
                clientPath,
                forceDetach,
                unknownArguments: Object.keys(args).filter((key) => !isAllowed(key)),
                ready: args.source.ready,
            },
            after(),
        );
        const { tables } = preflight;

        const schema = new Schema(
            `${name}-schema`,
            { ...sides, tables, everything: preflight.everything, clientPath },
            after(preflight),
        );

        const publication = new Publication(
            `${name}-publication`,
            { ...sides, ...names, tables, forceDetach },
            after(schema),
        );

        const subscription = new Subscription(
            `${name}-subscription`,
            { ...sides, ...names, sourceFromTarget, tables, forceDetach },
            after(publication),
        );

        const { sourceSystemIdentifier, sourceTimeline } = subscription;
        const following = {
            ...sides,
            ...names,
            tables,
            sourceSystemIdentifier,
            sourceTimeline,
            timeoutSeconds,
            forceDetach,
        };
        const copy = new Copy(`${name}-copy`, following, after(subscription));

        const indexes = new Indexes(
            `${name}-indexes`,
            { ...sides, tables, everything: preflight.everything, clientPath, jobs: indexJobs, forceDetach },
            after(copy),
        );

        const convergence = new Convergence(`${name}-convergence`, following, after(indexes));

        this.phase = convergence.phase;
        this.tablesReady = convergence.tablesReady;
        this.tablesTotal = convergence.tablesTotal;
        this.bytesCopied = copy.bytesCopied;
        this.barrierLsn = convergence.barrierLsn;
        this.confirmedLsn = convergence.confirmedLsn;
        this.lagBytes = convergence.lagBytes;
        this.retainedWalBytes = convergence.retainedWalBytes;
        const { pid, receivedLsn, latestEndLsn, lastMsgReceiptTime } = convergence;
        this.subscriptionStatus = pulumi.output({ pid, receivedLsn, latestEndLsn, lastMsgReceiptTime });
        this.stageSeconds = pulumi.output({
            preflight: preflight.seconds,
            schema: schema.seconds,
            publication: publication.seconds,
            subscription: subscription.seconds,
            copy: copy.seconds,
            indexes: indexes.seconds,
            convergence: convergence.seconds,
        });
        this.report = preflight.report;
        this.nextAction = convergence.nextAction;
        this.registerOutputs({
            phase: this.phase,
            tablesReady: this.tablesReady,
            tablesTotal: this.tablesTotal,
            bytesCopied: this.bytesCopied,
            barrierLsn: this.barrierLsn,
            confirmedLsn: this.confirmedLsn,
            lagBytes: this.lagBytes,
            retainedWalBytes: this.retainedWalBytes,
            subscriptionStatus: this.subscriptionStatus,
            stageSeconds: this.stageSeconds,
            report: this.report,
            nextAction: this.nextAction,
        });
    }
}

/** The arguments as the state keeps them. Whatever a side is made of, it holds a connection string. */
function withSecretSides(args: MigrationArgs): pulumi.Inputs {
    return args && { ...args, source: pulumi.secret(args.source), target: pulumi.secret(args.target) };
}
