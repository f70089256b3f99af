//! Changes of views, types, sequences, partitions and heirs.

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            before: "CREATE TABLE users (id serial PRIMARY KEY, name varchar(64) NOT NULL, bio text, age integer DEFAULT 7, CONSTRAINT grown CHECK (age > 0));
            CREATE VIEW names AS SELECT id, name FROM users;
            CREATE VIEW more AS SELECT * FROM names;
            CREATE MATERIALIZED VIEW ages AS SELECT age FROM users;
            CREATE INDEX by_age ON ages (age)",
            rows: "INSERT INTO users (name, bio) VALUES ('a', 'x'), ('b', NULL)",
            change: "DROP VIEW more;
            DROP VIEW names;
            ALTER TABLE users ALTER name TYPE text;
            CREATE VIEW names AS SELECT id, name FROM users;
            CREATE VIEW more AS SELECT * FROM names",
            backfills: &[],
        },
        Case {
            before: "CREATE TABLE users (id serial PRIMARY KEY, name varchar(64) NOT NULL, bio text, age integer DEFAULT 7, CONSTRAINT grown CHECK (age > 0))",
            rows: "INSERT INTO users (name, bio) VALUES ('a', 'x'), ('b', NULL)",
            change: "CREATE VIEW names AS SELECT id, name FROM users",
            backfills: &[],
        },
        Case {
            before: "",
            rows: "",
            change: "CREATE TYPE role AS ENUM ('member', 'admin');
            CREATE TABLE t (id integer PRIMARY KEY, role role NOT NULL DEFAULT 'member', roles role[], CHECK (role <> 'admin' OR id > 0));
            CREATE INDEX admins ON t (id) WHERE role = 'admin'",
            backfills: &[],
        },
        Case {
            before: "CREATE TYPE role AS ENUM ('member', 'admin');
            CREATE TABLE t (id integer PRIMARY KEY, role role NOT NULL DEFAULT 'member', roles role[], CHECK (role <> 'admin' OR id > 0));
            CREATE INDEX admins ON t (id) WHERE role = 'admin'",
            rows: "INSERT INTO t VALUES (1, 'admin', '{member}'), (2, 'member', NULL)",
            change: "ALTER TYPE role ADD VALUE 'guest' BEFORE 'member';
            ALTER TYPE role ADD VALUE 'owner'",
            backfills: &[],
        },
        Case {
            before: "CREATE TYPE role AS ENUM ('member', 'admin');
            CREATE TABLE t (role role NOT NULL, roles role[])",
            rows: "INSERT INTO t VALUES ('admin', '{member}')",
            change: "ALTER TYPE role RENAME VALUE 'member' TO 'user';
            ALTER TYPE role RENAME TO kind",
            backfills: &[],
        },
        Case {
            before: "CREATE TYPE mood AS ENUM ('a', 'b');
            CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%');
            CREATE TYPE place AS (street text, number integer);
            CREATE TABLE t (m mood, e mail, p place)",
            rows: "INSERT INTO t VALUES ('a', 'x@y', '(s,1)')",
            change: "ALTER DOMAIN mail ADD CONSTRAINT short CHECK (length(VALUE) < 50);
            ALTER DOMAIN mail SET NOT NULL;
            ALTER DOMAIN mail SET DEFAULT 'a@b';
            ALTER TYPE place ADD ATTRIBUTE zip text;
            COMMENT ON TYPE mood IS 'how'",
            backfills: &[],
        },
        Case {
            before: "CREATE TABLE t (m text DEFAULT 'a' NOT NULL)",
            rows: "INSERT INTO t VALUES ('a')",
            change: "CREATE TYPE mood AS ENUM ('a', 'b');
            ALTER TABLE t ALTER m DROP DEFAULT;
            ALTER TABLE t ALTER m TYPE mood USING 'a';
            ALTER TABLE t ALTER m SET DEFAULT 'a'",
            backfills: &[],
        },
        Case {
            before: "CREATE SEQUENCE numbers;
            CREATE TYPE old AS ENUM ('x')",
            rows: "",
            change: "DROP SEQUENCE numbers;
            DROP TYPE old;
            CREATE SEQUENCE others AS integer INCREMENT 5 MINVALUE 10 MAXVALUE 1000 START 20 CACHE 3 CYCLE;
            CREATE TYPE span AS RANGE (subtype = numeric)",
            backfills: &[],
        },
        Case {
            before: "CREATE SEQUENCE numbers",
            rows: "",
            change: "ALTER SEQUENCE numbers INCREMENT 5 MAXVALUE 100 CYCLE;
            ALTER SEQUENCE numbers RENAME TO others",
            backfills: &[],
        },
        Case {
            before: "",
            rows: "",
            change: "CREATE TABLE logs (id bigint, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            CREATE INDEX ON logs (kind);
            CREATE TABLE base (id integer NOT NULL, note text DEFAULT 'x', CHECK (id > 0));
            CREATE TABLE child (own integer) INHERITS (base)",
            backfills: &[],
        },
        Case {
            before: "CREATE TABLE base (id integer NOT NULL, CHECK (id > 0));
            CREATE TABLE child (own integer) INHERITS (base)",
            rows: "INSERT INTO child VALUES (1, 2)",
            change: "ALTER TABLE base ADD COLUMN more integer CHECK (more > 0);
            ALTER TABLE base RENAME id TO key",
            backfills: &[],
        },
        Case {
            before: "CREATE TABLE t (a integer, b integer);
            CREATE VIEW one AS SELECT a, b FROM t;
            CREATE VIEW other AS SELECT one.a FROM one",
            rows: "INSERT INTO t VALUES (1, 2)",
            change: "ALTER TABLE t RENAME a TO c; DROP VIEW other; DROP VIEW one; ALTER TABLE t ALTER c TYPE bigint;
            CREATE VIEW one AS SELECT c AS a, b FROM t; CREATE VIEW other AS SELECT one.a FROM one",
            backfills: &[],
        },
        Case {
            before: "CREATE TABLE base (id integer, note text);
            CREATE TABLE child (id integer, note text, own integer);
            ALTER TABLE child INHERIT base",
            rows: "INSERT INTO child VALUES (1, 'x', 2)",
            change: "CREATE TABLE other (id integer, note text);
            ALTER TABLE child NO INHERIT base;
            ALTER TABLE child INHERIT other;
            DROP TABLE base",
            backfills: &[],
        },
        Case {
            before: "",
            rows: "",
            change: "CREATE TABLE t (id serial); CREATE TABLE copy (LIKE t INCLUDING ALL)",
            backfills: &[],
        },
        Case {
            before: "CREATE TABLE base (id integer);
            CREATE TABLE child (own integer) INHERITS (base)",
            rows: "INSERT INTO child VALUES (1, 2)",
            change: "COMMENT ON COLUMN child.id IS 'its own'",
            backfills: &[],
        },
        Case {
            before: "",
            rows: "",
            change: "CREATE TABLE t (a integer, b integer, UNIQUE (a), CONSTRAINT pair PRIMARY KEY (a, b));
            ALTER TABLE t ADD CONSTRAINT again UNIQUE (a), ADD CONSTRAINT key UNIQUE (a, b)",
            backfills: &[],
        },
    ]
}
