//! Which SQL undoes a revision: the checkout's, or what the database remembers.

use super::task::Source;
use crate::bundle::Revision;
use crate::error::Error;
use crate::journal::Entry;
use crate::revision::Id;
use crate::situation::Situation;

/// The way back of an applied revision. The checkout's is used where it belongs to what was applied.
///
/// # Errors
///
/// A revision without one.
pub(super) fn way_back<'b>(situation: &Situation<'b>, id: Id) -> Result<Source<'b>, Error> {
    let node = situation.graph.node(id);
    let revision = situation.revision(id);
    let same = |entry: &&Entry| revision.is_some_and(|one| one.up.checksum == entry.checksum);
    let no_way_back =
        |irreversible: Option<String>, edited| Error::NoWayBack { name: node.name.clone(), irreversible, edited };
    match (situation.entry(&node.version).filter(|entry| !same(entry)), revision) {
        (Some(last), Some(revision)) if !situation.replaced(revision).is_empty() => {
            one_by_one(situation, revision, last)
        }
        (Some(entry), _) if entry.down.is_some() => Ok(Source::Journal(Box::new(entry.clone()))),
        (Some(entry), _) => Err(no_way_back(entry.irreversible.clone(), revision.is_some())),
        (None, Some(revision)) => match &revision.down {
            Some(down) => Ok(Source::Chain(down)),
            None => Err(no_way_back(revision.irreversible.map(str::to_owned), false)),
        },
        (None, None) => Err(no_way_back(None, false)),
    }
}

/// The way back of a squashed revision on a database where what it replaces was applied, one revision after another,
/// the last one by `last`: the checkout's where the journal remembers the same statements, or not all of them.
fn one_by_one<'b>(situation: &Situation<'b>, revision: &'b Revision<'b>, last: &Entry) -> Result<Source<'b>, Error> {
    let replaced = situation.replaced(revision);
    let before: Vec<&Entry> = replaced.iter().rev().filter_map(|version| situation.entry(version)).collect();
    let is_whole = before.len() == replaced.len();
    let parts: Vec<&Entry> = std::iter::once(last).chain(before).collect();
    let remembered = parts.iter().flat_map(|entry| entry.down.iter().flatten());
    let does = |sql: &&str| !sql.trim().eq_ignore_ascii_case("select 1");
    let ours = revision.down.iter().flat_map(|down| down.statements).map(|statement| statement.sql).filter(does);
    let irreversible = |why: Option<&str>| Error::NoWayBack {
        name: revision.name.to_owned(),
        irreversible: why.map(str::to_owned),
        edited: false,
    };
    match (&revision.down, parts.iter().find(|entry| entry.down.is_none())) {
        (Some(down), _) if !is_whole || ours.eq(remembered.clone().map(|one| one.sql.as_str()).filter(does)) => {
            Ok(Source::Chain(down))
        }
        (None, _) if !is_whole => Err(irreversible(revision.irreversible)),
        (_, Some(entry)) => Err(irreversible(entry.irreversible.as_deref())),
        (_, None) => Ok(Source::Journal(Box::new(Entry {
            down: Some(remembered.cloned().collect()),
            down_foreign_keys_off: parts.iter().any(|entry| entry.down_foreign_keys_off),
            run_in_transaction: parts.iter().all(|entry| entry.run_in_transaction),
            ..last.clone()
        }))),
    }
}
