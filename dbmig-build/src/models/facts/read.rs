//! Reading the value of each key, and saying what is wrong with it.

use std::collections::BTreeMap;

use super::super::attr::{Entry, Term, TermKind};
use super::hints::hint;
use super::{At, CheckThat, DefaultValue, GeneratedBy, Reference};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::Storage;
use crate::source::Span;

pub(super) struct Reader<'a> {
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The entries whose key is known, once each unless the key is among `repeated`.
    pub(super) fn keyed<'e>(
        &mut self,
        entries: impl IntoIterator<Item = &'e Entry>,
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
                let article = if what.starts_with('e') { "an" } else { "a" };
                let problem = format!("{article} {what} has no key `{word}`");
                match hint(what, word) {
                    Some(help) => self.fault(&entry.term.span, &problem, &help),
                    None => self.unknown(&problem, word, &entry.term.span, known),
                }
                continue;
            };
            match seen.get(key) {
                Some(first) if !repeated.contains(key) => self.twice(key, &entry.term.span, first),
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

    /// `check = "…"` or `check(name = "…", expr = "…")`
    pub(super) fn check(&mut self, entry: &Entry) -> Option<CheckThat> {
        if entry.value.is_some() {
            let (name, no_inherit, not_enforced) = (None, false, false);
            return self.text(entry).map(|expression| CheckThat { expression, name, no_inherit, not_enforced });
        }
        let (mut expression, mut name, mut no_inherit, mut not_enforced) = (None, None, false, false);
        for part in self.arguments(entry, false)? {
            match part.key() {
                Some("name") if part.value.is_some() => name = self.text(part),
                Some("expr") if part.value.is_some() => expression = self.text(part),
                Some("no_inherit") => no_inherit = self.flag(part).is_some(),
                Some("not_enforced") => not_enforced = self.flag(part).is_some(),
                _ => self.unknown_option(part, &["name", "expr", "no_inherit", "not_enforced"]),
            }
        }
        if expression.is_none() {
            self.fault(&entry.term.span, "a check needs `expr`", "check(name = \"…\", expr = \"length(name) > 2\")");
        }
        expression.map(|expression| CheckThat { expression, name, no_inherit, not_enforced })
    }

    /// `generated = "…"` or `generated(expr = "…", stored)`
    pub(super) fn generated(&mut self, entry: &Entry) -> Option<GeneratedBy> {
        if entry.value.is_some() {
            return self.text(entry).map(|expression| GeneratedBy { expression, storage: None });
        }
        let (mut expression, mut storage) = (None, None);
        let list = self.arguments(entry, false)?;
        self.contradiction(list, "stored", "virtual");
        for part in list {
            match part.key() {
                Some("expr") if part.value.is_some() => expression = self.text(part),
                Some("stored") if part.value.is_none() => storage = Some(Storage::Stored),
                Some("virtual") if part.value.is_none() => storage = Some(Storage::Virtual),
                _ => self.unknown_option(part, &["expr", "stored", "virtual"]),
            }
        }
        if expression.is_none() {
            self.fault(&entry.term.span, "a generated column needs `expr`", "generated(expr = \"a + b\", stored)");
        }
        expression.map(|expression| GeneratedBy { expression, storage })
    }

    /// `key(a, b)`
    pub(super) fn columns(&mut self, entry: &Entry) -> Vec<Reference> {
        let list = self.arguments(entry, false).unwrap_or_default();
        let columns: Vec<Reference> = list.iter().filter_map(|one| self.plain_reference(one)).collect();
        if list.is_empty() && entry.term.arguments.is_some() {
            self.needs_columns(entry);
        }
        columns
    }

    /// `with(fillfactor = 70)`
    pub(super) fn parameters(&mut self, entry: &Entry) -> Vec<(String, String)> {
        let mut parameters = Vec::new();
        for part in self.arguments(entry, false).unwrap_or_default() {
            let value = part.value.as_ref().filter(|value| value.arguments.is_none()).map(|value| match &value.kind {
                TermKind::Word(text) | TermKind::Text(text) | TermKind::Number(text) => text.clone(),
                TermKind::Bool(value) => value.to_string(),
            });
            match (part.key(), value) {
                (Some(key), Some(value)) => parameters.push((key.to_ascii_lowercase(), value)),
                _ => self.fault(&part.span(), "expected a parameter and its value", "with(fillfactor = 70)"),
            }
        }
        parameters.sort();
        parameters
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
    pub(super) fn arguments<'e>(&mut self, entry: &'e Entry, may_lack: bool) -> Option<&'e [Entry]> {
        match (&entry.term.arguments, &entry.value) {
            (Some(list), None) => {
                self.repeated(entry, list);
                Some(list)
            }
            (None, None) if may_lack => Some(&[]),
            _ => {
                let key = entry.key().unwrap_or_default();
                let problem = format!("`{key}` takes a list in parentheses");
                self.fault(&entry.span(), &problem, &format!("{key}(…)"));
                None
            }
        }
    }

    /// Reports what a list says twice: a column, an option. What has options of its own (`a(desc)`) may come again, and
    /// an exclusion may compare a column by several operators.
    fn repeated(&mut self, entry: &Entry, list: &[Entry]) {
        let mut seen: BTreeMap<(&str, bool), &Span> = BTreeMap::new();
        for part in list.iter().filter(|part| part.term.arguments.is_none() && entry.key() != Some("exclude")) {
            let (TermKind::Word(word) | TermKind::Text(word)) = &part.term.kind else { continue };
            let (key, place) = ((word.as_str(), part.value.is_some()), &part.term.span);
            match seen.get(&key) {
                Some(first) if word != "expr" => self.twice(word, place, first),
                _ => drop(seen.insert(key, place)),
            }
        }
    }

    fn twice(&mut self, word: &str, place: &Span, first: &Span) {
        let twice = Diagnostic::error(Code::ModelAttribute, format!("`{word}` is said twice"));
        let twice = twice.at(place.clone(), "again").at(first.clone(), "first here");
        self.diagnostics.push(twice.help("take one away"));
    }

    /// Reports two words that can't both hold.
    pub(super) fn contradiction(&mut self, list: &[Entry], one: &str, other: &str) {
        let place = |word: &str| list.iter().find(|part| part.key() == Some(word)).map(|part| part.term.span.clone());
        if let (Some(first), Some(second)) = (place(one), place(other)) {
            let fault = Diagnostic::error(Code::ModelAttribute, format!("`{one}` and `{other}` contradict each other"));
            self.diagnostics.push(fault.at(first, "").at(second, "").help("take one away"));
        }
    }

    pub(super) fn needs_columns(&mut self, entry: &Entry) {
        let key = entry.key().unwrap_or_default();
        self.fault(&entry.term.span, &format!("`{key}` needs columns"), &format!("{key}(first, second)"));
    }

    pub(super) fn plain_reference(&mut self, entry: &Entry) -> Option<Reference> {
        if entry.value.is_some() {
            self.fault(&entry.span(), "expected a column", "a field's name, or an SQL name in quotes");
            return None;
        }
        self.reference(&entry.term)
    }

    pub(super) fn reference(&mut self, term: &Term) -> Option<Reference> {
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

    pub(super) fn unknown_option(&mut self, entry: &Entry, known: &[&str]) {
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

    pub(super) fn wants<T>(&mut self, entry: &Entry, what: &str, example: &str) -> Option<T> {
        let key = entry.key().unwrap_or_default();
        self.fault(&entry.span(), &format!("`{key}` takes {what}"), &format!("{key} = {example}"));
        None
    }

    pub(super) fn fault(&mut self, place: &Span, problem: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::ModelAttribute, problem).at(place.clone(), "").help(help));
    }
}
