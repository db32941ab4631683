import { expect, test } from "vitest";
import { describe as describeConnection, parseConnection } from "../../lib/postgres/connection";
import { conninfo } from "../../lib/postgres/conninfo";

const odd = `q'uo"te\\ @%:/?#ü`;
const uri = (password: string, rest = "") =>
    `postgresql://mover:${encodeURIComponent(password)}@db.example.com:6432/shop${rest}`;

test("reads every part, percent-encoded or not", () => {
    expect(
        parseConnection("source", uri(odd, "?sslmode=verify-full&sslrootcert=system&channel_binding=require")),
    ).toEqual({
        connection: {
            host: "db.example.com",
            port: 6432,
            database: "shop",
            user: "mover",
            password: odd,
            sslmode: "verify-full",
            sslrootcert: "system",
            channelBinding: "require",
        },
        problems: [],
    });
});

test.each([
    ["postgres://u:p@h/d", "h", 5432, "require"],
    ["postgres://u:p@h:80/d", "h", 80, "require"],
    ["postgres://u:p@localhost/d", "localhost", 5432, "disable"],
    ["postgres://u:p@127.0.0.1/d", "127.0.0.1", 5432, "disable"],
    ["postgres://u:p@[::1]:5433/d", "::1", 5433, "disable"],
    ["postgres://u@127.0.0.1/d?sslmode=require", "127.0.0.1", 5432, "require"],
])("%s goes to %s:%i with sslmode %s", (text, host, port, sslmode) => {
    expect(parseConnection("source", text).connection).toMatchObject({ host, port, sslmode });
});

test("several problems are told together, and none tells the password", () => {
    const { problems } = parseConnection("source", "postgres://:hunter2@h/?sslmode=prefer&foo=1");
    expect(problems).toEqual([
        "source names no user; write it as postgresql://user:password@host:5432/database?sslmode=require.",
        "source names no database; write it as postgresql://user:password@host:5432/database?sslmode=require.",
        'source has the parameter "foo", which is not known here; allowed are sslmode, sslrootcert, channel_binding.',
        "source has sslmode=prefer; allowed are disable, require, verify-ca, verify-full (prefer and allow are not: they fall back to clear text silently).",
    ]);
});

test.each([
    "pass%word",
    "pass/word",
    "pass?word",
    "pass#word",
    "20?pass",
    "20?pass&word",
    "20#word",
    "a@pass/word#1",
    "a@20?pass&word=1",
])("the password %s without percent-encoding is told by no part of it", (password) => {
    const { problems } = parseConnection("source", `postgres://mover:${password}@db.example.com:5432/shop`);
    expect(problems).toEqual([
        "source is malformed. Write it as postgresql://user:password@host:5432/database?sslmode=require, with the characters @ : / ? # % and space in the user or password percent-encoded (@ is %40, % is %25).",
    ]);
});

test.each([
    ["20/pass", ["source names no user; write it as", "source names no database; write it as"]],
    ["a@pass/word", ["source names no database; write it as"]],
])("the password %s without percent-encoding reads as another address, which is not printed", (password, reasons) => {
    const { problems } = parseConnection("source", `postgres://mover:${password}@db.example.com:5432/shop`);
    const example = "postgresql://user:password@host:5432/database?sslmode=require.";
    expect(problems).toEqual(reasons.map((reason) => `${reason} ${example}`));
});

test("what is printed of a connection holds no password", () => {
    const { connection } = parseConnection("source", uri(odd));
    expect(connection && describeConnection(connection)).toBe("mover@db.example.com:6432/shop");
});

test("the target's workers get every value quoted by libpq's rule", () => {
    const { connection } = parseConnection("source", uri(odd, "?sslmode=verify-full&sslrootcert=system"));
    expect(connection && conninfo(connection, "shop_migration")).toBe(
        `host='db.example.com' port='6432' dbname='shop' user='mover' password='q\\'uo"te\\\\ @%:/?#ü' sslmode='verify-full' sslrootcert='system' application_name='shop_migration' options='-c row_security=off'`,
    );
});
