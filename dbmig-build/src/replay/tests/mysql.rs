//! What MySQL's statements make: what a MariaDB server had after the same statements, where it takes them. (It has no
//! indexes of expressions, no DROP CHECK, and keeps a column that a unique key of several has.)

mod faults;
mod programs;
mod restated;

use dbmig::Backend;

use super::{run_on, schema_on};

/// Compares line by line, so that expected schemas can be indented with the test.
fn check(text: &str, expected: &str) {
    let clean = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(clean(&schema_on(text, Backend::Mysql)), clean(expected), "{text}");
}

#[test]
fn types_are_those_of_the_information_schema() {
    for (written, expected) in [
        ("INT(11)", "int"),
        ("INTEGER UNSIGNED", "int unsigned"),
        ("int(10) zerofill", "int unsigned zerofill"),
        ("BIGINT(20) UNSIGNED", "bigint unsigned"),
        ("tinyint(1)", "tinyint(1)"),
        ("tinyint(1) unsigned", "tinyint unsigned"),
        ("tinyint(4)", "tinyint"),
        ("BOOL", "tinyint(1)"),
        ("boolean", "tinyint(1)"),
        ("int8", "bigint"),
        ("decimal", "decimal(10, 0)"),
        ("NUMERIC(6,2)", "decimal(6, 2)"),
        ("dec(5) unsigned", "decimal unsigned(5, 0)"),
        ("DOUBLE PRECISION", "double"),
        ("real", "double"),
        ("float(7,3)", "float(7, 3)"),
        ("float(24)", "float"),
        ("float(25)", "double"),
        ("bit", "bit(1)"),
        ("char", "char(1)"),
        ("national varchar(4)", "varchar(4)"),
        ("char varying(3)", "varchar(3)"),
        ("nchar(3)", "char(3)"),
        ("binary", "binary(1)"),
        ("char(3) charset binary", "binary(3)"),
        ("text character set binary", "blob"),
        ("text(10)", "tinytext"),
        ("text(100)", "text"),
        ("text(100) charset latin1", "tinytext charset latin1"),
        ("text(20000)", "mediumtext"),
        ("blob(300)", "blob"),
        ("long varchar", "mediumtext"),
        ("long varbinary", "mediumblob"),
        ("enum(\"it's\", 'b  ')", "enum('it''s', 'b')"),
        ("SET('a','b') CHARACTER SET utf8", "set('a', 'b') charset utf8mb3"),
        ("year(4)", "year"),
        ("datetime(6)", "datetime(6)"),
        ("timestamp(0)", "timestamp"),
        ("json", "json"),
        ("point", "point"),
        ("inet6", "inet6"),
    ] {
        check(&format!("CREATE TABLE t (a {written})"), &format!("t\n a {expected}"));
    }
    check("CREATE TABLE t (id SERIAL)", "t\n id bigint unsigned not null autoincrement\n - id: unique (id)");
}

#[test]
fn attributes_of_a_column_in_any_order() {
    check(
        r#"CREATE TABLE `t` (
            `id` int(11) unsigned COMMENT 'it''s \"the\" key' AUTO_INCREMENT PRIMARY KEY,
            a varchar(64) COLLATE utf8mb4_bin NOT NULL DEFAULT 'x' UNIQUE KEY COMMENT "",
            b datetime(3) DEFAULT now(3) ON UPDATE CURRENT_TIMESTAMP(3) NULL INVISIBLE,
            c int GENERATED ALWAYS AS (id + 1) STORED, d int AS (c) VIRTUAL NOT NULL, e int DEFAULT (1 + 2) CHECK (e > 0),
            f varchar(8) CHARACTER SET latin1 DEFAULT NULL, g timestamp NOT NULL DEFAULT LOCALTIME(),
            h int CONSTRAINT positive CHECK (h > 0) NOT ENFORCED) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='people'"#,
        "t engine innodb charset utf8mb4 comment people
          id int unsigned not null autoincrement comment it's \"the\" key
          a varchar(64) not null = 'x' collate utf8mb4_bin
          b datetime(3) = CURRENT_TIMESTAMP(3) on update CURRENT_TIMESTAMP(3)
          c int as (id + 1) stored
          d int not null as (c)
          e int = 1 + 2
          f varchar(8) charset latin1
          g timestamp not null = CURRENT_TIMESTAMP
          h int
          - key (id)
          - a: unique (a)
          - check (e > 0)
          - positive: check (h > 0) not enforced",
    );
}

