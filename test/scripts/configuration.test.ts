import { expect, test } from "vitest";
import { hbaFile, settingsFile } from "../../scripts/postgres/configuration";

test("settings win over the defaults and are quoted", () => {
    const lines = settingsFile(5433, { wal_level: "replica", application_name: "it's" }).split("\n");
    expect(lines).toContain("port = '5433'");
    expect(lines).toContain("wal_level = 'replica'");
    expect(lines).not.toContain("wal_level = 'logical'");
    expect(lines).toContain("application_name = 'it''s'");
});

test("without rules of its own a server lets only passwords in, replication included", () => {
    expect(hbaFile()).toBe(
        "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n",
    );
});
