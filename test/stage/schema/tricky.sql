-- A schema of what is easily lost: names that look like something else, parts that need an order, things without a row.
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA "odd ""schema""";
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN posint AS int CHECK (VALUE > 0);

CREATE TABLE parted (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, m mood, PRIMARY KEY (id, at), UNIQUE (at, id))
    PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY RANGE (at);
CREATE TABLE parted_2a PARTITION OF parted_2 FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE INDEX parted_m ON parted (m);

CREATE TABLE "odd ""schema"""."a table
with newline; and -- 5; 1259 99 TABLE public x y" (id serial PRIMARY KEY, "co""l" posint DEFAULT 5, ref int);
COMMENT ON TABLE "odd ""schema"""."a table
with newline; and -- 5; 1259 99 TABLE public x y" IS 'hello
;	depends on: 1 2
\restrict x';

CREATE TABLE other (id int PRIMARY KEY, v text UNIQUE, name citext NOT NULL);
ALTER TABLE "odd ""schema"""."a table
with newline; and -- 5; 1259 99 TABLE public x y" ADD CONSTRAINT fk1 FOREIGN KEY (ref) REFERENCES other;
COMMENT ON COLUMN other.v IS 'column';
COMMENT ON CONSTRAINT other_pkey ON other IS 'primary key';
CREATE INDEX other_e ON other (lower(v)) WHERE id > 0;
COMMENT ON INDEX other_e IS 'index';
CREATE INDEX other_trgm ON other USING gin (v gin_trgm_ops);
CREATE STATISTICS st ON id, v FROM other;
COMMENT ON STATISTICS st IS 'statistics';

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- TOC entry 5 (class 1259 OID 99)
    RETURN new;
END $$;
CREATE PROCEDURE proc(x int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
CREATE TRIGGER t1 BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE other ENABLE ALWAYS TRIGGER t1;
COMMENT ON TRIGGER t1 ON other IS 'trigger';
CREATE TRIGGER tp AFTER INSERT ON parted FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE other ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON other USING (id > 0);
CREATE RULE r AS ON DELETE TO other DO INSTEAD NOTHING;

CREATE TABLE by_index (a int NOT NULL, b text);
CREATE UNIQUE INDEX by_index_a ON by_index (a);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_a;
CREATE TABLE by_constraint (a int NOT NULL UNIQUE, b text);
ALTER TABLE by_constraint REPLICA IDENTITY USING INDEX by_constraint_a_key;
CREATE TABLE by_all (a int);
ALTER TABLE by_all REPLICA IDENTITY FULL;
CREATE TABLE heir (x int) INHERITS (by_all);

-- Grouping by the primary key makes pg_dump put a placeholder before the key, and the view itself after it.
CREATE VIEW grouped AS SELECT id, v, count(*) FROM other GROUP BY id;
CREATE VIEW on_grouped AS SELECT * FROM grouped;
CREATE MATERIALIZED VIEW mat AS SELECT * FROM other;
CREATE UNIQUE INDEX mat_i ON mat (id);
CREATE MATERIALIZED VIEW mat_grouped AS SELECT id, v, count(*) FROM other GROUP BY id;
CREATE UNIQUE INDEX mat_grouped_i ON mat_grouped (id);

CREATE SEQUENCE standalone;
CREATE TABLE uses_sequence (id int DEFAULT nextval('standalone'));
CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int CONSTRAINT positive CHECK (c > 0));
ALTER TABLE generated ADD CONSTRAINT not_yet_valid CHECK (a > 0) NOT VALID;
