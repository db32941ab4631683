import { expect, test } from "vitest";
import type { Entry } from "../../../lib/stage/schema/contents";
import { splitScript } from "../../../lib/stage/schema/script";

const entry = (id: number, catalog: number, oid: number): Entry => ({
    id,
    catalog,
    oid,
    section: "pre",
    dependencies: [],
});
const mark = (id: number, catalog: number, oid: number) =>
    `--\n-- TOC entry ${id} (class ${catalog} OID ${oid})\n-- Name: x; Type: TABLE; Schema: public; Owner: -\n--\n\n`;
const head = `--
-- PostgreSQL database dump
--

\\restrict abc

SET statement_timeout = 0;
SET lock_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

SET default_table_access_method = heap;

`;
const tail = "-- Completed on 2026-01-01\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n";
const entries = [entry(1, 1259, 10), entry(2, 1255, 20), entry(3, 1259, 30)];
const text = (body: string) =>
    `${head}${mark(1, 1259, 10)}CREATE TABLE a ();\n\n\n${mark(2, 1255, 20)}${body}\n\n\nSET default_table_access_method = other;\n\n${mark(3, 1259, 30)}CREATE TABLE b ();\n\n\n${tail}`;

test("each entry has its own statements, with the access method in force", () => {
    const { statements } = splitScript(text("CREATE FUNCTION f;"), entries);
    expect([...statements.keys()]).toEqual([1, 2, 3]);
    const sql = [...statements.values()].map((each) => each.replace(/^--.*\n/gm, "").trim());
    expect(sql[0]).toMatch(/^SET default_table_access_method = heap;\s+CREATE TABLE a \(\);$/);
    expect(sql[1]).toMatch(/^CREATE FUNCTION f;/);
    expect(sql[2]).toMatch(/^SET default_table_access_method = other;\s+CREATE TABLE b \(\);$/);
});

test("the settings are the dump's own, without its timeouts and without commands of psql", () => {
    expect(splitScript(text("x"), entries).settings).toBe(
        "SET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;",
    );
});

test.each([
    ["a body that imitates another entry", text(`CREATE FUNCTION f AS '\n${mark(3, 1259, 30)}';`), entries],
    ["an entry that is missing", text("x"), [...entries, entry(4, 1259, 40)]],
    ["another order", text("x"), [...entries].reverse()],
    ["a text that ends early", text("x").replace("dump complete", ""), entries],
])("%s is refused", (_name, script, expected) => {
    expect(() => splitScript(script, expected)).toThrow("does not match its table of contents");
});

test("a body that imitates an entry of another dump is taken as it is", () => {
    const { statements } = splitScript(text(`CREATE FUNCTION f AS '\n${mark(7, 1259, 70)}';`), entries);
    expect(statements.get(2)).toContain("TOC entry 7");
});
