//! Values that a type doesn't take, or takes for something else.

use dbmig_build::schema::ColumnType;

use super::super::sqlite_fill::{Family, family};

/// What a column of a STRICT table refuses. Source: <https://sqlite.org/stricttables.html>.
pub(super) fn not_strictly(value: &str, to: &ColumnType) -> Option<String> {
    match to.name.as_str() {
        "int" | "integer" => Some(format!("typeof({value}) = 'blob' OR {} OR {}", no_number(value), fraction(value))),
        "real" => Some(format!("typeof({value}) = 'blob' OR {}", no_number(value))),
        "text" => Some(format!("typeof({value}) = 'blob'")),
        "blob" => Some(format!("typeof({value}) NOT IN ('blob', 'null')")),
        _ => None,
    }
}

/// What stays as it is, so that the program would read something else than there is.
pub(super) fn not_converted(value: &str, from: &ColumnType, to: &ColumnType) -> Option<String> {
    let is_integer = |one: &ColumnType| one.name.contains("int") || one.name.contains("bool");
    match (family(from), family(to)) {
        (Family::Text | Family::Moment(_) | Family::Blob, Family::Number) => {
            Some(format!("typeof({value}) = 'blob' OR {}", no_number(value)))
        }
        (Family::Number, Family::Number) if is_integer(to) && !is_integer(from) => Some(fraction(value)),
        _ => None,
    }
}

/// Texts that no number can be read from. What looks much like one passes.
fn no_number(value: &str) -> String {
    format!(
        "typeof({value}) = 'text' AND (trim({value}) = '' OR trim({value}) GLOB '*[^0-9.eE+-]*' OR {value} GLOB '*[0-9]-*')"
    )
}

fn fraction(value: &str) -> String {
    format!("typeof({value}) = 'real' AND {value} <> CAST({value} AS INTEGER)")
}

/// Whether values have to be cast to get the type of a column: text and bytes are never converted by themselves.
pub(in crate::render) fn cast(from: &ColumnType, to: &ColumnType) -> Option<&'static str> {
    match (family(from), family(to)) {
        (Family::Blob, Family::Text | Family::Moment(_)) if !from.is_untyped() => Some("TEXT"),
        (Family::Text | Family::Moment(_), Family::Blob) if !to.is_untyped() => Some("BLOB"),
        _ => None,
    }
}
