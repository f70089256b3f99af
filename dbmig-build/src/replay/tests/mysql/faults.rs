//! What of MySQL's statements can't be known, and what its database would refuse.

use dbmig::Backend;

use super::check;
use crate::replay::tests::messages_on;

fn messages(text: &str) -> String {
    messages_on(&[text], Backend::Mysql)
}

#[test]
fn what_cannot_be_known_is_said() {
    for (text, expected) in [
        (
            "CREATE PROCEDURE p() BEGIN IF a THEN ALTER TABLE t ADD a int; END IF; END; CALL p()",
            "1/up.sql:1:81 unreadable-sql: what procedure `p` does to the structure can't be known\n",
        ),
        (
            "SET @a = IF(?, 'ALTER TABLE t ADD a int', 'SELECT 1'); PREPARE s FROM @a; EXECUTE s",
            "1/up.sql:1:75 unreadable-sql: what this executes can't be known, and it may alter the structure\n",
        ),
        (
            "CREATE PROCEDURE p() BEGIN IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'x' AND \
             table_name = 't') THEN DROP TABLE t; END IF; END; CALL p(); ALTER TABLE t ADD a int",
            "1/up.sql:1:163 unreadable-sql: what procedure `p` does to the structure can't be known\n",
        ),
        (
            "EXECUTE IMMEDIATE lower('DROP TABLE t')",
            "1/up.sql:1:1 unreadable-sql: what this executes can't be known, and it may alter the structure\n",
        ),
        (
            "CREATE TABLE t (a int); SET @s = 'ALTER TABLE t FROBNICATE a'; EXECUTE IMMEDIATE @s",
            "1/up.sql:1:64 unreadable-sql: what this executes can't be known, and it may alter the structure\n",
        ),
        (
            "CREATE TABLE t (a int); CREATE PROCEDURE p(c TEXT) BEGIN ALTER TABLE t ADD b int; WHILE c DO DROP TABLE t; END \
             WHILE; END; CALL p(1); ALTER TABLE t DROP b",
            "1/up.sql:1:129 unreadable-sql: what procedure `p` does to the structure can't be known\n",
        ),
        (
            "CREATE PROCEDURE p(c TEXT) BEGIN DROP TABLE IF EXISTS t; EXECUTE IMMEDIATE CONCAT('DROP TABLE ', c); END; CALL p(@@x)",
            "1/up.sql:1:112 unreadable-sql: what procedure `p` does to the structure can't be known\n",
        ),
        (
            "SET @a = (SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()); SET @b = CONCAT('DROP \
             TABLE ', @a); PREPARE s FROM @b; EXECUTE s",
            "1/up.sql:1:149 unreadable-sql: what this executes can't be known, and it may alter the structure\n",
        ),
        (
            "CREATE PROCEDURE p() BEGIN CALL p(); CALL p(); DROP TABLE t; END; CALL p()",
            "1/up.sql:1:72 unreadable-sql: what procedure `p` does to the structure can't be known\n",
        ),
        (
            "IF EXISTS (SELECT 1) THEN DROP TABLE t; END IF",
            "1/up.sql:1:1 unreadable-sql: what this program does to the structure can't be known\n",
        ),
        (
            "USE other",
            "1/up.sql:1:5 unreadable-sql: which tables are meant after USE can't be known: is `other` the database of the \
             connection?\n",
        ),
        (
            "CREATE TABLE t AS SELECT count(*) FROM u",
            "1/up.sql:1:19 unreadable-sql: the columns that this query makes can't be known\n",
        ),
        ("CREATE TABLE t (a strange)", "1/up.sql:1:19 unreadable-sql: there is no type `strange`\n"),
    ] {
        assert_eq!(messages(text), expected, "{text}");
    }
}

#[test]
fn an_action_that_is_not_understood_loses_no_other() {
    let text =
        "CREATE TABLE t (a int); ALTER TABLE t ADD b int, FROBNICATE x (1, 2), ADD c int; ALTER TABLE t DROP c, DROP d";
    assert_eq!(messages(text), "1/up.sql:1:50 unreadable-sql: expected an action, found `FROBNICATE`\n");
    let directed =
        "CREATE TABLE t (a int);\n-- dbmig: replay ALTER TABLE t ADD b int\nALTER TABLE t FROBNICATE x, ADD b int";
    check(directed, "t\n a int\n b int");
}

