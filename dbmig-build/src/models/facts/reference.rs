//! Reading foreign keys.

use super::super::attr::{Entry, Term};
use super::read::Reader;
use super::{At, ForeignKeyTo, Reference, Target, Ways};
use crate::schema::{Deferrable, ReferentialAction};

const ACTIONS: &[(&str, ReferentialAction)] = &[
    ("no_action", ReferentialAction::NoAction),
    ("restrict", ReferentialAction::Restrict),
    ("cascade", ReferentialAction::Cascade),
    ("set_null", ReferentialAction::SetNull),
    ("set_default", ReferentialAction::SetDefault),
];

impl Reader<'_> {
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
        let (mut columns, mut target, mut name, mut ways) = (Vec::new(), None, None, Ways::default());
        for part in self.arguments(entry, false)? {
            match part.key() {
                Some("deferrable") => self.way("deferrable", part, &mut ways),
                _ if part.value.is_none() => columns.extend(self.plain_reference(part)),
                Some("references") => target = self.target(part),
                Some(key @ ("on_delete" | "on_update" | "match")) => self.way(key, part, &mut ways),
                Some("name") => name = self.text(part),
                _ => {
                    let known = ["references", "on_delete", "on_update", "deferrable", "match", "name"];
                    self.unknown_option(part, &known);
                }
            }
        }
        let place = entry.term.span.clone();
        if columns.is_empty() {
            self.needs_columns(entry);
            return None;
        }
        let Some(At { value: target, .. }) = target else {
            self.fault(&place, "a foreign key needs `references`", "foreign_key(owner, references = users(id))");
            return None;
        };
        Some(ForeignKeyTo { columns, target, ways, name, place })
    }

    /// What a foreign key does, and when it is checked.
    pub(super) fn way(&mut self, key: &str, entry: &Entry, ways: &mut Ways) {
        match key {
            "on_delete" => {
                ways.on_delete = self.action(entry, true);
                let about = entry.value.as_ref().and_then(|value| value.arguments.as_deref()).unwrap_or_default();
                ways.on_delete_columns = about.iter().filter_map(|one| self.plain_reference(one)).collect();
            }
            "on_update" => ways.on_update = self.action(entry, false),
            "deferrable" => {
                let value = self.deferrable(entry);
                ways.deferrable = Some(At { value, place: entry.span() });
            }
            _ => {
                let Some(word) = self.word(entry) else { return };
                match word.value.to_ascii_lowercase().as_str() {
                    known @ ("full" | "partial" | "simple") => {
                        ways.match_type = Some(At { value: known.to_ascii_uppercase(), place: word.place });
                    }
                    other => {
                        self.unknown(&format!("`{other}` is no way to match"), other, &word.place, &["full", "simple"])
                    }
                }
            }
        }
    }

    /// `deferrable`, `deferrable = deferred`, `deferrable = immediate`
    pub(super) fn deferrable(&mut self, entry: &Entry) -> Deferrable {
        if entry.value.is_none() && entry.term.arguments.is_none() {
            return Deferrable::InitiallyImmediate;
        }
        let Some(word) = self.word(entry) else { return Deferrable::No };
        match word.value.as_str() {
            "deferred" | "initially_deferred" => Deferrable::InitiallyDeferred,
            "immediate" | "initially_immediate" => Deferrable::InitiallyImmediate,
            other => {
                let problem = format!("`{other}` doesn't say when it is checked");
                self.unknown(&problem, other, &word.place, &["deferred", "immediate"]);
                Deferrable::No
            }
        }
    }

    /// `key = cascade`; columns in parentheses behind it where there may be.
    fn action(&mut self, entry: &Entry, may_name_columns: bool) -> Option<At<ReferentialAction>> {
        let bare = |term: &Term| Term { arguments: None, ..term.clone() };
        let value = entry.value.as_ref().map(|value| if may_name_columns { bare(value) } else { value.clone() });
        let word = self.word(&Entry { term: entry.term.clone(), value })?;
        let found = ACTIONS.iter().find(|(name, _)| *name == word.value);
        if found.is_none() {
            let known: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
            self.unknown(&format!("`{}` is no action", word.value), &word.value, &word.place, &known);
        }
        found.map(|(_, action)| At { value: *action, place: word.place })
    }
}
