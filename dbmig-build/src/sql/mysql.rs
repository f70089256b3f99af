//! MySQL's and MariaDB's words: which can't be names without quotes, and what strings stand for.

/// Whether a word (in lower case) is a keyword that never is a name without quotes: reserved by MySQL and MariaDB
/// alike. Sources: <https://dev.mysql.com/doc/refman/8.4/en/keywords.html>,
/// <https://mariadb.com/kb/en/reserved-words/>.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

/// Whether a word (in lower case) in an expression is an operator or a constant rather than a column.
pub(super) fn is_operator(word: &str) -> bool {
    OPERATORS.binary_search(&word).is_ok()
}

/// The value of a string literal, of a name in quotes, or of a word.
pub(super) fn unquote(text: &str) -> String {
    let text = text.strip_prefix(['n', 'N']).filter(|rest| rest.starts_with('\'')).unwrap_or(text);
    let mut inner = text.chars();
    let quote = match (inner.next(), inner.next_back()) {
        (Some(quote @ ('\'' | '"' | '`')), Some(end)) if quote == end => quote,
        _ => return text.to_owned(),
    };
    let mut value = String::new();
    let mut rest = inner.as_str().chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '\\' if quote != '`' => value.extend(rest.next().map(escaped).into_iter().flatten()),
            one if one == quote => {
                rest.next_if_eq(&quote);
                value.push(one);
            }
            one => value.push(one),
        }
    }
    value
}

/// What a character stands for behind a backslash. Source:
/// <https://dev.mysql.com/doc/refman/8.4/en/string-literals.html>.
fn escaped(one: char) -> Vec<char> {
    match one {
        '0' => vec!['\0'],
        'b' => vec!['\u{8}'],
        'n' => vec!['\n'],
        'r' => vec!['\r'],
        't' => vec!['\t'],
        'Z' => vec!['\u{1a}'],
        '%' | '_' => vec!['\\', one],
        other => vec![other],
    }
}

/// A text as a string literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "add", "all", "alter", "analyze", "and", "as", "asc", "asensitive", "before", "between", "bigint", "binary",
    "blob", "both", "by", "call", "cascade", "case", "change", "char", "character", "check", "collate", "column",
    "condition", "constraint", "continue", "convert", "create", "cross", "current_date", "current_time",
    "current_timestamp", "current_user", "cursor", "database", "databases", "day_hour", "day_microsecond",
    "day_minute", "day_second", "dec", "decimal", "declare", "default", "delayed", "delete", "desc", "describe",
    "deterministic", "distinct", "distinctrow", "div", "double", "drop", "dual", "each", "else", "elseif", "enclosed",
    "escaped", "except", "exists", "exit", "explain", "false", "fetch", "float", "float4", "float8", "for", "force",
    "foreign", "from", "fulltext", "grant", "group", "having", "high_priority", "hour_microsecond", "hour_minute",
    "hour_second", "if", "ignore", "in", "index", "infile", "inner", "inout", "insensitive", "insert", "int", "int1",
    "int2", "int3", "int4", "int8", "integer", "intersect", "interval", "into", "is", "iterate", "join", "key",
    "keys", "kill", "leading", "leave", "left", "like", "limit", "linear", "lines", "load", "localtime",
    "localtimestamp", "lock", "long", "longblob", "longtext", "loop", "low_priority", "match", "maxvalue",
    "mediumblob", "mediumint", "mediumtext", "middleint", "minute_microsecond", "minute_second", "mod", "modifies",
    "natural", "no_write_to_binlog", "not", "null", "numeric", "on", "optimize", "option", "optionally", "or",
    "order", "out", "outer", "outfile", "over", "partition", "precision", "primary", "procedure", "purge", "range",
    "read", "read_write", "reads", "real", "recursive", "references", "regexp", "release", "rename", "repeat",
    "replace", "require", "resignal", "restrict", "return", "revoke", "right", "rlike", "schema", "schemas",
    "second_microsecond", "select", "sensitive", "separator", "set", "show", "signal", "smallint", "spatial",
    "specific", "sql", "sql_big_result", "sql_calc_found_rows", "sql_small_result", "sqlexception", "sqlstate",
    "sqlwarning", "ssl", "starting", "straight_join", "table", "terminated", "then", "tinyblob", "tinyint",
    "tinytext", "to", "trailing", "trigger", "true", "undo", "union", "unique", "unlock", "unsigned", "update",
    "usage", "use", "using", "utc_date", "utc_time", "utc_timestamp", "values", "varbinary", "varchar",
    "varcharacter", "varying", "when", "where", "while", "window", "with", "write", "xor", "year_month", "zerofill",
];

#[rustfmt::skip]
const OPERATORS: &[&str] = &[
    "current_date", "current_time", "current_timestamp", "current_user", "div", "false", "interval", "localtime",
    "localtimestamp", "mod", "regexp", "rlike", "true", "utc_date", "utc_time", "utc_timestamp", "xor",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(KEYWORDS.is_sorted(), "{:?}", KEYWORDS.windows(2).find(|two| two[0] > two[1]));
        assert!(OPERATORS.is_sorted());
    }

    #[test]
    fn values_of_strings() {
        for (text, expected) in [
            ("'it''s'", "it's"),
            (r"'it\'s \\ \n \% \q'", "it's \\ \n \\% q"),
            ("\"a\"\"b'c\"", "a\"b'c"),
            ("N'x'", "x"),
            (r"`a``b\n`", r"a`b\n"),
            ("plain", "plain"),
            ("'", "'"),
            ("", ""),
        ] {
            assert_eq!(unquote(text), expected, "{text}");
        }
        assert_eq!(literal(r"it's \ here"), r"'it''s \\ here'");
    }
}
