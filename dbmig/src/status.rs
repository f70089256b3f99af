//! What a database has of a chain. Reading it creates nothing and needs no right to write.

use crate::bundle::{Bundle, Revision};
use crate::driver::{Driver, Failure};
use crate::error::Error;
use crate::journal::{self, Checksums, Entry};
use crate::ledger::Ledger;
use crate::lock::{refused, session};
use crate::revision::order::{Edges, gaps, tips};
use crate::revision::{Direction, Id};
use crate::runner::Options;
use crate::situation::{self, Rows, Scope, Situation};
use crate::version::Version;

/// What a database has of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Status {
    /// The applied revisions of the chain, in its order.
    pub applied: Vec<AppliedRevision>,
    /// The revisions of the chain that are not applied, in its order: folder names.
    pub pending: Vec<String>,
    /// The applied versions that the chain doesn't have, in order.
    pub unknown: Vec<UnknownVersion>,
    /// The current heads: folder names, those that only the journal knows too.
    pub current: Vec<String>,
    /// Revisions that stopped midway.
    pub partial: Vec<PartialRevision>,
    /// Pending revisions directly below applied ones: folder names of the pending and the applied.
    pub gaps: Vec<(String, String)>,
}

/// A revision that is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedRevision {
    /// The version.
    pub version: String,
    /// The folder's name.
    pub name: String,
    /// When it was applied, as the database writes it.
    pub run_on: String,
    /// Whether its `up.sql` differs from the one that was applied; `None` where the journal doesn't know.
    pub edited: Option<bool>,
}

/// A version that is applied and that the chain doesn't have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownVersion {
    /// The version.
    pub version: String,
    /// The folder's name, where the journal knows it.
    pub name: Option<String>,
    /// Whether the journal knows how to revert it.
    pub revertible: bool,
    /// The folder's name of the revision of the chain that replaces it and others, not all of which are applied.
    pub replaced_by: Option<String>,
}

/// A revision that stopped midway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartialRevision {
    /// The version.
    pub version: String,
    /// The folder's name.
    pub name: String,
    /// Which half.
    pub direction: Direction,
    /// How many of its statements are done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
}

impl Status {
    /// Whether everything is applied and nothing is left midway.
    pub fn is_up_to_date(&self) -> bool {
        self.pending.is_empty() && self.partial.is_empty()
    }
}

impl Bundle<'_> {
    /// What a database has of this chain.
    ///
    /// # Errors
    ///
    /// A database that can't be read, and one of another backend.
    pub fn status<D: Driver>(&self, conn: &mut D) -> Result<Status, Error> {
        reading(self, conn, |conn, ledger, refused| {
            let situation = situation::read(conn, self, ledger, (Scope::Journal, Rows::Open), refused)?;
            let versions: Vec<&str> = self.revisions.iter().map(|revision| revision.version).collect();
            let checksums = journal::checksums(conn, ledger, &versions).map_err(refused)?;
            Ok(status(&situation, &checksums))
        })
    }
}

/// Reads something of a database. `read` is given what to make of a refusal.
pub(crate) fn reading<D: Driver, T>(
    bundle: &Bundle<'_>,
    conn: &mut D,
    read: impl FnOnce(&mut D, &Ledger<'_>, &dyn Fn(Failure) -> Error) -> Result<T, Error>,
) -> Result<T, Error> {
    let timeout = Options::default().lock_timeout;
    session(conn, bundle, timeout, |conn, session| {
        read(conn, &Ledger::of::<D>(bundle, session), &refused("reading the version table", timeout))
    })
}

impl UnknownVersion {
    /// What is known of a version: its row of the journal, whether that is about the application that the ledger knows of,
    /// and what replaces it.
    pub(crate) fn of(version: &str, row: Option<&Entry>, is_about: bool, by: Option<&Revision<'_>>) -> UnknownVersion {
        UnknownVersion {
            version: version.to_owned(),
            name: row.map(|entry| entry.name.clone()),
            revertible: is_about && row.is_some_and(|entry| entry.down.is_some()),
            replaced_by: by.map(|revision| revision.name.to_owned()),
        }
    }
}

impl PartialRevision {
    pub(crate) fn of(entry: &Entry) -> PartialRevision {
        PartialRevision {
            version: entry.version.clone(),
            name: entry.name.clone(),
            direction: entry.direction,
            done: entry.done,
            total: entry.total,
        }
    }
}

fn status(situation: &Situation<'_>, checksums: &Checksums) -> Status {
    let graph = &situation.graph;
    let name = |id: Id| graph.node(id).name.clone();
    let applied = |id: Id| {
        let revision = situation.revision(id)?;
        let version = graph.version(id);
        let run_on = situation.ledger.get(version)?.clone();
        let now = revision.up.checksum;
        let partial = situation.entry(version).map(|entry| entry.checksum.as_str());
        let then = partial.or(checksums.of(version.as_str(), &run_on));
        // Where it was applied before a squash, one revision after another, there is nothing to compare it with.
        let edited =
            then.filter(|&then| then == now || situation.replaced(revision).is_empty()).map(|then| then != now);
        Some(AppliedRevision { version: version.to_string(), name: revision.name.to_owned(), run_on, edited })
    };
    let unknown = |version: &Version| {
        let (row, is_about) = (situation.journal.get(version), situation.entry(version).is_some());
        UnknownVersion::of(version.as_str(), row, is_about, situation.replacing(version))
    };
    Status {
        applied: situation.applied.iter(graph).filter_map(applied).collect(),
        pending: graph.ids().filter(|&id| !situation.applied.contains(id)).map(name).collect(),
        unknown: situation.unknown.iter().map(unknown).collect(),
        current: tips(graph, &situation.applied, Edges::All).into_iter().map(name).collect(),
        partial: situation.partial().map(PartialRevision::of).collect(),
        gaps: gaps(graph, &situation.applied).iter().map(|gap| (name(gap.missing), name(gap.above))).collect(),
    }
}
