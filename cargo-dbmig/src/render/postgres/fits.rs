//! Which values a column's new type doesn't take, as well as SQL can say it.

use dbmig_build::schema::{Column, ColumnType, Name, UserTypeKind};

use super::super::text::literal;
use super::types::beneath;
use super::way::Way;

/// What is true of the values that don't fit, by the column's name before; nothing where all of them do, or where SQL
/// can't say it.
pub(super) fn misfits(way: &Way, column: &Name, from: &Column, to: &Column) -> Option<String> {
    let (one, other) = (beneath(&way.renamed, &from.column_type), beneath(&way.after, &to.column_type));
    if one.array || other.array || (one == other && from.column_type == to.column_type) {
        return None;
    }
    let name = column.sql();
    let was_text = is_text(&one);
    match other.name.as_str() {
        _ if one.name == "bytea" && is_text(&other) => Some(no_utf8(&name)),
        "varchar" | "char" => too_long(&name, &one, &other),
        "smallint" | "integer" | "bigint" if is_number(&one) => out_of_range(&name, &one.name, &other.name),
        "numeric" if is_number(&one) => too_great(&name, &one, &other),
        kind if was_text => unreadable(way, &name, kind, &other),
        _ => None,
    }
}

fn is_text(one: &ColumnType) -> bool {
    ["text", "varchar", "char", "citext", "name"].contains(&one.name.as_str())
}

fn is_number(one: &ColumnType) -> bool {
    ["smallint", "integer", "bigint", "real", "double precision", "numeric"].contains(&one.name.as_str())
}

fn argument(one: &ColumnType, at: usize) -> Option<u32> {
    one.arguments.get(at)?.trim().parse().ok()
}

/// Bytes that are no text in UTF-8, or hold a zero, which no text does. Source: RFC 3629, section 4.
fn no_utf8(name: &str) -> String {
    let tail = "[89ab][0-9a-f]";
    let characters = [
        "0[1-9a-f]|[1-7][0-9a-f]".to_owned(),
        format!("(c[2-9a-f]|d[0-9a-f]){tail}"),
        format!("(e0[ab][0-9a-f]|ed[89][0-9a-f]|e[1-9a-cef]{tail}){tail}"),
        format!("(f0[9ab][0-9a-f]|f[1-3]{tail}|f48[0-9a-f])({tail}){{2}}"),
    ];
    format!("encode({name}, 'hex') !~ '^({})*$'", characters.join("|"))
}

fn too_long(name: &str, from: &ColumnType, to: &ColumnType) -> Option<String> {
    let length = argument(to, 0)?;
    let fits = is_text(from) && from.name != "citext" && argument(from, 0).is_some_and(|before| before <= length);
    // Spaces at the end are cut off without a word.
    (!fits).then(|| format!("length(rtrim({name}::text)) > {length}"))
}

fn out_of_range(name: &str, from: &str, to: &str) -> Option<String> {
    let size = |kind: &str| ["smallint", "integer", "bigint"].iter().position(|one| *one == kind);
    let (least, greatest) = match to {
        "smallint" => ("-32768", "32767"),
        "integer" => ("-2147483648", "2147483647"),
        _ => ("-9223372036854775808", "9223372036854775807"),
    };
    let grows = size(from).is_some_and(|from| size(to).is_some_and(|to| from <= to));
    let value = if size(from).is_some() { name.to_owned() } else { format!("round({name}::numeric)") };
    (!grows).then(|| format!("{value} NOT BETWEEN {least} AND {greatest}"))
}

fn too_great(name: &str, from: &ColumnType, to: &ColumnType) -> Option<String> {
    let precision = argument(to, 0)?;
    let scale = argument(to, 1).unwrap_or(0);
    let whole = precision.checked_sub(scale)?;
    let digits_before = match from.name.as_str() {
        "smallint" => Some(5),
        "integer" => Some(10),
        "bigint" => Some(19),
        "numeric" => argument(from, 0).and_then(|precision| precision.checked_sub(argument(from, 1).unwrap_or(0))),
        _ => None,
    };
    // Rounding may add a digit, unless nothing is rounded.
    let rounds = !["smallint", "integer", "bigint"].contains(&from.name.as_str())
        && argument(from, 1).is_none_or(|before| before > scale);
    let fits = digits_before.is_some_and(|digits| digits + u32::from(rounds) <= whole);
    (!fits).then(|| format!("abs(round({name}::numeric, {scale})) >= 1e{whole}"))
}

/// Texts that aren't read as values of a type.
fn unreadable(way: &Way, name: &str, kind: &str, to: &ColumnType) -> Option<String> {
    let pattern = match kind {
        "smallint" | "integer" | "bigint" => r"^\s*[-+]?\d+\s*$",
        "numeric" | "real" | "double precision" => r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$",
        "uuid" => "^[{]?([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}[}]?$",
        "boolean" => r"^\s*(t|tr|tru|true|y|ye|yes|on|1|f|fa|fal|fals|false|n|no|of|off|0)\s*$",
        "date" | "timestamp" | "timestamptz" => r"^\s*\d{4}-\d{2}-\d{2}",
        _ => {
            let kind = way.after.types.values().find(|one| to.names(&one.name)).map(|one| &one.kind);
            let Some(UserTypeKind::Enum(labels)) = kind else { return None };
            let labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
            return Some(format!("{name} NOT IN ({})", labels.join(", ")));
        }
    };
    let operator = if kind == "boolean" { "!~*" } else { "!~" };
    Some(format!("{name} {operator} {}", literal(pattern)))
}
