//! Types that `sql_type` states.

use dbmig::Backend;

use crate::nearest::nearest;
use crate::schema::ColumnType;
use crate::sql;

/// Whether a type is one of PostgreSQL's words for an integer with a sequence.
pub(super) fn is_serial(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"].contains(&text.as_str())
}

/// A type as SQL writes it: words, and perhaps arguments in parentheses. PostgreSQL's and MySQL's are read as in a
/// migration, SQLite's may be anything.
pub(super) fn sql_type(text: &str, backend: Backend) -> Result<ColumnType, String> {
    if backend != Backend::Sqlite {
        return match sql::column_type(text, backend) {
            Some(column_type) => Ok(column_type),
            None if is_serial(text) => Err(format!("`{text}` is a type with a sequence behind it")),
            None => Err(format!("can't read the type `{text}`")),
        };
    }
    let (words, arguments) = match text.trim().split_once('(') {
        Some((words, rest)) => match rest.strip_suffix(')') {
            Some(inner) => (words, inner.split(',').map(|one| one.trim().to_owned()).collect()),
            None => return Err(format!("can't read the type `{text}`: its `(` must close at its end")),
        },
        None => (text, Vec::new()),
    };
    let name = words.split_whitespace().map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
    let is_word = |text: &str| text.chars().all(|one| one.is_alphanumeric() || "_ +-.'[]".contains(one));
    if name.is_empty() || !is_word(&name) || arguments.iter().any(|one: &String| one.is_empty() || !is_word(one)) {
        return Err(format!("can't read the type `{text}`"));
    }
    let constraint = ["not", "null", "default", "primary", "unique", "references", "check", "collate", "generated"];
    match name.split(' ').find(|word| constraint.contains(word)) {
        Some(word) => Err(format!("`{word}` is no part of a type: it has a key of its own, and `Option` says NULL")),
        None => Ok(ColumnType::with_arguments(name, arguments)),
    }
}

/// Source: <https://sqlite.org/stricttables.html>.
pub(super) fn is_strict(column_type: &ColumnType) -> bool {
    let known = ["int", "integer", "real", "text", "blob", "any"];
    known.contains(&column_type.name.as_str()) && column_type.arguments.is_empty()
}

/// SQLite takes any type, and a slip of `VARCHAR` as a number's: what its rules give no other affinity, and Diesel knows
/// nothing of.
pub(super) fn sqlite_slip(column_type: &ColumnType, backend: Backend) -> Option<String> {
    // Source: https://sqlite.org/datatype3.html#determination_of_column_affinity
    const KNOWN: [&str; 15] = [
        "int", "char", "clob", "text", "blob", "real", "floa", "doub", "num", "dec", "bool", "date", "time", "json",
        "uuid",
    ];
    let is_known = || KNOWN.iter().any(|word| column_type.name.contains(word));
    (backend == Backend::Sqlite && !is_known()).then(|| near_sql_type(&column_type.name, backend)).flatten()
}

/// A type of the backend that is spelt almost alike.
pub(super) fn near_sql_type(text: &str, backend: Backend) -> Option<String> {
    const MYSQL: [&str; 22] = [
        "bigint",
        "binary",
        "blob",
        "boolean",
        "char",
        "date",
        "datetime",
        "decimal",
        "double",
        "enum",
        "float",
        "int",
        "json",
        "longtext",
        "mediumtext",
        "smallint",
        "text",
        "time",
        "timestamp",
        "tinyint",
        "varbinary",
        "varchar",
    ];
    const SQLITE: [&str; 17] = [
        "bigint",
        "blob",
        "boolean",
        "char",
        "date",
        "datetime",
        "decimal",
        "double",
        "float",
        "integer",
        "numeric",
        "real",
        "smallint",
        "text",
        "time",
        "timestamp",
        "varchar",
    ];
    let known: &[&str] = match backend {
        Backend::Mysql => &MYSQL,
        Backend::Sqlite => &SQLITE,
        Backend::Postgres => return None,
    };
    let word = text.split(|one: char| !one.is_alphanumeric()).next()?.to_ascii_lowercase();
    let near = nearest(&word, known.iter().copied()).filter(|near| *near != word)?;
    Some(format!("did you mean `{}`?", near.to_ascii_uppercase()))
}
