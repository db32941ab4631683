import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/** Below the range from which systems take the ports of outgoing connections, so that none of those grabs it. */
const lowest = 15_000;
const highest = 32_000;

export async function freePort(): Promise<number> {
    for (;;) {
        const port = randomInt(lowest, highest);
        if (await canListen(port)) return port;
    }
}

export function acceptsConnections(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port });
        socket.on("connect", () => {
            socket.destroy();
            resolve(true);
        });
        socket.on("error", () => resolve(false));
    });
}

function canListen(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const listener = createServer();
        listener.on("error", () => resolve(false));
        listener.listen({ host: "127.0.0.1", port, exclusive: true }, () => listener.close(() => resolve(true)));
    });
}
