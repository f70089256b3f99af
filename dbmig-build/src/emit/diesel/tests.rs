//! What print-schema can't print, and what it prints badly. The rest is compared with print-schema itself, in the
//! `tests` crate.

use dbmig::Backend;

use super::{SchemaOptions, schema_module};
use crate::schema::{Column, ColumnType, IndexColumn, Name, ObjectName, PrimaryKey, Schema, Table};

fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

/// A table whose first column is its key.
fn table(title: &str, columns: &[(&str, &str)]) -> Table {
    let mut table = Table::new(ObjectName::unqualified(name(title)));
    for (column, column_type) in columns {
        table.columns.push(Column::new(name(column), ColumnType::plain(*column_type)));
    }
    let key = columns.iter().take(1).map(|(column, _)| IndexColumn::column(name(column))).collect();
    table.primary_key = Some(PrimaryKey::new(key));
    table
}

fn emitted(tables: Vec<Table>) -> (String, Vec<String>) {
    let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
    let schema = Schema { tables, ..Schema::default() };
    let (text, warnings) = schema_module(&schema, &SchemaOptions::default());
    (text, warnings.into_iter().map(|warning| format!("[{}] {}", warning.code, warning.message)).collect())
}

#[test]
fn a_table_that_cannot_be_printed_is_left_out_alone() {
    let many: Vec<String> = (0..129).map(|at| format!("c{at}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|column| (column.as_str(), "text")).collect();
    let (text, warnings) = emitted(vec![
        table("a", &[("id", "integer"), ("j", "json")]),
        table("b", &many),
        table("c", &[("a b", "text"), ("a-b", "text")]),
        table("d-e", &[("id", "integer")]),
        table("d e", &[("id", "integer")]),
        table("_sqlite", &[("id", "integer")]),
        table("SQLiteish", &[("id", "integer")]),
        table("__x", &[("id", "integer")]),
    ]);
    assert_eq!(
        warnings,
        [
            "[no-diesel-table] table `a` is left out of the Rust schema: Diesel has no type for `json` of column `j`",
            "[no-diesel-table] table `b` is left out of the Rust schema: it has 129 columns, and Diesel takes no more than 128",
            "[no-diesel-table] table `c` is left out of the Rust schema: two of its columns are called `a_b` in Rust",
            "[no-diesel-table] table `d-e` is left out of the Rust schema: another table is called `d_e` in Rust, too",
        ]
    );
    assert_eq!(
        text,
        r#"diesel::table! {
    _sqlite (id) {
        id -> Nullable<Integer>,
    }
}

diesel::table! {
    #[sql_name = "d e"]
    d_e (id) {
        id -> Nullable<Integer>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(_sqlite, d_e,);
"#
    );
}

#[test]
fn names_that_break_the_macro_are_renamed() {
    let columns = [("id", "integer"), ("star", "text"), ("Text", "text"), ("str", "text"), ("type_", "text")];
    let (text, _) = emitted(vec![table("type", &columns)]);
    assert_eq!(
        text,
        r#"diesel::table! {
    #[sql_name = "type"]
    type_ (id) {
        id -> Nullable<Integer>,
        #[sql_name = "star"]
        star_ -> Nullable<Text>,
        #[sql_name = "Text"]
        Text_ -> Nullable<Text>,
        #[sql_name = "str"]
        str_ -> Nullable<Text>,
        #[sql_name = "type_"]
        type__ -> Nullable<Text>,
    }
}
"#
    );
}

#[test]
fn nothing_makes_nothing() {
    assert_eq!(emitted(Vec::new()), (String::new(), Vec::new()));
}
