import { execFileSync } from "node:child_process";
import { Client } from "pg";
import { test } from "vitest";
import { engineProject } from "./support/engine";
import { createDatabase, pair, query } from "./support/postgres";

const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));
test("explore", async () => {
    const t0 = Date.now();
    const log = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(1), ...a);
    const servers = await pair(15, 17);
    log("servers");
    const source = await createDatabase(servers.source, "a");
    const target = await createDatabase(servers.target, "a");
    await query(source, "CREATE TABLE items (id int PRIMARY KEY, name text)");
    await query(source, "CREATE TABLE notes (id int PRIMARY KEY, name text)");
    await query(source, "INSERT INTO items SELECT i, 'x' || i FROM generate_series(1,3) i");
    const project = await engineProject("explore");
    log("project");
    const holder = new Client({ connectionString: target });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("CREATE TABLE notes (id int)");
    const child = project.spawnUp({ source, target });
    let out = "";
    child.stdout?.on("data", (d) => { out += d; });
    child.stderr?.on("data", (d) => { out += d; });
    for (;;) {
        const rows = await query(target, "SELECT pid, query, wait_event FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        if (rows.length) { log(rows); break; }
        await wait(50);
    }
    log(execFileSync("ps", ["-A", "-o", "pid,ppid,pgid,args"], { encoding: "utf8" }).split("\n").filter((l) => /pulumi|explore/.test(l)).join("\n"));
    process.kill(Number(process.env.GROUP ?? 0) ? -(child.pid ?? 0) : child.pid ?? 0, "SIGKILL");
    for (let i = 0; i < 8; i++) {
        await wait(500);
        log(execFileSync("ps", ["-A", "-o", "pid,ppid,pgid,args"], { encoding: "utf8" }).split("\n").filter((l) => /explore|dynamic-provider|pulumi-language/.test(l)).join("\n"));
        log(await query(target, "SELECT pid, wait_event FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"));
    }
    log(out);
    await holder.end();
    const cancelStart = Date.now();
    await project.cancel();
    log("cancel", Date.now() - cancelStart);
    const r = await project.up({ source, target });
    log("up", r.ok, r.output);
    const d = await project.destroy({ source, target });
    log("destroy", d.ok, d.output);
    project.remove();
    log("removed");
    await servers.stop();
});
