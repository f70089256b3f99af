//! MySQL's `CREATE TABLE`, and what `ALTER TABLE` says of columns and keys in the same words.

use dbmig_build::schema::{
    Autoincrement, Check, Column, ColumnType, Expression, ForeignKey, Generated, Index, IndexColumn, IndexKey, Name,
    PrimaryKey, ReferentialAction, Schema, SortOrder, Table, TableOptions, Unique,
};

use crate::render::text::{lines, list};

/// `CREATE TABLE` without the foreign keys that are `deferred`, to be added when the tables that they refer to are there.
pub(super) fn create_table(table: &Table, schema: &Schema, deferred: &[&ForeignKey]) -> String {
    let inline = inline_key(table);
    let mut items = Vec::new();
    for column in &table.columns {
        let key = if inline == Some(&column.name) { " PRIMARY KEY" } else { "" };
        items.push(self::column(column) + key);
    }
    items.extend(table.primary_key.iter().filter(|_| inline.is_none()).map(primary_key));
    items.extend(table.uniques.iter().map(unique));
    let now: Vec<&ForeignKey> = table.foreign_keys.iter().filter(|key| !deferred.contains(key)).collect();
    items.extend(table.indexes.iter().filter(|one| !is_made_by_one_of(table, one, &now)).map(index));
    items.extend(now.iter().map(|key| foreign_key(key, schema)));
    items.extend(table.checks.iter().map(check));
    format!("CREATE TABLE {} (\n{}\n){};", table.name.sql(), lines(&items), options(&table.options, &table.comment))
}

/// The column on which the primary key is written: a key of one whole column.
fn inline_key(table: &Table) -> Option<&Name> {
    let [only] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let is_plain = only.length.is_none() && only.order == SortOrder::Ascending;
    // MariaDB takes no key on a generated column's definition.
    let column = table.column(only.name()?).filter(|column| is_plain && column.generated.is_none())?;
    Some(&column.name)
}

/// Whether one of these foreign keys, when it is added last, makes this index itself.
pub(super) fn is_made_by_one_of(table: &Table, index: &Index, keys: &[&ForeignKey]) -> bool {
    let named = |key: &&&ForeignKey| key.name.as_ref() == Some(&index.name);
    let Some(key) = keys.iter().find(named) else { return false };
    let mut without = table.clone();
    without.indexes.retain(|one| one.name != index.name);
    without.foreign_key_index(key).as_ref() == Some(index)
}

/// A column with all that is said of it but its key: name, type, nullability, default, comment.
pub(super) fn column(column: &Column) -> String {
    let mut text = format!("{} {}", column.name.sql(), column_type(&column.column_type));
    if let Some(set) = &column.character_set {
        text.push_str(&format!(" CHARACTER SET {set}"));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(generated) = &column.generated {
        let Generated { expression, storage } = generated;
        text.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {}", storage.sql()));
    }
    if !column.nullable && column.generated.is_some() {
        // MySQL takes it, MariaDB doesn't and skips code for these versions.
        text.push_str(" /*!50700 NOT NULL */");
    } else if !column.nullable {
        text.push_str(" NOT NULL");
    } else if column.column_type.name == "timestamp" {
        // Older servers make a timestamp NOT NULL that doesn't say otherwise.
        text.push_str(" NULL");
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default_value(default, &column.column_type)));
    }
    if let Some(value) = &column.on_update {
        text.push_str(&format!(" ON UPDATE {value}"));
    }
    if column.autoincrement != Autoincrement::No {
        text.push_str(" AUTO_INCREMENT");
    }
    if let Some(comment) = &column.comment {
        text.push_str(&format!(" COMMENT {}", literal(comment)));
    }
    text
}

/// `INT UNSIGNED`, `DECIMAL(10, 2) UNSIGNED`, `ENUM('a', 'b')`: arguments stand behind the first word.
pub(super) fn column_type(column_type: &ColumnType) -> String {
    if *column_type == ColumnType::with_arguments("tinyint", [1]) {
        return "BOOLEAN".to_owned();
    }
    let (base, attributes) = column_type.name.split_once(' ').unwrap_or((&column_type.name, ""));
    let mut text = base.to_uppercase();
    if !column_type.arguments.is_empty() {
        text.push_str(&format!("({})", column_type.arguments.join(", ")));
    }
    if !attributes.is_empty() {
        text.push_str(&format!(" {}", attributes.to_uppercase()));
    }
    text
}

/// A default as it stands behind `DEFAULT`, and as a value of an `UPDATE`: a literal or the current time as it is,
/// anything else in parentheses; so is every default of the types of which MySQL takes no other.
/// Source: <https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html>.
pub(super) fn default_value(default: &Expression, column_type: &ColumnType) -> String {
    let name = column_type.name.as_str();
    let demands_parentheses =
        ["text", "blob", "json", "geometry", "point", "polygon", "linestring"].iter().any(|word| name.contains(word));
    let plain = is_now(default) || (is_literal(default) && !demands_parentheses);
    if plain || is_null(default) { default.to_string() } else { format!("({default})") }
}

/// Whether it is `CURRENT_TIMESTAMP`, maybe with a precision.
pub(super) fn is_now(expression: &Expression) -> bool {
    expression.tokens().first().is_some_and(|token| &*token.key == "current_timestamp")
        && matches!(expression.tokens().len(), 1 | 3 | 4)
}

