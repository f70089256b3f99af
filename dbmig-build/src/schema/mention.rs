//! Names in opaque statements: views and triggers are kept as text, and a rename reaches into them.
//!
//! SQLite resolves such texts when a table or column gets another name. Here names are told by their neighbours, which
//! is the same for all that people write; where a text could mean another table's column of the same name, only
//! qualified mentions follow.

mod token;

use std::collections::BTreeSet;
use std::ops::Range;

use dbmig::Backend;

use super::{Name, ObjectName};
use token::{GRAMMAR, Token, in_from_clause, names, unquoted};

/// Whether a statement mentions a name, quoted or not. String literals and comments don't count.
pub fn mentions(sql: &str, name: &Name) -> bool {
    names(sql).iter().any(|one| one.is(sql, name))
}

/// Whether a statement mentions a name where a table stands: behind FROM, JOIN and their like, with or without a schema.
pub fn mentions_table(sql: &str, name: &Name) -> bool {
    let names = names(sql);
    names.iter().enumerate().any(|(at, one)| {
        let qualifier = at.checked_sub(1).and_then(|before| names.get(before));
        let first = match qualifier.filter(|_| one.text_before(sql) == ".") {
            Some(qualifier) => qualifier,
            None => one,
        };
        one.is(sql, name)
            && (first.is_in_place_of_table(sql)
                || (first.text_before(sql) == "(" && in_from_clause(&sql[..first.start])))
    })
}

/// Whether a view or trigger uses a table, as far as its text tells for sure.
pub fn uses_table(sql: &str, table: &ObjectName) -> bool {
    let other = ObjectName { name: table.name.renamed("\0used"), ..table.clone() };
    mentions(sql, &table.name) && rename_table(sql, table, &other) != sql
}

/// Whether a view or trigger uses a table's column, as far as its text tells for sure. `is_its_trigger` and `namesakes`
/// are what they are when a column gets another name: whether `NEW` is a row of the table, and the other tables that
/// have such a column.
pub fn uses_column(sql: &str, table: &ObjectName, column: &Name, is_its_trigger: bool, namesakes: &[Name]) -> bool {
    let other = column.renamed("\0used");
    mentions(sql, column) && rename_column(sql, table, (column, &other), is_its_trigger, namesakes) != sql
}

/// Whether a view may use a table's column: it has the name in a place where no table stands and no alias, nor the
/// column of another table.
pub fn may_use_column(sql: &str, table: &ObjectName, column: &Name) -> bool {
    let names = names(sql);
    let scope = Scope::new(sql, &names, table, &[]);
    // A bare name may be that of a table in a schema that is looked into.
    let bare = Scope::new(sql, &names, &ObjectName::unqualified(table.name.clone()), &[]);
    names.iter().any(|one| {
        let is_of_it = match one.qualifier(sql) {
            Some(qualifier) => {
                let qualifier = table.name.renamed(&qualifier);
                let is_called = |(name, _): &&(Name, bool)| *name == qualifier;
                let mut called = scope.tables.iter().chain(&bare.tables).filter(is_called).peekable();
                called.peek().is_none() || called.any(|(_, is_it)| *is_it)
            }
            None => !one.word_before(sql).is_some_and(|before| before.eq_ignore_ascii_case("as")),
        };
        one.is(sql, column) && is_of_it && scope.may_be_column(sql, one)
    })
}

/// All names that a statement may mention; `like` lends its rule of comparison.
pub fn mentioned(sql: &str, like: &Name) -> BTreeSet<Name> {
    let texts = names(sql).into_iter().map(|one| &sql[one.start..one.end]);
    let is_name = |text: &&str| GRAMMAR.binary_search(&text.to_ascii_lowercase().as_str()).is_err();
    texts.filter(is_name).map(|text| like.renamed(&unquoted(text))).collect()
}

