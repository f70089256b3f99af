//! What goes with a column that is restated, a default that is set, and a table's character set.

use super::check;

#[test]
fn keys_of_columns_that_get_another_type() {
    check(
        "CREATE TABLE t (a varchar(20), b text, c varchar(9) charset latin1, KEY i (a(5)), UNIQUE KEY u (b(5)), KEY j (c));
        ALTER TABLE t MODIFY a char(5), MODIFY b int, MODIFY c text charset latin1",
        "t
        a char(5)
        b int
        c text charset latin1
        - u: unique (b)
        index i (a)
        index j (c(3072))",
    );
    check(
        "CREATE TABLE t (a text, PRIMARY KEY (a(9))); ALTER TABLE t MODIFY a int",
        "t
        a int not null
        - key (a)",
    );
}

#[test]
fn a_unique_key_over_a_whole_text_has_no_order() {
    check(
        "CREATE TABLE t (a int, b text, c varchar(9), UNIQUE k (a DESC, b), UNIQUE l (a DESC, c), UNIQUE m (a DESC, b(9)));
        ALTER TABLE t MODIFY c text",
        "t
        a int
        b text
        c text
        - k: unique (a, b)
        - m: unique (a desc, b(9))
        - l: unique (a, c)",
    );
}

#[test]
fn defaults_that_are_set() {
    check(
        "CREATE TABLE t (n int, d datetime DEFAULT now() ON UPDATE now(), e datetime ON UPDATE now());
        ALTER TABLE t ALTER n SET DEFAULT '5', ALTER d SET DEFAULT now(), ALTER e SET DEFAULT '2020-01-01'",
        "t
        n int = 5
        d datetime = CURRENT_TIMESTAMP
        e datetime = '2020-01-01' on update CURRENT_TIMESTAMP",
    );
}

#[test]
fn texts_keep_what_they_are_when_their_table_changes() {
    check(
        "CREATE TABLE t (a text, b text COLLATE utf8mb4_bin, c text) CHARSET latin1;
        ALTER TABLE t CHARSET utf8mb4 COLLATE utf8mb4_bin; ALTER TABLE t CHARSET DEFAULT",
        "t
        a text charset latin1
        b text collate utf8mb4_bin
        c text charset latin1",
    );
}

#[test]
fn computed_columns_go_before_those_that_they_are_computed_from() {
    check(
        "CREATE TABLE t (a int, b int AS (a + 1), c int AS (b + 1), d int); ALTER TABLE t DROP COLUMN a, DROP COLUMN b, DROP COLUMN c",
        "t
        d int",
    );
}
