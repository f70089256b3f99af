//! NOT NULL and checks in place, which SQLite's ALTER TABLE changes from 3.53 on
//! (<https://sqlite.org/lang_altertable.html>).
//!
//! Rows get their value in an UPDATE before the NOT NULL. It fires triggers, which the copying of a rebuild doesn't, so
//! that a table with triggers is rebuilt as it always was.

use dbmig_build::schema::{Autoincrement, Check, Column, Expression, Name, ObjectName, Table};

use super::plan::{Direction, Plan};
use super::sqlite_create::{check, is_null, on_conflict};
use super::sqlite_fill::is_unique;

/// What is changed in place.
#[derive(Default)]
pub(super) struct Native {
    /// Columns that stay and take NULL no more.
    pub(super) not_null: Vec<Name>,
    /// Columns that stay and take NULL from now on.
    pub(super) nullable: Vec<Name>,
    /// Columns that come, and whose rows get values before they are NOT NULL.
    pub(super) filled: Vec<Name>,
    /// Names of checks that go.
    pub(super) lost: Vec<Name>,
    /// Checks that come.
    pub(super) new: Vec<Check>,
}

impl Native {
    /// What can be changed in place; `present` has its columns' new names.
    pub(super) fn new(plan: &Plan<'_>, present: &Table, after: &Table, added: &[Name]) -> Native {
        let mut native = Native::default();
        if !plan.sqlite_version.alters_constraints() {
            return native;
        }
        for column in after.columns.iter().filter(|column| !in_key(after, column) && column.generated.is_none()) {
            if added.contains(&column.name) {
                let asks = !column.nullable && column.default.as_ref().is_none_or(is_null);
                if asks && column.autoincrement == Autoincrement::No && can_fill(plan, present, after, column) {
                    native.filled.push(column.name.clone());
                }
                continue;
            }
            match present.column(&column.name).map(|before| before.nullable) {
                Some(true) if !column.nullable && can_fill(plan, present, after, column) => {
                    native.not_null.push(column.name.clone());
                }
                Some(false) if column.nullable => native.nullable.push(column.name.clone()),
                _ => {}
            }
        }
        let names: Vec<Name> = present.constraints().filter_map(|one| one.name().cloned()).collect();
        let is_named_once = |name: &&Name| names.iter().filter(|other| other == name).count() == 1;
        let lost = present.checks.iter().filter(|check| !after.checks.contains(check));
        native.lost = lost.filter_map(|check| check.name.as_ref()).filter(is_named_once).cloned().collect();
        let new = after.checks.iter().filter(|check| !present.checks.contains(check));
        native.new = new.filter(|check| is_never_null(after, &check.expression)).cloned().collect();
        native
    }
}

/// Whether an UPDATE can give the rows what they need.
fn can_fill(plan: &Plan<'_>, present: &Table, after: &Table, column: &Column) -> bool {
    let computes_over_rows =
        |value: &str| value.to_ascii_lowercase().split(|one: char| !one.is_alphanumeric()).any(|word| word == "over");
    let can_say = match plan.direction {
        Direction::Up => !plan.backfill(&after.name, &column.name).is_some_and(computes_over_rows),
        // A stand-in for what is unique counts the rows.
        Direction::Down => column.default.is_some() || !is_unique(after, &column.name),
    };
    can_say && present.triggers.is_empty()
}

/// Words and signs of expressions that are NULL only where something in them is.
const TOTAL: [&str; 34] = [
    "and", "or", "not", "in", "between", "like", "glob", "escape", "is", "true", "false", "length", "lower", "upper",
    "trim", "abs", "typeof", "coalesce", "(", ")", ",", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*",
    "||", "instr",
];

/// Whether a check holds or doesn't for every row. While a check passes a row for which it is NULL, `ADD CONSTRAINT`
/// refuses the table that has one: it looks for rows for which the expression `IS NOT TRUE` (SQLite 3.53.2).
fn is_never_null(table: &Table, expression: &Expression) -> bool {
    expression.tokens().iter().all(|token| {
        let is_literal = token.key.starts_with(|first: char| first.is_ascii_digit() || first == '\'');
        let column = token.name.as_ref().and_then(|name| table.column(name));
        is_literal || TOTAL.contains(&&*token.key) || column.is_some_and(|column| !column.nullable)
    })
}

fn in_key(table: &Table, column: &Column) -> bool {
    table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.name() == Some(&column.name)))
}

/// A column as it is added before its rows have values.
pub(super) fn without_not_null(column: &Column) -> Column {
    Column { nullable: true, not_null_conflict: None, ..column.clone() }
}

/// `UPDATE` of every row, or of those without a value.
pub(super) fn update(table: &ObjectName, column: &Name, value: &str, only_nulls: bool) -> String {
    let (table, column) = (table.sql(), column.sql());
    let (space, end) = if value.starts_with("--") { ("\n    ", "\n") } else { (" ", " ") };
    let rows = if only_nulls { format!("{end}WHERE {column} IS NULL") } else { String::new() };
    format!("UPDATE {table} SET {column} ={space}{value}{rows};")
}

/// `SET NOT NULL`.
pub(super) fn set_not_null(table: &ObjectName, column: &Column) -> String {
    let conflict = on_conflict(column.not_null_conflict);
    format!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL{conflict};", table.sql(), column.name.sql())
}

/// `DROP NOT NULL`.
pub(super) fn drop_not_null(table: &ObjectName, column: &Name) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL;", table.sql(), column.sql())
}

/// `DROP CONSTRAINT`.
pub(super) fn drop_check(table: &ObjectName, name: &Name) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT {};", table.sql(), name.sql())
}

/// `ADD CONSTRAINT`.
pub(super) fn add_check(table: &ObjectName, new: &Check) -> String {
    format!("ALTER TABLE {} ADD {};", table.sql(), check(new))
}