/// The statement after a table got another name, or came into another schema.
pub(super) fn rename_table(sql: &str, from: &ObjectName, to: &ObjectName) -> String {
    let names = names(sql);
    // SQLite quotes the new name of a table whatever it is, and that of a column as it was written.
    let (bare, moved) = (to.name.quoted(), from.schema != to.schema);
    let whole = to.schema.as_ref().map_or_else(|| bare.clone(), |schema| format!("{}.{bare}", schema.sql()));
    let namesakes: Vec<&Token> = names.iter().filter(|one| one.is(sql, &from.name)).collect();
    // A row is called by its table's bare name, whatever schema that is in.
    let is_source = |one: &&&Token| one.schema_place(sql).is_some() || one.is_in_place_of_table(sql);
    // What a table is called by an alias is that one's row.
    let is_alias = |name: &Token| {
        let sources = names.iter().enumerate().filter(|(_, one)| one.stands_for_table(sql));
        sources.filter_map(|(at, _)| alias(sql, &names, at)).any(|alias| alias.start == name.start)
    };
    let is_row = namesakes.iter().filter(is_source).all(|one| one.is_table(sql, from))
        && !namesakes.iter().any(|one| is_alias(one));
    let mut edits = Vec::new();
    for one in namesakes {
        match one.schema_place(sql) {
            Some(place) if one.is_table(sql, from) => {
                edits.push(if moved { (place.start..one.end, &whole) } else { (one.start..one.end, &bare) });
            }
            None if one.is_source(sql) && one.is_table(sql, from) => {
                edits.push((one.start..one.end, if moved { &whole } else { &bare }));
            }
            None if is_row && one.stands_for_table(sql) => edits.push((one.start..one.end, &bare)),
            _ => {}
        }
    }
    replace(sql, edits.into_iter())
}

/// The statement after a column of `table` got another name. `is_its_trigger` says whether `NEW` and `OLD` are rows of
/// it; `namesakes` are the other tables that have a column of the old name.
pub(super) fn rename_column(
    sql: &str,
    table: &ObjectName,
    (from, to): (&Name, &Name),
    is_its_trigger: bool,
    namesakes: &[Name],
) -> String {
    let names = names(sql);
    let word = |word: &str| names.iter().find(|one| sql[one.start..one.end].eq_ignore_ascii_case(word));
    let update_of = word("of").map_or(0, |one| one.end)..word("on").map_or(0, |one| one.start);
    let statements: Vec<&[Token]> = names.chunk_by(|a, b| a.statement == b.statement).collect();
    let mut found = Vec::new();
    for tokens in statements {
        let scope = Scope::new(sql, tokens, table, namesakes);
        let is_column = |one: &&Token| {
            let is_meant = match one.qualifier(sql) {
                Some(row) if ["new", "old"].iter().any(|word| row.eq_ignore_ascii_case(word)) => is_its_trigger,
                Some(qualifier) => scope.is_meant_by(&table.name.renamed(&qualifier)),
                None if is_its_trigger && update_of.contains(&one.start) => true,
                None => {
                    let follows =
                        |word: &str| one.word_before(sql).is_some_and(|before| before.eq_ignore_ascii_case(word));
                    scope.is_alone && !follows("as") && !follows("trigger")
                }
            };
            one.is(sql, from) && is_meant && scope.may_be_column(sql, one)
        };
        found.extend(tokens.iter().filter(is_column));
    }
    let to = to.sql();
    // PostgreSQL's views keep the names of their own columns; SQLite changes their texts, and with it those names.
    let (keeps_names, named) = (from.backend() == Backend::Postgres, format!("{to} AS {}", from.sql()));
    let text = |token: &Token| if keeps_names && token.is_output(sql) { &named } else { &to };
    replace(sql, found.into_iter().map(|token| (token.start..token.end, text(token))))
}

