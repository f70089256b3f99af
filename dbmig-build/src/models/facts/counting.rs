//! Reading what the database does with a column by itself: giving out its values, and noting the time of a change.

use super::super::attr::{Entry, TermKind};
use super::read::Reader;
use super::{At, Counting};

impl Reader<'_> {
    /// `autoincrement`, `autoincrement = serial`
    pub(super) fn counting(&mut self, entry: &Entry) -> Option<At<Counting>> {
        if entry.value.is_none() {
            return self.flag(entry).map(|place| At { value: Counting::Usual, place });
        }
        let word = self.word(entry)?;
        let value = match word.value.as_str() {
            "always" => Counting::Always,
            "serial" => Counting::Serial,
            "none" => Counting::None,
            other => {
                let problem = format!("`{other}` is no way to give out values");
                self.unknown(&problem, other, &word.place, &["always", "serial", "none"]);
                return None;
            }
        };
        Some(At { value, place: entry.span() })
    }

    /// Whether it is `on_update = now`, which is about the column itself.
    pub(super) fn is_now(&self, entry: &Entry) -> bool {
        let word = entry.value.as_ref().map(|term| &term.kind);
        matches!(word, Some(TermKind::Word(word)) if word == "now")
    }
}
