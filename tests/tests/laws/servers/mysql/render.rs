//! What `render` writes for MySQL, run on MariaDB with rows in the tables: up makes what the changes say, down brings
//! back what was there, and replay says the same of both.

mod checks;

use std::collections::BTreeMap;

use cargo_dbmig::render::{Backfills, Options, Rendered, render};
use dbmig_build::diff::diff;
use dbmig_build::schema::{Change, Column, ColumnType, Name, ObjectName, Renames, Schema, TableOptions, apply_all};

use super::*;

/// From one schema to another, with what people say beside.
#[derive(Clone, Copy, Default)]
struct Case<'a> {
    before: &'a str,
    rows: &'a str,
    after: &'a str,
    /// `table.new=old`, `new=old`
    renames: &'a [&'a str],
    /// `table.column=value`
    backfills: &'a [&'a str],
    /// Changes to make instead of those that lead to `after`.
    changes: &'a [Change],
    /// What a query says when up has run.
    says: (&'a str, &'a [&'a str]),
}

fn name(text: &str) -> Name {
    Name::new(text, BACKEND)
}

fn schema(sql: &str) -> Schema {
    let mut chain = Replay::new(BACKEND);
    assert_eq!(replay(&mut chain, sql, BACKEND), Vec::<String>::new(), "{sql}");
    chain.schema().clone()
}

fn pairs<'a>(texts: &[&'a str]) -> impl Iterator<Item = (Option<&'a str>, &'a str, &'a str)> {
    let parts = texts.iter().map(|text| {
        let (key, value) = text.split_once('=').unwrap();
        match key.split_once('.') {
            Some((table, column)) => (Some(table), column, value),
            None => (None, key, value),
        }
    });
    parts.collect::<Vec<_>>().into_iter()
}

fn changes(case: &Case<'_>, before: &Schema) -> Vec<Change> {
    if !case.changes.is_empty() {
        return case.changes.to_vec();
    }
    let mut renames = Renames::default();
    for (table, new, old) in pairs(case.renames) {
        let object = |text| ObjectName::unqualified(name(text));
        match table {
            Some(table) => drop(renames.columns.insert((object(table), name(new)), name(old))),
            None => drop(renames.tables.insert(object(new), object(old))),
        }
    }
    diff(before, &schema(case.after), &renames)
}

#[track_caller]
fn holds_there_and_back(case: Case<'_>) -> Rendered {
    let before = schema(case.before);
    let changes = changes(&case, &before);
    let mut after = before.clone();
    apply_all(&changes, &mut after).unwrap();
    let backfills: Backfills = pairs(case.backfills)
        .map(|(table, column, value)| ((ObjectName::unqualified(name(table.unwrap())), name(column)), value.to_owned()))
        .collect::<BTreeMap<_, _>>();
    let mut server = Server::mysql();
    let mut last = Rendered::default();
    for live in [false, true] {
        let rendered = render(&changes, &before, &Options { backend: BACKEND, live, backfills: &backfills }).unwrap();
        let (up, down) = (rendered.up(), rendered.down());
        let database = server.name().to_owned();
        server.run(&format!(
            "DROP DATABASE {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4; USE {database}"
        ));
        let mut chain = Replay::new(BACKEND);
        assert_eq!(replay(&mut chain, case.before, BACKEND), Vec::<String>::new());
        server.run(case.before);
        server.run(case.rows);
        for (script, wanted) in [(&up, &after), (&down, &before), (&up, &after)] {
            server.run(script);
            assert_eq!(replay(&mut chain, script, BACKEND), Vec::<String>::new(), "{script}");
            let left = diff(chain.schema(), wanted, &Renames::default());
            assert!(left.is_empty(), "replay lacks {left:#?} after\n{script}");
            assert_eq!(differences(&mut server.connection, wanted), Vec::<String>::new(), "{script}\n-- up\n{up}");
        }
        if !case.says.0.is_empty() {
            assert_eq!(server.lines(case.says.0), case.says.1, "{up}");
        }
        last = rendered;
    }
    last
}

const USERS: &str = "CREATE TABLE users (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(64) NOT NULL, email varchar(80), age int,
    CONSTRAINT adult CHECK (age > 17), UNIQUE KEY by_email (email), KEY by_name (name, age)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;
