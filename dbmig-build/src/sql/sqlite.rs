//! SQLite's words: which of its keywords can't be names without quotes.

/// Whether a word (in lower case) is a keyword that never is a name.
///
/// The rest of SQLite's keywords fall back to names where the grammar has no other use for them. Source:
/// `%fallback ID` in <https://sqlite.org/src/file/src/parse.y>.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

/// Whether a word (in lower case) in an expression is an operator or a constant rather than a column.
pub(super) fn is_operator(word: &str) -> bool {
    OPERATORS.binary_search(&word).is_ok()
}

/// Whether a word (in lower case) begins one of SQLite's statements.
pub(super) fn begins_statement(word: &str) -> bool {
    STATEMENTS.binary_search(&word).is_ok()
}

#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "add", "all", "alter", "and", "as", "autoincrement", "between", "case", "check", "collate", "commit",
    "constraint", "create", "default", "deferrable", "delete", "distinct", "drop", "else", "escape", "except",
    "exists", "foreign", "from", "group", "having", "in", "index", "insert", "intersect", "into", "is", "isnull",
    "join", "limit", "not", "nothing", "notnull", "null", "on", "or", "order", "primary", "references", "returning",
    "select", "set", "table", "then", "to", "transaction", "union", "unique", "update", "using", "values", "when",
    "where",
];

const OPERATORS: &[&str] =
    &["current_date", "current_time", "current_timestamp", "false", "glob", "like", "match", "regexp", "true"];

#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "alter", "analyze", "attach", "begin", "commit", "create", "delete", "detach", "drop", "end", "explain",
    "insert", "pragma", "reindex", "release", "replace", "rollback", "savepoint", "select", "update", "vacuum",
    "values", "with",
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_lists_are_sorted() {
        assert!(super::KEYWORDS.is_sorted() && super::OPERATORS.is_sorted() && super::STATEMENTS.is_sorted());
    }
}
