//! MariaDB.

mod random;
mod render;

use super::*;

const BACKEND: Backend = Backend::Mysql;

/// A chain with every kind of object.
const CHAIN: [&str; 5] = [
    "CREATE TABLE users (id int(11) unsigned NOT NULL AUTO_INCREMENT, name varchar(64) NOT NULL, email varchar(120) CHARACTER SET latin1 DEFAULT '',
        mood enum('sad','ok','it''s') DEFAULT 'ok', tags set('a','b'), admin bool NOT NULL DEFAULT false, score decimal(10,2) unsigned DEFAULT 0.5,
        bio text COLLATE utf8mb4_bin, data json, created timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        seen datetime(3) DEFAULT now(3), age int CHECK (age > 0 AND age < 200), upper_name varchar(64) AS (upper(name)) STORED, twice int AS (age * 2),
        bits bit(5), raw varbinary(9), y year, PRIMARY KEY (id), UNIQUE KEY by_name (name), KEY by_bio (bio(10), age DESC), FULLTEXT KEY words (bio),
        CONSTRAINT adult CHECK (age IN (18, 19) OR age > 20), CHECK (name <> '')) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='people';
    CREATE TABLE posts (id bigint AUTO_INCREMENT PRIMARY KEY, author int unsigned NOT NULL COMMENT 'who', other int unsigned, title char(9) UNIQUE,
        CONSTRAINT by_author FOREIGN KEY (author) REFERENCES users (id) ON DELETE CASCADE ON UPDATE RESTRICT, FOREIGN KEY (other) REFERENCES users (id) ON DELETE SET NULL);",
    "ALTER TABLE users CHANGE name full_name varchar(100) NOT NULL DEFAULT 'x' AFTER id; ALTER TABLE users MODIFY score double NULL FIRST, ADD COLUMN (more int, even bigint unsigned);
    ALTER TABLE users DROP CONSTRAINT adult, DROP KEY by_bio, ADD INDEX (age, full_name(5)), ADD UNIQUE (more), ALTER more SET DEFAULT 3;
    CREATE INDEX by_title ON posts (title, author); CREATE TABLE copy LIKE users; ALTER TABLE posts DROP FOREIGN KEY posts_ibfk_1, RENAME COLUMN other TO another;
    CREATE VIEW names AS SELECT id, full_name FROM users; CREATE TRIGGER tr BEFORE INSERT ON posts FOR EACH ROW SET new.title = 'a';",
    "RENAME TABLE users TO people; ALTER TABLE people DROP COLUMN twice, DROP INDEX words, ADD CONSTRAINT c CHECK (more BETWEEN 1 AND 9 OR full_name LIKE 'a%');
    ALTER TABLE posts DROP PRIMARY KEY, MODIFY id bigint NOT NULL, ADD PRIMARY KEY (id, author), COMMENT='of people'; DROP VIEW names; DROP TABLE copy;
    ALTER TABLE posts RENAME INDEX by_title TO by_both;",
    "CREATE TABLE days (d date, n int) PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2020) COMMENT 'old', PARTITION p1 VALUES LESS THAN MAXVALUE);
    CREATE TABLE spread (id int PRIMARY KEY) ENGINE=InnoDB PARTITION BY LINEAR KEY () PARTITIONS 4; CREATE TABLE modulo (id int) PARTITION BY HASH(MOD(id, 4)) PARTITIONS 4;
    CREATE TABLE kinds (k varchar(9), d date) PARTITION BY LIST COLUMNS (k) (PARTITION a VALUES IN ('a', 'b'), PARTITION c VALUES IN ('c'));
    CREATE TABLE inner_ones (id int, d date) PARTITION BY RANGE COLUMNS (d) SUBPARTITION BY HASH (day(d)) SUBPARTITIONS 2
        (PARTITION p0 VALUES LESS THAN ('2020-01-01'), PARTITION p1 VALUES LESS THAN (MAXVALUE));
    CREATE TABLE later (id int); ALTER TABLE later PARTITION BY HASH (id) PARTITIONS 2; CREATE TABLE was (id int) PARTITION BY KEY (id);
    ALTER TABLE was REMOVE PARTITIONING; ALTER TABLE kinds ADD PARTITION (PARTITION d VALUES IN ('d'));",
    // Checks that were written on columns, names that wait for each other, texts that get a wider character set, rules of partitions.
    "CREATE TABLE own (a int CHECK (a > 0), b int CHECK (b > 1), c int CHECK (c > 2), d int CHECK (d > 3), t text CHARACTER SET latin1, KEY (t)) DEFAULT CHARSET=latin1;
    ALTER TABLE own MODIFY a bigint, CHANGE b e bigint CHECK (e > 5), MODIFY d bigint /*M! CHECK (d > 3) */, ALTER c SET DEFAULT 4;
    ALTER TABLE own RENAME COLUMN c TO f, RENAME COLUMN d TO c; ALTER TABLE own MODIFY c bigint, CONVERT TO CHARACTER SET utf8mb4;
    CREATE TABLE scattered (a int, b int) PARTITION BY HASH (a) PARTITIONS 2; ALTER TABLE scattered REMOVE PARTITIONING; ALTER TABLE scattered PARTITION BY HASH (b) PARTITIONS 3;
    CREATE TABLE made (r int, s int, KEY (s), FOREIGN KEY (r) REFERENCES made (s)); CREATE TABLE made_like LIKE made; ALTER TABLE made_like ADD KEY stated (r, s);
    CREATE TABLE whole (a int, b text, c varchar(9), UNIQUE k (a DESC, b), UNIQUE l (a DESC, c)); ALTER TABLE whole MODIFY c text; ALTER TABLE whole MODIFY c varchar(9);",
];

#[test]
fn replay_tells_what_mariadb_has() {
    holds(Server::mysql(), BACKEND, &CHAIN);
}

#[test]
fn replay_tells_what_mariadb_has_of_random_chains() {
    holds_on_random_chains(Server::mysql(), BACKEND, &|server| {
        let name = server.name().to_owned();
        server.run(&format!("DROP DATABASE {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}"));
    });
}

#[test]
fn mariadb_says_which_expressions_are_the_same() {
    let mut server = Server::mysql();
    let table = |rest: &str| format!("CREATE TABLE t (a int, b varchar(9), d date{rest}");
    let mut drifts = |chain: &str, live: &str| drifts(&mut server, BACKEND, &table(chain), &table(live));
    for (one, other) in [
        (", CHECK (a != 1 AND NOT b LIKE 'x'))", ", CHECK ((`a` <> 1) && (b NOT LIKE 'x')))"),
        (", CHECK (SUBSTRING(b, 1, 2) = 'x'))", ", CHECK (substr(`b`,1,2) = 'x'))"),
        (", e int DEFAULT (1 + 2))", ", e int DEFAULT (1+2))"),
        (", e int AS (a MOD 2))", ", e int AS (a % 2))"),
        (", CHECK (a IN (1, 2)))", ", CHECK (((a in (1,2)))))"),
    ] {
        assert_eq!(drifts(one, other), Vec::<String>::new(), "{one}");
    }
    for (one, other) in [
        (", CHECK (a * (a + 1) > 0))", ", CHECK (a * a + 1 > 0))"),
        (", CHECK (a IN (1, 2)))", ", CHECK (a IN (1, 3)))"),
        (", e int AS (a - (a - 1)))", ", e int AS (a - a - 1))"),
        (", e varchar(9) DEFAULT 'x')", ", e varchar(9) DEFAULT 'y')"),
    ] {
        assert!(!drifts(one, other).is_empty(), "{one}");
    }
}
