//! Where a database is on a chain: what can be told of it without the scripts, and without a look at each revision.

use std::collections::{HashMap, HashSet};

use crate::bundle::{Bundle, Revision};
use crate::driver::Driver;
use crate::error::Error;
use crate::journal;
use crate::status::{PartialRevision, UnknownVersion, reading};
use crate::version::Version;

/// Where a database is on a chain.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Position {
    /// The applied versions, in order, those that the chain doesn't have too.
    pub applied: Vec<Version>,
    /// The applied versions that the chain doesn't have, in order.
    pub unknown: Vec<UnknownVersion>,
    /// Revisions that stopped midway.
    pub partial: Vec<PartialRevision>,
}

impl Bundle<'_> {
    /// Where a database is on this chain. Nothing is asked of the scripts.
    ///
    /// # Errors
    ///
    /// As [`Bundle::status`].
    pub fn position<D: Driver>(&self, conn: &mut D) -> Result<Position, Error> {
        reading(self, conn, |conn, ledger, refused| {
            let applied = ledger.versions(conn).map_err(refused)?;
            let has: HashSet<&str> = applied.iter().map(Version::as_str).collect();
            let ours: HashSet<&str> = self.revisions.iter().map(|revision| revision.version).collect();
            let replacing: HashMap<&str, &Revision<'_>> =
                self.revisions.iter().flat_map(|one| one.replaces.iter().map(move |&old| (old, one))).collect();
            // What a squash replaced is still in the ledger where it ran before the squash.
            let is_replaced = |version: &str| replacing.get(version).is_some_and(|by| has.contains(by.version));
            let foreign = |version: &&str| !ours.contains(version) && !is_replaced(version);
            let foreign: Vec<&str> = applied.iter().map(Version::as_str).filter(foreign).collect();
            let rows = journal::read_open(conn, ledger, &foreign).map_err(refused)?;
            let run_on = ledger.run_on(conn, &foreign).map_err(refused)?;
            let unknown = foreign.iter().map(|&version| {
                let row = rows.get(version);
                let is_about = row.is_some_and(|row| run_on.get(version).is_some_and(|run_on| row.is_about(run_on)));
                UnknownVersion::of(version, row, is_about, replacing.get(version).copied())
            });
            let partial = rows.values().filter(|row| row.is_partial(has.contains(row.version.as_str())));
            Ok(Position { unknown: unknown.collect(), partial: partial.map(PartialRevision::of).collect(), applied })
        })
    }

    /// Those of these revisions, which may be a part of a chain, whose `up.sql` differs from the one that was applied:
    /// folder names.
    ///
    /// # Errors
    ///
    /// As [`Bundle::status`].
    pub fn edited<D: Driver>(&self, conn: &mut D) -> Result<Vec<String>, Error> {
        reading(self, conn, |conn, ledger, refused| {
            let versions = self.revisions.iter().flat_map(|one| one.replaces.iter().copied().chain([one.version]));
            let versions: Vec<&str> = versions.collect();
            let run_on = ledger.run_on(conn, &versions).map_err(refused)?;
            let checksums = journal::checksums(conn, ledger, &versions).map_err(refused)?;
            let is_edited = |revision: &&Revision<'_>| {
                let run_on_of = |version: &str| run_on.get(version);
                let then = run_on_of(revision.version).and_then(|run_on| checksums.of(revision.version, run_on));
                // Where it was applied before a squash there is nothing to compare it with.
                let as_one = !revision.replaces.iter().any(|version| run_on_of(version).is_some());
                as_one && then.is_some_and(|then| then != revision.up.checksum)
            };
            Ok(self.revisions.iter().filter(is_edited).map(|revision| revision.name.to_owned()).collect())
        })
    }

    /// The applied versions, in order, those that the chain doesn't have too.
    ///
    /// # Errors
    ///
    /// As [`Bundle::status`].
    pub fn applied<D: Driver>(&self, conn: &mut D) -> Result<Vec<Version>, Error> {
        reading(self, conn, |conn, ledger, refused| ledger.versions(conn).map_err(refused))
    }
}
