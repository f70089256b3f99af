//! Reading what the database does with a column by itself: giving out its values, and noting the time of a change.

use super::super::attr::{Entry, Term, TermKind};
use super::read::Reader;
use super::{At, Counting, Way};

impl Reader<'_> {
    /// `autoincrement`, `autoincrement = serial`, `autoincrement(always, start = 100)`
    pub(super) fn counting(&mut self, entry: &Entry) -> Option<At<Counting>> {
        let mut counting = Counting::of(Way::Usual);
        if let (Some(list), None) = (&entry.term.arguments, &entry.value) {
            self.contradiction(list, "always", "serial");
            for part in list {
                self.counting_option(part, &mut counting);
            }
        } else if entry.value.is_some() {
            let word = self.word(entry)?;
            let value = Way::of(&word.value);
            if value.is_none() {
                let problem = format!("`{}` is no way to give out values", word.value);
                self.unknown(&problem, &word.value, &word.place, &["always", "serial", "none"]);
            }
            counting.way = value?;
        }
        Some(At { value: counting, place: entry.span() })
    }

    fn counting_option(&mut self, entry: &Entry, counting: &mut Counting) {
        let known = ["always", "serial", "start", "increment", "min", "max", "cache", "cycle", "name"];
        match entry.key() {
            Some("start") => counting.start = self.count(entry),
            Some("increment") => counting.increment = self.count(entry),
            Some("min") => counting.minimum = self.count(entry),
            Some("max") => counting.maximum = self.count(entry),
            Some("cache") => counting.cache = self.count(entry),
            Some("cycle") => counting.cycle = self.flag(entry).is_some(),
            Some("name") => counting.name = self.text(entry),
            Some(word @ ("always" | "serial")) if self.flag(entry).is_some() => {
                counting.way = Way::of(word).unwrap_or(Way::Usual);
            }
            Some("always" | "serial") => {}
            _ => self.unknown_option(entry, &known),
        }
    }

    fn count(&mut self, entry: &Entry) -> Option<i64> {
        match &entry.value {
            Some(Term { kind: TermKind::Number(text), arguments: None, .. }) => match text.parse() {
                Ok(count) => Some(count),
                Err(_) => self.wants(entry, "a whole number of 64 bits", "1"),
            },
            _ => self.wants(entry, "a whole number", "1"),
        }
    }

    /// Whether it is `on_update = now`, which is about the column itself.
    pub(super) fn is_now(&self, entry: &Entry) -> bool {
        let word = entry.value.as_ref().map(|term| &term.kind);
        matches!(word, Some(TermKind::Word(word)) if word == "now")
    }
}

impl Counting {
    fn of(way: Way) -> Counting {
        let (start, increment, minimum, maximum, cache) = (None, None, None, None, None);
        Counting { way, name: None, start, increment, minimum, maximum, cache, cycle: false }
    }
}

impl Way {
    fn of(word: &str) -> Option<Way> {
        match word {
            "always" => Some(Way::Always),
            "serial" => Some(Way::Serial),
            "none" => Some(Way::None),
            _ => None,
        }
    }
}
