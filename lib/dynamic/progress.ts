import { closeSync, openSync } from "node:fs";
import { engineAddress } from "./engine";

/** How a long stage says where it is. */
export interface Progress {
    /** Replaces the text on the resource's own line. Cheap to call often: it drops what comes too soon. */
    status(message: string): void;
    /** Said once and kept among the diagnostics. */
    note(message: string): void;
    warn(message: string): void;
}

type Severity = "INFO" | "WARNING";
type Send = (severity: Severity, message: string, ephemeral: boolean) => void;

const terminalMs = 1_500;
/** Without a terminal every status is a line of a log, so they are rare; but not so rare that CI ends a silent job. */
const logMs = 30_000;

export function progress(urn: string | undefined, now: () => number, send: Send = sender(urn)): Progress {
    const interval = hasTerminal() ? terminalMs : logMs;
    let last = Number.NEGATIVE_INFINITY;
    return {
        status(message) {
            if (now() - last >= interval) {
                last = now();
                send("INFO", message, true);
            }
        },
        note: (message) => send("INFO", message, false),
        warn: (message) => send("WARNING", message, false),
    };
}

function hasTerminal(): boolean {
    if (process.env.CI || process.env.PULUMI_NON_INTERACTIVE) {
        return false;
    }
    try {
        // Our own standard output is always a pipe to the engine; the terminal, where there is one, is the session's.
        closeSync(openSync("/dev/tty", "w"));
        return true;
    } catch {
        return false;
    }
}

/**
 * Sends through the engine's Log call, the only way to reach a resource's own line from a provider. It is an internal of
 * Pulumi, so anything unexpected falls back to the console.
 */
function sender(urn: string | undefined): Send {
    const address = engineAddress();
    if (!address) {
        return toConsole;
    }
    try {
        const grpc = require("@grpc/grpc-js");
        const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb");
        const { LogRequest, LogSeverity } = require("@pulumi/pulumi/proto/engine_pb");
        const engine = new EngineClient(address, grpc.credentials.createInsecure());
        return (severity, message, ephemeral) => {
            const request = new LogRequest();
            request.setSeverity(LogSeverity[severity]);
            request.setMessage(message);
            request.setUrn(urn ?? "");
            request.setEphemeral(ephemeral);
            engine.log(request, (error: Error | null) => error && toConsole(severity, message));
        };
    } catch {
        return toConsole;
    }
}

function toConsole(severity: Severity, message: string): void {
    console.log(severity === "WARNING" ? `warning: ${message}` : message);
}
