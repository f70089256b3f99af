//! Rust types to column types, and defaults.

use super::{faults, lowered, model, same};

/// The column of a field, without its name.
fn column(field: &str) -> String {
    let text = lowered(&model("", field));
    text.lines().find_map(|line| line.strip_prefix("  f ")).map(str::to_owned).unwrap_or(text)
}

#[test]
fn types() {
    for (rust, sql) in [
        ("bool", "boolean not null"),
        ("i16", "smallint not null"),
        ("i32", "integer not null"),
        ("i64", "bigint not null"),
        ("f32", "float not null"),
        ("f64", "double not null"),
        ("String", "text not null"),
        ("std::string::String", "text not null"),
        ("Vec<u8>", "blob not null"),
        ("chrono::NaiveDate", "date not null"),
        ("NaiveTime", "time not null"),
        ("NaiveDateTime", "timestamp not null"),
        ("time::Date", "date not null"),
        ("time::Time", "time not null"),
        ("time::PrimitiveDateTime", "timestamp not null"),
        ("Option<i32>", "integer"),
        ("std::option::Option<Vec<u8>>", "blob"),
    ] {
        assert_eq!(column(&format!("f: {rust}")), sql, "{rust}");
    }
}

#[test]
fn aliases_are_followed() {
    let source = model("", "f: Maybe, g: Loop")
        + "type Maybe = Option<Stamp>; type Stamp = chrono::NaiveDateTime; type Loop = Loop;";
    let text = lowered(&source);
    assert!(text.contains("doesn't know which column `Loop` becomes"), "{text}");
    assert!(lowered(&source.replace(", g: Loop", "")).contains("  f timestamp\n"));
}

#[test]
fn other_types_say_their_column() {
    for (rust, said) in [
        ("chrono::DateTime<Utc>", "`chrono::DateTime<Utc>` needs `sql_type` on sqlite: Diesel's schema"),
        ("Uuid", "`Uuid` needs `sql_type` on sqlite: this database has no UUIDs"),
        ("serde_json::Value", "`serde_json::Value` needs `sql_type` on sqlite: Diesel's schema"),
        ("Option<Role>", "dbmig doesn't know which column `Role` becomes"),
        ("Vec<String>", "`Vec<String>` needs `sql_type` on sqlite: it has no arrays"),
        ("u32", "`u32` needs `sql_type` on sqlite: this database has no unsigned integers"),
    ] {
        let text = column(&format!("f: {rust}"));
        assert!(text.starts_with("error[rust-type]: ") && text.to_lowercase().contains(&said.to_lowercase()), "{text}");
        assert_eq!(column(&format!("#[dbmig(sql_type = \"TEXT\")] f: {rust}")).trim_end_matches(" not null"), "text");
    }
    let text = lowered(&model("", "role: Role"));
    same(
        &text.replace('\u{2026}', "..."),
        "
error[rust-type]: dbmig doesn't know which column `Role` becomes
 --> src/models.rs:4:30
  |
4 | struct User { id: i32, role: Role }
  |                              ^^^^
  |
  = note: Diesel must be able to read the type from that column and write it there: with `FromSql` and `ToSql`, or by way of another type with `#[diesel(deserialize_as = ..., serialize_as = ...)]`
  = help: say the column's type: `#[dbmig(sql_type = \"TEXT\")]`
",
    );
    assert_eq!(column("#[diesel(deserialize_as = String, serialize_as = String)] f: Name"), "text not null");
    assert_eq!(column("#[diesel(serialize_as = Option<i64>)] f: Name"), "bigint");
}

#[test]
fn lengths_and_precisions() {
    assert_eq!(column("#[dbmig(length = 64)] f: Option<String>"), "varchar(64)");
    assert_eq!(column("#[dbmig(sql_type = \"DECIMAL\", precision = 10, scale = 2)] f: f64"), "decimal(10, 2) not null");
    assert_eq!(column("#[dbmig(sql_type = \"Decimal(10,2)\")] f: f64"), "decimal(10, 2) not null");
    for (field, problem) in [
        ("#[dbmig(length = 64)] f: i32", "`length` is for strings, and this is `i32`"),
        ("#[dbmig(length = 0)] f: String", "a length of 0 holds nothing"),
        ("#[dbmig(length = -1)] f: String", "`length` takes a whole number"),
        ("#[dbmig(length = \"64\")] f: String", "`length` takes a whole number"),
        ("#[dbmig(sql_type = \"TEXT\", length = 3)] f: String", "`length` belongs into `sql_type`"),
        (
            "#[dbmig(precision = 3)] f: f64",
            "`precision` and `scale` are for decimals, and `scale` only with `precision`",
        ),
        ("#[dbmig(sql_type = \"INTEGER NOT NULL\")] f: i32", "`not` is no part of a type"),
        (
            "#[dbmig(sql_type = \"DECIMAL(10\")] f: i32",
            "can't read the type `DECIMAL(10`: its `(` must close at its end",
        ),
        ("#[dbmig(sql_type = \"a;b\")] f: i32", "can't read the type `a;b`"),
    ] {
        let text = faults(&model("", field));
        assert!(text.starts_with(&format!("error[model-attribute]: {problem}")), "{field}: {text}");
    }
}