/// A trigger after the table that it is on got another name; its body stays.
pub(super) fn rename_owner(sql: &str, from: &Name, to: &Name) -> String {
    let names = names(sql);
    let is_on = |one: &&Token| one.word_before(sql).is_some_and(|word| word.eq_ignore_ascii_case("on"));
    let to = to.quoted();
    let owner = names.iter().find(is_on).filter(|one| one.is(sql, from));
    replace(sql, owner.into_iter().map(|token| (token.start..token.end, &to)))
}

/// How a table is partitioned, `RANGE (a)`, after a column got another name.
pub(super) fn rename_in_rule(rule: &str, from: &Name, to: &Name) -> String {
    let to = to.sql();
    let names = names(rule);
    let is_column = |one: &&Token| one.is(rule, from) && !one.next(rule).starts_with(['(', '.']);
    replace(rule, names.iter().skip(1).filter(is_column).map(|token| (token.start..token.end, &to)))
}

/// What names mean in one statement of a trigger's body, or in a view's query.
struct Scope {
    /// By what names its tables are called, and whether that is the table in question.
    tables: Vec<(Name, bool)>,
    /// Where tables are given other names.
    aliases: Vec<usize>,
    /// Whether a column's bare name is the table's: it is there, and no other table with such a column is.
    is_alone: bool,
}

impl Scope {
    fn new(sql: &str, tokens: &[Token], table: &ObjectName, namesakes: &[Name]) -> Scope {
        let (mut tables, mut aliases) = (Vec::new(), Vec::new());
        let mut others = false;
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.stands_for_table(sql)) {
            let is_it = token.is_table(sql, table);
            others |= namesakes.iter().any(|name| token.is(sql, name));
            let alias = alias(sql, tokens, at);
            aliases.extend(alias.map(|alias| alias.start));
            let called = alias.unwrap_or(token);
            // `t.a` as a qualifier says nothing of what `t` is.
            if alias.is_some() || !token.next(sql).starts_with('.') {
                tables.push((table.name.renamed(&unquoted(&sql[called.start..called.end])), is_it));
            }
        }
        let is_there = tables.iter().any(|(_, is_it)| *is_it);
        Scope { tables, aliases, is_alone: is_there && !others }
    }

    /// Whether a name stands where a column may: not for a function, a table or a table's other name.
    fn may_be_column(&self, sql: &str, name: &Token) -> bool {
        !name.next(sql).starts_with(['(', '.']) && !name.stands_for_table(sql) && !self.aliases.contains(&name.start)
    }

    fn is_meant_by(&self, qualifier: &Name) -> bool {
        self.tables.iter().any(|(name, is_it)| name == qualifier && *is_it)
    }
}

/// The other name that a table is given behind its place.
fn alias<'a>(sql: &str, tokens: &'a [Token], at: usize) -> Option<&'a Token> {
    let is_word = |one: &Token| GRAMMAR.binary_search(&sql[one.start..one.end].to_ascii_lowercase().as_str()).is_ok();
    // `UPDATE OF a` names no table.
    let table = tokens.get(at).filter(|one| !is_word(one))?;
    let is_as = |one: &&Token| sql[one.start..one.end].eq_ignore_ascii_case("as");
    let rest = tokens.get(at + 1..).unwrap_or_default();
    rest.iter().find(|one| !is_as(one)).filter(|one| {
        let gap = sql[table.end..one.start].trim();
        (gap.is_empty() || gap.eq_ignore_ascii_case("as")) && !is_word(one)
    })
}

fn replace<'a>(sql: &str, edits: impl Iterator<Item = (Range<usize>, &'a String)>) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut at = 0;
    for (range, to) in edits {
        text.push_str(&sql[at..range.start]);
        text.push_str(to);
        at = range.end;
    }
    text.push_str(&sql[at..]);
    text
}

#[cfg(test)]
mod tests {
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
    fn the_grammar_is_sorted_and_its_words_are_no_names() {
        assert!(GRAMMAR.is_sorted());
        assert!(!mentions("SELECT 1", &name("select")));
        assert!(mentions("SELECT \"select\"", &name("select")));
        assert!(mentions("SELECT key", &name("key")));
    }

