//! The checks that stand before a change: each names the rows that it would break, and no others.

use super::*;

/// What the checks of a script say of rows, and how many they name.
fn found(after: &str, rows: &str) -> Vec<String> {
    let (before, after) = (schema(USERS), schema(after));
    let changes = diff(&before, &after, &Renames::default());
    let options = Options { backend: BACKEND, live: true, backfills: &Backfills::new() };
    let up = render(&changes, &before, &options).unwrap().up();
    let mut server = Server::mysql();
    let database = server.name().to_owned();
    server.run(&format!("ALTER DATABASE {database} CHARACTER SET utf8mb4; USE {database}"));
    server.run(USERS);
    server.run(rows);
    let checks = up.split("\n\n").filter_map(|block| block.strip_prefix("-- dbmig: check ")?.split_once('\n'));
    let counted = checks.map(|(message, query)| {
        let query = query.trim_end().trim_end_matches(';');
        let count = server.lines(&format!("SELECT CAST(count(*) AS CHAR) AS line FROM ({query}) AS found"));
        format!("{}: {message}", count.concat())
    });
    counted.collect()
}

#[test]
fn checks_name_the_rows_that_a_change_would_break() {
    let rows = "INSERT INTO users (name, email, age) VALUES ('ann', '17', 20), ('Ann', 'x', 300), ('é€', NULL, NULL), ('longer than ten', '2020-02-30', 40);
        INSERT INTO posts (author, title) VALUES (1, 'one'), (2, NULL);";
    for (from, to, expected) in [
        (
            "KEY by_name (name, age)",
            "UNIQUE KEY by_name (name)",
            "1: users.name is to be unique, but rows share a value",
        ),
        ("name varchar(64)", "name varchar(10)", "1: users.name is to be VARCHAR(10), but values are longer"),
        (
            "name varchar(64)",
            "name varchar(64) CHARACTER SET ascii",
            "1: users.name is to be of ascii, but values have characters that it lacks",
        ),
        ("age int", "age tinyint", "1: users.age is to be TINYINT, but values are out of range"),
        ("age int", "age decimal(4,2)", "1: users.age is to be DECIMAL(4, 2), but values are out of range"),
        (
            "email varchar(80)",
            "email int",
            "2: users.email is to be INT, but values are no whole numbers or out of range",
        ),
        (
            "email varchar(80)",
            "email decimal(3,1)",
            "2: users.email is to be DECIMAL(3, 1), but values are no such numbers",
        ),
        ("email varchar(80)", "email date", "3: users.email is to be DATE, but values are no dates"),
        ("email varchar(80)", "email json", "2: users.email is to be JSON, but values are no JSON"),
        (
            "email varchar(80)",
            "email enum('x','17')",
            "1: users.email is to be ENUM('x', '17'), but values are none of these",
        ),
        ("age > 17", "age > 30", "1: users is to keep the check adult, but rows don't"),
        (
            "upper(title)) VIRTUAL,",
            "upper(title)) VIRTUAL, CONSTRAINT t FOREIGN KEY (title) REFERENCES users (email),",
            "1: posts.title is to refer to users, but rows refer to none of its",
        ),
        ("author int NOT NULL", "author bigint NOT NULL", ""),
        ("name varchar(64)", "name varchar(65)", ""),
    ] {
        assert!(USERS.contains(from), "{from}");
        let expected: Vec<&str> = Some(expected).filter(|text| !text.is_empty()).into_iter().collect();
        assert_eq!(found(&USERS.replace(from, to), rows), expected, "{to}");
    }
}