#[test]
fn defaults() {
    for (field, sql) in [
        ("#[dbmig(default = false)] f: bool", "boolean not null default FALSE"),
        ("#[dbmig(default = \"false\")] f: bool", "boolean not null default false"),
        ("#[dbmig(default = -1)] f: i32", "integer not null default -1"),
        ("#[dbmig(default = 0.5)] f: f64", "double not null default 0.5"),
        ("#[dbmig(default = now)] f: NaiveDate", "date not null default CURRENT_DATE"),
        ("#[dbmig(default = now)] f: NaiveTime", "time not null default CURRENT_TIME"),
        ("#[dbmig(default = now)] f: NaiveDateTime", "timestamp not null default CURRENT_TIMESTAMP"),
        ("#[dbmig(default = null)] f: Option<i32>", "integer default NULL"),
        ("#[dbmig(default = \"'new'\")] f: String", "text not null default 'new'"),
        (
            "#[dbmig(default = \"(lower(hex(randomblob(16))))\")] f: String",
            "text not null default lower(hex(randomblob(16)))",
        ),
        ("#[dbmig(default = \"datetime('now')\")] f: NaiveDateTime", "timestamp not null default datetime('now')"),
    ] {
        assert_eq!(column(field), sql, "{field}");
    }
}

#[test]
fn wrong_defaults() {
    let text: String = [
        "#[dbmig(default = \"now()\")] f: NaiveDateTime",
        "#[dbmig(default = now())] f: NaiveDateTime",
        "#[dbmig(default = nwo)] f: NaiveDateTime",
        "#[dbmig(default = now)] f: bool",
        "#[dbmig(default = false)] f: i32",
        "#[dbmig(default = 0)] f: bool",
        "#[dbmig(default = 1.5)] f: i32",
        "#[dbmig(default = 1)] f: String",
        "#[dbmig(default = null)] f: i32",
        "#[dbmig(default = draft)] f: String",
        "#[dbmig(default = \"draft\")] f: String",
        "#[dbmig(default = \"id + 1\")] f: i32",
        "#[dbmig(default = \"(1\")] f: i32",
        "#[dbmig(default)] f: i32",
    ]
    .iter()
    .map(|field| faults(&model("", field)))
    .collect();
    same(
        &text,
        "
error[model-attribute]: SQLite has no function `now`, and says so at the first INSERT only
help: default = now
error[model-attribute]: an expression stands in quotes
help: default = now
error[model-attribute]: `nwo` is no word for a default: they are `now` and `null`
help: default = now
error[model-attribute]: `now` is no default for `bool`
help: `now` is for dates and times
error[model-attribute]: `false` is no default for `i32`
help: default = 0
error[model-attribute]: `0` is no default for `bool`
help: default = false
error[model-attribute]: `1.5` is no default for `i32`
help: default = 1
error[model-attribute]: `1` is no default for `String`
help: default = \"'1'\"
error[model-attribute]: `null` is no default for `i32`
help: make the field an `Option`
error[model-attribute]: `draft` is no word for a default: they are `now` and `null`
help: default = \"'draft'\"
error[model-attribute]: `draft` is a name here, no string
help: default = \"'draft'\"
error[model-attribute]: a default can't refer to a column, and `id` is a name
help: a string stands in single quotes: default = \"'…'\"
error[model-attribute]: can't read this SQL expression: this `(` is not closed
help: an expression as in CREATE TABLE; a text stands in single quotes: default = \"'…'\"
error[model-attribute]: `default` takes a value, `now` or an SQL expression in quotes
help: default = now
",
    );
}