CREATE TABLE posts (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, author int NOT NULL, title varchar(20), upper_title varchar(20) AS (upper(title)) VIRTUAL,
    changed timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, CONSTRAINT by_author FOREIGN KEY (author) REFERENCES users (id)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;";

const ROWS: &str = "INSERT INTO users (name, email, age) VALUES ('ann', 'a@b', 20), ('bob', NULL, NULL);
    INSERT INTO posts (author, title, changed) VALUES (1, 'one', '2020-01-01'), (2, NULL, '2021-01-01');";

/// The usual tables, with texts of them replaced.
#[track_caller]
fn edited(edits: &[(&str, &str)], rest: Case<'_>) -> Rendered {
    let mut after = USERS.to_owned();
    for (from, to) in edits {
        assert!(after.contains(from), "{from}");
        after = after.replace(from, to);
    }
    holds_there_and_back(Case { before: USERS, rows: ROWS, after: &after, ..rest })
}

#[test]
fn tables_come_go_and_refer_to_each_other_in_a_circle() {
    let case = Case {
        before: "CREATE TABLE kept (id int PRIMARY KEY);",
        rows: "INSERT INTO kept VALUES (1);",
        after: "CREATE TABLE a (id int PRIMARY KEY, b int, `order` decimal(10,2) unsigned NOT NULL DEFAULT 0.5, d json DEFAULT ('{}'), mood enum('a','it''s') COLLATE utf8mb4_bin,
                FULLTEXT KEY words (w), w text, KEY short (w(10), b DESC)) COMMENT='it''s \\\\ a' ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4;
            CREATE TABLE b (id int PRIMARY KEY, a int, CONSTRAINT ba FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE);
            CREATE TABLE kept (id int PRIMARY KEY, b int);
            ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id);
            ALTER TABLE kept ADD CONSTRAINT kb FOREIGN KEY (b) REFERENCES b (id);",
        ..Case::default()
    };
    holds_there_and_back(case);
    holds_there_and_back(Case {
        before: case.after,
        after: case.before,
        rows: "INSERT INTO kept VALUES (1, NULL);",
        ..case
    });
}

#[test]
fn columns_come_and_go() {
    edited(&[("age int,", "age int, extra int NOT NULL DEFAULT 7,")], Case::default());
    edited(
        &[(", KEY by_name (name, age)", ""), ("CONSTRAINT adult CHECK (age > 17), ", ""), (" age int,", "")],
        Case::default(),
    );
    let rest = Case {
        backfills: &["posts.slug=lower(coalesce(title, 'none'))"],
        says: (
            "SELECT concat(slug, ' ', date(changed)) AS line FROM posts ORDER BY id",
            &["one 2020-01-01", "none 2021-01-01"],
        ),
        ..Case::default()
    };
    edited(&[("title varchar(20),", "title varchar(20), slug varchar(30) NOT NULL,")], rest);
}

#[test]
fn columns_change() {
    let case = Case::default();
    edited(&[("age int,", "age bigint unsigned NULL DEFAULT 18 COMMENT 'it''s',")], case);
    edited(
        &[("age int,", "age int NOT NULL DEFAULT 30,")],
        Case { says: ("SELECT CAST(age AS CHAR) AS line FROM users ORDER BY id", &["20", "30"]), ..case },
    );
    edited(
        &[("email varchar(80)", "email varchar(80) NOT NULL")],
        Case {
            backfills: &["users.email=concat(name, '@x')"],
            says: ("SELECT email AS line FROM users ORDER BY id", &["a@b", "bob@x"]),
            ..case
        },
    );
    edited(&[("name varchar(64) NOT NULL", "name varchar(200) COLLATE utf8mb4_bin NOT NULL")], case);
    edited(&[(" title varchar(20)", " title text")], case);
    edited(&[(" title varchar(20)", " title varchar(20) NOT NULL DEFAULT ''")], case);
    edited(&[("upper(title)) VIRTUAL", "lower(title)) VIRTUAL")], case);
    edited(&[("upper(title)) VIRTUAL", "upper(title)) STORED")], case);
    edited(
        &[(" AS (upper(title)) VIRTUAL", "")],
        Case { says: ("SELECT coalesce(upper_title, '-') AS line FROM posts ORDER BY id", &["ONE", "-"]), ..case },
    );
    edited(&[(" ON UPDATE CURRENT_TIMESTAMP", "")], case);
}

