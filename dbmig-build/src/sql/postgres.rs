//! PostgreSQL's words: which of its keywords can't be names without quotes.
//!
//! Source: <https://www.postgresql.org/docs/current/sql-keywords-appendix.html> and `kwlist.h`.

/// Whether a word (in lower case) is a keyword that never names a table or a column.
pub(super) fn is_keyword(word: &str) -> bool {
    is_reserved(word) || FUNCTIONS_AND_TYPES.binary_search(&word).is_ok()
}

/// Whether a word (in lower case) is a keyword that never names a function or a type.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Whether a word (in lower case) in an expression belongs to the grammar, rather than being a column: by what follows,
/// since columns are called so too. `ROW (` and `OPERATOR (` are told by their parentheses.
pub(super) fn is_operator(word: &str, after: Option<&str>) -> bool {
    let after = after.unwrap_or_default();
    match word {
        "at" => ["time", "local"].iter().any(|one| after.eq_ignore_ascii_case(one)),
        "between" => true,
        "escape" | "interval" => after.ends_with('\''),
        _ => false,
    }
}

/// Whether a word (in lower case) begins one of PostgreSQL's statements.
pub(super) fn begins_statement(word: &str) -> bool {
    STATEMENTS.binary_search(&word).is_ok()
}

#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check",
    "collate", "column", "constraint", "create", "current_catalog", "current_date", "current_role", "current_time",
    "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
    "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in", "initially", "intersect", "into",
    "lateral", "leading", "limit", "localtime", "localtimestamp", "not", "null", "offset", "on", "only", "or", "order",
    "placing", "primary", "references", "returning", "select", "session_user", "some", "symmetric", "system_user",
    "table", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "when", "where",
    "window", "with",
];

#[rustfmt::skip]
const FUNCTIONS_AND_TYPES: &[&str] = &[
    "authorization", "binary", "collation", "concurrently", "cross", "current_schema", "freeze", "full", "ilike",
    "inner", "is", "isnull", "join", "left", "like", "natural", "notnull", "outer", "overlaps", "right", "similar",
    "tablesample", "verbose",
];

#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "abort", "alter", "analyze", "begin", "call", "checkpoint", "close", "cluster", "comment", "commit", "copy",
    "create", "deallocate", "declare", "delete", "discard", "do", "drop", "end", "execute", "explain", "fetch", "grant",
    "import", "insert", "listen", "load", "lock", "merge", "move", "notify", "prepare", "reassign", "refresh",
    "reindex", "release", "reset", "revoke", "rollback", "savepoint", "security", "select", "set", "show", "start",
    "table", "truncate", "unlisten", "update", "vacuum", "values", "with",
];

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS_AND_TYPES, RESERVED, STATEMENTS};

    #[test]
    fn the_lists_are_sorted() {
        for list in [RESERVED, FUNCTIONS_AND_TYPES, STATEMENTS] {
            assert!(list.is_sorted());
        }
    }
}
