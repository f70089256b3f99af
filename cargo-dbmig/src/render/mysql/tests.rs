//! What changes look like as SQL for MySQL: two schemas, as the SQL that makes them, and the scripts between them.

use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Name, ObjectName, Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::split;

use crate::render::{Backfills, Options, Rendered, render};

const USERS: &str = "CREATE TABLE users (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL, age int, KEY by_name (name));";

fn schema(sql: &str) -> Schema {
    let mut replay = Replay::new(Backend::Mysql);
    let replayed = replay.run(&split(&Source::new("up.sql", sql), Backend::Mysql));
    assert!(replayed.diagnostics.is_empty(), "{:?}", replayed.diagnostics);
    replay.schema().clone()
}

fn rendered(before: &str, after: &str, live: bool, backfill: Option<&str>) -> Rendered {
    let before = schema(before);
    let changes = diff(&before, &schema(after), &Renames::default());
    let mut backfills = Backfills::new();
    if let Some((place, value)) = backfill.and_then(|text| text.split_once('=')) {
        let (table, column) = place.split_once('.').unwrap();
        let name = |text| Name::new(text, Backend::Mysql);
        backfills.insert((ObjectName::unqualified(name(table)), name(column)), value.to_owned());
    }
    render(&changes, &before, &Options { backend: Backend::Mysql, live, backfills: &backfills }).unwrap()
}

#[track_caller]
fn check(before: &str, after: &str, live: bool, up: &str, down: &str) {
    let rendered = rendered(before, after, live, None);
    assert_eq!((rendered.up().trim_end(), rendered.down().trim_end()), (up, down));
}

/// `USERS` with a text of it replaced.
#[track_caller]
fn edited((from, to): (&str, &str), live: bool, up: &str, down: &str) {
    assert!(USERS.contains(from), "{from}");
    check(USERS, &USERS.replace(from, to), live, up, down);
}

#[test]
fn a_new_table() {
    check(
        "",
        "CREATE TABLE tenants (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COMMENT='it''s \\\\';
        CREATE TABLE users (id int NOT NULL, `groups` int, kind enum('a','b') NOT NULL DEFAULT 'a', admin bool NOT NULL DEFAULT false, paid decimal(10,2) unsigned,
            bio text DEFAULT ('x'), data json, seen timestamp NULL, changed datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), twice int AS (id * 2) STORED,
            tenant bigint unsigned, Name varchar(9) COLLATE utf8mb4_bin COMMENT 'who', PRIMARY KEY (id, `groups`), UNIQUE KEY by_name (Name), KEY by_bio (bio(10) DESC),
            FULLTEXT KEY words (bio), CONSTRAINT of_tenant FOREIGN KEY (tenant) REFERENCES tenants (id) ON DELETE CASCADE, CONSTRAINT positive CHECK (id > 0));",
        true,
        "CREATE TABLE tenants (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COMMENT='it''s \\\\';

CREATE TABLE users (
    id INT NOT NULL,
    `groups` INT NOT NULL,
    kind ENUM('a', 'b') NOT NULL DEFAULT 'a',
    admin BOOLEAN NOT NULL DEFAULT 0,
    paid DECIMAL(10, 2) UNSIGNED,
    bio TEXT DEFAULT ('x'),
    data JSON,
    seen TIMESTAMP NULL,
    changed DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    twice INT GENERATED ALWAYS AS (id * 2) STORED,
    tenant BIGINT UNSIGNED,
    `Name` VARCHAR(9) COLLATE utf8mb4_bin COMMENT 'who',
    PRIMARY KEY (id, `groups`),
    UNIQUE KEY by_name (`Name`),
    KEY by_bio (bio(10) DESC),
    FULLTEXT KEY words (bio),
    CONSTRAINT of_tenant FOREIGN KEY (tenant) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT positive CHECK (id > 0)
);",
        "-- Destructive: drops the table users with all its rows.
DROP TABLE users;

-- Destructive: drops the table tenants with all its rows.
DROP TABLE tenants;",
    );
}

