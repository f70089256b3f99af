//! Projects with many tables, for what the number of tables costs: ten columns each, keys, indexes and references.

use std::fmt::Write;

use dbmig::Backend;

use crate::host::{Host, manifest};

/// Writes models of so many tables for a backend into a host; table `changed` has a column more than the others.
pub fn write(host: &Host, backend: Backend, tables: usize, changed: Option<usize>) {
    host.write("Cargo.toml", manifest("app", "").replace("\"sqlite\"", &format!("\"{backend}\"")));
    let mut text = String::new();
    for table in 0..tables {
        let more = if changed == Some(table) { "    pub more: Option<i32>,\n" } else { "" };
        let parent = table.saturating_sub(1);
        write!(
            text,
            "#[derive(dbmig::Model)]
#[diesel(table_name = t{table})]
pub struct T{table} {{
    pub id: i32,
    #[dbmig(length = 40, unique)]
    pub name: String,
    #[dbmig(length = 40, index)]
    pub kind: String,
    pub note: Option<String>,
    #[dbmig(default = \"0\")]
    pub amount: i32,
    pub ratio: f64,
    #[dbmig(default = \"true\")]
    pub active: bool,
    pub size: i64,
    pub data: Option<Vec<u8>>,
    #[dbmig(references = t{parent}(id))]
    pub parent_id: Option<i32>,
{more}}}

"
        )
        .expect("strings grow");
    }
    host.write("src/models.rs", text);
}
