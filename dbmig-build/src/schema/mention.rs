//! Names in opaque statements: views and triggers are kept as text, and a rename reaches into them.
//!
//! SQLite resolves such texts when a table or column gets another name. Here names are told by their neighbours, which
//! is the same for all that people write; where a text could mean another table's column of the same name, only
//! qualified mentions follow.

mod token;
mod types;

use std::collections::BTreeSet;
use std::ops::Range;

use dbmig::Backend;

use super::{Name, ObjectName};
use token::{GRAMMAR, Token, in_from_clause, names, unquoted};
pub(crate) use types::casts_to;
pub(super) use types::{rename_label, rename_type};

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
            // A field is a column's where the value is a row.
            _ if one.is_field(sql) => {
                let row = one.row(sql).map(|row| table.name.renamed(&row));
                row.is_some_and(|row| scope.is_meant_by(&row) || bare.is_meant_by(&row))
            }
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
                None if one.is_field(sql) => {
                    one.row(sql).is_some_and(|row| scope.is_meant_by(&table.name.renamed(&row)))
                }
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
mod tests;