#[test]
fn a_live_table_says_what_its_users_feel() {
    for (edit, up, down) in [
        (
            ("age int,", "age int, admin bool NOT NULL DEFAULT false,"),
            "ALTER TABLE users ADD COLUMN admin BOOLEAN NOT NULL DEFAULT 0, LOCK=NONE;",
            "-- Destructive: drops the column users.admin with its values.\nALTER TABLE users DROP COLUMN admin, LOCK=NONE;",
        ),
        (
            ("(name)", "(name), KEY by_age (age)"),
            "ALTER TABLE users ADD KEY by_age (age), ALGORITHM=INPLACE, LOCK=NONE;",
            "ALTER TABLE users DROP KEY by_age, ALGORITHM=INPLACE, LOCK=NONE;",
        ),
        (
            ("age int", "age varchar(9)"),
            "-- dbmig: check users.age is to be VARCHAR(9), but values are longer
SELECT id, age FROM users WHERE CHAR_LENGTH(age) > 9 LIMIT 5;

-- Writes to users wait until this is done: the type of age changes.
ALTER TABLE users MODIFY age VARCHAR(9);",
            "-- dbmig: check users.age is to be INT, but values are no whole numbers or out of range
SELECT id, age FROM users WHERE age NOT REGEXP '^[+-]?[0-9]+$' OR CAST(age AS DECIMAL(65)) NOT BETWEEN -2147483648 AND 2147483647 LIMIT 5;

-- Writes to users wait until this is done: the type of age changes.
ALTER TABLE users MODIFY age INT;",
        ),
        (
            ("name varchar(20)", "name varchar(30)"),
            "ALTER TABLE users MODIFY name VARCHAR(30) NOT NULL, LOCK=NONE;",
            "-- dbmig: check users.name is to be VARCHAR(20), but values are longer
SELECT id, name FROM users WHERE CHAR_LENGTH(name) > 20 LIMIT 5;

-- Writes to users wait until this is done: the type of name changes.
ALTER TABLE users MODIFY name VARCHAR(20) NOT NULL;",
        ),
    ] {
        edited(edit, true, up, down);
    }
}

#[test]
fn a_simple_table_says_nothing_of_its_users() {
    edited(
        ("KEY by_name (name)", "UNIQUE KEY by_name (name)"),
        false,
        "-- dbmig: check users.name is to be unique, but rows share a value
SELECT name, count(*) AS times FROM users GROUP BY name HAVING count(*) > 1 LIMIT 5;

ALTER TABLE users
    DROP KEY by_name,
    ADD UNIQUE KEY by_name (name);",
        "ALTER TABLE users
    DROP KEY by_name,
    ADD KEY by_name (name);",
    );
}

#[test]
fn a_column_that_needs_a_value() {
    let after = USERS.replace("age int,", "age int, email varchar(80) NOT NULL,");
    let todo = "-- dbmig: todo users.email is NOT NULL and has no default: which value do existing rows get? Put it in place of the NULL below\n";
    for (backfill, todo, value) in
        [(None, todo, "NULL"), (Some("users.email=concat(name, '@x')"), "", "concat(name, '@x')")]
    {
        let rendered = rendered(USERS, &after, false, backfill);
        assert_eq!(
            rendered.up(),
            format!(
                "ALTER TABLE users ADD COLUMN email VARCHAR(80);

{todo}UPDATE users SET email = {value} WHERE email IS NULL;

ALTER TABLE users MODIFY email VARCHAR(80) NOT NULL;
"
            )
        );
        assert_eq!(rendered.notes.len(), usize::from(backfill.is_none()), "{:?}", rendered.notes);
    }
}

#[test]
fn what_is_lost_is_said() {
    let after = USERS.replace(" age int,", "");
    let rendered = rendered(USERS, &after, false, None);
    assert_eq!(rendered.notes, ["`users.age` is dropped with its values; down.sql can't bring them back"]);
    assert_eq!(
        (rendered.up().as_str(), rendered.down().as_str()),
        (
            "-- Destructive: drops the column users.age with its values.\nALTER TABLE users DROP COLUMN age;\n",
            "-- The values of age are not brought back.\nALTER TABLE users ADD COLUMN age INT;\n"
        )
    );
    let gone = self::rendered(USERS, "", false, None);
    assert_eq!(gone.notes, ["`users` is dropped with all its rows; down.sql brings it back empty"]);
    assert!(
        gone.down().starts_with("-- The rows of users are not brought back.\nCREATE TABLE users ("),
        "{}",
        gone.down()
    );
}

#[test]
fn foreign_keys_wait_for_each_other() {
    let circle = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int, CONSTRAINT ba FOREIGN KEY (a) REFERENCES a (id));
        ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id);";
    check(
        "",
        circle,
        true,
        "CREATE TABLE a (
    id INT NOT NULL PRIMARY KEY,
    b INT,
    KEY ab (b)
);

CREATE TABLE b (
    id INT NOT NULL PRIMARY KEY,
    a INT,
    CONSTRAINT ba FOREIGN KEY (a) REFERENCES a (id)
);

ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id);",
        "ALTER TABLE a DROP FOREIGN KEY ab;

-- Destructive: drops the table b with all its rows.
DROP TABLE b;

-- Destructive: drops the table a with all its rows.
DROP TABLE a;",
    );
}

#[test]
fn a_key_on_a_column_that_counts_is_never_missing() {
    let after = USERS
        .replace("AUTO_INCREMENT PRIMARY KEY", "AUTO_INCREMENT")
        .replace("KEY by_name", "PRIMARY KEY (id, name), KEY by_name");
    check(
        USERS,
        &after,
        true,
        "ALTER TABLE users
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (id, name),
    ALGORITHM=INPLACE, LOCK=NONE;",
        "-- dbmig: check users.id is to be the primary key, but rows share a value
SELECT id, count(*) AS times FROM users GROUP BY id HAVING count(*) > 1 LIMIT 5;

ALTER TABLE users
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (id),
    ALGORITHM=INPLACE, LOCK=NONE;",
    );
}

