//! Names in opaque statements: views and triggers are kept as text, and a rename reaches into them.
//!
//! SQLite resolves such texts when a table or column gets another name. Here names are told by their neighbours, which
//! is the same for all that people write; where a text could mean another table's column of the same name, only
//! qualified mentions follow.

use super::Name;

/// Whether a statement mentions a name, quoted or not. String literals and comments don't count.
pub fn mentions(sql: &str, name: &Name) -> bool {
    names(sql).iter().any(|one| one.is(sql, name))
}

/// The statement after a table got another name.
pub(super) fn rename_table(sql: &str, from: &Name, to: &Name) -> String {
    let names = names(sql);
    // SQLite quotes the new name of a table whatever it is, and that of a column as it was written.
    replace(sql, &to.quoted(), names.iter().filter(|one| one.is(sql, from) && one.stands_for_table(sql)))
}

/// The statement after a column got another name. `table` is the column's; `is_its_trigger` says whether `NEW` and
/// `OLD` are rows of it; `is_alone` whether no other table that the statement mentions has such a column.
pub(super) fn rename_column(
    sql: &str,
    table: &Name,
    (from, to): (&Name, &Name),
    is_its_trigger: bool,
    is_alone: bool,
) -> String {
    let names = names(sql);
    let word = |word: &str| names.iter().find(|one| sql[one.start..one.end].eq_ignore_ascii_case(word));
    let update_of = word("of").map_or(0, |one| one.end)..word("on").map_or(0, |one| one.start);
    let is_column = |one: &&Token| {
        let follows = match one.qualifier(sql) {
            Some(qualifier) => {
                let is_row = qualifier.eq_ignore_ascii_case("new") || qualifier.eq_ignore_ascii_case("old");
                let is_table = table.renamed(&qualifier) == *table;
                if is_row { is_its_trigger } else { is_table || is_alone }
            }
            None if is_its_trigger && update_of.contains(&one.start) => true,
            None if one.word_before(sql).is_some_and(|word| word.eq_ignore_ascii_case("trigger")) => false,
            None => is_alone && one.word_before(sql).is_none_or(|word| !word.eq_ignore_ascii_case("as")),
        };
        one.is(sql, from) && follows && !one.next(sql).starts_with(['(', '.']) && !one.stands_for_table(sql)
    };
    replace(sql, &to.sql(), names.iter().filter(is_column))
}

/// A word or quoted name.
struct Token {
    start: usize,
    end: usize,
    /// The end of the token before it, whatever that is, and its start.
    before: Option<(usize, usize)>,
}

impl Token {
    fn is(&self, sql: &str, name: &Name) -> bool {
        name.renamed(&unquoted(&sql[self.start..self.end])) == *name
    }

    fn next<'a>(&self, sql: &'a str) -> &'a str {
        sql[self.end..].trim_start()
    }

    fn text_before<'a>(&self, sql: &'a str) -> &'a str {
        self.before.map_or("", |(start, end)| &sql[start..end])
    }

    fn word_before<'a>(&self, sql: &'a str) -> Option<&'a str> {
        Some(self.text_before(sql)).filter(|text| text.starts_with(|first: char| first.is_alphabetic()))
    }

    /// What stands before the dot before it.
    fn qualifier(&self, sql: &str) -> Option<String> {
        let (dot, _) = self.before.filter(|_| self.text_before(sql) == ".")?;
        let last = names(&sql[..dot]).pop().filter(|one| sql[one.end..dot].trim().is_empty())?;
        Some(unquoted(&sql[last.start..last.end]))
    }

    fn stands_for_table(&self, sql: &str) -> bool {
        const BEFORE: [&str; 12] =
            ["on", "into", "update", "from", "join", "table", "abort", "fail", "ignore", "replace", "rollback", ","];
        let before = self.text_before(sql);
        // `UPDATE OF a ON t`, `SELECT a, t.b FROM a, t`: behind a comma, a table is what nothing else can be.
        let is_qualifier = self.next(sql).starts_with('.');
        let is_place = BEFORE.iter().any(|word| before.eq_ignore_ascii_case(word));
        is_qualifier || (is_place && (before != "," || in_from_clause(&sql[..self.start])))
    }
}

