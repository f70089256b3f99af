//! MySQL's scripts and their statements.

use dbmig::Backend;

use super::{messages_of, script_of};

fn statements(text: &str) -> Vec<String> {
    let script = script_of(text, Backend::Mysql);
    assert_eq!(script.diagnostics, [], "{text}");
    script.statements.iter().map(|one| one.text().to_owned()).collect()
}

#[test]
fn statements_end_at_semicolons() {
    assert_eq!(statements("a; b ;\n-- c;\n c /* ; */ d ; # e;"), ["a", "b", "c /* ; */ d"]);
    assert_eq!(statements(r"insert into t values ('\';', ';'); b"), [r"insert into t values ('\';', ';')", "b"]);
    assert_eq!(
        statements("BEGIN; UPDATE t SET a = IF(b, 1, 2); END; COMMIT"),
        ["BEGIN", "UPDATE t SET a = IF(b, 1, 2)", "END", "COMMIT"]
    );
    assert_eq!(
        statements("create table `begin` (a int); create view v as select 1"),
        ["create table `begin` (a int)", "create view v as select 1"]
    );
}

#[test]
fn conditional_code_is_part_of_its_statement() {
    assert_eq!(
        statements("/*!40101 SET NAMES utf8 */; /*! a; b */ c; d"),
        ["/*!40101 SET NAMES utf8 */", "/*! a; b */ c", "d"]
    );
}

#[test]
fn a_stored_program_is_one_statement() {
    for body in [
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE PROCEDURE p() BEGIN END",
        "CREATE DEFINER = `root`@`%` PROCEDURE IF NOT EXISTS p (IN a INT) COMMENT 'x' BEGIN SELECT 1; SELECT 2; END",
        "CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT DETERMINISTIC READS SQL DATA BEGIN
            DECLARE x INT DEFAULT CASE a WHEN 1 THEN IF(a, 1, 2) ELSE REPEAT('a', 2) END;
            DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN SET x = 1; END;
            IF (a > 1) THEN SET x = 2; ELSEIF a THEN SET x = IF(a, 1, 2); ELSE IF a = 3 THEN SET x = 4; END IF; END IF;
            CASE x WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE;
            l: LOOP SET x = x + 1; LEAVE l; END LOOP l;
            WHILE x DO SET x = x - 1; END WHILE; REPEAT SET x = 1; UNTIL x END REPEAT;
            RETURN x;
         END",
        "CREATE FUNCTION f() RETURNS INT RETURN IF(1, 2, 3)",
        "CREATE FUNCTION f() RETURNS INT DETERMINISTIC IF 1 THEN RETURN 2; ELSE RETURN 3; END IF",
        "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = CASE WHEN NEW.b THEN 1 END",
        "create trigger t after update on x for each row follows u begin update y set a = 1; end",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; DELETE FROM u; END",
        "CREATE PROCEDURE p() outer_block: BEGIN inner_block: BEGIN SELECT 1; END inner_block; END outer_block",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN
            SET NEW.a = 1; END */",
        "BEGIN NOT ATOMIC IF EXISTS (SELECT 1) THEN DROP TABLE t; END IF; END",
        "IF NOT EXISTS (SELECT 1 FROM t) THEN ALTER TABLE t ADD a INT; END IF",
    ] {
        assert_eq!(statements(&format!("{body}; SELECT 'next'; {body}")), [body, "SELECT 'next'", body]);
    }
}

#[test]
fn a_body_without_end_is_one_statement() {
    let text = "SELECT 1; CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END; SELECT 2;";
    assert_eq!(script_of(text, Backend::Mysql).statements.len(), 2);
    assert_eq!(
        messages_of(text, Backend::Mysql),
        ["up.sql:1:32 this body has no end | end it with the `END` that belongs to it, and a semicolon"]
    );
}

#[test]
fn delimiter_is_explained() {
    let text = "SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\nSELECT 2;";
    let script = script_of(text, Backend::Mysql);
    assert_eq!(script.statements.len(), 3);
    assert_eq!(script.statements[2].text(), "SELECT 2");
    assert_eq!(
        messages_of(text, Backend::Mysql),
        [
            "up.sql:2:1 DELIMITER is a command of the mysql program, which the database doesn't know | leave the DELIMITER \
          lines out and end the body with `END;`: dbmig and Diesel send it as one statement"
        ]
    );
}

#[test]
fn checksums_take_conditional_code_for_code() {
    let sum = |text: &str| script_of(text, Backend::Mysql).checksum();
    let base = sum("/*!50001 SET a = 1 */; SELECT 1;");
    assert_eq!(base, sum("/*!50001 set  A=1*/; # why\nSELECT /* or not */ 1"));
    assert_ne!(base, sum("/*!50001 SET a = 2 */; SELECT 1;"));
    assert_ne!(base, sum("SET a = 1; SELECT 1;"));
    assert_ne!(base, sum("SELECT 1;"));
}
