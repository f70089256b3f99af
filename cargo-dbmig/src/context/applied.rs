//! What the database has of the chain.

use dbmig::Status;
use dbmig::position::Position;
use dbmig::revision::order::IdSet;
use dbmig::revision::{Graph, Id};
use dbmig::version::Version;
use dbmig_build::bundle::{with_bundle, with_outlines};
use dbmig_build::link::Chain;
use dbmig_build::migration::Outline;

use super::Context;
use super::database::{self, Connection, with_connection};
use crate::error::Error;

impl Context<'_> {
    /// Connects to the database; a SQLite database is made if it isn't there.
    ///
    /// # Errors
    ///
    /// No URL, or what the database says.
    pub fn connect(&self) -> Result<Connection, Error> {
        database::connect(&self.url()?)
    }

    /// Connects to the database if there is one, so as to look at it.
    ///
    /// # Errors
    ///
    /// No URL, or what the database says.
    pub fn connect_existing(&self) -> Result<Option<Connection>, Error> {
        database::connect_existing(&self.url()?)
    }

    /// What the database has of the chain; `None` if there is no database.
    ///
    /// # Errors
    ///
    /// No URL, or what the database says.
    pub fn status(&self, chain: &Chain) -> Result<Option<Status>, Error> {
        let Some(mut connection) = self.connect_existing()? else { return Ok(None) };
        let status = with_bundle(
            chain,
            &self.config,
            |bundle| with_connection!(&mut connection, connection => bundle.status(connection)),
        );
        Ok(Some(status?))
    }

    /// The revisions of the graph that a status calls applied.
    pub fn applied_of(&self, graph: &Graph, status: &Status) -> IdSet {
        IdSet::of(graph, graph.find_all(status.applied.iter().map(|one| one.version.as_str())))
    }

    /// Where the database is on a chain whose SQL wasn't read.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn position(&self, connection: &mut Connection, chain: &Chain<Outline>) -> Result<Position, Error> {
        Ok(with_outlines(
            chain,
            &self.config,
            |bundle| with_connection!(connection, connection => bundle.position(connection)),
        )?)
    }

    /// Those of some revisions whose `up.sql` differs from the one that was applied: folder names.
    ///
    /// # Errors
    ///
    /// What the database says, and a script that isn't there. One that can't be split is for `check` to tell.
    pub fn edited(
        &self,
        connection: &mut Connection,
        chain: &Chain<Outline>,
        ids: &[Id],
    ) -> Result<Vec<String>, Error> {
        let migrations = ids.iter().map(|&id| Ok(self.migration(chain.migration(id))?.0));
        let part = Chain { migrations: migrations.collect::<Result<_, Error>>()?, graph: Graph::default() };
        Ok(with_bundle(
            &part,
            &self.config,
            |bundle| with_connection!(connection, connection => bundle.edited(connection)),
        )?)
    }

    /// The versions that the database has, unknown ones too, in order; `None` if there is no database.
    ///
    /// # Errors
    ///
    /// As [`Context::status`].
    pub fn applied_versions(&self) -> Result<Option<Vec<Version>>, Error> {
        let Some(mut connection) = self.connect_existing()? else { return Ok(None) };
        // What is applied doesn't hang on the chain.
        let versions = with_bundle(
            &Chain::default(),
            &self.config,
            |bundle| with_connection!(&mut connection, connection => bundle.applied(connection)),
        );
        Ok(Some(versions?))
    }

    /// The revisions of the graph that the database has; `None` if there is no database.
    ///
    /// # Errors
    ///
    /// As [`Context::status`].
    pub fn applied(&self, graph: &Graph) -> Result<Option<IdSet>, Error> {
        let versions = self.applied_versions()?;
        Ok(versions.map(|all| IdSet::of(graph, graph.find_all(all.iter().map(Version::as_str)))))
    }

    /// The same, for commands that can answer without a database.
    pub fn applied_if_known(&self, graph: &Graph) -> Option<IdSet> {
        self.applied(graph).ok().flatten()
    }
}
