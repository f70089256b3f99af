//! Columns whose values the database gives out.

use dbmig::Backend;
use dbmig_build::models::Kind;
use dbmig_build::schema::{Autoincrement, Column, Sequence, Table};

use super::Context;
use super::table::key;

/// What says that the database gives out a column's values.
pub(super) struct Counting {
    pub(super) text: String,
    /// Whether the column's default is said with it.
    pub(super) is_serial: bool,
}

/// What says whether the database gives out a column's values, where a reader wouldn't take it so anyway: a sole integer
/// key is given out unless it is another table's, too.
pub(super) fn of(column: &Column, table: &Table, kind: Kind, context: &Context<'_>) -> Option<Counting> {
    let backend = context.config.backend;
    let refers = table.foreign_keys.iter().any(|one| one.columns == [column.name.clone()]);
    let is_plain = column.default.is_none() && column.generated.is_none() && !column.nullable;
    let is_sole = key(table) == [column.name.clone()] && kind == Kind::Integer && is_plain && !refers;
    let plain = |text: &str| Some(Counting { text: text.to_owned(), is_serial: false });
    let sequence = context.sequences.get(&(&table.name, &column.name)).copied();
    match (column.autoincrement, backend) {
        (Autoincrement::Keyword, _) if backend == Backend::Sqlite || !is_sole => plain("autoincrement"),
        (Autoincrement::IdentityByDefault, _) => match sequence.map(|one| options(one, column, table)) {
            Some(options) if !options.is_empty() => plain(&format!("autoincrement({})", options.join(", "))),
            _ if is_sole => None,
            _ => plain("autoincrement"),
        },
        (Autoincrement::IdentityAlways, _) => {
            match sequence.map(|one| options(one, column, table)).unwrap_or_default() {
                options if options.is_empty() => plain("autoincrement = always"),
                options => plain(&format!("autoincrement(always, {})", options.join(", "))),
            }
        }
        (Autoincrement::No, Backend::Postgres) => match sequence.filter(|one| is_serial(one, column)) {
            Some(sequence) => {
                let options = options(sequence, column, table);
                let text = match options.is_empty() {
                    true => "autoincrement = serial".to_owned(),
                    false => format!("autoincrement(serial, {})", options.join(", ")),
                };
                Some(Counting { text, is_serial: true })
            }
            None if is_sole => plain("autoincrement = none"),
            None => None,
        },
        (Autoincrement::No, Backend::Mysql) if is_sole => plain("autoincrement = none"),
        _ => None,
    }
}

fn is_serial(sequence: &Sequence, column: &Column) -> bool {
    let is_integer = ["smallint", "integer", "bigint"].contains(&column.column_type.name.as_str());
    is_integer && !column.nullable && !column.column_type.array && column.default == Some(sequence.next_value())
}

/// In what a sequence isn't as PostgreSQL makes it for the column.
fn options(sequence: &Sequence, column: &Column, table: &Table) -> Vec<String> {
    let usual = Sequence::of_column(&table.name, column);
    let mut options = Vec::new();
    let mut number = |word: &str, value: Option<i64>| options.extend(value.map(|value| format!("{word} = {value}")));
    number("start", sequence.start);
    number("increment", (sequence.increment != 1).then_some(sequence.increment));
    number("min", sequence.minimum);
    number("max", sequence.maximum);
    number("cache", (sequence.cache != 1).then_some(sequence.cache));
    options.extend(sequence.cycle.then(|| "cycle".to_owned()));
    if sequence.name.name != usual.name.name {
        options.push(format!("name = {:?}", sequence.name.name.as_str()));
    }
    options
}