#[test]
fn defaults_are_values() {
    for (written, expected) in [
        ("int DEFAULT '5'", "int = 5"),
        ("tinyint(1) DEFAULT FALSE", "tinyint(1) = 0"),
        ("bool DEFAULT TRUE", "tinyint(1) = 1"),
        ("int DEFAULT -1", "int = -1"),
        ("int DEFAULT +1", "int = 1"),
        ("decimal(10,2) DEFAULT 0", "decimal(10, 2) = 0.00"),
        ("decimal(10,2) DEFAULT '-1.5'", "decimal(10, 2) = -1.50"),
        ("varchar(3) DEFAULT 0", "varchar(3) = '0'"),
        ("varchar(3) DEFAULT \"it's\"", "varchar(3) = 'it''s'"),
        ("varchar(3) DEFAULT _utf8mb4'x'", "varchar(3) = 'x'"),
        ("int DEFAULT NULL", "int"),
        ("char(36) DEFAULT (uuid())", "char(36) = uuid()"),
        ("char(36) DEFAULT uuid()", "char(36) = uuid()"),
        ("bit(1) DEFAULT b'0'", "bit(1) = b'0'"),
    ] {
        check(&format!("CREATE TABLE t (a {written})"), &format!("t\n a {expected}"));
    }
}

#[test]
fn keys_get_the_names_of_their_columns() {
    check(
        "CREATE TABLE u (a int unique, b int unique key, unique (a, b), unique key (a), key (b), c int, d int,
            key named using hash (c), index (c desc, d), key pre using btree (c) comment 'x', constraint con unique (d),
            constraint ignored unique key goes_first (d), fulltext key ft (c), spatial index (c), key ((c + d)),
            primary key any_name (a));
         CREATE INDEX i ON u (c, d DESC); CREATE UNIQUE INDEX u2 USING BTREE ON u (c) ALGORITHM = INPLACE LOCK = NONE;
         CREATE TABLE v (t text, key (t(10)), key i (t (5)))",
        "u
          a int not null
          b int
          c int
          d int
          - key (a)
          - a: unique (a)
          - b: unique (b)
          - a_2: unique (a, b)
          - a_3: unique (a)
          - con: unique (d)
          - goes_first: unique (d)
          - u2: unique (c)
          index b_2 (b)
          index named (c)
          index c (c desc, d)
          index pre (c)
          index ft using fulltext (c)
          index c_2 using spatial (c)
          index functional_index ((c + d))
          index i (c, d desc)
         v
          t text
          index t (t(10))
          index i (t(5))",
    );
}

#[test]
fn a_foreign_key_makes_the_index_that_it_lacks() {
    check(
        "CREATE TABLE p (id int PRIMARY KEY, b int);
         CREATE TABLE c1 (a int REFERENCES p (id), b int, x int, FOREIGN KEY (b) REFERENCES p (id) ON DELETE RESTRICT,
            CONSTRAINT fk FOREIGN KEY (x) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE);
         CREATE TABLE c2 (a int, b int, FOREIGN KEY ix (b) REFERENCES p (id), FOREIGN KEY (a) REFERENCES p (id),
            KEY zz (a, b));
         CREATE TABLE c3 (a int, CONSTRAINT f1 FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT f2 FOREIGN KEY (a) REFERENCES p (id));
         ALTER TABLE c1 ADD KEY k (b); ALTER TABLE c2 ADD FOREIGN KEY (b) REFERENCES p (id);
         RENAME TABLE c1 TO c0; ALTER TABLE c3 DROP FOREIGN KEY f1, DROP FOREIGN KEY f2;
         CREATE TABLE c4 (a int, b int, KEY d (a DESC), FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (b) REFERENCES p (id));
         ALTER TABLE c4 ADD KEY e (b DESC);
         CREATE TABLE c5 (a int, FOREIGN KEY (a) REFERENCES p (id)); ALTER TABLE c5 ADD FOREIGN KEY (a) REFERENCES p (id)",
        "c0
          a int
          b int
          x int
          - c0_ibfk_1: (a) -> p(id)
          - c0_ibfk_2: (b) -> p(id)
          - fk: (x) -> p(id) delete set null update cascade
          index a (a)
          index fk (x)
          index k (b)
         c2
          a int
          b int
          - ix: (b) -> p(id)
          - c2_ibfk_1: (a) -> p(id)
          - c2_ibfk_2: (b) -> p(id)
          index zz (a, b)
          index b (b)
         c3
          a int
          index f2 (a)
         c4
          a int
          b int
          - c4_ibfk_1: (a) -> p(id)
          - c4_ibfk_2: (b) -> p(id)
          index d (a desc)
          index e (b desc)
         c5
          a int
          - c5_ibfk_1: (a) -> p(id)
          - c5_ibfk_2: (a) -> p(id)
          index a (a)
         p
          id int not null
          b int
          - key (id)",
    );
}

