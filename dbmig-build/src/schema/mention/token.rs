//! The words and quoted names of a statement that is kept as text, and what stands around each.

use crate::schema::{Name, ObjectName};

/// The words of views and triggers that are no names without quotes, sorted: SQLite's reserved words, and others where
/// its grammar has a use for them.
#[rustfmt::skip]
pub(super) const GRAMMAR: &[&str] = &[
    "abort", "add", "after", "all", "alter", "and", "as", "asc", "before", "begin", "between", "by", "case", "cast",
    "check", "collate", "constraint", "create", "cross", "default", "delete", "desc", "distinct", "do", "drop", "each",
    "else", "end", "escape", "except", "exists", "fail", "filter", "for", "foreign", "from", "full", "glob", "group",
    "having", "if", "ignore", "in", "index", "inner", "insert", "instead", "intersect", "into", "is", "isnull", "join",
    "left", "like", "limit", "materialized", "natural", "not", "nothing", "notnull", "null", "of", "offset", "on", "or",
    "order", "outer", "over", "partition", "primary", "raise", "recursive", "references", "regexp", "replace",
    "returning", "right", "rollback", "row", "select", "set", "table", "then", "to", "transaction", "trigger", "union",
    "unique", "update", "using", "values", "view", "when", "where", "window", "with",
];

/// A word or quoted name.
pub(super) struct Token {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// The end of the token before it, whatever that is, and its start.
    before: Option<(usize, usize)>,
    /// How many statements end before it: a trigger's head and each semicolon end one.
    pub(super) statement: usize,
}

impl Token {
    pub(super) fn is(&self, sql: &str, name: &Name) -> bool {
        let text = &sql[self.start..self.end];
        let is_word = || GRAMMAR.binary_search(&text.to_ascii_lowercase().as_str()).is_ok();
        name.renamed(&unquoted(text)) == *name && !is_word()
    }

