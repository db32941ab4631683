import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Client } from "pg";
import type { Pair } from "./pair";
import { projectRoot } from "./place";

export const shopDatabase = "shop";

/** Creates the shop's database on both servers, and on the source fills it. */
export async function loadShop(pair: Pair): Promise<void> {
    await createDatabase(pair.target.url());
    await createDatabase(pair.source.url());
    const client = new Client({ connectionString: pair.source.url(shopDatabase) });
    await client.connect();
    try {
        if (await isLoaded(client)) return;
        console.log("shop database: loading two million rows");
        const start = Date.now();
        // One transaction, so that an interrupted load leaves nothing half filled
        await client.query("begin");
        await client.query(readSql("shop.sql"));
        for (const statement of readSql("data.sql").split(/;\n\n/)) await run(client, statement);
        await client.query("commit");
        console.log(`shop database: loaded in ${seconds(start)}`);
    } finally {
        await client.end();
    }
}

async function createDatabase(url: string): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
        const found = await client.query("select 1 from pg_database where datname = $1", [shopDatabase]);
        if (found.rowCount === 0) await client.query(`create database ${shopDatabase}`);
    } finally {
        await client.end();
    }
}

async function isLoaded(client: Client): Promise<boolean> {
    const found = await client.query("select 1 from pg_namespace where nspname = 'shop'");
    return found.rowCount === 1;
}

async function run(client: Client, statement: string): Promise<void> {
    const start = Date.now();
    const done = await client.query(statement);
    const table = /insert into (\w+\.(?:\w+|"[^"]+"))/.exec(statement)?.[1];
    if (table) console.log(`  ${table.padEnd(32)}${String(done.rowCount).padStart(8)} rows  ${seconds(start)}`);
}

function readSql(name: string): string {
    return readFileSync(resolve(projectRoot, "examples/local", name), "utf8");
}

function seconds(since: number): string {
    return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