#[test]
fn what_a_foreign_key_compares_changes() {
    edited(
        &[("users (id int ", "users (id bigint unsigned "), ("author int ", "author bigint unsigned ")],
        Case::default(),
    );
    edited(&[("author int NOT NULL", "author int")], Case::default());
}

#[test]
fn names_change() {
    let rest = Case { renames: &["people=users", "people.full_name=name", "posts.heading=title"], ..Case::default() };
    edited(
        &[
            ("TABLE users", "TABLE people"),
            ("REFERENCES users", "REFERENCES people"),
            (" name varchar", " full_name varchar"),
            ("(name, age)", "(full_name, age)"),
            (" title varchar", " heading varchar"),
            ("upper(title)", "upper(heading)"),
        ],
        rest,
    );
    let swap = Case { renames: &["users.name=email", "users.email=name"], ..Case::default() };
    edited(
        &[
            ("name varchar(64) NOT NULL, email varchar(80)", "email varchar(64) NOT NULL, name varchar(80)"),
            ("by_email (email)", "by_email (name)"),
            ("by_name (name", "by_name (email"),
        ],
        swap,
    );
    edited(
        &[(" by_name", " of_name"), (" by_email", " of_email"), ("adult", "grown"), ("by_author", "of_author")],
        Case::default(),
    );
    let before = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id));";
    for name in ["", "CONSTRAINT b_ibfk_1"] {
        let after = before.replace("TABLE b", "TABLE c").replace("FOREIGN KEY", &format!("{name} FOREIGN KEY"));
        let rest = Case { before, rows: "INSERT INTO a VALUES (1);", ..Case::default() };
        holds_there_and_back(Case { after: &after, renames: &["c=b"], ..rest });
    }
}

#[test]
fn a_column_takes_the_name_of_one_that_gives_it_up() {
    let rest = Case {
        renames: &["users.age=name", "users.years=age"],
        says: ("SELECT age AS line FROM users ORDER BY id", &["ann", "bob"]),
        ..Case::default()
    };
    edited(
        &[
            ("name varchar(64) NOT NULL,", ""),
            (" age int,", " age varchar(64) NOT NULL, years int,"),
            ("CONSTRAINT adult CHECK (age > 17), ", ""),
            ("(name, age)", "(age)"),
        ],
        rest,
    );
}

#[test]
fn a_column_swaps_names_with_one_that_is_computed_from_it() {
    let before = "CREATE TABLE t (id int PRIMARY KEY, a int, b int AS (a + 1));";
    let after = "CREATE TABLE t (id int PRIMARY KEY, b int, a int AS (b + 1));";
    let rest = Case { before, rows: "INSERT INTO t (id, a) VALUES (1, 2);", after, ..Case::default() };
    holds_there_and_back(Case {
        renames: &["t.a=b", "t.b=a"],
        says: ("SELECT CAST(b AS char) AS line FROM t", &["2"]),
        ..rest
    });
}

#[test]
fn an_index_that_a_foreign_key_made_elsewhere_stays_beside_a_longer_one() {
    let before = "CREATE TABLE t (r int, s int, KEY (s), FOREIGN KEY (r) REFERENCES t (s)); CREATE TABLE u LIKE t;";
    let after = "CREATE TABLE t (r int, s int, KEY (s), FOREIGN KEY (r) REFERENCES t (s));
        CREATE TABLE u (r int, s int, KEY (s), KEY (r), KEY longer (r, s));";
    holds_there_and_back(Case { before, rows: "INSERT INTO u VALUES (1, 2);", after, ..Case::default() });
}

#[test]
fn keys_change() {
    let case = Case::default();
    edited(&[("by_name (name, age)", "by_name (age, name(5) DESC)"), ("UNIQUE KEY by_email", "KEY by_email")], case);
    edited(
        &[
            ("bigint NOT NULL AUTO_INCREMENT PRIMARY KEY", "bigint NOT NULL AUTO_INCREMENT"),
            ("title varchar(20),", "title varchar(20), PRIMARY KEY (id, author),"),
        ],
        case,
    );
    edited(&[("bigint NOT NULL AUTO_INCREMENT PRIMARY KEY", "bigint NOT NULL PRIMARY KEY")], case);
    edited(&[("bigint NOT NULL AUTO_INCREMENT PRIMARY KEY", "bigint NOT NULL")], case);
    edited(
        &[
            ("posts (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,", "posts ("),
            ("title varchar(20),", "title varchar(20), number int NOT NULL AUTO_INCREMENT PRIMARY KEY,"),
        ],
        case,
    );
    // The index of the foreign key makes way for one that serves as well, and comes back.
    edited(&[("title varchar(20),", "title varchar(20), KEY by_both (author, title),")], case);
    edited(&[("title varchar(20),", "title varchar(20), FULLTEXT KEY words (title),")], case);
    edited(&[(", CONSTRAINT by_author FOREIGN KEY (author) REFERENCES users (id)", "")], case);
    edited(&[("REFERENCES users (id)", "REFERENCES users (id) ON DELETE CASCADE ON UPDATE RESTRICT")], case);
    edited(&[("age > 17", "age > 16")], case);
    edited(&[("CONSTRAINT adult CHECK (age > 17), ", "")], case);
}