    #[test]
    fn a_table_is_renamed_where_a_table_stands() {
        let (from, to) = (ObjectName::unqualified(name("t")), ObjectName::unqualified(name("new t")));
        let renamed = |sql: &str| rename_table(sql, &from, &to);
        assert_eq!(
            renamed("CREATE TRIGGER g AFTER UPDATE OF t ON t BEGIN UPDATE t SET a = t.a WHERE 't' = t; END"),
            "CREATE TRIGGER g AFTER UPDATE OF t ON \"new t\" BEGIN UPDATE \"new t\" SET a = \"new t\".a WHERE 't' = t; END"
        );
        assert_eq!(renamed("SELECT a, t FROM o, T JOIN t"), "SELECT a, t FROM o, \"new t\" JOIN \"new t\"");
    }

    #[test]
    fn a_trigger_of_mysql_follows_its_table_alone() {
        let name = |text: &str| Name::new(text, Backend::Mysql);
        let sql = "CREATE TRIGGER t BEFORE UPDATE ON `t` FOR EACH ROW INSERT INTO t SELECT 1 FROM o JOIN t ON t.a = 1";
        let renamed = rename_owner(sql, &name("t"), &name("new t"));
        assert_eq!(renamed, sql.replacen("ON `t`", "ON `new t`", 1));
        assert_eq!(rename_owner(sql, &name("o"), &name("p")), sql);
    }

    #[test]
    fn a_table_goes_into_another_schema() {
        let name = |text: &str| Name::new(text, Backend::Postgres);
        let in_schema = |schema: &str, text: &str| ObjectName { schema: Some(name(schema)), name: name(text) };
        let users = ObjectName::unqualified(name("users"));
        assert_eq!(
            rename_table("SELECT users.id FROM users JOIN o ON users.id = o.users", &users, &in_schema("app", "users")),
            "SELECT \"users\".id FROM app.\"users\" JOIN o ON \"users\".id = o.users"
        );
        let to = in_schema("app", "people");
        assert_eq!(
            rename_table(
                "SELECT x FROM app.\"users\" AS u JOIN b.users ON app.users = 1",
                &in_schema("app", "users"),
                &to
            ),
            "SELECT x FROM app.\"people\" AS u JOIN b.users ON app.users = 1"
        );
    }

    #[test]
    fn views_of_postgresql_keep_the_names_of_their_columns() {
        let name = |text: &str| Name::new(text, Backend::Postgres);
        let renamed =
            |sql: &str| rename_column(sql, &ObjectName::unqualified(name("t")), (&name("a"), &name("b")), false, &[]);
        for (from, to) in [
            ("SELECT a FROM t", "SELECT b AS a FROM t"),
            ("SELECT x, t.a, y FROM t ORDER BY a, x", "SELECT x, t.b AS a, y FROM t ORDER BY b, x"),
            ("SELECT a AS z, a + 1, f(a, x), -a FROM t", "SELECT b AS z, b + 1, f(b, x), -b FROM t"),
            ("SELECT x FROM t WHERE x IN (SELECT a FROM t)", "SELECT x FROM t WHERE x IN (SELECT b AS a FROM t)"),
        ] {
            assert_eq!(renamed(from), to);
        }
    }

    #[test]
    fn other_names_of_tables_are_no_columns_and_no_tables() {
        let (t, new) = (ObjectName::unqualified(name("t")), ObjectName::unqualified(name("new")));
        let column = |sql: &str| rename_column(sql, &t, (&name("a"), &name("b")), false, &[]);
        assert_eq!(column("SELECT a.a FROM t a JOIN o AS x ON true"), "SELECT a.b FROM t a JOIN o AS x ON true");
        let table = |sql: &str| rename_table(sql, &t, &new);
        assert_eq!(table("SELECT t.a FROM o t"), "SELECT t.a FROM o t");
        assert_eq!(table("SELECT t.a FROM t AS t"), "SELECT t.a FROM \"new\" AS t");
        for (sql, may) in [
            ("SELECT a.b FROM t a JOIN o AS x ON true", false),
            ("SELECT x.a, t.b AS a FROM t JOIN o AS x ON true", false),
            ("SELECT x.a, t.a FROM t JOIN o AS x ON true", true),
            ("SELECT b FROM t, o WHERE a > 1", true),
            ("SELECT b FROM t WHERE b IN (SELECT x.a FROM o JOIN t AS x ON true)", true),
        ] {
            assert_eq!(may_use_column(sql, &t, &name("a")), may, "{sql}");
        }
    }

