import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installCommand, majorOf, toolVersion, tooOld } from "../../lib/postgres/clientTools";

const folder = mkdtempSync(join(tmpdir(), "client-tools-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
    ["pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15],
    ["pg_restore (PostgreSQL) 18beta1", 18],
    ["pg_dump (PostgreSQL) 9.6.24", 9],
    ["pg_dump", undefined],
    ["", undefined],
])("the major of %j is %s", (text, major) => {
    expect(majorOf(text)).toBe(major);
});

test.each([
    [15, 15, false],
    [17, 15, false],
    [15, 16, true],
])("pg_dump %i for a server of %i is too old: %s", (major, server, old) => {
    expect(tooOld("pg_dump", major, server) !== undefined).toBe(old);
});

test("a tool that is too old, missing or broken comes with the command that mends it", async () => {
    expect(tooOld("pg_dump", 15, 17)).toContain(installCommand(17));
    expect(installCommand(17, "linux")).toContain("apt-get install postgresql-client-17");
    expect(installCommand(17, "darwin")).toContain("brew install postgresql@17");
    expect(await toolVersion("pg_dump", folder)).toEqual({
        problem: `pg_dump is not in ${folder}. Install PostgreSQL's client tools: ${installCommand(18)}`,
    });
    writeFileSync(join(folder, "pg_restore"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    expect(await toolVersion("pg_restore", folder)).toEqual({
        problem: expect.stringContaining("the installation is broken"),
    });
    writeFileSync(join(folder, "pg_dump"), "#!/bin/sh\necho 'pg_dump (PostgreSQL) 16.3'\n", { mode: 0o755 });
    expect(await toolVersion("pg_dump", folder)).toEqual({ path: join(folder, "pg_dump"), major: 16 });
});
