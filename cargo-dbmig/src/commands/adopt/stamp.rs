//! `--stamp`: a database that Diesel migrated learns how to undo what was done to it.

use dbmig_build::bundle::with_bundle;
use dbmig_build::link;
use dbmig_build::migration;

use super::discover::Found;
use crate::context::database::{self, with_connection};
use crate::context::package::Package;
use crate::error::{Error, Kind};
use crate::ui::Ui;

/// Writes the journal's rows of what Diesel applied; the names of those revisions.
///
/// # Errors
///
/// A chain at fault, no database, what the database says: above all that it has versions which the folder lacks.
pub(super) fn stamp(package: &Package, found: &Found, ui: &Ui) -> Result<Vec<String>, Error> {
    let folder = migration::read(&package.root, &found.config.migrations, found.config.backend);
    let chain = link::chain(folder.migrations).map_err(|faults| Error::of_diagnostics(Kind::Chain, faults))?;
    let url = database::locate(&found.config.url, &package.root, found.config.backend)?;
    let Some(mut connection) = database::connect_existing(&url)? else {
        let error = Error::new(Kind::Database, "there is no database to stamp");
        return Err(error.help("cargo dbmig upgrade"));
    };
    let names = with_bundle(
        &chain,
        &found.config,
        |bundle| with_connection!(&mut connection, connection => bundle.remember(connection)),
    )?;
    if names.is_empty() {
        ui.status("Unchanged", "the database remembers all that is applied to it");
    }
    if !ui.json {
        names.iter().for_each(|name| ui.answer(format!("remembered {name}")));
    }
    Ok(names)
}