    pub(super) fn next<'a>(&self, sql: &'a str) -> &'a str {
        sql[self.end..].trim_start()
    }

    pub(super) fn text_before<'a>(&self, sql: &'a str) -> &'a str {
        self.before.map_or("", |(start, end)| &sql[start..end])
    }

    pub(super) fn word_before<'a>(&self, sql: &'a str) -> Option<&'a str> {
        Some(self.text_before(sql)).filter(|text| text.starts_with(|first: char| first.is_alphabetic()))
    }

    /// Whether a column stands here for one of a query's own, to which it lends its name.
    pub(super) fn is_output(&self, sql: &str) -> bool {
        let next = self.next(sql);
        let word = next.split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default();
        let ends = next.is_empty() || next.starts_with([',', ')', ';']) || word.eq_ignore_ascii_case("from");
        let mut first = self.before;
        if let Some(qualifier) = self.token_before_dot(sql) {
            let schema = qualifier.token_before_dot(sql);
            first = schema.unwrap_or(qualifier).before;
        }
        let before = first.map_or("", |(start, end)| &sql[start..end]);
        let begins = ["select", "distinct", "all", ","].iter().any(|word| before.eq_ignore_ascii_case(word));
        let Some(list) = names(&sql[..self.start]).into_iter().rfind(|one| {
            let text = &sql[one.start..one.end];
            CLAUSES.iter().any(|word| text.eq_ignore_ascii_case(word))
        }) else {
            return false;
        };
        let open = sql[list.end..self.start].chars().fold(0, |open: i32, one| match one {
            '(' => open + 1,
            ')' => open - 1,
            _ => open,
        });
        ends && begins && open == 0 && sql[list.start..list.end].eq_ignore_ascii_case("select")
    }

    /// What stands before the dot before it.
    pub(super) fn qualifier(&self, sql: &str) -> Option<String> {
        self.token_before_dot(sql).map(|last| unquoted(&sql[last.start..last.end]))
    }

    fn token_before_dot(&self, sql: &str) -> Option<Token> {
        let (dot, _) = self.before.filter(|_| self.text_before(sql) == ".")?;
        names(&sql[..dot]).pop().filter(|one| sql[one.end..dot].trim().is_empty())
    }

    /// Whether it is a field of a value: `(value).field`.
    pub(super) fn is_field(&self, sql: &str) -> bool {
        self.text_before(sql) == "." && self.token_before_dot(sql).is_none()
    }

    /// The name that stands alone in parentheses before it and a dot: `(name).field`.
    pub(super) fn row(&self, sql: &str) -> Option<String> {
        let (dot, _) = self.before?;
        let inner = sql[..dot].trim_end().strip_suffix(')')?.trim_end();
        let name = names(inner).pop().filter(|one| one.end == inner.len())?;
        (name.text_before(sql) == "(").then(|| unquoted(&sql[name.start..name.end]))
    }

    pub(super) fn stands_for_table(&self, sql: &str) -> bool {
        // `UPDATE OF a ON t`, `SELECT a, t.b FROM a, t`: behind a comma, a table is what nothing else can be.
        let text = &sql[self.start..self.end];
        // In triggers these are rows, whatever tables are called.
        let is_row = text.eq_ignore_ascii_case("new") || text.eq_ignore_ascii_case("old");
        let is_qualifier = self.next(sql).starts_with('.') && !is_row;
        let has_schema = || self.token_before_dot(sql).is_some_and(|schema| schema.names_schema(sql));
        (is_qualifier || self.is_in_place_of_table(sql) || has_schema()) && !self.names_schema(sql)
    }

    /// Whether it is the schema of a table: what stands before a dot where a table stands. Behind ON, that is so in the
    /// head of a trigger alone; elsewhere it is a table before its column.
    fn names_schema(&self, sql: &str) -> bool {
        let is_join =
            || self.word_before(sql).is_some_and(|word| word.eq_ignore_ascii_case("on")) && !self.in_head(sql);
        self.is_in_place_of_table(sql) && self.next(sql).starts_with('.') && !is_join()
    }

    /// Whether a table stands here without a schema.
    pub(super) fn is_source(&self, sql: &str) -> bool {
        self.is_in_place_of_table(sql) && !self.next(sql).starts_with('.')
    }

    /// The schema that stands before it and a dot.
    pub(super) fn schema_place(&self, sql: &str) -> Option<Token> {
        self.token_before_dot(sql).filter(|schema| schema.names_schema(sql))
    }

    /// Whether it is a table's name, as far as a schema before it says: without one it is the default one's.
    pub(super) fn is_table(&self, sql: &str, table: &ObjectName) -> bool {
        let is_default = |schema: &Token| {
            ["public", "main", "temp"]
                .iter()
                .any(|word| unquoted(&sql[schema.start..schema.end]).eq_ignore_ascii_case(word))
        };
        let in_schema = match (&table.schema, self.schema_place(sql)) {
            (None, place) => place.is_none_or(|place| is_default(&place)),
            (Some(schema), Some(place)) => place.is(sql, schema),
            // A row, if not a table.
            (Some(_), None) => !self.is_in_place_of_table(sql),
        };
        self.is(sql, &table.name) && in_schema
    }

    fn in_head(&self, sql: &str) -> bool {
        let head = sql.get(..self.start).unwrap_or_default().to_ascii_lowercase();
        head.contains("trigger") && !head.contains("select")
    }

    pub(super) fn is_in_place_of_table(&self, sql: &str) -> bool {
        const BEFORE: [&str; 12] =
            ["on", "into", "update", "from", "join", "table", "abort", "fail", "ignore", "replace", "rollback", ","];
        let before = self.text_before(sql);
        if before == "(" {
            // `FROM (a LEFT JOIN b ON …)`, but not `FROM f(a)`.
            let start = sql[..self.start].trim_end_matches(|one: char| one == '(' || one.is_whitespace());
            let opens = |word: &str| start.len().checked_sub(word.len()).and_then(|at| start.get(at..));
            return ["from", "join", ","]
                .iter()
                .any(|word| opens(word).is_some_and(|end| end.eq_ignore_ascii_case(word)))
                && in_from_clause(start);
        }
        let is_place = BEFORE.iter().any(|word| before.eq_ignore_ascii_case(word));
        is_place && (before != "," || in_from_clause(&sql[..self.start]))
    }
}

