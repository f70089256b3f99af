//! The journal of what something else than dbmig applied.

use super::Options;
use super::task::create_tables;
use crate::bundle::{Bundle, Revision};
use crate::driver::Driver;
use crate::error::Error;
use crate::journal::{self, Done, Entry};
use crate::ledger::Ledger;
use crate::lock::{End, locked, refused, session};
use crate::revision::Direction;
use crate::situation::{self, Rows, Scope, Situation};

impl Bundle<'_> {
    /// Writes into the journal how to undo what is applied and isn't in it, because Diesel's command line applied it:
    /// by this bundle's `down.sql`. Runs nothing, and leaves the ledger alone. The folders' names, in the chain's order.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownVersions`] where the ledger has versions that the bundle lacks, or what the database says.
    pub fn remember<D: Driver>(&self, conn: &mut D) -> Result<Vec<String>, Error> {
        let timeout = Options::default().lock_timeout;
        session(conn, self, timeout, |conn, session| {
            let ledger = Ledger::of::<D>(self, session);
            let read = |conn: &mut D| {
                let refused = refused("reading the version table", timeout);
                let situation = situation::read(conn, self, &ledger, (Scope::Chain, Rows::All), refused)?;
                match situation.unknown.is_empty() {
                    true => Ok(situation),
                    false => {
                        Err(Error::UnknownVersions { versions: situation.unknown_names(), direction: Direction::Stamp })
                    }
                }
            };
            if forgotten(&read(conn)?).is_empty() {
                return Ok(Vec::new());
            }
            let refused = refused("writing the journal", timeout);
            locked(conn, session, timeout, |conn| {
                create_tables(conn, &ledger, timeout)?;
                let situation = read(conn)?;
                let forgotten = forgotten(&situation);
                for revision in &forgotten {
                    let up = revision.up.statements;
                    let done_checksum = journal::progress(up);
                    let entry = Entry { done: up.len(), done_checksum, ..Entry::of(revision) };
                    journal::write(conn, &ledger, &entry, Done::Yes).map_err(&refused)?;
                }
                Ok(End::Commit(forgotten.iter().map(|revision| revision.name.to_owned()).collect()))
            })
        })
    }
}

/// The applied revisions of which the journal says nothing that is still true.
fn forgotten<'b>(situation: &Situation<'b>) -> Vec<&'b Revision<'b>> {
    let graph = &situation.graph;
    let applied = graph.ids().filter(|&id| situation.applied.contains(id));
    applied.filter(|&id| situation.entry(graph.version(id)).is_none()).filter_map(|id| situation.revision(id)).collect()
}
