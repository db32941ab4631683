import * as pulumi from "@pulumi/pulumi";
import { Migration, postgresSource, postgresTarget, type StageSeconds } from "pulumi-postgres-migration";
import { check, create } from "pulumi-postgres-migration/runtime";

// Else each stage prints every second or two where it is.
process.env.PULUMI_NON_INTERACTIVE = "true";

/**
 * Runs the stages of a Migration as `pulumi up` runs them, one after the other, without the engine between the program and
 * the provider. Returns the seconds of each stage.
 */
export function byLibrary(sourceUrl: string, targetUrl: string): Promise<StageSeconds> {
    return new Promise((resolve, reject) => {
        const newResource = async ({ name, type, inputs }: pulumi.runtime.MockResourceArgs) => {
            const kind = type.startsWith("pulumi-nodejs:dynamic/") ? type.split(":").at(-1) : undefined;
            // The component itself.
            if (!kind) return { id: name, state: inputs };
            try {
                return await runStage(kind, withoutSecrets(inputs));
            } catch (error) {
                reject(error);
                // Nothing that depends on this stage may begin.
                return new Promise<never>(() => undefined);
            }
        };
        const migrate = async () => {
            await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, "bench", "bench");
            const migration = new Migration("store", {
                source: postgresSource({ connectionString: sourceUrl }),
                target: postgresTarget({ connectionString: targetUrl }),
            });
            migration.stageSeconds.apply(resolve);
        };
        migrate().catch(reject);
    });
}

async function runStage(kind: string, inputs: Record<string, unknown>) {
    const { failures } = await check(kind, {}, inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    const { id, outs } = await create(kind, inputs);
    return { id, state: outs };
}

function withoutSecrets(inputs: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, pulumi.runtime.unwrapRpcSecret(value)]),
    );
}