    #[test]
    fn what_a_text_uses_is_told_where_it_is_certain() {
        let table = ObjectName::unqualified(name("t"));
        let uses = |sql: &str, namesakes: &[Name]| uses_column(sql, &table, &name("a"), false, namesakes);
        assert!(uses("SELECT a FROM t", &[]) && uses("SELECT x.a FROM t x, o", &[name("o")]));
        assert!(!uses("SELECT a FROM t, o", &[name("o")]) && !uses("SELECT o.a FROM t, o", &[]));
        assert!(uses("SELECT t.a FROM ((t LEFT JOIN o ON t.id = o.id))", &[name("o")]));
        assert!(uses("SELECT a FROM o, (t JOIN p ON true)", &[]) && !uses("SELECT a FROM f(t)", &[]));
        assert!(!uses("SELECT a FROM o", &[]) && !uses("SELECT 'a' FROM t", &[]));
        assert!(uses_table("SELECT 1 FROM t", &table) && !uses_table("SELECT t FROM o", &table));
    }

    #[test]
    fn a_table_of_the_same_name_in_another_schema_is_left_alone() {
        let name = |text: &str| Name::new(text, Backend::Postgres);
        let in_app = |text: &str| ObjectName { schema: Some(name("app")), name: name(text) };
        let (own, other) = ("SELECT users.a FROM users", "SELECT users.a FROM app.users");
        assert_eq!(rename_table(own, &in_app("users"), &in_app("people")), own);
        assert_eq!(rename_table(other, &in_app("users"), &in_app("people")), "SELECT \"people\".a FROM app.\"people\"");
        let (users, people) = (ObjectName::unqualified(name("users")), ObjectName::unqualified(name("people")));
        assert_eq!(rename_table(other, &users, &people), other);
        assert_eq!(rename_table("SELECT 1 FROM public.users", &users, &people), "SELECT 1 FROM public.\"people\"");
    }

    #[test]
    fn a_column_is_renamed_where_it_can_be_no_other() {
        let renamed = |sql: &str, own: bool, namesakes: &[Name]| {
            rename_column(sql, &ObjectName::unqualified(name("t")), (&name("a"), &name("b")), own, namesakes)
        };
        let trigger =
            "CREATE TRIGGER a AFTER UPDATE OF a ON t BEGIN UPDATE o SET a = NEW.a WHERE a = o.a; SELECT a FROM t; END";
        assert_eq!(
            renamed(trigger, true, &[name("o")]),
            "CREATE TRIGGER a AFTER UPDATE OF b ON t BEGIN UPDATE o SET a = NEW.b WHERE a = o.a; SELECT b FROM t; END"
        );
        assert_eq!(renamed("SELECT a, x.a, a(1), 2 AS a FROM t x", false, &[]), "SELECT b, x.b, a(1), 2 AS a FROM t x");
        let both = "SELECT a, t.a, z.a FROM t, o AS z";
        assert_eq!(renamed(both, false, &[name("o")]), "SELECT a, t.b, z.a FROM t, o AS z");
        assert_eq!(renamed("SELECT a FROM main.t WHERE a = 1", false, &[]), "SELECT b FROM main.t WHERE b = 1");
        assert_eq!(renamed("SELECT a FROM app.t WHERE a = 1", false, &[]), "SELECT a FROM app.t WHERE a = 1");
    }
}
