//! Two schema files, compared by their tokens and told apart by their items.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to compare with.
    None,
    /// The same tokens.
    Same,
    /// The same but for what older releases of Diesel's command line printed otherwise.
    Older,
    /// The items that differ: their number, and the lines to show.
    Differs(usize, String),
    /// It could not be compared; the reason.
    Failed(String),
}

impl Verdict {
    /// As the table shows it.
    pub fn short(&self) -> String {
        match self {
            Verdict::None => "none".to_owned(),
            Verdict::Same => "same".to_owned(),
            Verdict::Older => "same (older)".to_owned(),
            Verdict::Differs(count, _) => format!("differs({count})"),
            Verdict::Failed(_) => "does not run".to_owned(),
        }
    }
}

/// Compares what was expected with what was found.
pub(crate) fn compare(expected: &str, found: &str) -> Verdict {
    let (expected, found) = match (read(expected), read(found)) {
        (Ok(expected), Ok(found)) => (expected, found),
        (Err(error), _) => return Verdict::Differs(1, format!("  the expected file is no Rust: {error}\n")),
        (_, Err(error)) => return Verdict::Differs(1, format!("  what was found is no Rust: {error}\n")),
    };
    if expected == found {
        return Verdict::Same;
    }
    let of_expected = Habits::of(&expected);
    let (expected, found) = (of_expected.apply(&expected), of_expected.apply(&found));
    if expected == found { Verdict::Older } else { differs(&items(&expected), &items(&found)) }
}

/// The tokens of a file. Layout, comments and a comma before a closing bracket are none.
fn read(text: &str) -> Result<Vec<String>, String> {
    let stream: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| error.to_string())?;
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, tokens: &mut Vec<String>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(open.to_owned());
                flatten(group.stream(), tokens);
                if tokens.last().is_some_and(|last| last == ",") {
                    tokens.pop();
                }
                tokens.push(close.to_owned());
            }
            other => tokens.push(other.to_string()),
        }
    }
}

/// Diesel's names of one type.
const SYNONYMS: [(&str, &str); 7] = [
    ("Int2", "SmallInt"),
    ("Int4", "Integer"),
    ("Int8", "BigInt"),
    ("Bigint", "BigInt"),
    ("Smallint", "SmallInt"),
    ("Float4", "Float"),
    ("Float8", "Double"),
];

/// How older releases of Diesel's command line printed, told by what a file lacks.
struct Habits {
    max_length: bool,
    macro_paths: bool,
    nullable_elements: bool,
    query_id: bool,
}

impl Habits {
    fn of(tokens: &[String]) -> Habits {
        let holds = |words: &[&str]| tokens.windows(words.len()).any(|window| window == words);
        Habits {
            max_length: holds(&["max_length"]),
            macro_paths: holds(&["diesel", ":", ":", "table"]),
            nullable_elements: holds(&["Array", "<", "Nullable"]),
            query_id: holds(&["QueryId"]),
        }
    }

    /// A file's tokens without what these habits don't have.
    fn apply(&self, tokens: &[String]) -> Vec<String> {
        let mut left: Vec<String> = Vec::with_capacity(tokens.len());
        let mut at = 0;
        // The closing angle brackets that are left out, by how many are open before them.
        let mut open = 0_usize;
        let mut closing = Vec::new();
        while at < tokens.len() {
            let skipped = self.skipped(&tokens[at..]);
            if skipped > 0 {
                at += skipped;
                continue;
            }
            let element = left.ends_with(&["Array".to_owned(), "<".to_owned()]);
            if element && !self.nullable_elements && tokens[at..].starts_with(&["Nullable".to_owned(), "<".to_owned()])
            {
                open += 1;
                closing.push(open);
                at += 2;
                continue;
            }
            match tokens[at].as_str() {
                "<" => open += 1,
                ">" => {
                    let left_out = closing.last() == Some(&open);
                    open = open.saturating_sub(1);
                    if left_out {
                        closing.pop();
                        at += 1;
                        continue;
                    }
                }
                _ => {}
            }
            let synonym = SYNONYMS.iter().find(|(name, _)| tokens[at] == *name);
            left.push(synonym.map_or_else(|| tokens[at].clone(), |(_, name)| (*name).to_owned()));
            at += 1;
        }
        left
    }