/// Words with which the clauses of a statement begin.
const CLAUSES: [&str; 9] = ["select", "from", "where", "group", "order", "set", "values", "having", "of"];

/// Whether the last clause word of a text is FROM.
pub(super) fn in_from_clause(sql: &str) -> bool {
    let words = names(sql);
    let texts = words.iter().rev().map(|one| sql[one.start..one.end].to_ascii_lowercase());
    texts.into_iter().find(|word| CLAUSES.contains(&word.as_str())).is_some_and(|word| word == "from")
}

pub(super) fn unquoted(text: &str) -> String {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '`' | '[')) else {
        return text.to_owned();
    };
    let close = if quote == '[' { ']' } else { quote };
    let inner = text.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    inner.replace(&format!("{close}{close}"), &close.to_string())
}

/// The words and quoted names of a statement.
pub(super) fn names(sql: &str) -> Vec<Token> {
    tokens(sql).0
}

/// The string literals of a statement.
pub(super) fn literals(sql: &str) -> Vec<Token> {
    tokens(sql).1
}

fn tokens(sql: &str) -> (Vec<Token>, Vec<Token>) {
    let (mut names, mut literals) = (Vec::new(), Vec::new());
    let mut before = None;
    let mut at = 0;
    let mut statement = 0;
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let start = at;
        let is_word = |one: char| one.is_alphanumeric() || one == '_' || one == '$' || !one.is_ascii();
        let (length, is_name) = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '-' if rest.starts_with("--") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '/' if rest.starts_with("/*") => {
                at += rest.get(2..).and_then(|body| body.find("*/")).map_or(rest.len(), |end| end + 4);
                continue;
            }
            '\'' => (quoted(rest, '\''), false),
            '"' | '`' => (quoted(rest, first), true),
            '[' if !is_subscript(&sql[..at]) => (rest.find(']').map_or(rest.len(), |end| end + 1), true),
            _ if first.is_ascii_digit() => (rest.find(|one| !is_word(one)).unwrap_or(rest.len()), false),
            _ if is_word(first) => (rest.find(|one| !is_word(one)).unwrap_or(rest.len()), true),
            _ => (first.len_utf8(), false),
        };
        at += length;
        let token = Token { start, end: at, before, statement };
        if is_name {
            names.push(token);
        } else if first == '\'' {
            literals.push(token);
        }
        statement += usize::from(first == ';' || sql[start..at].eq_ignore_ascii_case("begin"));
        before = Some((start, at));
    }
    (names, literals)
}

/// Whether a bracket behind a text begins an array or a place in one, and no name in SQLite's brackets: it follows a
/// value without a space, or ARRAY.
fn is_subscript(before: &str) -> bool {
    let text = before.trim_end();
    let word = text.rsplit(|one: char| !one.is_alphanumeric() && one != '_').next().unwrap_or_default();
    let is_word = GRAMMAR.binary_search(&word.to_ascii_lowercase().as_str()).is_ok();
    let is_value = text.ends_with([')', ']', '"']) || !(word.is_empty() || is_word);
    word.eq_ignore_ascii_case("array") || (text.len() == before.len() && is_value)
}

/// The length of a quoted text; a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> usize {
    let mut inside = true;
    for (at, one) in text.char_indices().skip(1) {
        if one == quote {
            inside = !inside;
        } else if !inside {
            return at;
        }
    }
    text.len()
}
