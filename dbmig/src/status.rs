//! What a database has of a chain. Reading it creates nothing and needs no right to write.

use crate::bundle::Bundle;
use crate::driver::Driver;
use crate::error::Error;
use crate::journal::Entry;
use crate::ledger::Ledger;
use crate::lock::{refused, session};
use crate::revision::order::{Edges, gaps, tips};
use crate::revision::{Direction, Id};
use crate::runner::Options;
use crate::situation::{self, Scope, Situation};
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
        read(self, conn).map(|situation| status(&situation))
    }

    /// The applied versions, in order, those that the chain doesn't have too.
    ///
    /// # Errors
    ///
    /// As [`Bundle::status`].
    pub fn applied<D: Driver>(&self, conn: &mut D) -> Result<Vec<Version>, Error> {
        Ok(read(self, conn)?.ledger.into_keys().collect())
    }
}

fn read<'b, D: Driver>(bundle: &Bundle<'b>, conn: &mut D) -> Result<Situation<'b>, Error> {
    let timeout = Options::default().lock_timeout;
    session(conn, bundle, timeout, |conn, session| {
        let ledger = Ledger::of::<D>(bundle, session);
        situation::read(conn, bundle, &ledger, Scope::Journal, refused("reading the version table", timeout))
    })
}

fn status(situation: &Situation<'_>) -> Status {
    let graph = &situation.graph;
    let name = |id: Id| graph.node(id).name.clone();
    let applied = |id: Id| {
        let revision = situation.revision(id)?;
        let version = graph.version(id);
        let run_on = situation.ledger.get(version)?.clone();
        // Where it was applied before a squash, one revision after another, there is nothing to compare it with.
        let as_one = |entry: &&Entry| entry.checksum == revision.up.checksum || situation.replaced(revision).is_empty();
        let edited = situation.entry(version).filter(as_one).map(|entry| entry.checksum != revision.up.checksum);
        Some(AppliedRevision { version: version.to_string(), name: revision.name.to_owned(), run_on, edited })
    };
    let unknown = |version: &Version| {
        let entry = situation.entry(version);
        UnknownVersion {
            version: version.to_string(),
            name: situation.journal.get(version).map(|entry| entry.name.clone()),
            revertible: entry.is_some_and(|entry| entry.down.is_some()),
            replaced_by: situation.replacing(version).map(|revision| revision.name.to_owned()),
        }
    };
    let partial = |entry: &Entry| PartialRevision {
        version: entry.version.clone(),
        name: entry.name.clone(),
        direction: entry.direction,
        done: entry.done,
        total: entry.total,
    };
    Status {
        applied: situation.applied.iter(graph).filter_map(applied).collect(),
        pending: graph.ids().filter(|&id| !situation.applied.contains(id)).map(name).collect(),
        unknown: situation.unknown.iter().map(unknown).collect(),
        current: tips(graph, &situation.applied, Edges::All).into_iter().map(name).collect(),
        partial: situation.partial().map(partial).collect(),
        gaps: gaps(graph, &situation.applied).iter().map(|gap| (name(gap.missing), name(gap.above))).collect(),
    }
}