#[test]
fn what_the_database_refuses() {
    for (text, expected) in [
        (
            "CREATE TABLE t (a int, A int)",
            "1/up.sql:1:24 replay-conflict: table `t` has two columns `A`\n  1/up.sql:1:17 the first one is here\n",
        ),
        ("ALTER VIEW v AS SELECT 1", "1/up.sql:1:12 replay-conflict: there is no view `v`\n"),
        ("DROP TABLE t", "1/up.sql:1:12 replay-conflict: there is no table `t`\n"),
        (
            "CREATE TABLE t (a int); ALTER TABLE t ADD a int",
            "1/up.sql:1:43 replay-conflict: table `t` has a column `a` already\n  1/up.sql:1:1 `t` is created here\n",
        ),
        (
            "CREATE TABLE t (a int); ALTER TABLE t ADD b int, DROP KEY k",
            "1/up.sql:1:59 replay-conflict: table `t` has no index `k`\n",
        ),
        (
            "CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES t (b)); ALTER TABLE t DROP COLUMN a",
            "1/up.sql:1:85 replay-conflict: column `t.a` is used by foreign key `t_ibfk_1`\n  1/up.sql:1:1 `t` is created here\n",
        ),
        (
            "CREATE TABLE t (a int, b text UNIQUE, KEY (a), CONSTRAINT k FOREIGN KEY (a) REFERENCES t (a)); ALTER TABLE t DROP CONSTRAINT k",
            "1/up.sql:1:126 replay-conflict: MariaDB leaves foreign key `k` where it is, since `t` has a unique key over a \
             whole text: write `DROP FOREIGN KEY k`\n",
        ),
        ("CREATE TABLE t (a int, KEY (b))", "1/up.sql:1:29 replay-conflict: table `t` has no column `b`\n"),
    ] {
        assert_eq!(messages(text), expected, "{text}");
    }
}

#[test]
fn a_text_out_of_a_table_may_be_any() {
    let executed = "unreadable-sql: what this executes can't be known, and it may alter the structure";
    for text in ["SELECT ddl INTO @q FROM planned LIMIT 1", "SET @q = (SELECT ddl FROM planned WHERE kind = 'first')"] {
        let found = messages(&format!("{text}; PREPARE s FROM @q; EXECUTE s"));
        assert!(found.contains(executed), "{text}: {found}");
    }
    for text in [
        "SET @q = IF(@n > 3, '/* now */ DROP TABLE t', 'DO 0')",
        "SET @verb = IF(@n > 3, 'DROP', 'TRUNCATE'); SET @q = CONCAT(@verb, ' TABLE t')",
    ] {
        let found = messages(&format!("SELECT count(*) INTO @n FROM t; {text}; PREPARE s FROM @q; EXECUTE s"));
        assert!(found.contains(executed), "{text}: {found}");
    }
    let procedure = "CREATE PROCEDURE run(q text) BEGIN SET @q = q; PREPARE s FROM @q; EXECUTE s; END";
    let found = messages(&format!("{procedure}; CALL run((SELECT ddl FROM planned))"));
    assert!(found.contains("what procedure `run` does to the structure can't be known"), "{found}");
    for text in [
        "SELECT count(*) INTO @n FROM t; SET @q = CONCAT('UPDATE t SET a = ', @n); PREPARE s FROM @q; EXECUTE s",
        "SELECT count(*) INTO @n FROM t; SET @q = IF(@n > 3, 'DELETE FROM t', 'DO 0'); PREPARE s FROM @q; EXECUTE s",
        "SELECT CONCAT('INSERT INTO t VALUES (', a, ')') INTO @q FROM t LIMIT 1; PREPARE s FROM @q; EXECUTE s",
        "SELECT user INTO @who FROM t LIMIT 1; SET @q = CONCAT('GRANT SELECT ON t TO ', @who); PREPARE s FROM @q; EXECUTE s",
    ] {
        assert_eq!(messages(text), "", "{text}");
    }
}