#[test]
fn a_check_names_no_column_twice() {
    let up = rendered("CREATE TABLE t (times int);", "CREATE TABLE t (times int UNIQUE);", false, None).up();
    let query = "SELECT times, count(*) FROM t WHERE times IS NOT NULL GROUP BY times HAVING count(*) > 1 LIMIT 5;";
    assert!(up.contains(query), "{up}");
}

#[test]
fn what_is_computed_anew_is_looked_at_for_what_is_unique() {
    let up = |before: &str, after: &str| rendered(before, after, false, None).up();
    let before = "CREATE TABLE t (a int, b int UNIQUE);";
    let up = up(before, "CREATE TABLE t (a int, b int AS (a % 2) STORED UNIQUE);");
    let query = "SELECT (a % 2), count(*) AS times FROM t WHERE (a % 2) IS NOT NULL GROUP BY (a % 2) HAVING count(*) > 1 LIMIT 5;";
    assert!(up.contains(query), "{up}");
}

#[test]
fn keys_that_go_are_in_no_column_s_way() {
    let rendered = rendered(
        "CREATE TABLE t (a varchar(20), KEY k (a), KEY l (a));",
        "CREATE TABLE t (a mediumtext NOT NULL DEFAULT ('x'), KEY k (a(9)));",
        false,
        None,
    );
    let first = "ALTER TABLE t
    MODIFY a MEDIUMTEXT DEFAULT ('x'),
    DROP KEY k,
    DROP KEY l;";
    assert!(rendered.up().starts_with(first), "{}", rendered.up());
}

#[test]
fn a_column_that_counts_keeps_a_key_while_a_text_grows() {
    let rendered = rendered(
        "CREATE TABLE t (id int AUTO_INCREMENT, a double, UNIQUE k (id, a), KEY l (id, a));",
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a mediumtext NOT NULL DEFAULT ('x'), KEY k (id, a(9)));",
        false,
        None,
    );
    let first = "ALTER TABLE t
    MODIFY a MEDIUMTEXT DEFAULT ('x'),
    DROP KEY k,
    DROP KEY l,
    ADD KEY __dbmig_aside_k (id);";
    assert!(rendered.up().contains(first), "{}", rendered.up());
    assert!(rendered.up().contains("    DROP KEY __dbmig_aside_k,\n"), "{}", rendered.up());
}

#[test]
fn what_is_computed_no_more_keeps_its_values_when_names_change() {
    let before = schema("CREATE TABLE t (a int, b varchar(9) AS (a + 1) STORED UNIQUE);");
    let name = |text| Name::new(text, Backend::Mysql);
    let table = ObjectName::unqualified(name("t"));
    let mut renames = Renames::default();
    renames.columns.insert((table.clone(), name("c")), name("a"));
    renames.columns.insert((table, name("d")), name("b"));
    let changes = diff(&before, &schema("CREATE TABLE t (c int, d int DEFAULT 7, UNIQUE b (d));"), &renames);
    let options = Options { backend: Backend::Mysql, live: false, backfills: &Backfills::new() };
    let up = render(&changes, &before, &options).unwrap().up();
    let expected = "ALTER TABLE t MODIFY b VARCHAR(9);

ALTER TABLE t
    RENAME COLUMN a TO c,
    RENAME COLUMN b TO d;

ALTER TABLE t MODIFY d INT DEFAULT 7;
";
    assert!(up.ends_with(expected), "{up}");
}

#[test]
fn a_query_has_no_column_twice() {
    let before = "CREATE TABLE t (a int, b int, KEY (b), PRIMARY KEY (b, a));";
    let after = before.replace("KEY (b),", "KEY (b), FOREIGN KEY (b) REFERENCES t (b),");
    let up = rendered(before, &after, false, None).up();
    assert!(up.contains("SELECT child.b, child.a FROM t"), "{up}");
}

#[test]
fn years_become_no_dates() {
    let up = rendered("CREATE TABLE t (a year);", "CREATE TABLE t (a datetime);", false, None).up();
    let check = "-- dbmig: check t.a is to be DATETIME, but values are years alone
SELECT a FROM t WHERE a IS NOT NULL LIMIT 5;";
    assert!(up.starts_with(check), "{up}");
    let up = rendered("CREATE TABLE t (a time);", "CREATE TABLE t (a year);", false, None).up();
    assert!(up.contains("values are no years\nSELECT a FROM t WHERE a IS NOT NULL LIMIT 5;"), "{up}");
}

#[test]
fn a_check_is_asked_with_null_for_what_comes() {
    let after = "CREATE TABLE t (a int, b int, c int DEFAULT 1, CONSTRAINT k CHECK (b > 1 AND a > 2), CONSTRAINT l CHECK (c > a));";
    let up = rendered("CREATE TABLE t (a int);", after, false, None).up();
    assert!(up.contains("WHERE NOT (NULL > 1 AND a > 2)") && up.matches("dbmig: check").count() == 1, "{up}");
}