#[test]
fn what_a_column_is_checked_for_stays() {
    let before = "CREATE TABLE t (id int PRIMARY KEY, age int CHECK (age > 0), size int CHECK (size < 9));";
    let after = before.replace("age int", "age bigint NOT NULL DEFAULT 3");
    let rest = Case { before, rows: "INSERT INTO t VALUES (1, 2, 3);", after: &after, ..Case::default() };
    assert!(holds_there_and_back(rest).up().contains("/*M! CHECK (age > 0) */"));
}

#[test]
fn partitions_follow_columns_that_come_and_go() {
    let before = "CREATE TABLE t (a int NOT NULL, b int) PARTITION BY HASH (a) PARTITIONS 3;";
    let rows = "INSERT INTO t VALUES (1, 2);";
    let after = "CREATE TABLE t (b int, c int NOT NULL DEFAULT 1) PARTITION BY HASH (c) PARTITIONS 3;";
    holds_there_and_back(Case { before, rows, after, ..Case::default() });
    let before = "CREATE TABLE t (a int NOT NULL, b varchar(9)) PARTITION BY HASH (a) PARTITIONS 3;";
    let after = "CREATE TABLE t (a varchar(9) NOT NULL, b int) PARTITION BY HASH (b) PARTITIONS 3;";
    holds_there_and_back(Case { before, rows, after, ..Case::default() });
}

/// Changes that diff doesn't make of two schemas.
#[track_caller]
fn changed(changes: &[Change], says: (&str, &[&str])) {
    holds_there_and_back(Case { before: USERS, rows: ROWS, changes, says, ..Case::default() });
}

fn users() -> ObjectName {
    ObjectName::unqualified(name("users"))
}

#[test]
fn tables_change_what_is_said_of_them() {
    let comment = Change::CommentTable { table: users(), from: None, to: Some("it's \\ a".to_owned()) };
    changed(&[comment], ("", &[]));
    let from = schema(USERS).tables[&users()].options.clone();
    let latin = |collation: &str| TableOptions {
        character_set: Some("latin1".to_owned()),
        collation: Some(collation.to_owned()),
        ..from.clone()
    };
    let to = latin("latin1_bin");
    let says = ("SELECT column_name AS line FROM information_schema.columns WHERE table_name = 'users' AND table_schema = database()
        AND collation_name = 'latin1_bin' ORDER BY ordinal_position", ["name", "email"]);
    changed(
        &[Change::AlterOptions { table: users(), from: Box::new(from.clone()), to: Box::new(to) }],
        (says.0, &says.1),
    );
}

#[test]
fn columns_move_and_make_way() {
    let behind = |text: &str| Some(name(text));
    let moved = |column: &str, from, to| Change::MoveColumn { table: users(), column: name(column), from, to };
    changed(&[moved("age", behind("email"), None), moved("name", behind("id"), behind("email"))], ("", &[]));

    let tables = schema(USERS).tables;
    let email = tables[&users()].column(&name("email")).unwrap().clone();
    let unique = tables[&users()].constraint(&name("by_email")).unwrap();
    let new = Column::new(name("email"), ColumnType::plain("int"));
    changed(
        &[
            Change::DropConstraint { table: users(), constraint: unique.clone() },
            Change::DropColumn { table: users(), column: Box::new(email) },
            Change::AddColumn { table: users(), column: Box::new(new) },
            Change::AddConstraint { table: users(), constraint: unique },
        ],
        ("SELECT coalesce(email, '-') AS line FROM users ORDER BY id", &["-", "-"]),
    );
}