/// Whether the last clause word of a text is FROM.
fn in_from_clause(sql: &str) -> bool {
    const CLAUSES: [&str; 9] = ["select", "from", "where", "group", "order", "set", "values", "having", "of"];
    let words = names(sql);
    let texts = words.iter().rev().map(|one| sql[one.start..one.end].to_ascii_lowercase());
    texts.into_iter().find(|word| CLAUSES.contains(&word.as_str())).is_some_and(|word| word == "from")
}

fn replace<'a>(sql: &str, to: &str, tokens: impl Iterator<Item = &'a Token>) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut at = 0;
    for token in tokens {
        text.push_str(&sql[at..token.start]);
        text.push_str(to);
        at = token.end;
    }
    text.push_str(&sql[at..]);
    text
}

fn unquoted(text: &str) -> String {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '`' | '[')) else {
        return text.to_owned();
    };
    let close = if quote == '[' { ']' } else { quote };
    let inner = text.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    inner.replace(&format!("{close}{close}"), &close.to_string())
}

/// The words and quoted names of a statement.
fn names(sql: &str) -> Vec<Token> {
    let mut names = Vec::new();
    let mut before = None;
    let mut at = 0;
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
            '[' => (rest.find(']').map_or(rest.len(), |end| end + 1), true),
            _ if first.is_ascii_digit() => (rest.find(|one| !is_word(one)).unwrap_or(rest.len()), false),
            _ if is_word(first) => (rest.find(|one| !is_word(one)).unwrap_or(rest.len()), true),
            _ => (first.len_utf8(), false),
        };
        at += length;
        if is_name {
            names.push(Token { start, end: at, before });
        }
        before = Some((start, at));
    }
    names
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

#[cfg(test)]
mod tests {
    use dbmig::Backend;

    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text, Backend::Sqlite)
    }

    #[test]
    fn a_name_is_found_quoted_or_not_but_not_in_literals() {
        for sql in ["SELECT a FROM Users", "SELECT 1 FROM \"users\"", "SELECT 1 FROM [users]", "SELECT `users`.a"] {
            assert!(mentions(sql, &name("users")), "{sql}");
        }
        for sql in
            ["SELECT 'users'", "SELECT 1 -- users", "SELECT 1 /* users */", "SELECT users_2", "SELECT 'it''s users'"]
        {
            assert!(!mentions(sql, &name("users")), "{sql}");
        }
    }

    #[test]
    fn a_table_is_renamed_where_a_table_stands() {
        let renamed = |sql: &str| rename_table(sql, &name("t"), &name("new t"));
        assert_eq!(
            renamed("CREATE TRIGGER g AFTER UPDATE OF t ON t BEGIN UPDATE t SET a = t.a WHERE 't' = t; END"),
            "CREATE TRIGGER g AFTER UPDATE OF t ON \"new t\" BEGIN UPDATE \"new t\" SET a = \"new t\".a WHERE 't' = t; END"
        );
        assert_eq!(renamed("SELECT a, t FROM o, T JOIN t"), "SELECT a, t FROM o, \"new t\" JOIN \"new t\"");
    }

    #[test]
    fn a_column_is_renamed_where_it_can_be_no_other() {
        let renamed = |sql: &str, own, alone| rename_column(sql, &name("t"), (&name("a"), &name("b")), own, alone);
        let trigger = "CREATE TRIGGER a AFTER UPDATE OF a ON t BEGIN UPDATE o SET a = NEW.a WHERE t.a = o.a; END";
        assert_eq!(
            renamed(trigger, true, false),
            "CREATE TRIGGER a AFTER UPDATE OF b ON t BEGIN UPDATE o SET a = NEW.b WHERE t.b = o.a; END"
        );
        assert_eq!(
            renamed("SELECT a, x.a, a(1), 2 AS a FROM t x", false, true),
            "SELECT b, x.b, a(1), 2 AS a FROM t x"
        );
        assert_eq!(renamed("SELECT a, t.a, o.a FROM t, o", false, false), "SELECT a, t.b, o.a FROM t, o");
    }
}
