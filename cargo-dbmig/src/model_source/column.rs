//! One field.

use dbmig::Backend;
use dbmig_build::models::Kind;
use dbmig_build::schema::{
    Column, ColumnType, Expression, Name, ObjectName, POSTGRES_TYPES, Storage, Table, rust_name,
};

use super::constraints::Constraints;
use super::enums::Enum;
use super::table::key;
use super::{Context, counting, rust_type};

/// The text of a column's field.
pub(super) fn field(
    column: &Column,
    table: &Table,
    is_model: bool,
    constraints: &Constraints,
    context: &Context<'_>,
) -> String {
    let Some(names) = context.names.table(&table.name) else { return String::new() };
    let rust = context.macros.column(&table.name, &column.name);
    let field = names.field(&column.name);
    let mut text = String::new();
    if let Some(comment) = &column.comment {
        comment.lines().for_each(|line| text += &format!("#[doc = {:?}]\n", format!(" {line}")));
    }
    if field != rust {
        text += &format!("#[diesel(column_name = {rust})]\n");
    }
    let found = rust_of(column, table, context);
    if is_model {
        let rust_table = rust_name::table(table.name.name.as_str());
        let mut said = Vec::new();
        if rust_name::sql_name(&rust, |sql| rust_name::column(sql, &rust_table)) != column.name.as_str() {
            said.push(format!("column = {:?}", column.name.as_str()));
        }
        facts(column, table, &found.text, context, &mut said);
        said.extend(constraints.on_field.get(&column.name).into_iter().flatten().cloned());
        if !said.is_empty() {
            text += &format!("#[dbmig({})]\n", said.join(", "));
        }
    }
    let rust_type = if is_nullable(column, table, context) { format!("Option<{}>", found.text) } else { found.text };
    text + &format!("pub {}: {rust_type},\n", names.identifier(&column.name))
}

/// Whether Diesel sees the column as nullable; key columns of SQLite may be by declaration alone.
pub(super) fn is_nullable(column: &Column, table: &Table, context: &Context<'_>) -> bool {
    let printed = context.macros.diesel_type(&table.name, &column.name).starts_with("Nullable<");
    printed || column.nullable && !key(table).contains(&column.name)
}

/// The Rust type of a column, without the `Option` of the column itself.
fn rust_of(column: &Column, table: &Table, context: &Context<'_>) -> rust_type::Found {
    let diesel = context.macros.diesel_type(&table.name, &column.name);
    let mut found = rust_type::of_diesel(&diesel);
    let inner = rust_type::innermost(&diesel);
    if let Some(one) = context.enums.of_type(inner) {
        found.text = found.text.replace(inner, &one.name);
    }
    found
}

/// The enum that a column holds, or an array of which.
fn enum_of<'a>(column: &Column, table: &Table, context: &'a Context<'_>) -> Option<&'a Enum> {
    let diesel = context.macros.diesel_type(&table.name, &column.name);
    context.enums.of_type(rust_type::innermost(&diesel))
}

fn facts(column: &Column, table: &Table, rust: &str, context: &Context<'_>, said: &mut Vec<String>) {
    let backend = context.config.backend;
    let row = rust_type::row(rust);
    let kind = row.map_or(Kind::Other, |row| row.kind);
    said.extend(type_fact(column, table, rust, context));
    let counting = counting::of(column, table, kind, context);
    let is_serial = counting.as_ref().is_some_and(|one| one.is_serial);
    said.extend(counting.map(|one| one.text));
    if let Some(default) = column.default.as_ref().filter(|_| !is_serial) {
        let variant = enum_of(column, table, context).filter(|_| !column.column_type.array);
        let variant = variant.and_then(|one| one.variant(&default.to_string())).map(str::to_owned);
        let value = variant.unwrap_or_else(|| default_value(default, column, kind, backend));
        said.push(format!("default = {value}"));
    }
    if column.on_update.as_ref().is_some_and(|update| is_now(update, column)) {
        said.push("on_update = now".to_owned());
    }
    if let Some(generated) = &column.generated {
        let expression = generated.expression.to_string();
        said.push(match generated.storage {
            storage if storage == Storage::usual(backend) => format!("generated = {expression:?}"),
            storage => format!("generated(expr = {expression:?}, {})", storage.sql().to_lowercase()),
        });
    }
    if let Some(collation) = &column.collation {
        said.push(format!("collate = {:?}", collation.as_str()));
    }
    said.extend(column.character_set.as_ref().map(|charset| format!("charset = {charset:?}")));
    if let Some(comment) = column.comment.as_ref().filter(|_| backend != Backend::Sqlite) {
        said.push(format!("comment = {comment:?}"));
    }
}

