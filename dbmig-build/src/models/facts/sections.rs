//! `backend(postgres(…))`: what is said for one backend alone.

use dbmig::Backend;

use super::super::attr::Entry;
use super::read::Reader;

/// The keys that something has.
pub(super) struct Grammar<'a> {
    pub(super) keys: &'a [&'static str],
    /// Further keys within a backend's section.
    pub(super) options: &'a [(Backend, &'a [&'static str])],
    /// Keys that may be said more than once.
    pub(super) repeated: &'a [&'a str],
    /// What has them: a field, a struct.
    pub(super) what: &'a str,
}

/// Entries with their keys.
type Keyed<'e> = Vec<(&'static str, &'e Entry)>;

/// What is said, by whom it concerns.
pub(super) struct Sections<'e> {
    /// What holds for this backend.
    pub(super) ours: Keyed<'e>,
    /// What holds for others: to be read for its mistakes alone.
    pub(super) others: Vec<Keyed<'e>>,
}

const BACKENDS: [(&str, Backend); 3] =
    [("sqlite", Backend::Sqlite), ("postgres", Backend::Postgres), ("mysql", Backend::Mysql)];

/// Sorts entries by whether they are about a backend. What a backend's own section says goes before what is said for all.
pub(super) fn split<'e>(
    entries: &'e [Entry],
    backend: Backend,
    grammar: &Grammar<'_>,
    reader: &mut Reader<'_>,
) -> Sections<'e> {
    let mut known = grammar.keys.to_vec();
    known.push("backend");
    let (sections, common): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| entry.key() == Some("backend"));
    let mut ours = reader.keyed(common, &known, grammar.repeated, grammar.what);
    let mut others = Vec::new();
    let mut parts: Vec<&Entry> = Vec::new();
    for section in sections {
        parts.extend(reader.arguments(section, false).unwrap_or_default());
    }
    for part in parts {
        let Some((_, about)) = BACKENDS.into_iter().find(|(name, _)| part.key() == Some(name)) else {
            reader.unknown_option(part, &BACKENDS.map(|(name, _)| name));
            continue;
        };
        let own = grammar.options.iter().filter(|(one, _)| *one == about).flat_map(|(_, keys)| keys.iter().copied());
        let known: Vec<&str> = grammar.keys.iter().copied().chain(own).collect();
        let list = reader.arguments(part, false).unwrap_or_default();
        let said = reader.keyed(list, &known, grammar.repeated, grammar.what);
        if about == backend {
            let replaced = |key: &str| !grammar.repeated.contains(&key) && said.iter().any(|(one, _)| *one == key);
            ours.retain(|(key, _)| !replaced(key));
            ours.extend(said);
        } else {
            others.push(said);
        }
    }
    Sections { ours, others }
}
