//! A bundle as Diesel's migration source, for its stock harness and everything that takes one.

use std::fmt;

use diesel::backend::Backend as DieselBackend;
use diesel::connection::BoxableConnection;
use diesel::migration::{Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result};

use crate::bundle::{Bundle, Revision, Script};
use crate::error::{Error, Failed, Kept, shortened};
use crate::revision::Direction;

impl<DB: DieselBackend> MigrationSource<DB> for Bundle<'static> {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        Ok(self.revisions.iter().map(|revision| Box::new(revision) as Box<dyn Migration<DB>>).collect())
    }
}

impl<DB: DieselBackend> Migration<DB> for &'static Revision<'static> {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> Result<()> {
        execute(conn, self, Direction::Up, &self.up)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<DB>) -> Result<()> {
        match &self.down {
            Some(down) => execute(conn, self, Direction::Down, down),
            None => {
                let irreversible = self.irreversible.map(str::to_owned);
                Err(Box::new(Error::NoWayBack { name: self.name.to_owned(), irreversible, edited: false }))
            }
        }
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        *self
    }

    fn name(&self) -> &dyn MigrationName {
        *self
    }
}

impl MigrationName for Revision<'_> {
    fn version(&self) -> MigrationVersion<'_> {
        self.version.into()
    }
}

impl MigrationMetadata for Revision<'_> {
    fn run_in_transaction(&self) -> bool {
        self.run_in_transaction
    }
}

impl fmt::Display for Revision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

fn execute<DB: DieselBackend>(
    conn: &mut dyn BoxableConnection<DB>,
    revision: &Revision<'_>,
    direction: Direction,
    script: &Script<'_>,
) -> Result<()> {
    for (done, statement) in script.statements.iter().enumerate() {
        if let Err(error) = conn.batch_execute(statement.sql) {
            let kept = match revision.run_in_transaction {
                true => Kept::Nothing,
                false => Kept::Statements { done, total: script.statements.len(), resumes: false },
            };
            return Err(Box::new(Error::Failed(Box::new(Failed {
                name: revision.name.to_owned(),
                direction,
                file: file(revision.path, direction),
                line: statement.line,
                statement: shortened(statement.sql),
                message: error.to_string(),
                applied: Vec::new(),
                kept,
            }))));
        }
    }
    Ok(())
}

/// The path of a script in a revision's folder, as errors name it.
pub(crate) fn file(path: &str, direction: Direction) -> String {
    format!("{path}/{}.sql", direction.name())
}
