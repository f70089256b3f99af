//! The database that a command is about, beside what it is compared with.

use dbmig::Status;
use dbmig_build::schema::Schema;

use crate::context::Context;
use crate::context::database::with_connection;
use crate::drift::{Expressions, alike, in_words_of};
use crate::error::{Error, Kind};
use crate::introspect::introspect;
use crate::kept::as_kept;
use crate::ui::Ui;

/// The database's schema as it is; `expected`'s expressions become what the database keeps of them.
///
/// # Errors
///
/// No database, or what it says.
pub(super) fn read(context: &Context<'_>, expected: &mut Schema) -> Result<(Schema, Expressions), Error> {
    let mut connection = context.connect_existing()?.ok_or_else(missing)?;
    let exclude = [context.config.version_table.as_str()];
    let backend = context.config.backend;
    let (live, asked) = with_connection!(&mut connection, connection => {
        let live = introspect(connection, &exclude);
        let live = live.map_err(|error| Error::new(Kind::Database, error.to_string()))?;
        let asked = as_kept(connection, backend, expected, &live, alike);
        (live, asked)
    });
    let expressions = match asked {
        Ok(()) => Expressions::AsKept,
        Err(error) => {
            let why =
                "parentheses and casts in expressions are overlooked: the database can't be asked how it keeps them";
            context.ui.status("Note", format!("{why}: {error}"));
            Expressions::AsWritten
        }
    };
    Ok((live, expressions))
}

/// Says which revisions were edited after they were applied: nothing runs them again.
pub(super) fn tell_edited<'n>(ui: &Ui, names: impl Iterator<Item = &'n str>) {
    for name in names {
        ui.status("Edited", format!("the up.sql of {name} isn't what was applied: {REDO_IT}"));
    }
}

/// What to do about a revision that was edited after it was applied.
const REDO_IT: &str = "restore it, or bring the database down below it and up again";

/// The folder names of applied revisions whose `up.sql` was edited since.
pub(super) fn edited(status: &Status) -> impl Iterator<Item = &str> {
    status.applied.iter().filter(|one| one.edited == Some(true)).map(|one| one.name.as_str())
}

/// That there is no database to be read.
pub(super) fn missing() -> Error {
    Error::new(Kind::Database, "there is no database yet").help("cargo dbmig upgrade")
}

/// The database's schema in the words of another: what is the same is written as there.
///
/// # Errors
///
/// As [`read`].
pub(super) fn beside(context: &Context<'_>, other: &Schema) -> Result<Schema, Error> {
    let mut kept = other.clone();
    let (live, expressions) = read(context, &mut kept)?;
    Ok(in_words_of(other, &kept, &live, context.config.backend, expressions))
}
