import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { endWithEngine, engineAddress } from "../../lib/dynamic/engine";

let engine: Http2Server;
const sessions: ServerHttp2Session[] = [];

async function startEngine(): Promise<string> {
    engine = createServer();
    engine.on("session", (session) => sessions.push(session));
    engine.listen(0, "127.0.0.1");
    await once(engine, "listening");
    return `127.0.0.1:${(engine.address() as AddressInfo).port}`;
}

/** What the kernel does for a process that is killed. */
function killEngine(): void {
    engine.close();
    for (const session of sessions.splice(0)) session.destroy();
}

afterEach(() => killEngine());

test("a process ends when its engine is gone", async () => {
    const end = vi.fn();
    endWithEngine(await startEngine(), end);
    await vi.waitFor(() => expect(sessions).toHaveLength(1));
    expect(end).not.toHaveBeenCalled();
    killEngine();
    await vi.waitFor(() => expect(end).toHaveBeenCalledOnce());
});

test("a broken connection is made again", async () => {
    const end = vi.fn();
    endWithEngine(await startEngine(), end);
    await vi.waitFor(() => expect(sessions).toHaveLength(1));
    sessions[0]?.destroy();
    await vi.waitFor(() => expect(sessions).toHaveLength(2));
    expect(end).not.toHaveBeenCalled();
});

test("an engine that could never be reached ends nothing", async () => {
    const never = vi.fn();
    const address = await startEngine();
    killEngine();
    endWithEngine(address, never);
    // By the time that another process has ended, this one has met the refusal too.
    const end = vi.fn();
    endWithEngine(await startEngine(), end);
    await vi.waitFor(() => expect(sessions).toHaveLength(1));
    killEngine();
    await vi.waitFor(() => expect(end).toHaveBeenCalledOnce());
    expect(never).not.toHaveBeenCalled();
});

test("a process that no engine started has no address", () => {
    expect(engineAddress()).toBeUndefined();
});