#[test]
fn actions_of_alter_table() {
    check(
        "CREATE TABLE t (a int, b varchar(3) NOT NULL DEFAULT 'x' COMMENT 'c', c int, d int, KEY (a, c), KEY (b));
         ALTER TABLE t ADD COLUMN (e int, f int UNIQUE), ADD g int FIRST, ADD h int AFTER g, MODIFY COLUMN c bigint FIRST;
         ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a;
         ALTER TABLE t ADD INDEX b (a), DROP INDEX b, RENAME INDEX a TO zz, ALTER d SET DEFAULT 5, ALTER COLUMN e SET DEFAULT (1);
         ALTER TABLE t CHANGE COLUMN c c2 bigint unsigned NOT NULL DEFAULT 3, CHANGE a A varchar(5), DROP d, ALTER e DROP DEFAULT,
            COMMENT = 'why', ENGINE MyISAM, ROW_FORMAT=DYNAMIC, ALGORITHM=COPY, LOCK=SHARED, ADD PRIMARY KEY (e);
         ALTER TABLE t DROP PRIMARY KEY, DISABLE KEYS, ORDER BY b, c2; ALTER TABLE t RENAME AS s",
        "s row_format=dynamic engine myisam comment why
          c2 bigint unsigned not null = 3
          g int
          h int
          b int
          A varchar(5)
          e int not null
          f int
          - f: unique (f)
          index zz (b, c2)
          index b (A)",
    );
}

#[test]
fn what_goes_with_a_column() {
    check(
        "CREATE TABLE t (a int, b int, c int, KEY k1 (a, b), UNIQUE u1 (b, c), PRIMARY KEY (a, c), KEY k3 (b), CHECK (b > 0),
            CONSTRAINT x CHECK (c > 0), CHECK (a > 0));
         ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP CHECK t_chk_1; ALTER TABLE t DROP CONSTRAINT IF EXISTS nope;
         ALTER TABLE t DROP CONSTRAINT x, ADD COLUMN IF NOT EXISTS a int, DROP COLUMN IF EXISTS nope, DROP KEY IF EXISTS nope",
        "t
          a int not null
          c int not null
          - key (a, c)
          - u1: unique (c)
          index k1 (a)",
    );
}

#[test]
fn tables_from_others() {
    check(
        "CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY, x varchar(3) NOT NULL DEFAULT 'q' UNIQUE, r int REFERENCES p (id));
         CREATE TABLE l LIKE p; CREATE TABLE m (LIKE p); CREATE TABLE s AS SELECT * FROM p WHERE id > 1;
         CREATE TABLE w (y int PRIMARY KEY) ENGINE = InnoDB SELECT x AS z FROM p; CREATE OR REPLACE TABLE l (a int);
         CREATE TABLE IF NOT EXISTS l (b int); CREATE TEMPORARY TABLE p (nothing int); DROP TABLE p;
         DROP TABLE IF EXISTS m, nope CASCADE; RENAME TABLE l TO tmp, s TO l, tmp TO s",
        "l
          id int not null = 0
          x varchar(3) not null = 'q'
          r int
         p
          id int not null autoincrement
          x varchar(3) not null = 'q'
          r int
          - key (id)
          - x: unique (x)
          - p_ibfk_1: (r) -> p(id)
          index r (r)
         s
          a int
         w engine innodb
          y int not null
          z varchar(3) not null = 'q'
          - key (y)",
    );
}

#[test]
fn character_sets_and_partitions() {
    check(
        "CREATE TABLE t (a varchar(9), b text COLLATE latin1_bin, c varchar(9) CHARACTER SET latin1, d tinytext CHARACTER SET utf8)
            DEFAULT CHARSET latin1 COLLATE latin1_swedish_ci;
         ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
         CREATE TABLE q (a int) ENGINE=InnoDB, AUTO_INCREMENT=7
            PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN MAXVALUE);
         ALTER TABLE q TRUNCATE PARTITION p0; CREATE TABLE r (a int) PARTITION BY HASH (a); ALTER TABLE r REMOVE PARTITIONING",
        "q engine innodb partition by RANGE (a) (PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN MAXVALUE)
          a int
         r
          a int
         t charset utf8mb4 collate utf8mb4_bin
          a varchar(9)
          b mediumtext
          c varchar(9)
          d text",
    );
}

#[test]
fn views_triggers_and_conditional_code() {
    check(
        "/*!40101 SET NAMES utf8 */; CREATE TABLE t (a int /*!50003 NOT NULL */) /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
         CREATE ALGORITHM=MERGE DEFINER=`r`@`%` SQL SECURITY INVOKER VIEW v AS SELECT a FROM t;
         CREATE OR REPLACE VIEW v (b) AS SELECT a FROM t; RENAME TABLE v TO w; CREATE VIEW gone AS SELECT 1; DROP VIEW gone, w;
         CREATE VIEW kept AS SELECT 1; ALTER VIEW kept AS SELECT 2;
         CREATE DEFINER=CURRENT_USER() TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END;
         CREATE TRIGGER other AFTER DELETE ON t FOR EACH ROW DELETE FROM t; DROP TRIGGER IF EXISTS other;
         CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY)",
        "t charset utf8mb4
          a int not null
          trigger tr: CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END
         view kept: CREATE VIEW kept AS SELECT 2",
    );
}

#[test]
fn a_statement_that_fails_leaves_columns_where_they_were() {
    let script = "CREATE TABLE t (a INT, b INT, c INT); ALTER TABLE t DROP a, ADD d INT FIRST, DROP nope";
    let (schema, diagnostics) = run_on(&[script], Backend::Mysql);
    assert_eq!(diagnostics.len(), 1);
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    assert_eq!(columns.map(|column| column.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
