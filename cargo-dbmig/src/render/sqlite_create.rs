//! SQLite's `CREATE TABLE`, `CREATE INDEX` and `CREATE TRIGGER`.

use dbmig_build::schema::{
    Autoincrement, Check, Column, ColumnType, Conflict, Deferrable, Expression, ForeignKey, Generated, Index,
    IndexColumn, IndexKey, Name, ObjectName, PrimaryKey, ReferentialAction, SortOrder, Table, Unique,
};

use super::text::{self, list};

/// A table with its indexes and triggers: one statement each.
pub(super) fn all(table: &Table) -> Vec<String> {
    let mut statements = vec![create_table(table, &table.name)];
    statements.extend(table.indexes.iter().map(|index| create_index(&table.name, index)));
    statements.extend(table.triggers.iter().map(|trigger| format!("{};", trigger.sql)));
    statements
}

/// `CREATE TABLE`, under another name where the table is to be renamed later.
pub(super) fn create_table(table: &Table, name: &ObjectName) -> String {
    if let Some(module) = &table.options.virtual_module {
        return format!("CREATE VIRTUAL TABLE {} USING {module};", name.sql());
    }
    let mut lines: Vec<String> = table.columns.iter().map(|column| column_definition(table, column)).collect();
    lines.extend(table.primary_key.iter().filter(|key| !is_inline(table, key)).map(primary_key));
    lines.extend(table.uniques.iter().map(unique));
    lines.extend(table.foreign_keys.iter().map(foreign_key));
    lines.extend(table.checks.iter().map(check));
    let options: Vec<&str> = [(table.options.without_rowid, "WITHOUT ROWID"), (table.options.strict, "STRICT")]
        .into_iter()
        .filter_map(|(set, word)| set.then_some(word))
        .collect();
    let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    format!("CREATE TABLE {} (\n{}\n){options};", name.sql(), text::lines(&lines))
}

/// Whether the key is written on its column: where it must be (AUTOINCREMENT, the DESC that makes it no rowid), and
/// where that reads best, a key of one column without a name.
fn is_inline(table: &Table, key: &PrimaryKey) -> bool {
    let [only] = key.columns.as_slice() else { return false };
    let column = only.name().and_then(|name| table.column(name));
    let is_autoincrement = column.is_some_and(|column| column.autoincrement == Autoincrement::Keyword);
    let is_plain = key.name.is_none() && only.order == SortOrder::Ascending && only.collation.is_none();
    column.is_some() && (is_autoincrement || key.inline_desc || is_plain)
}

fn column_definition(table: &Table, column: &Column) -> String {
    let inline = table
        .primary_key
        .as_ref()
        .filter(|key| is_inline(table, key) && key.columns.iter().any(|one| one.name() == Some(&column.name)));
    let mut text = column_without_constraints(column);
    if let Some(key) = inline {
        text.push_str(&constraint_name(key.name.as_ref()));
        text.push_str(" PRIMARY KEY");
        if key.inline_desc {
            text.push_str(" DESC");
        }
        text.push_str(&on_conflict(key.on_conflict));
        if column.autoincrement == Autoincrement::Keyword {
            text.push_str(" AUTOINCREMENT");
        }
    }
    text
}

/// Name, type, nullability, default, collation, computation.
pub(super) fn column_without_constraints(column: &Column) -> String {
    let mut text = column.name.sql();
    if !column.column_type.is_untyped() {
        text.push(' ');
        text.push_str(&column_type(&column.column_type));
    }
    if !column.nullable {
        text.push_str(" NOT NULL");
        text.push_str(&on_conflict(column.not_null_conflict));
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default_value(default)));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", collation.sql()));
    }
    if let Some(generated) = &column.generated {
        let Generated { expression, storage } = generated;
        text.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {}", storage.sql()));
    }
    text
}

fn column_type(column_type: &ColumnType) -> String {
    ColumnType { name: column_type.name.to_uppercase(), ..column_type.clone() }.to_string()
}

/// A literal as it is, anything else in parentheses.
pub(super) fn default_value(default: &Expression) -> String {
    if default.tokens().len() == 1 || is_constant(default) { default.to_string() } else { format!("({default})") }
}

