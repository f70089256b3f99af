//! Edits of the models of real projects, made on databases that ran their chains: there, with rows in the tables, and
//! back.

mod constrain;
mod retype;
mod shape;
mod sheet;

use std::collections::BTreeSet;
use std::ops::Range;

use cargo_dbmig::model_source::{SCHEMA_PATH, write};
use cargo_dbmig::render::{Options, RenderError, render};
use dbmig::Backend;
use dbmig_build::config::DatabaseConfig;
use dbmig_build::diff::diff;
use dbmig_build::models::{Models, parse};
use dbmig_build::replay::Replay;
use dbmig_build::schema::Renames;
use dbmig_build::source::Source;
use dbmig_build::target::target;
use diesel::{MysqlConnection, PgConnection, SqliteConnection};

use crate::journey::{Arrival, Place, differences, replay, travel};

use super::chain;
use super::list::Project;
use super::server::Server;
use sheet::Sheet;

/// What was tried on a project.
#[derive(Debug)]
pub struct Trial {
    /// The seed of the edits.
    pub seed: u64,
    /// The edits.
    pub edits: Vec<String>,
    /// What came of them.
    pub outcome: Outcome,
}

/// What came of edits.
#[derive(Debug)]
pub enum Outcome {
    /// There and back.
    Back,
    /// A check found rows in the way.
    Checked(String),
    /// dbmig says that it can't be done.
    Refused(String),
    /// What isn't as it should be.
    Failed(String),
}

/// Tries edits of several seeds on a project.
///
/// # Errors
///
/// The chain doesn't run or isn't what replay says, or its models aren't what they were written from.
pub fn edited(project: &Project, seeds: Range<u64>) -> Result<Vec<Trial>, String> {
    let folder = tempfile::Builder::new().prefix("dbmig-corpus-").tempdir().map_err(|error| error.to_string())?;
    chain::copy(project, folder.path())?;
    let name = format!("{}_{}", std::process::id(), project.name);
    let server = Server::new(project.backend, &name, folder.path())?;
    let chain = chain::replayed(project, folder.path())?;
    match project.backend {
        Backend::Sqlite => tried::<SqliteConnection>(&server, &chain, seeds),
        Backend::Postgres => tried::<PgConnection>(&server, &chain, seeds),
        Backend::Mysql => tried::<MysqlConnection>(&server, &chain, seeds),
    }
}

fn tried<C: Place>(server: &Server, chain: &Replay, seeds: Range<u64>) -> Result<Vec<Trial>, String> {
    let models = models(chain, C::BACKEND)?;
    let open = || C::establish(&server.copy()?).map_err(|error| error.to_string());
    let mut connection = open()?;
    let found = differences(&mut connection, chain.schema());
    if !found.is_empty() {
        return Err(format!("replay says otherwise: {}", found.join("\n")));
    }
    let mut trials = Vec::new();
    for seed in seeds {
        let sheet = sheet::edited(&models, C::BACKEND, seed);
        let outcome = outcome(&mut connection, chain, &sheet, seed % 2 == 0);
        // Columns that were dropped came back as the last ones.
        let keeps_order = !sheet.said.iter().any(|edit| edit.starts_with("drop"));
        let is_as_before = keeps_order && matches!(outcome, Outcome::Back | Outcome::Refused(_));
        trials.push(Trial { seed, edits: sheet.said, outcome });
        if !is_as_before {
            drop(connection);
            connection = open()?;
        }
    }
    Ok(trials)
}

/// The models that are written for a chain, which must say it.
fn models(chain: &Replay, backend: Backend) -> Result<Models, String> {
    let config = DatabaseConfig { backend, ..DatabaseConfig::default() };
    let written = write(chain.schema(), &config, None, SCHEMA_PATH)?;
    let read = parse(&Source::new("models.rs", written.text.as_str()), &config);
    let models = read.map_err(|faults| format!("the models that were written: {faults:#?}"))?;
    let kept = target(chain.schema(), &models.schema, &models.renames, &[], &BTreeSet::new());
    let changes = diff(chain.schema(), &kept.schema, &models.renames);
    if changes.is_empty() { Ok(models) } else { Err(format!("the models that were written ask for {changes:#?}")) }
}

fn outcome<C: Place>(connection: &mut C, chain: &Replay, sheet: &Sheet, live: bool) -> Outcome {
    let way = |chain: &Replay, renames: &Renames| {
        let wanted = target(chain.schema(), &sheet.schema, renames, &[], &sheet.dropped).schema;
        diff(chain.schema(), &wanted, renames)
    };
    let changes = way(chain, &sheet.renames);
    let options = Options { backend: C::BACKEND, live, backfills: &sheet.backfills };
    let rendered = match render(&changes, chain.schema(), &options) {
        Ok(rendered) => rendered,
        Err(RenderError::Impossible(what)) => return Outcome::Refused(what),
        Err(error @ RenderError::InUse { .. }) => return Outcome::Refused(error.to_string()),
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let failed =
        |error: String| Outcome::Failed(format!("{error}\n-- up\n{}\n-- down\n{}", rendered.up(), rendered.down()));
    let mut after = chain.clone();
    for part in &rendered.parts {
        let faults = replay(&mut after, &part.up, C::BACKEND);
        if !faults.is_empty() {
            return failed(format!("replay: {}", faults.join("; ")));
        }
    }
    let left = way(&after, &sheet.renames);
    if !left.is_empty() {
        return failed(format!("found again: {left:?}"));
    }
    match travel(connection, chain, &changes, &rendered) {
        Ok(Arrival::Back) => Outcome::Back,
        Ok(Arrival::Checked(message)) => Outcome::Checked(message),
        Err(error) => failed(error),
    }
}
