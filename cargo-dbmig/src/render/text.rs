//! Pieces of SQL text that every statement is made of.

use dbmig_build::schema::{Name, ObjectName};

/// Names, as SQL, with commas between them.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    names.into_iter().map(Name::sql).collect::<Vec<_>>().join(", ")
}

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as comment lines of at most about a hundred characters. Line breaks in it (names may hold some) don't end
/// the comment.
pub(super) fn comment(text: &str) -> String {
    let mut lines = vec![String::from("--")];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > 100);
        if full && lines.last().is_some_and(|line| line != "--") {
            lines.push(String::from("--"));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// A text on one line, for directives, which end where their line ends.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Items with commas between them, each on a line of its own behind four spaces. What line breaks an item holds (names
/// and literals may) stay as they are.
pub(super) fn lines(items: &[String]) -> String {
    items.iter().map(|item| format!("    {item}")).collect::<Vec<_>>().join(",\n")
}

/// `table.column`, for people.
pub(super) fn column(table: &ObjectName, column: &Name) -> String {
    format!("{table}.{column}")
}

/// What a column holds, with some texts in place of others; `literal` is how the database has a text.
pub(super) fn relabelled(value: &str, pairs: &[(String, String)], literal: fn(&str) -> String) -> String {
    if pairs.is_empty() {
        return value.to_owned();
    }
    let cases: Vec<String> =
        pairs.iter().map(|(from, to)| format!("WHEN {} THEN {}", literal(from), literal(to))).collect();
    format!("CASE {value} {} ELSE {value} END", cases.join(" "))
}
