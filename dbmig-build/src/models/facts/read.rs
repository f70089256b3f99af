//! Reading the value of each key, and saying what is wrong with it.

use std::collections::BTreeMap;

use super::super::attr::{Entry, Term, TermKind};
use super::{
    At, CheckThat, DefaultValue, ForeignKeyTo, GeneratedBy, IndexOn, IndexPart, IndexPartKey, Reference, StructFacts,
    Target, UniqueSet,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{ReferentialAction, SortOrder, Storage};
use crate::source::Span;

const ACTIONS: &[(&str, ReferentialAction)] = &[
    ("no_action", ReferentialAction::NoAction),
    ("restrict", ReferentialAction::Restrict),
    ("cascade", ReferentialAction::Cascade),
    ("set_null", ReferentialAction::SetNull),
    ("set_default", ReferentialAction::SetDefault),
];

pub(super) struct Reader<'a> {
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The entries whose key is known, once each unless the key is among `repeated`.
    pub(super) fn keyed<'e>(
        &mut self,
        entries: &'e [Entry],
        known: &[&'static str],
        repeated: &[&str],
        what: &str,
    ) -> Vec<(&'static str, &'e Entry)> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut keyed = Vec::new();
        for entry in entries {
            let Some(word) = entry.key() else {
                self.fault(&entry.term.span, "expected a key", &format!("a {what} has keys such as `{}`", known[0]));
                continue;
            };
            let Some(key) = known.iter().find(|key| **key == word) else {
                self.unknown(&format!("a {what} has no key `{word}`"), word, &entry.term.span, known);
                continue;
            };
            match seen.get(key) {
                Some(first) if !repeated.contains(key) => {
                    let problem = format!("`{key}` is said twice");
                    let twice = Diagnostic::error(Code::ModelAttribute, problem).at(entry.term.span.clone(), "again");
                    self.diagnostics.push(twice.at(first.clone(), "first here"));
                }
                _ => {
                    seen.insert(key, entry.term.span.clone());
                    keyed.push((*key, entry));
                }
            }
        }
        keyed
    }

    /// `key = "text"`
    pub(super) fn text(&mut self, entry: &Entry) -> Option<At<String>> {
        match (&entry.value, &entry.term.arguments) {
            (Some(Term { kind: TermKind::Text(text), arguments: None, span, .. }), None) if !text.trim().is_empty() => {
                Some(At { value: text.clone(), place: span.clone() })
            }
            _ => self.wants(entry, "a string", "\"…\""),
        }
    }

    /// `key = 64`
    pub(super) fn number(&mut self, entry: &Entry) -> Option<At<u32>> {
        if let (Some(Term { kind: TermKind::Number(text), arguments: None, span, .. }), None) =
            (&entry.value, &entry.term.arguments)
        {
            if let Ok(value) = text.parse() {
                return Some(At { value, place: span.clone() });
            }
        }
        self.wants(entry, "a whole number", "64")
    }

    /// `key`
    pub(super) fn flag(&mut self, entry: &Entry) -> Option<Span> {
        if entry.value.is_none() && entry.term.arguments.is_none() {
            return Some(entry.term.span.clone());
        }
        let key = entry.key().unwrap_or_default();
        self.fault(&entry.span(), &format!("`{key}` takes no value"), &format!("write `{key}` alone, or leave it out"));
        None
    }

    /// `default = now`, `default = false`, `default = 0`, `default = "expression"`
    pub(super) fn default(&mut self, entry: &Entry) -> Option<At<DefaultValue>> {
        let value = match (&entry.value, &entry.term.arguments) {
            (Some(term), None) if term.arguments.is_none() => term,
            (Some(term), None) => {
                let written = term.whole.text();
                let help =
                    if written == "now()" { "default = now".to_owned() } else { format!("default = \"{written}\"") };
                self.fault(&term.whole, "an expression stands in quotes", &help);
                return None;
            }
            _ => return self.wants(entry, "a value, `now` or an SQL expression in quotes", "now"),
        };
        let default = match &value.kind {
            TermKind::Word(word) => DefaultValue::Word(word.clone()),
            TermKind::Bool(value) => DefaultValue::Bool(*value),
            TermKind::Number(number) => DefaultValue::Number(number.clone()),
            TermKind::Text(text) => DefaultValue::Sql(text.clone()),
        };
        Some(At { value: default, place: value.span.clone() })
    }

    /// On a field `unique` or `unique(name = "…")`, on a struct `unique(a, b, name = "…")`.
    pub(super) fn unique(&mut self, entry: &Entry, own: Option<&Reference>) -> Option<UniqueSet> {
        let (mut columns, mut name) = (Vec::new(), None);
        for part in self.arguments(entry, own.is_some())? {
            match part.key() {
                Some("name") if part.value.is_some() => name = self.text(part),
                _ if part.value.is_some() => self.unknown_option(part, &["name"]),
                _ => columns.extend(self.reference(&part.term)),
            }
        }
        let columns = self.own_or(entry, columns, own)?;
        Some(UniqueSet { columns, name, place: entry.term.span.clone() })
    }

    /// On a field `index` or `index(name = "…", where = "…", unique)`; on a struct with the columns first.
    pub(super) fn index(&mut self, entry: &Entry, own: Option<&Reference>) -> Option<IndexOn> {
        let place = entry.term.span.clone();
        let (predicate, method) = (None, None);
        let mut index =
            IndexOn { keys: Vec::new(), name: None, predicate, unique: false, method, include: Vec::new(), place };
        for part in self.arguments(entry, own.is_some())? {
            let has_value = part.value.is_some();
            match part.key() {
                Some("name") if has_value => index.name = self.text(part),
                Some("where") if has_value => index.predicate = self.text(part),
                Some("using") if has_value => index.method = self.word(part),
                Some("expr") if has_value => {
                    if let Some(text) = self.text(part) {
                        let key = IndexPartKey::Expression(text);
                        index.keys.push(IndexPart { key, order: SortOrder::Ascending });
                    }
                }
                _ if has_value => self.unknown_option(part, &["name", "where", "using", "expr", "unique", "include"]),
                Some("include") if part.term.arguments.is_some() => {
                    index.include = self.columns(part).map(|list| list.value).unwrap_or_default();
                }
                Some("unique") if part.term.arguments.is_none() => index.unique = true,
                Some("desc") if own.is_some() => {
                    let key = own.cloned().map(IndexPartKey::Column);
                    index.keys.extend(key.map(|key| IndexPart { key, order: SortOrder::Descending }));
                }
                Some(direction @ ("asc" | "desc")) if part.term.arguments.is_some() => {
                    let descends = direction == "desc";
                    let order = if descends { SortOrder::Descending } else { SortOrder::Ascending };
                    let inner = self.columns(part).map(|list| list.value).unwrap_or_default();
                    let keys = inner.into_iter().map(|one| IndexPart { key: IndexPartKey::Column(one), order });
                    index.keys.extend(keys);
                }
                _ if own.is_some() => {
                    self.unknown_option(part, &["name", "where", "using", "unique", "desc", "include"])
                }
                _ => {
                    let key = self.reference(&part.term).map(IndexPartKey::Column);
                    index.keys.extend(key.map(|key| IndexPart { key, order: SortOrder::Ascending }));
                }
            }
        }
        if index.keys.is_empty() {
            let own = self.own_or(entry, Vec::new(), own)?;
            let part = |one| IndexPart { key: IndexPartKey::Column(one), order: SortOrder::Ascending };
            index.keys = own.into_iter().map(part).collect();
        }
        Some(index)
    }

    /// `key = table(column)`
    pub(super) fn target(&mut self, entry: &Entry) -> Option<At<Target>> {
        let Some(term) = entry.value.as_ref().filter(|_| entry.term.arguments.is_none()) else {
            return self.wants(entry, "a table and its column", "users(id)");
        };
        let bare = Term { arguments: None, ..term.clone() };
        let table = self.reference(&bare)?;
        let list = term.arguments.as_deref().unwrap_or_default();
        let columns: Vec<Reference> = list.iter().filter_map(|one| self.plain_reference(one)).collect();
        let place = entry.value.as_ref().map_or_else(|| entry.span(), |value| value.span.clone());
        Some(At { value: Target { table, columns }, place })
    }

    /// `foreign_key(a, b, references = t(x, y), on_delete = cascade, name = "…")`
    pub(super) fn foreign_key(&mut self, entry: &Entry) -> Option<ForeignKeyTo> {
        let (mut columns, mut target, mut name) = (Vec::new(), None, None);
        let (mut on_delete, mut on_update) = (None, None);
        for part in self.arguments(entry, false)? {
            match part.key() {
                _ if part.value.is_none() => columns.extend(self.plain_reference(part)),
                Some("references") => target = self.target(part),
                Some("on_delete") => on_delete = self.action(part),
                Some("on_update") => on_update = self.action(part),
                Some("name") => name = self.text(part),
                _ => self.unknown_option(part, &["references", "on_delete", "on_update", "name"]),
            }
        }
        let place = entry.term.span.clone();
        let columns = self.own_or(entry, columns, None)?;
        let Some(At { value: target, .. }) = target else {
            self.fault(&place, "a foreign key needs `references`", "foreign_key(owner, references = users(id))");
            return None;
        };
        Some(ForeignKeyTo { columns, target, on_delete, on_update, name, place })
    }

    /// `key = cascade`
    pub(super) fn action(&mut self, entry: &Entry) -> Option<At<ReferentialAction>> {
        let word = self.word(entry)?;
        let found = ACTIONS.iter().find(|(name, _)| *name == word.value);
        if found.is_none() {
            let known: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
            self.unknown(&format!("`{}` is no action", word.value), &word.value, &word.place, &known);
        }
        found.map(|(_, action)| At { value: *action, place: word.place })
    }

    /// `check = "…"` or `check(name = "…", expr = "…")`
    pub(super) fn check(&mut self, entry: &Entry) -> Option<CheckThat> {
        if entry.value.is_some() {
            return self.text(entry).map(|expression| CheckThat { expression, name: None });
        }
        let (mut expression, mut name) = (None, None);
        for part in self.arguments(entry, false)? {
            match part.key() {
                Some("name") if part.value.is_some() => name = self.text(part),
                Some("expr") if part.value.is_some() => expression = self.text(part),
                _ => self.unknown_option(part, &["name", "expr"]),
            }
        }
        if expression.is_none() {
            self.fault(&entry.term.span, "a check needs `expr`", "check(name = \"…\", expr = \"length(name) > 2\")");
        }
        expression.map(|expression| CheckThat { expression, name })
    }

    /// `generated = "…"` or `generated(expr = "…", stored)`
    pub(super) fn generated(&mut self, entry: &Entry) -> Option<GeneratedBy> {
        if entry.value.is_some() {
            return self.text(entry).map(|expression| GeneratedBy { expression, storage: Storage::Virtual });
        }
        let (mut expression, mut storage) = (None, Storage::Virtual);
        for part in self.arguments(entry, false)? {
            match part.key() {
                Some("expr") if part.value.is_some() => expression = self.text(part),
                Some("stored") if part.value.is_none() => storage = Storage::Stored,
                Some("virtual") if part.value.is_none() => storage = Storage::Virtual,
                _ => self.unknown_option(part, &["expr", "stored", "virtual"]),
            }
        }
        if expression.is_none() {
            self.fault(&entry.term.span, "a generated column needs `expr`", "generated(expr = \"a + b\", stored)");
        }
        expression.map(|expression| GeneratedBy { expression, storage })
    }

    /// `key(a, b)`
    pub(super) fn columns(&mut self, entry: &Entry) -> Option<At<Vec<Reference>>> {
        let list = self.arguments(entry, false)?;
        let columns = list.iter().filter_map(|one| self.plain_reference(one)).collect();
        let columns = self.own_or(entry, columns, None)?;
        Some(At { value: columns, place: entry.term.span.clone() })
    }

    /// `backend(sqlite(strict, without_rowid))`; the options of other backends are theirs.
    pub(super) fn backend(&mut self, entry: &Entry, facts: &mut StructFacts) {
        for part in self.arguments(entry, false).unwrap_or_default() {
            let known = ["sqlite", "postgres", "mysql"];
            match part.key() {
                Some("sqlite") => {
                    for option in self.arguments(part, false).unwrap_or_default() {
                        match option.key() {
                            Some("strict") => facts.strict = self.flag(option),
                            Some("without_rowid") => facts.without_rowid = self.flag(option),
                            _ => self.unknown_option(option, &["strict", "without_rowid"]),
                        }
                    }
                }
                Some("postgres" | "mysql") => {}
                _ => self.unknown_option(part, &known),
            }
        }
    }

    /// `key = word` or `key = "word"`
    pub(super) fn word(&mut self, entry: &Entry) -> Option<At<String>> {
        match &entry.value {
            Some(Term { kind: TermKind::Word(text) | TermKind::Text(text), arguments: None, span, .. }) => {
                Some(At { value: text.clone(), place: span.clone() })
            }
            _ => self.wants(entry, "a word", "cascade"),
        }
    }

    /// What stands in the parentheses; nothing needs to if `may_lack`.
    fn arguments<'e>(&mut self, entry: &'e Entry, may_lack: bool) -> Option<&'e [Entry]> {
        match (&entry.term.arguments, &entry.value) {
            (Some(list), None) => Some(list),
            (None, None) if may_lack => Some(&[]),
            _ => {
                let key = entry.key().unwrap_or_default();
                let problem = format!("`{key}` takes a list in parentheses");
                self.fault(&entry.span(), &problem, &format!("{key}(…)"));
                None
            }
        }
    }

    /// The columns that were listed, or the field itself.
    fn own_or(&mut self, entry: &Entry, columns: Vec<Reference>, own: Option<&Reference>) -> Option<Vec<Reference>> {
        let key = entry.key().unwrap_or_default();
        match own {
            Some(own) if columns.is_empty() => Some(vec![own.clone()]),
            Some(_) => {
                let help = format!("say it on the struct: `#[dbmig({key}(…))]`");
                self.fault(&entry.term.span, &format!("`{key}` on a field is about that field alone"), &help);
                None
            }
            None if columns.is_empty() => {
                self.fault(&entry.term.span, &format!("`{key}` needs columns"), &format!("{key}(first, second)"));
                None
            }
            None => Some(columns),
        }
    }

    fn plain_reference(&mut self, entry: &Entry) -> Option<Reference> {
        if entry.value.is_some() {
            self.fault(&entry.span(), "expected a column", "a field's name, or an SQL name in quotes");
            return None;
        }
        self.reference(&entry.term)
    }

    fn reference(&mut self, term: &Term) -> Option<Reference> {
        let place = term.span.clone();
        match &term.kind {
            TermKind::Word(text) if term.arguments.is_none() => {
                Some(Reference { text: text.clone(), is_sql: false, place })
            }
            TermKind::Text(text) if term.arguments.is_none() => {
                Some(Reference { text: text.clone(), is_sql: true, place })
            }
            _ => {
                self.fault(&place, "expected a name", "a Rust name, or an SQL name in quotes");
                None
            }
        }
    }

    fn unknown_option(&mut self, entry: &Entry, known: &[&str]) {
        let word = entry.key().unwrap_or_default();
        let problem =
            if word.is_empty() { "expected an option".to_owned() } else { format!("no option `{word}` here") };
        self.unknown(&problem, word, &entry.term.span, known);
    }

    pub(super) fn unknown(&mut self, problem: &str, word: &str, place: &Span, known: &[&str]) {
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")),
        };
        self.fault(place, problem, &help);
    }

    fn wants<T>(&mut self, entry: &Entry, what: &str, example: &str) -> Option<T> {
        let key = entry.key().unwrap_or_default();
        self.fault(&entry.span(), &format!("`{key}` takes {what}"), &format!("{key} = {example}"));
        None
    }

    fn fault(&mut self, place: &Span, problem: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::ModelAttribute, problem).at(place.clone(), "").help(help));
    }
}
