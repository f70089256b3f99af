//! Columns and their types.

use dbmig_build::schema::{Autoincrement, Column, ColumnType, Generated, Storage};

use super::{Flavour, name, rows, value};

/// A column; `collation` is its table's.
pub(super) fn column(row: rows::Column, collation: Option<&str>, flavour: Flavour) -> Column {
    let mut column = Column::new(name(&row.name), column_type(&row.column_type));
    let extra = row.extra.to_ascii_lowercase();
    column.nullable = row.nullable.eq_ignore_ascii_case("yes");
    column.comment = Some(row.comment).filter(|text| !text.is_empty());
    if extra.contains("auto_increment") {
        column.autoincrement = Autoincrement::Keyword;
    }
    if let Some((_, text)) = extra.split_once("on update ") {
        column.on_update = Some(value(&now(text)));
    }
    if row.collation.as_deref() != collation {
        column.collation = row.collation.as_deref().map(name);
        let own_set = row.character_set.filter(|set| collation.and_then(|one| one.split('_').next()) != Some(set));
        column.character_set = own_set;
    }
    match row.generated.filter(|text| !text.is_empty()) {
        Some(text) => {
            let storage = if extra.contains("virtual") { Storage::Virtual } else { Storage::Stored };
            let text = if flavour == Flavour::Mysql { unescaped(&text) } else { text };
            column.generated = Some(Generated { expression: value(&text), storage });
        }
        None => column.default = row.value.and_then(|text| default(&text, &column, &extra, flavour)),
    }
    column
}

/// MariaDB gives a default as an expression, MySQL a literal's text unless it says otherwise.
fn default(text: &str, column: &Column, extra: &str, flavour: Flavour) -> Option<dbmig_build::schema::Expression> {
    let is_text = || {
        let words = ["char", "text", "enum", "set", "date", "time", "binary", "blob", "year", "json"];
        words.iter().any(|word| column.column_type.name.contains(word))
    };
    let text = match flavour {
        Flavour::MariaDb if text == "NULL" => return None,
        Flavour::MariaDb => now(text),
        Flavour::Mysql if extra.contains("default_generated") => now(&unescaped(text)),
        Flavour::Mysql if is_text() => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        Flavour::Mysql => text.to_owned(),
    };
    Some(value(&text))
}

/// MySQL escapes the quotes of expressions in `information_schema`.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("\\'", "'")
}

/// The current time as the model has it: `CURRENT_TIMESTAMP`, `CURRENT_TIMESTAMP(6)`.
fn now(text: &str) -> String {
    match text.get(..17) {
        Some(start) if start.eq_ignore_ascii_case("current_timestamp") => {
            let rest = text.get(17..).unwrap_or_default();
            format!("CURRENT_TIMESTAMP{}", rest.strip_prefix("()").unwrap_or(rest))
        }
        _ => text.to_owned(),
    }
}

/// The model's type of `int(10) unsigned`, `enum('a','b')`, `decimal(10,2)`.
pub(super) fn column_type(text: &str) -> ColumnType {
    let (before, inside, after) = match (text.find('('), text.rfind(')')) {
        (Some(open), Some(close)) if open < close => (&text[..open], &text[open + 1..close], &text[close + 1..]),
        _ => (text, "", ""),
    };
    // Without parentheses the words behind the name stand in `before`. MariaDB marks old formats with a comment.
    let words: Vec<&str> = before.split_whitespace().chain(after.split_whitespace()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.starts_with("/*")).collect();
    let base = words.first().copied().unwrap_or_default();
    let is_integer = matches!(base, "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year");
    let is_boolean = base == "tinyint" && inside == "1" && words.len() == 1;
    let arguments = if is_integer && !is_boolean { Vec::new() } else { arguments(inside) };
    ColumnType::with_arguments(words.join(" ").to_ascii_lowercase(), arguments)
}

/// Splits at commas outside of quotes.
fn arguments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut quoted = false;
    let mut one = String::new();
    for letter in text.chars() {
        quoted ^= letter == '\'';
        if letter == ',' && !quoted {
            found.push(std::mem::take(&mut one));
        } else if quoted || letter != ' ' {
            one.push(letter);
        }
    }
    found.extend(Some(one).filter(|one| !one.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_the_model() {
        for (text, name, arguments) in [
            ("int(10) unsigned", "int unsigned", vec![]),
            ("bigint unsigned", "bigint unsigned", vec![]),
            ("tinyint(1)", "tinyint", vec!["1"]),
            ("tinyint(3) unsigned zerofill", "tinyint unsigned zerofill", vec![]),
            ("enum('a,b','c''d')", "enum", vec!["'a,b'", "'c''d'"]),
            ("decimal(10,2)", "decimal", vec!["10", "2"]),
            ("datetime(3)", "datetime", vec!["3"]),
            ("year(4)", "year", vec![]),
            ("", "", vec![]),
        ] {
            assert_eq!(column_type(text), ColumnType::with_arguments(name, arguments), "{text}");
        }
    }
}