/// What says the column's type, where its Rust type alone doesn't.
fn type_fact(column: &Column, table: &Table, rust: &str, context: &Context<'_>) -> Option<String> {
    let backend = context.config.backend;
    if enum_of(column, table, context).is_some() {
        return None;
    }
    let row = rust_type::row(rust);
    let column_type = &column.column_type;
    let big = context.config.sqlite_integer_primary_key_is_bigint;
    if backend == Backend::Sqlite && key(table) == [column.name.clone()] && !table.options.without_rowid {
        // A generated key has its type from being one, any other key from what is said.
        let generated = table.rowid_alias() == Some(&column.name) && rust == if big { "i64" } else { "i32" };
        if generated {
            return None;
        }
        if row.is_some_and(|row| row.kind == Kind::Integer) {
            return Some(format!("sql_type = {:?}", column_type.to_string()));
        }
    }
    let usual = row.and_then(|row| row.sql(backend).ok());
    let written = match backend {
        Backend::Postgres => postgres_sql(column_type),
        Backend::Mysql => mysql_sql(column_type),
        Backend::Sqlite => column_type.to_string(),
    };
    let of_elements = || rust_type::element(rust)?.sql(backend).ok().map(|element| format!("{element}[]"));
    if usual.is_some_and(|usual| usual == written) || of_elements().is_some_and(|usual| usual == written) {
        return None;
    }
    if let (Some("numeric" | "decimal"), [precision, scale @ ..], false) =
        (usual, column_type.arguments.as_slice(), column_type.array)
    {
        if usual == Some(column_type.name.as_str()) && scale.len() < 2 {
            let scale = scale.first().map(|scale| format!(", scale = {scale}")).unwrap_or_default();
            return Some(format!("precision = {precision}{scale}"));
        }
    }
    if let (Some(Kind::Text), Some(length), true) =
        (row.map(|row| row.kind), length(column_type), !table.options.strict)
    {
        return Some(format!("length = {length}"));
    }
    (!column_type.is_untyped()).then(|| format!("sql_type = {written:?}"))
}

/// A type of PostgreSQL as SQL, with quotes where the name of a type that migrations made needs them.
fn postgres_sql(column_type: &ColumnType) -> String {
    let name = Name::new(&column_type.name, Backend::Postgres);
    if column_type.schema.is_none() && POSTGRES_TYPES.iter().any(|one| one.name == column_type.name) {
        return column_type.to_string();
    }
    let sql = ObjectName { schema: column_type.schema.clone(), name }.sql();
    let arguments = match column_type.arguments.is_empty() {
        true => String::new(),
        false => format!("({})", column_type.arguments.join(", ")),
    };
    format!("{sql}{arguments}{}", if column_type.array { "[]" } else { "" })
}

/// A type of MySQL as SQL: arguments stand behind the first word, `decimal(10, 2) unsigned`.
fn mysql_sql(column_type: &ColumnType) -> String {
    match column_type.name.split_once(' ') {
        Some((word, attributes)) => {
            let word = ColumnType::with_arguments(word, column_type.arguments.clone());
            format!("{word} {attributes}")
        }
        None => column_type.to_string(),
    }
}

/// The length of a `varchar`.
fn length(column_type: &ColumnType) -> Option<u32> {
    match column_type.arguments.as_slice() {
        [length] if column_type.name == "varchar" && !column_type.array && column_type.schema.is_none() => {
            length.parse().ok().filter(|length| *length > 0 && format!("varchar({length})") == column_type.to_string())
        }
        _ => None,
    }
}

/// A default as an attribute says it best: a literal or `now`, else the expression.
fn default_value(default: &Expression, column: &Column, kind: Kind, backend: Backend) -> String {
    let text = default.to_string();
    let lower = text.to_ascii_lowercase();
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'))
    };
    match kind {
        Kind::Bool if lower == "true" || lower == "false" => lower,
        Kind::Bool if backend == Backend::Mysql && (lower == "0" || lower == "1") => (lower == "1").to_string(),
        Kind::Integer | Kind::Number if is_number(&text) => text,
        Kind::Timestamp if backend == Backend::Mysql && is_now(default, column) => "now".to_owned(),
        Kind::Timestamp if backend != Backend::Mysql && lower == "current_timestamp" => "now".to_owned(),
        Kind::Date if lower == "current_date" => "now".to_owned(),
        Kind::Time if lower == "current_time" => "now".to_owned(),
        _ => format!("{text:?}"),
    }
}

/// Whether an expression is the current time, as exact as a column of MySQL's.
fn is_now(expression: &Expression, column: &Column) -> bool {
    let text = expression.to_string().to_ascii_lowercase();
    match column.column_type.arguments.first().filter(|digits| *digits != "0") {
        Some(digits) => text == format!("current_timestamp({digits})"),
        None => text == "current_timestamp",
    }
}
