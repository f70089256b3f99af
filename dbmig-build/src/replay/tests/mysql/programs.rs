//! Stored programs and prepared statements.

use super::check;

#[test]
fn a_procedure_that_decides_nothing_is_followed() {
    check(
        "CREATE PROCEDURE p() BEGIN CREATE TABLE t (a int); ALTER TABLE t ADD b int; END; CALL p(); DROP PROCEDURE p;
         CREATE FUNCTION f() RETURNS int BEGIN IF 1 THEN RETURN 2; END IF; RETURN 3; END; CALL nothing_known(1);
         SET @a = 'INSERT INTO t VALUES (1)'; PREPARE s FROM @a; EXECUTE s; PREPARE s FROM 'DELETE FROM t'; EXECUTE s;
         BEGIN NOT ATOMIC DECLARE x int; SELECT 1; END; INSERT INTO t SELECT 1; TRUNCATE t; GRANT ALL ON *.* TO 'a'@'b'",
        "t\n a int\n b int",
    );
}

#[test]
fn conditions_on_the_information_schema_are_followed() {
    check(
        "CREATE TABLE t (a int, KEY k (a));
         CREATE PROCEDURE p()
         BEGIN
            IF EXISTS(SELECT column_name FROM INFORMATION_SCHEMA.COLUMNS
                WHERE table_schema=database() AND table_name='t' AND column_name=\"A\")
            THEN BEGIN ALTER TABLE t CHANGE a b int; END; END IF;
            IF NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 't' AND table_schema = SCHEMA())
            THEN ALTER TABLE t ADD wrong int; ELSE ALTER TABLE t ADD c int; END IF;
            IF (SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 't'
                AND index_name = 'k') = 0 THEN ALTER TABLE t ADD wrong int; END IF;
            INSERT INTO t VALUES (1, 2);
         END;
         CALL p(); DROP PROCEDURE p;
         IF NOT EXISTS (SELECT * FROM information_schema.table_constraints WHERE table_schema = DATABASE() AND table_name = 't'
            AND constraint_name = 'u') THEN ALTER TABLE t ADD UNIQUE u (c); END IF",
        "t
          b int
          c int
          - u: unique (c)
          index k (b)",
    );
}

#[test]
fn prepared_statements_are_followed() {
    check(
        "CREATE TABLE t (a int, KEY k (a), KEY l (a));
         SET @db = DATABASE(), @t := 't', @c = \"b\";
         SET @ddl = (SELECT IF((SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS WHERE (table_name = @t)
            AND (table_schema = @db) AND (column_name = @c)) > 0, 'SELECT 1', CONCAT('ALTER TABLE ', @t, ' ADD ', @c, ' int;')));
         PREPARE s FROM @ddl; EXECUTE s; DEALLOCATE PREPARE s;
         SELECT IF(COUNT(*) = 0, 'ALTER TABLE t ADD wrong int', 'DO 0') INTO @ddl FROM information_schema.columns c
            WHERE c.table_schema = DATABASE() AND c.table_name = 't' AND c.column_name = 'b';
         PREPARE s FROM @ddl; EXECUTE s;
         SET @n := (SELECT COUNT(1) FROM `information_schema`.`statistics` WHERE index_name = 'k' AND table_name = 't'
            AND table_schema = database());
         SELECT IF(@n > 0 AND NOT @n IS NULL, 'DROP INDEX k ON t', 'SELECT ''none''') INTO @ddl;
         PREPARE s FROM @ddl; EXECUTE s;
         SET @ddl = IF(EXISTS (SELECT 1 FROM information_schema.table_constraints WHERE table_schema = @db AND table_name = @t
            AND constraint_type = 'PRIMARY KEY'), 'SELECT 1', CONCAT('ALTER TABLE `', @db, '`.t ADD PRIMARY KEY (b)'));
         EXECUTE IMMEDIATE @ddl;
         SET @unknown = (SELECT max(a) FROM t), @q = CONCAT('UPDATE t SET a = ', @unknown); PREPARE s FROM @q; EXECUTE s",
        "t
          a int
          b int not null
          - key (b)
          index l (a)",
    );
}

#[test]
fn procedures_are_followed_with_what_they_are_given() {
    check(
        "CREATE TABLE t (a int);
         CREATE PROCEDURE add_column(IN tbl VARCHAR(64), IN col VARCHAR(64), def TEXT) MODIFIES SQL DATA COMMENT 'adds'
         BEGIN
            DECLARE n INT DEFAULT 0;
            SELECT COUNT(*) INTO n FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = tbl
                AND column_name = col;
            IF n = 0 THEN
                SET @ddl = CONCAT('ALTER TABLE ', tbl, ' ADD COLUMN ', col, ' ', def);
                PREPARE s FROM @ddl; EXECUTE s; DEALLOCATE PREPARE s;
            ELSEIF n > 1 THEN SIGNAL SQLSTATE '45000';
            ELSE SET n = 2;
            END IF;
         END;
         CALL add_column('t', 'b', 'int'); CALL add_column('t', 'b', 'text'); DROP PROCEDURE add_column;
         CREATE PROCEDURE inner_one() ALTER TABLE t ADD c int;
         CREATE PROCEDURE outer_one() main: BEGIN CALL inner_one(); END main; CALL outer_one();
         CREATE PROCEDURE handled() BEGIN
            DECLARE CONTINUE HANDLER FOR 1060, SQLSTATE '42S01' BEGIN END;
            ALTER TABLE t ADD b int; CREATE TABLE t (x int); ALTER TABLE t ADD d int;
            BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'there'; ALTER TABLE t DROP z; ALTER TABLE t ADD wrong int; END;
            ALTER TABLE t ADD e int;
         END; CALL handled()",
        "t
          a int
          b int
          c int
          d int
          e int",
    );
}
