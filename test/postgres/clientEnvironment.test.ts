import { expect, test } from "vitest";
import { clientEnvironment } from "../../lib/postgres/clientEnvironment";
import { connectionOf } from "../../lib/postgres/connection";

const base = {
    PATH: "/bin",
    HOME: "/home/me",
    PGSERVICE: "other",
    PGOPTIONS: "-c x=y",
    PGPASSWORD: "theirs",
    LANG: "de",
};
const of = (uri: string) => clientEnvironment(connectionOf("source", uri), "/roots.pem", base);

test("names this server and lets nothing of the user's own in", () => {
    expect(of("postgresql://me:p%40ss@db.example:6543/a%3Db%20c?sslmode=require&channel_binding=require")).toEqual({
        PATH: "/bin",
        LANG: "de",
        LC_ALL: "C",
        HOME: "/nonexistent",
        PGPASSFILE: "/nonexistent/pgpass",
        PGHOST: "db.example",
        PGPORT: "6543",
        PGDATABASE: "a=b c",
        PGUSER: "me",
        PGPASSWORD: "p@ss",
        PGSSLMODE: "require",
        PGCHANNELBINDING: "require",
        PGGSSENCMODE: "disable",
        PGCONNECT_TIMEOUT: "10",
        PGAPPNAME: "pulumi-postgres-migration",
    });
    expect(of("postgresql://me@localhost/a")).not.toHaveProperty("PGPASSWORD");
});

test.each([
    ["sslmode=require", undefined],
    ["sslmode=require&sslrootcert=/ca.pem", "/ca.pem"],
    ["sslmode=verify-full", "/roots.pem"],
    ["sslmode=verify-full&sslrootcert=system", "/roots.pem"],
    ["sslmode=verify-ca&sslrootcert=/ca.pem", "/ca.pem"],
])("%s trusts %s", (query, root) => {
    expect(of(`postgresql://me@db.example/a?${query}`).PGSSLROOTCERT).toBe(root);
});
