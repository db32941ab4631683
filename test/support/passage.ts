import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Another port of a server, which can fall silent: it still accepts connections, and never answers. */
export interface Passage {
    port: number;
    /** How many connections came so far. */
    connections(): number;
    /** All connections stay open and nothing passes any more. */
    silence(): void;
    /** Ends the silent connections; new ones pass. */
    open(): void;
    close(): Promise<void>;
}

export async function passageTo(port: number): Promise<Passage> {
    const sockets = new Set<Socket>();
    let silent = false;
    let count = 0;
    const keep = (socket: Socket) => {
        sockets.add(socket);
        socket.on("error", () => {}).on("close", () => sockets.delete(socket));
        return socket;
    };
    const endAll = () => {
        for (const socket of sockets) socket.destroy();
    };
    const server = createServer((near) => {
        keep(near);
        count++;
        if (silent) return;
        const far = keep(connect({ host: "127.0.0.1", port }));
        near.pipe(far).pipe(near);
        near.on("close", () => far.destroy());
        far.on("close", () => near.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        port: (server.address() as AddressInfo).port,
        connections: () => count,
        silence() {
            silent = true;
            for (const socket of sockets) socket.unpipe().pause();
        },
        open() {
            silent = false;
            endAll();
        },
        async close() {
            endAll();
            server.close();
            await once(server, "close");
        },
    };
}
