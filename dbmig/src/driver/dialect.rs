//! How SQL is written for a database, and what a statement does to a transaction, by its words.
//!
//! Here without any connection, since scripts are written for databases that nobody is connected to.

mod mysql;
mod postgres;
mod sqlite;

use crate::backend::Backend;

/// How SQL is written for a database.
pub(crate) struct Dialect {
    /// The quote around identifiers.
    pub(crate) quote: char,
    /// The schema in which the version table is looked for if none is configured and no connection says.
    pub(crate) schema: Option<&'static str>,
    /// What begins a transaction in a script.
    pub(crate) begin: &'static str,
    /// What a script says before and after a revision that needs foreign keys off.
    pub(crate) foreign_keys: Option<[&'static str; 3]>,
    /// Statements that fail with a message where a query finds rows.
    pub(crate) guard: fn(&str, &str) -> Vec<String>,
    /// Statements that run only while a condition holds, as a script that may be run again needs them.
    pub(crate) guarded: fn(&Guarded<'_>) -> Result<String, &'static str>,
    /// What a script says before and after a revision that changes what an unqualified name means.
    pub(crate) search_path: Option<[&'static str; 2]>,
    /// Whether the version table's schema can be made.
    pub(crate) makes_schemas: bool,
    /// The type that a value is cast to, to be read as text.
    pub(crate) text: &'static str,
    /// The type of long texts.
    pub(crate) long_text: &'static str,
    /// The type of a time that may be missing.
    pub(crate) optional_time: &'static str,
    /// What stands behind the columns of a table of dbmig's own.
    pub(crate) table_options: &'static str,
    /// How a text with a backslash is written.
    backslashes: fn(&str) -> String,
    /// Whether a statement that is run within a transaction commits it.
    pub(crate) commits: fn(&str) -> bool,
    /// Whether a statement of a revision that runs without a transaction can share one with the note that it is done.
    pub(crate) fits_transaction: fn(&str) -> bool,
    /// Whether what a statement does ends with the connection, so that another connection must do it again before it
    /// goes on behind it.
    pub(crate) ends_with_connection: fn(&str) -> bool,
    /// Whether a statement locks tables, or unlocks them: others can't be written meanwhile, the journal's neither.
    pub(crate) table_locks: fn(&str) -> Option<bool>,
    /// Whether what a script does in a transaction of its own is seen by others only when that is committed, the notes
    /// that statements are done included.
    pub(crate) hides_notes: bool,
    /// Whether comments nest.
    nested_comments: bool,
    /// Whether `#` begins a comment and `/*!` begins code.
    hash_comments: bool,
}

/// Statements of a script that run only while a condition holds.
pub(crate) struct Guarded<'a> {
    /// What they belong to; unique within the script.
    pub(crate) version: &'a str,
    /// A boolean expression.
    pub(crate) condition: &'a str,
    /// The statements, each without its semicolon.
    pub(crate) statements: &'a [String],
    /// Whether they are one transaction.
    pub(crate) run_in_transaction: bool,
}

/// The dialect of a backend.
pub(crate) fn dialect(backend: Backend) -> &'static Dialect {
    match backend {
        Backend::Sqlite => &sqlite::DIALECT,
        Backend::Postgres => &postgres::DIALECT,
        Backend::Mysql => &mysql::DIALECT,
    }
}

impl Dialect {
    /// A name, quoted.
    pub(crate) fn identifier(&self, name: &str) -> String {
        let quote = self.quote;
        format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
    }

    /// A name with its schema.
    pub(crate) fn qualified(&self, schema: Option<&str>, name: &str) -> String {
        match schema.or(self.schema) {
            Some(schema) => format!("{}.{}", self.identifier(schema), self.identifier(name)),
            None => self.identifier(name),
        }
    }

    /// A text as an SQL literal, whatever the connection's settings.
    pub(crate) fn literal(&self, text: &str) -> String {
        if text.contains('\\') { (self.backslashes)(text) } else { quoted(text) }
    }

    /// A column as text.
    pub(crate) fn as_text(&self, column: &str) -> String {
        format!("CAST({column} AS {})", self.text)
    }

    /// Whether a statement is nothing but comments and white space, which some databases refuse and some clients don't
    /// survive.
    pub(crate) fn is_blank(&self, sql: &str) -> bool {
        let mut rest = sql;
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ';');
            if rest.is_empty() {
                return true;
            }
            if rest.starts_with("--") || (self.hash_comments && rest.starts_with('#')) {
                rest = rest.split_once('\n').map_or("", |(_, next)| next);
            } else if rest.starts_with("/*") && !(self.hash_comments && rest.starts_with("/*!")) {
                rest = self.after_comment(rest);
            } else {
                return false;
            }
        }
    }

    /// What stands behind the comment that a text begins with.
    fn after_comment<'a>(&self, text: &'a str) -> &'a str {
        let mut depth = 1;
        let mut rest = text.get(2..).unwrap_or_default();
        while depth > 0 {
            let Some(end) = rest.find("*/") else { return "" };
            let begin = rest.find("/*").filter(|begin| self.nested_comments && *begin < end);
            depth = if begin.is_some() { depth + 1 } else { depth - 1 };
            rest = rest.get(begin.unwrap_or(end) + 2..).unwrap_or_default();
        }
        rest
    }
}

/// A text between quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The words of a statement, in upper case; those of its texts and comments too.
fn words(sql: &str) -> impl Iterator<Item = String> + '_ {
    let words = sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| !word.is_empty()).map(str::to_ascii_uppercase)
}

/// The word that a statement begins with, in upper case.
fn first_word(sql: &str) -> String {
    sql.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or("").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_statements() {
        for (sql, blank) in [
            ("", [true, true, true]),
            (" ;\n-- a\n/* b */ ; -- c", [true, true, true]),
            ("/* a */ SELECT 1", [false, false, false]),
            ("/* a /* b */ c */", [false, true, false]),
            ("/* a", [true, true, true]),
            ("# a", [false, false, true]),
            ("/*!40101 SET NAMES utf8 */", [true, true, false]),
            ("/* é */é", [false, false, false]),
        ] {
            let found = Backend::ALL.map(|backend| dialect(backend).is_blank(sql));
            assert_eq!(found, blank, "{sql}");
        }
    }

    #[test]
    fn literals() {
        let literals = |text: &str| Backend::ALL.map(|backend| dialect(backend).literal(text));
        assert_eq!(literals("it's"), ["'it''s'", "'it''s'", "'it''s'"]);
        assert_eq!(literals("a\\'"), [r"'a\'''", r"E'a\\'''", "CONVERT(X'615c27' USING utf8mb4)"]);
    }

    #[test]
    fn names() {
        let name = |backend| dialect(backend).qualified(Some("a"), "b\"`");
        assert_eq!(Backend::ALL.map(name), [r#""a"."b""`""#, r#""a"."b""`""#, "`a`.`b\"```"]);
    }
}
