//! What is to be written, before it is SQL: the changes between the chain and the models, all questions answered.

use clap::Args;
use dbmig::Backend;
use dbmig_build::config::Style;
use dbmig_build::diagnostic::Level;
use dbmig_build::diff::{Likely, diff};
use dbmig_build::models::Models;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, ObjectName, Schema};
use dbmig_build::target::Target;

use super::renames::{self, Compared, Sides};
use super::{drops, only, questions};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::render::{self, Backfills, Options, RenderError, Rendered};

/// What is decided on the command line, where nobody is asked.
#[derive(Args, Clone, Debug, Default)]
pub(in crate::commands) struct Decisions {
    /// The value for rows that are there already, where a column comes, becomes NOT NULL, or becomes unique (for rows
    /// whose value an earlier row has): a SQL expression
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    pub(in crate::commands) backfill: Vec<String>,
    /// Values of the same sort that were given before; used where nobody gives another.
    #[arg(skip)]
    pub(in crate::commands) kept: Backfills,
    /// Drop this table, which has no model any more
    #[arg(long, value_name = "TABLE")]
    pub(in crate::commands) drop_table: Vec<String>,
    /// What has a new name: `users=people`, `users.name=full_name`, `type:mood=temper`, `mood.sad=gloomy`
    #[arg(long, value_name = "OLD=NEW")]
    pub(in crate::commands) rename: Vec<String>,
    /// What looks like it has a new name and is something else: `users.name`
    #[arg(long, value_name = "OLD")]
    pub(in crate::commands) not_renamed: Vec<String>,
    /// Look at this table alone; may be given several times, the rest waits
    #[arg(long, value_name = "TABLE")]
    pub(in crate::commands) only: Vec<String>,
}

/// Whether questions are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Asking {
    /// Where there is a terminal.
    AtTerminal,
    /// Never: it is only looked.
    Nothing,
}

/// The changes to be made.
#[derive(Debug)]
pub(in crate::commands) struct Draft {
    /// What the models say; none where the database is followed.
    pub(in crate::commands) models: Option<Models>,
    /// What the chain is to become.
    pub(in crate::commands) target: Target,
    /// The way there.
    pub(in crate::commands) changes: Vec<Change>,
    /// What looks like a rename among them, where nobody is asked.
    pub(in crate::commands) likely: Vec<Likely>,
    /// How many changes wait, because `--only` names other tables.
    pub(in crate::commands) waiting: usize,
    /// What rows that exist get.
    pub(in crate::commands) backfills: Backfills,
}

/// Works out the changes from the chain to the models.
///
/// # Errors
///
/// Models that don't suit the chain, an option that names nothing.
pub(in crate::commands) fn draft(
    context: &Context<'_>,
    replay: &Replay,
    models: Models,
    decisions: &Decisions,
    asking: Asking,
) -> Result<Draft, Error> {
    let before = replay.schema();
    let said = models.warnings.iter().cloned().chain(models.against(before, context.config.backend));
    // What is denied is so in the build, and no hindrance here.
    let said = said.filter_map(|one| context.config.lint.apply(one.clone()).map(|_| one));
    let (errors, warnings): (Vec<_>, Vec<_>) = said.partition(|one| one.level == Level::Error);
    if !errors.is_empty() {
        return Err(Error::of_diagnostics(Kind::Models, errors));
    }
    context.ui.warnings(&warnings);
    let mut all = models.renames.clone();
    renames::stated(&decisions.rename, &Sides { before, desired: &models.schema, enums: &models.enums }, &mut all)?;
    let scope = only::scope(&decisions.only, &models.schema, before, &all)?;
    let desired = only::desired(&scope, &models, before)?;
    let mut renames = only::renames(&scope, &all);
    let waits = |name: &&ObjectName| !scope.has(name) && models.schema.tables.contains_key(*name);
    let waiting_tables = before.tables.keys().filter(waits).map(ToString::to_string);
    let compared = Compared {
        before,
        desired: &desired,
        staying: context.config.unmanaged.iter().cloned().chain(waiting_tables).collect(),
        different: decisions.not_renamed.iter().chain(&decisions.drop_table).cloned().collect(),
    };
    let likely = match asking {
        Asking::Nothing => renames::open(&compared, &renames),
        Asking::AtTerminal => {
            renames::settle(context.ui, compared, &decisions.not_renamed, &mut renames)?;
            Vec::new()
        }
    };
    let is_in_scope = |name: &_| scope.has(name);
    let named = &decisions.drop_table;
    let target = drops::wanted(context, before, (&models, &desired), &renames, named, (asking, &is_in_scope))?;
    let changes = diff(before, &target.schema, &renames);
    let waiting = if scope == only::Scope::All {
        0
    } else {
        let whole = dbmig_build::target::target(before, &models.schema, &all, &[], &Default::default());
        diff(&target.schema, &whole.schema, &all).len()
    };
    let backfills = match asking {
        Asking::AtTerminal => questions::backfills(&decisions.backfill, &decisions.kept, &changes, before, context)?,
        Asking::Nothing => Backfills::new(),
    };
    Ok(Draft { models: Some(models), target, changes, likely, waiting, backfills })
}

/// The SQL of changes, as the configuration wants it.
///
/// # Errors
///
/// What the database can't do, and faults of dbmig.
pub(in crate::commands) fn render_changes(
    context: &Context<'_>,
    before: &Schema,
    changes: &[Change],
    backfills: &Backfills,
) -> Result<Rendered, Error> {
    let options = Options { backend: context.config.backend, live: context.config.style == Style::Live, backfills };
    let rendered = match context.config.backend {
        Backend::Sqlite => render::render_sqlite(changes, before, backfills, context.config.sqlite_version),
        _ => render::render(changes, before, &options),
    };
    rendered.map_err(not_rendered)
}

fn not_rendered(error: RenderError) -> Error {
    match error {
        RenderError::Impossible(what) => Error::new(Kind::Models, what),
        RenderError::InUse { .. } => Error::new(Kind::Models, error.to_string())
            .help("drop or replace it in a revision of its own first: `cargo dbmig revision -m \"…\"`"),
        error => Error::new(Kind::Bug, error.to_string()),
    }
}
