import type { Context, Lifecycle } from "../../dynamic/lifecycle";
import { sameValue } from "../../dynamic/value";
import { marker } from "../../names";
import { inTransaction, sqlState, withSession } from "../../postgres/client";
import { connectionOf } from "../../postgres/connection";
import { type Names, onlyDetachChanged, type Sides, sideInputs } from "../sides";
import { subscribedTables } from "../subscription/observe";
import { remove } from "../subscription/removal";
import { findPublication } from "./observe";
import { allOperations, planPublication } from "./plan";
import { addTables, commentOnPublication, createPublication, dropTables } from "./sql";

export interface PublicationInputs extends Sides, Names {
    /** Canonical names of what to publish: tables and roots of partitioned tables. */
    tables: string[];
    forceDetach?: boolean;
}

export interface PublicationOutputs {
    /** What is really published; another list than `tables` is drift. */
    published: string[];
    /** insert, update, delete and truncate, or the copy is incomplete. */
    operations: string[];
}

export const publication: Lifecycle<PublicationInputs, PublicationOutputs> = {
    inputs: [...sideInputs, "publication", "subscription", "slot", "tables", "forceDetach"],

    needsUpdate: (state) =>
        !sameValue([...state.tables].sort(), [...state.published].sort()) ||
        state.operations.length !== allOperations.length,

    create: (inputs, context) => ensure(inputs, context),

    async update(inputs, olds, context) {
        return onlyDetachChanged(inputs, olds)
            ? { published: olds.published, operations: olds.operations }
            : ensure(inputs, context);
    },

    async read(state, context) {
        try {
            const observed = await withSession(connectionOf("source", state.source), (source) =>
                findPublication(source, state),
            );
            return { published: observed?.tables ?? [], operations: observed?.operations ?? [] };
        } catch (error) {
            context.progress.warn(`kept the last known publication: ${(error as Error).message}`);
            return { published: state.published, operations: state.operations };
        }
    },

    delete: (state, context) => remove(state, "publication", context),
};

async function ensure(inputs: PublicationInputs, context: Context): Promise<PublicationOutputs> {
    const subscribed = await withSession(connectionOf("target", inputs.target), (target) =>
        subscribedTables(target, inputs.subscription),
    );
    return withSession(connectionOf("source", inputs.source), async (source) => {
        const plan = planPublication(
            inputs.publication,
            inputs.tables,
            await findPublication(source, inputs),
            subscribed,
        );
        if (plan.do === "refuse") {
            throw new Error(plan.reason);
        }
        context.progress.status(`publishing ${inputs.tables.length} tables`);
        try {
            await inTransaction(source, async () => {
                // Publishing waits for VACUUM and index builds on a table; it must not wait for ever.
                await source.query("SET LOCAL lock_timeout = '15s'");
                if (plan.do === "create") {
                    await source.query(createPublication(inputs.publication, inputs.tables));
                    await source.query(commentOnPublication(inputs.publication, marker(inputs.migration)));
                    return;
                }
                if (plan.add.length > 0) {
                    await source.query(addTables(inputs.publication, plan.add));
                }
                if (plan.drop.length > 0) {
                    await source.query(dropTables(inputs.publication, plan.drop));
                }
            });
        } catch (error) {
            throw sqlState(error) === "55P03"
                ? new Error(
                      "another session holds a lock on a table to publish (VACUUM, CREATE INDEX CONCURRENTLY or ALTER TABLE) and did not let go within 15 seconds. Nothing was changed. Run again in a while: pulumi up",
                  )
                : error;
        }
        return { published: [...inputs.tables].sort(), operations: allOperations };
    });
}
