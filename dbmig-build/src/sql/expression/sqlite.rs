//! Which of SQLite's keywords can't be a column's name without quotes.

/// Whether a word (in lower case) is a keyword that never is a name, or a constant.
///
/// The rest of SQLite's keywords fall back to names where the grammar has no other use for them. Source: `%fallback ID`
/// in <https://sqlite.org/src/file/src/parse.y>. Operators and constants among those are listed too: a column of that name has quotes.
pub(in crate::sql) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "add", "all", "alter", "and", "as", "autoincrement", "between", "case", "check", "collate", "commit",
    "constraint", "create", "current_date", "current_time", "current_timestamp", "default", "deferrable", "delete",
    "distinct", "drop", "else", "escape", "except", "exists", "false", "foreign", "from", "glob", "group", "having",
    "in", "index", "insert", "intersect", "into", "is", "isnull", "join", "like", "limit", "match", "not", "nothing",
    "notnull", "null", "on", "or", "order", "primary", "references", "regexp", "returning", "select", "set", "table",
    "then", "to", "transaction", "true", "union", "unique", "update", "using", "values", "when", "where",
];

#[cfg(test)]
mod tests {
    use super::RESERVED;

    #[test]
    fn the_list_is_sorted() {
        assert!(RESERVED.is_sorted());
    }
}