/// Whether an expression is a literal, which `ADD COLUMN` takes as a default whatever rows there are.
pub(super) fn is_constant(expression: &Expression) -> bool {
    let keys: Vec<&str> = expression.tokens().iter().map(|token| &*token.key).collect();
    let is_number = |key: &str| key.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    match keys.as_slice() {
        ["null" | "true" | "false"] => true,
        [one] => is_number(one) || one.starts_with('\'') || one.starts_with("x'"),
        ["-" | "+", number] => is_number(number),
        _ => false,
    }
}

/// Whether a default is NULL, which is as good as none.
pub(super) fn is_null(expression: &Expression) -> bool {
    matches!(expression.tokens(), [one] if &*one.key == "null")
}

fn constraint_name(name: Option<&Name>) -> String {
    name.map(|name| format!(" CONSTRAINT {}", name.sql())).unwrap_or_default()
}

fn named(name: Option<&Name>, constraint: String) -> String {
    match name {
        Some(name) => format!("CONSTRAINT {} {constraint}", name.sql()),
        None => constraint,
    }
}

fn primary_key(key: &PrimaryKey) -> String {
    named(key.name.as_ref(), format!("PRIMARY KEY ({}){}", key_columns(&key.columns), on_conflict(key.on_conflict)))
}

fn unique(unique: &Unique) -> String {
    named(unique.name.as_ref(), format!("UNIQUE ({}){}", key_columns(&unique.columns), on_conflict(unique.on_conflict)))
}

/// A check as a constraint of the table or of a column.
pub(super) fn check(check: &Check) -> String {
    named(check.name.as_ref(), format!("CHECK ({}){}", check.expression, on_conflict(check.on_conflict)))
}

fn foreign_key(key: &ForeignKey) -> String {
    named(key.name.as_ref(), format!("FOREIGN KEY ({}) {}", list(&key.columns), references(key)))
}

/// A foreign key as a constraint of its only column.
pub(super) fn column_reference(key: &ForeignKey) -> String {
    named(key.name.as_ref(), references(key))
}

fn references(key: &ForeignKey) -> String {
    // A reference never leaves the schema of its table, and can't name it.
    let mut text = format!("REFERENCES {}", key.table.name.sql());
    if !key.referenced.is_empty() {
        text.push_str(&format!(" ({})", list(&key.referenced)));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != ReferentialAction::NoAction {
            text.push_str(&format!(" ON {event} {}", action.sql()));
        }
    }
    if let Some(match_type) = &key.match_type {
        text.push_str(&format!(" MATCH {match_type}"));
    }
    text.push_str(match key.deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    });
    text
}

/// `ON CONFLICT`, after a space.
pub(super) fn on_conflict(conflict: Option<Conflict>) -> String {
    conflict.map(|conflict| format!(" ON CONFLICT {}", conflict.sql())).unwrap_or_default()
}

fn key_columns(columns: &[IndexColumn]) -> String {
    columns.iter().map(key_column).collect::<Vec<_>>().join(", ")
}

fn key_column(column: &IndexColumn) -> String {
    let mut text = match &column.key {
        IndexKey::Column(name) => name.sql(),
        IndexKey::Expression(expression) => key_expression(expression),
    };
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", collation.sql()));
    }
    if column.order == SortOrder::Descending {
        text.push_str(" DESC");
    }
    text
}

/// A call of a function stands as it is; anything else in parentheses, lest its end be read as a collation or an order.
fn key_expression(expression: &Expression) -> String {
    let mut depth = 0;
    let mut closed_before_end = false;
    let tokens = expression.tokens();
    for (at, token) in tokens.iter().enumerate().skip(1) {
        match &*token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        closed_before_end |= depth == 0 && at + 1 < tokens.len();
    }
    let is_call = tokens.len() > 2 && tokens.get(1).is_some_and(|token| &*token.text == "(") && !closed_before_end;
    if is_call { expression.to_string() } else { format!("({expression})") }
}

/// `CREATE INDEX`.
pub(super) fn create_index(table: &ObjectName, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let name = ObjectName { schema: table.schema.clone(), name: index.name.clone() };
    let columns = key_columns(&index.columns);
    let predicate = index.predicate.as_ref().map(|one| format!(" WHERE {one}")).unwrap_or_default();
    format!("CREATE {unique}INDEX {} ON {} ({columns}){predicate};", name.sql(), table.name.sql())
}

/// `DROP INDEX`.
pub(super) fn drop_index(table: &ObjectName, index: &Index) -> String {
    let name = ObjectName { schema: table.schema.clone(), name: index.name.clone() };
    format!("DROP INDEX {};", name.sql())
}
