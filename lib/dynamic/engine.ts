import { connect } from "node:http2";

/** Where the engine that started this process listens: an argument of ours, an internal of Pulumi. Elsewhere undefined. */
export function engineAddress(): string | undefined {
    return process.argv.find((argument) => /^[\d.]+:\d+$/.test(argument));
}

const retryMs = 200;

/**
 * Ends this process when its engine is gone. Pulumi's host of dynamic providers would live on and finish the stage that it
 * was at: it could make a slot after the next run has taken everything away.
 */
export function endWithEngine(address = engineAddress(), end: () => void = () => process.exit(1)): void {
    if (address) {
        watch(address, end, false);
    }
}

/** Holds a connection open. Ends when it breaks and no other can be had; never when none could be had from the start. */
function watch(address: string, end: () => void, before: boolean): void {
    let connected = false;
    // The engine's gRPC server closes a connection that doesn't begin as HTTP/2 does.
    const session = connect(`http://${address}`, () => {
        connected = true;
    });
    session.unref();
    session.on("error", () => {});
    session.on("close", () => {
        if (connected) {
            setTimeout(() => watch(address, end, true), retryMs).unref();
        } else if (before) {
            end();
        }
    });
}
