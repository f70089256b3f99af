//! Reading keys, uniques, indexes and exclusion constraints.

use super::super::attr::{Entry, Term, TermKind};
use super::read::Reader;
use super::{At, ExclusionOf, IndexOn, KeyOf, KeyPart, PartOf, Reference, UniqueSet};
use crate::nearest::nearest;
use crate::schema::{Deferrable, NullsOrder, SortOrder};

/// What can be said of one key of an index.
const PART_OPTIONS: [&str; 6] = ["desc", "asc", "nulls", "ops", "collate", "length"];

const UNIQUE_OPTIONS: [&str; 4] = ["name", "deferrable", "include", "nulls_not_distinct"];

/// Whether a word was rather meant as an option of `unique` than as a column.
fn is_slip(word: Option<&str>) -> bool {
    word.is_none_or(|word| nearest(word, UNIQUE_OPTIONS).is_some())
}

impl Reader<'_> {
    /// On a field `unique` or `unique(name = "…")`, on a struct `unique(a, b, name = "…")`.
    pub(super) fn unique(&mut self, entry: &Entry, own: Option<&Reference>) -> Option<UniqueSet> {
        let place = entry.term.span.clone();
        let (name, deferrable, include) = (None, Deferrable::No, Vec::new());
        let mut set = UniqueSet { columns: Vec::new(), name, deferrable, include, nulls_not_distinct: false, place };
        for part in self.arguments(entry, own.is_some())? {
            match part.key() {
                Some("name") if part.value.is_some() => set.name = self.text(part),
                Some("deferrable") => set.deferrable = self.deferrable(part),
                Some("include") if part.term.arguments.is_some() => set.include = self.columns(part),
                Some("nulls_not_distinct") => set.nulls_not_distinct = self.flag(part).is_some(),
                word if part.value.is_some() || own.is_some() && is_slip(word) => {
                    self.unknown_option(part, &UNIQUE_OPTIONS);
                }
                _ => set.columns.extend(self.column_part(part)),
            }
        }
        set.columns = self.own_or(entry, set.columns, own)?;
        Some(set)
    }

    /// `primary_key(a, b)`, `primary_key(name = "…")`
    pub(super) fn primary_key(&mut self, entry: &Entry) -> Option<KeyOf> {
        let place = entry.term.span.clone();
        let (name, deferrable, include) = (None, Deferrable::No, Vec::new());
        let mut key = KeyOf { columns: Vec::new(), name, deferrable, include, place };
        for part in self.arguments(entry, false)? {
            match part.key() {
                Some("name") if part.value.is_some() => key.name = self.text(part),
                Some("deferrable") => key.deferrable = self.deferrable(part),
                Some("include") if part.term.arguments.is_some() => key.include = self.columns(part),
                _ if part.value.is_some() => self.unknown_option(part, &["name", "deferrable", "include"]),
                _ => key.columns.extend(self.column_part(part)),
            }
        }
        if entry.term.arguments.as_ref().is_some_and(Vec::is_empty) {
            self.needs_columns(entry);
            return None;
        }
        Some(key)
    }

    /// On a field `index` or `index(name = "…", where = "…", unique)`; on a struct with the columns first.
    pub(super) fn index(&mut self, entry: &Entry, own: Option<&Reference>) -> Option<IndexOn> {
        let place = entry.term.span.clone();
        let (name, predicate, method) = (None, None, None);
        let (keys, include, parameters) = (Vec::new(), Vec::new(), Vec::new());
        let (unique, nulls_not_distinct) = (false, false);
        let mut index =
            IndexOn { keys, name, predicate, unique, method, include, nulls_not_distinct, parameters, place };
        let mut own_part = own.cloned().map(|own| KeyPart::new(PartOf::Column(own)));
        let list = self.arguments(entry, own.is_some())?;
        if own.is_some() {
            self.contradiction(list, "asc", "desc");
        }
        for part in list {
            let (has_value, has_list) = (part.value.is_some(), part.term.arguments.is_some());
            match (part.key(), &mut own_part) {
                (Some("name"), _) if has_value => index.name = self.text(part),
                (Some("where"), _) if has_value => index.predicate = self.text(part),
                (Some("using"), _) if has_value => index.method = self.word(part),
                (Some("expr"), None) if has_value || has_list => index.keys.extend(self.expression_part(part)),
                (Some("include"), _) if has_list => index.include = self.columns(part),
                (Some("with"), _) if has_list => index.parameters = self.parameters(part),
                (Some("unique"), _) if !has_list && !has_value => index.unique = true,
                (Some("nulls_not_distinct"), _) if !has_list => index.nulls_not_distinct = self.flag(part).is_some(),
                (Some(word), Some(own)) if PART_OPTIONS.contains(&word) => self.part_option(part, own),
                (Some(direction @ ("asc" | "desc")), None) if has_list => {
                    let order = if direction == "desc" { SortOrder::Descending } else { SortOrder::Ascending };
                    let columns = self.columns(part).into_iter();
                    index.keys.extend(columns.map(|one| KeyPart { order, ..KeyPart::new(PartOf::Column(one)) }));
                }
                (_, None) if !has_value => index.keys.extend(self.column_part(part)),
                (_, own) => {
                    let mut known = vec!["name", "where", "using", "unique", "include", "with", "nulls_not_distinct"];
                    known.extend(if own.is_some() { &PART_OPTIONS[..] } else { &["expr"] });
                    self.unknown_option(part, &known);
                }
            }
        }
        match own_part {
            Some(own) => index.keys = vec![own],
            None => index.keys = self.own_or(entry, index.keys, None)?,
        }
        Some(index)
    }

    /// `exclude(room = "=", expr("tsrange(a, b)") = "&&", using = gist)`
    pub(super) fn exclusion(&mut self, entry: &Entry) -> Option<ExclusionOf> {
        let place = entry.term.span.clone();
        let (name, predicate, method) = (None, None, None);
        let (elements, deferrable, include) = (Vec::new(), Deferrable::No, Vec::new());
        let mut exclusion = ExclusionOf { elements, name, predicate, method, deferrable, include, place };
        for part in self.arguments(entry, false)? {
            match (part.key(), &part.value) {
                (Some("name"), Some(_)) => exclusion.name = self.text(part),
                (Some("where"), Some(_)) => exclusion.predicate = self.text(part),
                (Some("using"), Some(_)) => exclusion.method = self.word(part),
                (Some("deferrable"), _) => exclusion.deferrable = self.deferrable(part),
                (Some("include"), None) if part.term.arguments.is_some() => exclusion.include = self.columns(part),
                (key, Some(Term { kind: TermKind::Text(operator), arguments: None, .. })) => {
                    let bare = Entry { term: part.term.clone(), value: None };
                    let found = if key == Some("expr") { self.expression_part(&bare) } else { self.column_part(&bare) };
                    exclusion.elements.extend(found.map(|found| (found, operator.clone())));
                }
                _ => self.fault(
                    &part.span(),
                    "expected a column and its operator",
                    "exclude(room = \"=\", using = gist)",
                ),
            }
        }
        if exclusion.elements.is_empty() {
            self.needs_columns(entry);
            return None;
        }
        Some(exclusion)
    }

    /// `field`, `"column"`, `field(desc, nulls = first)`
    fn column_part(&mut self, entry: &Entry) -> Option<KeyPart> {
        let bare = Term { arguments: None, ..entry.term.clone() };
        let mut part = KeyPart::new(PartOf::Column(self.reference(&bare)?));
        let options = entry.term.arguments.as_deref().unwrap_or_default();
        self.contradiction(options, "asc", "desc");
        for option in options {
            self.part_option(option, &mut part);
        }
        Some(part)
    }

    /// `expr = "…"`, `expr("…", desc)`
    fn expression_part(&mut self, entry: &Entry) -> Option<KeyPart> {
        if entry.value.is_some() && entry.term.arguments.is_none() {
            return self.text(entry).map(|text| KeyPart::new(PartOf::Expression(text)));
        }
        let list = entry.term.arguments.as_deref().unwrap_or_default();
        let Some((first, options)) = list.split_first() else {
            return self.wants(entry, "an expression", "\"lower(name)\"");
        };
        let (TermKind::Text(text), None, None) = (&first.term.kind, &first.term.arguments, &first.value) else {
            return self.wants(entry, "an expression in quotes", "\"lower(name)\"");
        };
        let text = At { value: text.clone(), place: first.term.span.clone() };
        let mut part = KeyPart::new(PartOf::Expression(text));
        for option in options {
            self.part_option(option, &mut part);
        }
        Some(part)
    }

    fn part_option(&mut self, entry: &Entry, part: &mut KeyPart) {
        match entry.key() {
            Some("desc") if self.flag(entry).is_some() => part.order = SortOrder::Descending,
            Some("asc") if self.flag(entry).is_some() => part.order = SortOrder::Ascending,
            Some("desc" | "asc") => {}
            Some("nulls") => {
                let Some(word) = self.word(entry) else { return };
                match word.value.as_str() {
                    "first" => part.nulls = Some(NullsOrder::First),
                    "last" => part.nulls = Some(NullsOrder::Last),
                    other => {
                        self.unknown(&format!("NULLs can't come `{other}`"), other, &word.place, &["first", "last"])
                    }
                }
            }
            Some("ops") => part.operator_class = self.text(entry),
            Some("collate") => part.collation = self.text(entry),
            Some("length") => part.length = self.number(entry),
            _ => self.unknown_option(entry, &PART_OPTIONS),
        }
    }

    /// The columns that were listed, or the field itself.
    fn own_or(&mut self, entry: &Entry, columns: Vec<KeyPart>, own: Option<&Reference>) -> Option<Vec<KeyPart>> {
        let key = entry.key().unwrap_or_default();
        match own {
            Some(own) if columns.is_empty() => Some(vec![KeyPart::new(PartOf::Column(own.clone()))]),
            Some(_) => {
                let help = format!("say it on the struct: `#[dbmig({key}(…))]`");
                self.fault(&entry.term.span, &format!("`{key}` on a field is about that field alone"), &help);
                None
            }
            None if columns.is_empty() => {
                self.needs_columns(entry);
                None
            }
            None => Some(columns),
        }
    }
}
