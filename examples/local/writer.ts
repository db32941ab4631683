import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { quietKey } from "./quiet";
import { shopTransactions } from "./shopTransactions";

const perSecond = 80;
const longestWait = 5_000;

const url = process.env.WRITER_URL;
if (!url) throw new Error("Set WRITER_URL to the shop database's connection string.");

let transactions = 0;
let wait = 100;

setInterval(printCount, 10_000);
process.on("SIGTERM", () => {
    printCount();
    process.exit(0);
});

void writeForever(url);

async function writeForever(connectionString: string): Promise<never> {
    for (;;) {
        const client = new Client({ connectionString, application_name: "shop" });
        // Without a listener, a server that goes away would end this process
        client.on("error", () => undefined);
        try {
            await client.connect();
            await write(client);
        } catch (error) {
            console.log(`${now()} ${String(error)}; again in ${wait} ms`);
        }
        void client.end().catch(() => undefined);
        await sleep(wait);
        wait = Math.min(wait * 2, longestWait);
    }
}

async function write(client: Client): Promise<never> {
    let next = Date.now();
    for (;;) {
        await writeOnce(client);
        transactions++;
        wait = 100;
        next = Math.max(next + 1000 / perSecond, Date.now() - 1000);
        await sleep(Math.max(0, next - Date.now()));
    }
}

async function writeOnce(client: Client): Promise<void> {
    const transaction = shopTransactions[Math.floor(Math.random() * shopTransactions.length)];
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock_shared($1)", [quietKey]);
    await transaction?.(client);
    await client.query("commit");
}

function printCount(): void {
    console.log(`${now()} ${transactions} transactions`);
}

function now(): string {
    return new Date().toISOString();
}