/// Whether an expression is a number, a string, or a constant's word.
pub(super) fn is_literal(expression: &Expression) -> bool {
    let texts: Vec<String> = expression.tokens().iter().map(|token| token.text.to_ascii_lowercase()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let is_string = |text: &str| ["'", "\"", "x'", "b'", "n'"].iter().any(|start| text.starts_with(start));
    match texts.as_slice() {
        ["null" | "true" | "false"] => true,
        [sign @ .., number] if is_number(number) => matches!(sign, [] | ["-" | "+"]),
        [set, rest @ ..] if set.starts_with('_') => !rest.is_empty() && rest.iter().all(|text| is_string(text)),
        strings => !strings.is_empty() && strings.iter().all(|text| is_string(text)),
    }
}

/// Whether a default is NULL, which is as good as none.
pub(super) fn is_null(expression: &Expression) -> bool {
    matches!(expression.tokens(), [one] if one.text.eq_ignore_ascii_case("null"))
}

/// A string literal, in which MySQL takes backslashes for escapes.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

pub(super) fn primary_key(key: &PrimaryKey) -> String {
    format!("PRIMARY KEY ({})", key_columns(&key.columns))
}

pub(super) fn unique(unique: &Unique) -> String {
    let name = unique.name.as_ref().map(|name| format!("{} ", name.sql())).unwrap_or_default();
    format!("UNIQUE KEY {name}({})", key_columns(&unique.columns))
}

/// `KEY name (columns)`; `FULLTEXT` and `SPATIAL` are methods of the model.
pub(super) fn index(index: &Index) -> String {
    let (kind, using) = match index.method.as_deref() {
        Some("fulltext") => ("FULLTEXT KEY", String::new()),
        Some("spatial") => ("SPATIAL KEY", String::new()),
        Some("rtree") => ("KEY", " USING RTREE".to_owned()),
        Some(method) => ("KEY", format!(" USING {}", method.to_uppercase())),
        None => ("KEY", String::new()),
    };
    let unique = if index.unique { "UNIQUE " } else { "" };
    format!("{unique}{kind} {} ({}){using}", index.name.sql(), key_columns(&index.columns))
}

fn key_columns(columns: &[IndexColumn]) -> String {
    columns.iter().map(key_column).collect::<Vec<_>>().join(", ")
}

fn key_column(column: &IndexColumn) -> String {
    let mut text = match &column.key {
        IndexKey::Column(name) => name.sql(),
        IndexKey::Expression(expression) => format!("({expression})"),
    };
    if let Some(length) = column.length {
        text.push_str(&format!("({length})"));
    }
    if column.order == SortOrder::Descending {
        text.push_str(" DESC");
    }
    text
}

/// A foreign key; the columns that it refers to can't be left out, so those of the other table's key are stated.
pub(super) fn foreign_key(key: &ForeignKey, schema: &Schema) -> String {
    let referenced = match key.referenced.as_slice() {
        [] => {
            let other = schema.tables.get(&key.table).and_then(|table| table.primary_key.as_ref());
            list(other.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name))
        }
        columns => list(columns),
    };
    let text = format!("FOREIGN KEY ({}) REFERENCES {} ({referenced})", list(&key.columns), key.table.sql());
    let mut text = named(key.name.as_ref(), text);
    if let Some(match_type) = &key.match_type {
        text.push_str(&format!(" MATCH {match_type}"));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != ReferentialAction::NoAction {
            text.push_str(&format!(" ON {event} {}", action.sql()));
        }
    }
    text
}

pub(super) fn check(check: &Check) -> String {
    let enforced = if check.not_enforced { " NOT ENFORCED" } else { "" };
    named(check.name.as_ref(), format!("CHECK ({}){enforced}", check.expression))
}

fn named(name: Option<&Name>, constraint: String) -> String {
    match name {
        Some(name) => format!("CONSTRAINT {} {constraint}", name.sql()),
        None => constraint,
    }
}

/// What stands behind a table's closing parenthesis, each word with a space before it.
fn options(options: &TableOptions, comment: &Option<String>) -> String {
    let mut items = stated_options(options);
    items.extend(comment.iter().map(|comment| format!("COMMENT={}", literal(comment))));
    items.extend(options.partition_by.iter().map(|rule| format!("PARTITION BY {rule}")));
    items.iter().map(|item| format!(" {item}")).collect()
}

/// The options that `ALTER TABLE` takes in the same words.
pub(super) fn stated_options(options: &TableOptions) -> Vec<String> {
    let mut items = Vec::new();
    if let Some(engine) = &options.engine {
        items.push(format!("ENGINE={}", engine_name(engine)));
    }
    if let Some(set) = &options.character_set {
        items.push(format!("DEFAULT CHARACTER SET {set}"));
    }
    if let Some(collation) = &options.collation {
        items.push(format!("COLLATE {collation}"));
    }
    items.extend(options.parameters.iter().map(parameter));
    items
}

/// `ROW_FORMAT=DYNAMIC`; texts in quotes.
pub(super) fn parameter((name, value): &(String, String)) -> String {
    const TEXTS: [&str; 9] = [
        "compression",
        "connection",
        "data directory",
        "encryption",
        "engine_attribute",
        "index directory",
        "password",
        "secondary_engine_attribute",
        "encrypted",
    ];
    let value = if TEXTS.contains(&name.as_str()) { literal(value) } else { value.to_uppercase() };
    format!("{}={value}", name.to_uppercase())
}

/// As the manuals write the engines that everybody knows.
pub(super) fn engine_name(engine: &str) -> &str {
    match engine {
        "innodb" => "InnoDB",
        "myisam" => "MyISAM",
        "aria" => "Aria",
        "memory" => "MEMORY",
        other => other,
    }
}
