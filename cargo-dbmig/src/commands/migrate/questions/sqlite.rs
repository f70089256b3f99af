//! Whether SQLite takes an expression over a table's columns.

use dbmig_build::schema::{Name, ObjectName};
use diesel::connection::SimpleConnection;

use crate::context::database;
use crate::error::Error;

/// What SQLite has against an expression: a column that isn't there, a grammar that isn't SQL's. The database is an
/// empty one, so functions and tables that it misses may well be there in the real one, and nothing is said of them.
///
/// # Errors
///
/// SQLite can't be started.
pub(super) fn objection(value: &str, table: &ObjectName, columns: &[Name]) -> Result<Option<String>, Error> {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let columns: Vec<_> = columns.iter().map(|name| format!("NULL AS {}", quoted(name.as_str()))).collect();
    let table = quoted(&table.to_string());
    let query = format!("SELECT ({value}\n) FROM (SELECT {}) AS {table} LIMIT 0", columns.join(", "));
    let Err(said) = database::empty()?.batch_execute(&query) else { return Ok(None) };
    let said = said.to_string();
    let is_fault = ["no such column", "syntax error", "unrecognized token", "incomplete input"];
    Ok(is_fault.iter().any(|fault| said.contains(fault)).then_some(said))
}

#[cfg(test)]
mod tests {
    use dbmig::Backend;

    use super::*;

    #[test]
    fn what_sqlite_objects_to() {
        let name = |text: &str| Name::new(text, Backend::Sqlite);
        let (table, columns) = (ObjectName::unqualified(name("users")), [name("name"), name("a b")]);
        let said = |value: &str| objection(value, &table, &columns).unwrap();
        for fine in ["1", "'x'", "name || '@'", "users.\"a b\"", "host_function(name)", "(SELECT id FROM teams)"] {
            assert_eq!(said(fine), None, "{fine}");
        }
        assert_eq!(said("unknown").unwrap(), "no such column: unknown");
        assert_eq!(said("two words").unwrap(), "near \"words\": syntax error");
    }
}
