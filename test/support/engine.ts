import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type EngineEvent, LocalWorkspace, type OutputMap, Stack } from "@pulumi/pulumi/automation";
import { engineBin } from "../../scripts/engine/engine.mjs";
import { ownedFolder } from "./leftovers";

const root = resolve(__dirname, "../..");

/** How an operation ended. A failed one is a result too, not an exception. */
export interface Result {
    ok: boolean;
    /** What the engine printed, standard output and error in one. */
    output: string;
    /** How many resources got which step: create, update, same, delete and so on. */
    summary: Record<string, number>;
    /** The step of each resource that did not stay the same, by name; "failed" where it did not succeed. */
    changed: Record<string, string>;
    // biome-ignore lint/suspicious/noExplicitAny: outputs are what the program exports.
    outputs: Record<string, any>;
}

export interface Scope {
    /** URNs, or patterns of them, of what to touch. Defaults to everything. */
    target?: string[];
    /** Goes on with what doesn't depend on a resource that failed. */
    continueOnError?: boolean;
    /** Looks at what is really there first. */
    refresh?: boolean;
}

/** One Pulumi project with a state of its own; its program is ./program/index.js, which reads `args`. */
export interface EngineProject {
    dir: string;
    up(args: object, scope?: Scope): Promise<Result>;
    preview(args: object): Promise<Result>;
    refresh(args?: object): Promise<Result>;
    destroy(args?: object, scope?: Scope): Promise<Result>;
    // biome-ignore lint/suspicious/noExplicitAny: the format of a deployment is the engine's.
    exportState(): Promise<any>;
    /** What `pulumi stack export` prints, with its secrets encrypted. */
    exportEncrypted(): Promise<string>;
    /** Releases the lock that a killed operation leaves. */
    cancel(): Promise<void>;
    /** `pulumi up` as a process group of its own: `process.kill(-child.pid)` ends it with all its children. */
    spawnUp(args: object): ChildProcess;
    /** The same with `pulumi destroy`. */
    spawnDestroy(args: object): ChildProcess;
    remove(): void;
}

interface Listeners {
    onOutput(text: string): void;
    onError(text: string): void;
    onEvent(event: EngineEvent): void;
}

export async function engineProject(name: string): Promise<EngineProject> {
    const dir = ownedFolder("engine", name);
    layOut(dir, name);
    const env = {
        PATH: [engineBin(), process.env.PATH].join(delimiter),
        PULUMI_BACKEND_URL: `file://${join(dir, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "1",
    };
    // The Automation API looks for the engine on this process's own PATH.
    process.env.PATH = env.PATH;
    const workspace = await LocalWorkspace.create({ workDir: dir, envVars: env });
    const stack = await Stack.createOrSelect("test", workspace);

    async function perform(
        args: object,
        operation: (listeners: Listeners) => Promise<{ outputs?: OutputMap; stdout: string }>,
    ): Promise<Result> {
        const result: Result = { ok: true, output: "", summary: {}, changed: {}, outputs: {} };
        const append = (text: string) => {
            result.output += text;
        };
        const onEvent = (event: EngineEvent) => {
            Object.assign(result.summary, event.summaryEvent?.resourceChanges);
            const done = event.resOutputsEvent?.metadata;
            const failed = event.resOpFailedEvent?.metadata;
            if (done && done.op !== "same") result.changed[nameOf(done.urn)] = done.op;
            if (failed) result.changed[nameOf(failed.urn)] = "failed";
        };
        workspace.envVars = { ...env, ...argsVariable(args) };
        let outputs: OutputMap | undefined;
        try {
            outputs = (await operation({ onOutput: append, onError: append, onEvent })).outputs;
        } catch (error) {
            result.ok = false;
            if (!result.output) result.output = String(error);
        }
        // Each question to the stack is a process of its own; an `up` has asked it already.
        outputs ??= await stack.outputs();
        for (const [key, output] of Object.entries(outputs)) result.outputs[key] = output.value;
        return result;
    }

    function start(operation: "up" | "destroy", args: object): ChildProcess {
        const child = spawn("pulumi", [operation, "--yes", "--non-interactive", "--skip-preview", "--stack", "test"], {
            cwd: dir,
            env: { ...process.env, ...env, ...argsVariable(args) },
            detached: true,
        });
        // A full pipe that nobody reads would stop the engine.
        child.stdout.resume();
        child.stderr.resume();
        return child;
    }

    return {
        dir,
        up: (args, scope) => perform(args, (listeners) => stack.up({ ...listeners, ...scope })),
        preview: (args) => perform(args, (listeners) => stack.preview(listeners)),
        refresh: (args = {}) => perform(args, (listeners) => stack.refresh(listeners)),
        destroy: (args = {}, scope = {}) => perform(args, (listeners) => stack.destroy({ ...listeners, ...scope })),
        exportState: async () => (await stack.exportStack()).deployment,
        exportEncrypted: async () => {
            const options = { cwd: dir, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
            return (await promisify(execFile)("pulumi", ["stack", "export", "--stack", "test"], options)).stdout;
        },
        cancel: () => stack.cancel(),
        spawnUp: (args) => start("up", args),
        spawnDestroy: (args) => start("destroy", args),
        remove: () => rmSync(dir, { recursive: true, force: true }),
    };
}

function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? urn;
}

function layOut(dir: string, name: string): void {
    mkdirSync(join(dir, "state"), { recursive: true });
    writeFileSync(join(dir, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\nmain: index.js\n`);
    copyFileSync(join(__dirname, "program", "index.js"), join(dir, "index.js"));
    symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
}

function argsVariable(args: object): { MIGRATION_ARGS: string } {
    return { MIGRATION_ARGS: JSON.stringify(args) };
}
