import { identifier, literal } from "../../../postgres/identifier";
import type { SourceFacts } from "../facts";
import type { PreflightInputs } from "../inputs";
import { error, type Problem, warning } from "../problem";

const oldSeconds = 30;
/** What has run for an hour will not end in the time that making a slot waits for it. */
const veryOldSeconds = 3_600;

/** Making a slot waits until every transaction that has written is over. */
export function transactionProblems({ server, transactions, prepared }: SourceFacts): Problem[] {
    return [
        ...transactions
            .filter(({ seconds }) => seconds >= oldSeconds)
            .map(({ pid, user, state, seconds }) =>
                (seconds >= veryOldSeconds ? error : warning)(
                    "source.transaction",
                    `source session ${pid}`,
                    `user ${user} has had a transaction open for ${seconds} seconds (${state}); no slot can be made before it ends.`,
                    `Let it end, or run on the source: SELECT pg_terminate_backend(${pid});`,
                ),
            ),
        ...prepared
            .filter(({ seconds }) => seconds >= oldSeconds)
            .map(({ gid, owner, database, seconds }) =>
                error(
                    "source.prepared",
                    `prepared transaction ${literal(gid)}`,
                    `${owner} prepared it ${seconds} seconds ago in database ${database}; no slot can be made before it ends.`,
                    `Run on the source, in that database: COMMIT PREPARED ${literal(gid)}; or: ROLLBACK PREPARED ${literal(gid)};`,
                ),
            ),
        ...(server.seesActivity
            ? []
            : [
                  warning(
                      "source.activity",
                      `role ${server.user}`,
                      "it may not see other roles' sessions, so nobody looked for open transactions, and making the slot may wait for one.",
                      `Run on the source: GRANT pg_read_all_stats TO ${identifier(server.user)};`,
                  ),
              ]),
    ];
}

/** A slot that nobody reads holds back WAL until the disk is full; ours would be blamed for it. */
export function otherSlotProblems({ slots }: SourceFacts, inputs: PreflightInputs): Problem[] {
    return slots
        .filter((slot) => !slot.active && slot.name !== inputs.slot && !/^pg_\d+_sync_/.test(slot.name))
        .map(({ name, walStatus }) =>
            warning(
                "source.inactiveSlot",
                `source slot ${name}`,
                `nobody reads it (WAL status: ${walStatus ?? "unknown"}), and it keeps WAL on the source's disk.`,
                `If nothing needs it, run on the source: SELECT pg_drop_replication_slot(${literal(name)});`,
            ),
        );
}