    /// How many of the next tokens these habits don't have.
    fn skipped(&self, rest: &[String]) -> usize {
        let begins = |words: &[&str]| rest.len() >= words.len() && rest.iter().zip(words).all(|(a, b)| a == b);
        if !self.max_length && begins(&["#", "[", "max_length", "="]) {
            return 6;
        }
        let macros = [
            "table",
            "joinable",
            "allow_tables_to_appear_in_same_query",
            "allow_columns_to_appear_in_same_group_by_clause",
        ];
        if !self.macro_paths && macros.iter().any(|name| begins(&["diesel", ":", ":", name])) {
            return 3;
        }
        if !self.query_id && begins(&["diesel", ":", ":", "query_builder", ":", ":", "QueryId", ","]) {
            return 8;
        }
        0
    }
}

/// A file's items by what they are about: `table users`, `joinable posts -> users`, `struct Role`.
fn items(tokens: &[String]) -> Vec<(String, Vec<String>)> {
    let mut items = Vec::new();
    let mut item: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    for token in tokens {
        item.push(token.clone());
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (token == ";" || token == "}") {
            let item = std::mem::take(&mut item);
            items.push((title(&item), item));
        }
    }
    if !item.is_empty() {
        items.push((title(&item), item));
    }
    items
}

fn title(item: &[String]) -> String {
    let words: Vec<&str> = item.iter().map(String::as_str).filter(|word| *word != "diesel" && *word != ":").collect();
    match words.as_slice() {
        ["table", "!", "{", rest @ ..] => {
            let end = rest.iter().position(|word| *word == "(" || *word == "{").unwrap_or(0);
            let start = rest[..end].iter().rposition(|word| *word == ";" || *word == "]").map_or(0, |at| at + 1);
            format!("table {}", rest[start..end].join(""))
        }
        ["joinable", "!", "(", rest @ ..] => {
            format!("joinable {}", rest.iter().take(6).copied().collect::<Vec<_>>().join(" "))
        }
        [name, "!", ..] => (*name).to_owned(),
        other => other.iter().take(4).copied().collect::<Vec<_>>().join(" "),
    }
}

fn differs(expected: &[(String, Vec<String>)], found: &[(String, Vec<String>)]) -> Verdict {
    let by_title = |items: &[(String, Vec<String>)]| {
        let mut map: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for (title, tokens) in items {
            map.entry(title.clone()).or_default().push(tokens.clone());
        }
        map
    };
    let (expected_map, found_map) = (by_title(expected), by_title(found));
    let mut count = 0;
    let mut text = String::new();
    for (title, tokens) in &expected_map {
        match found_map.get(title) {
            None => {
                count += 1;
                let _ = writeln!(text, "  - {title}");
            }
            Some(other) if other == tokens => {}
            Some(other) => {
                count += 1;
                let _ = writeln!(text, "  ~ {title}");
                text += &token_diff(&tokens.concat(), &other.concat());
            }
        }
    }
    for title in found_map.keys().filter(|title| !expected_map.contains_key(*title)) {
        count += 1;
        let _ = writeln!(text, "  + {title}");
    }
    if count == 0 {
        return Verdict::Differs(1, "  the same items in another order\n".to_owned());
    }
    Verdict::Differs(count, text)
}

/// The runs of tokens that differ, each with a few tokens around it.
fn token_diff(expected: &[String], found: &[String]) -> String {
    let lines = |tokens: &[String]| lines(tokens);
    let (expected, found) = (lines(expected), lines(found));
    let mut text = String::new();
    for line in expected.iter().filter(|line| !found.contains(line)) {
        let _ = writeln!(text, "      - {line}");
    }
    for line in found.iter().filter(|line| !expected.contains(line)) {
        let _ = writeln!(text, "      + {line}");
    }
    if text.is_empty() {
        let _ = writeln!(text, "      the same lines in another order");
    }
    text
}

/// Tokens as lines: one for each column, attribute or statement.
fn lines(tokens: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for token in tokens {
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(token);
        }
        if matches!(token.as_str(), "," | ";" | "{" | "}" | "]") {
            lines.push(String::new());
        }
    }
    lines.iter_mut().for_each(|line| *line = line.trim_end_matches(" ,").to_owned());
    lines
}
