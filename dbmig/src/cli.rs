//! The `--migrate` arguments that a host flattens into its own clap parser.
//!
//! ```
//! use std::process::ExitCode;
//!
//! use clap::Parser;
//! use diesel::prelude::*;
//!
//! mod db {
//!     // In your program: dbmig::embed!();
//! #   pub static MIGRATIONS: dbmig::Bundle = dbmig::Bundle {
//! #       backend: dbmig::Backend::Sqlite,
//! #       version_table: "__diesel_schema_migrations",
//! #       version_table_schema: None,
//! #       revisions: &[],
//! #   };
//! }
//!
//! #[derive(Parser)]
//! struct Args {
//!     #[command(flatten)]
//!     migrations: dbmig::cli::MigrateArgs,
//! }
//!
//! fn main() -> ExitCode {
//!     let args = Args::parse();
//!     let mut conn = SqliteConnection::establish(":memory:").expect("a database");
//!     if let Some(code) = args.migrations.run(&db::MIGRATIONS, &mut conn) {
//!         return code;
//!     }
//!     // … the program itself
//!     ExitCode::SUCCESS
//! }
//! ```

use std::io::{self, Write};
use std::process::ExitCode;

use crate::bundle::Bundle;
use crate::driver::Driver;
use crate::error::Error;
use crate::revision::{Direction, PlanError};
use crate::runner::{Event, Options, Request};
use crate::status::Status;

// Documented for rustdoc alone: clap would make it the host's own `--help`.
#[cfg_attr(
    doc,
    doc = "What a program can be asked about its database: flatten it into your parser with `#[command(flatten)]`."
)]
#[cfg_attr(not(doc), expect(missing_docs, reason = "see above"))]
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Migrations")]
pub struct MigrateArgs {
    /// Bring the database up to TARGET and exit; never goes down
    ///
    /// TARGET is a version or a unique part of one, a name, a label, `+N` or `heads`, which is the default. The
    /// equals sign is needed: `--migrate=+1`.
    #[arg(
        long,
        value_name = "TARGET",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "heads",
        conflicts_with_all = ["migrate_status", "migrate_sql"]
    )]
    pub migrate: Option<String>,

    /// List applied and pending migrations and exit, with 1 if any is pending
    #[arg(long, conflicts_with = "migrate_sql")]
    pub migrate_status: bool,

    /// Print the SQL that the pending migrations would run and exit
    #[arg(long)]
    pub migrate_sql: bool,
}

impl MigrateArgs {
    /// Whether anything was asked.
    pub fn is_asked(&self) -> bool {
        self.migrate.is_some() || self.migrate_status || self.migrate_sql
    }

    /// Does what was asked, prints what it did, and returns the program's exit code; `None` if nothing was asked.
    ///
    /// The answer goes to stdout; errors and remarks go to stderr. 0 is fine, 1 means that migrations are pending
    /// (`--migrate-status`), 2 that it could not be done.
    pub fn run<D: Driver>(&self, bundle: &Bundle<'_>, conn: &mut D) -> Option<ExitCode> {
        self.run_to(bundle, conn, &mut io::stdout(), &mut io::stderr()).map(ExitCode::from)
    }

    /// As [`MigrateArgs::run`], with the answer and the remarks written where you want them.
    pub fn run_to<D: Driver>(
        &self,
        bundle: &Bundle<'_>,
        conn: &mut D,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> Option<u8> {
        let outcome = if let Some(target) = &self.migrate {
            migrate(bundle, conn, target, out, err).map(|()| 0)
        } else if self.migrate_status {
            bundle.status(conn).map(|status| {
                show(&status, out);
                u8::from(!status.is_up_to_date())
            })
        } else if self.migrate_sql {
            sql(bundle, conn).map(|script| {
                line(out, if script.is_empty() { "-- nothing is pending" } else { script.trim_end() });
                0
            })
        } else {
            return None;
        };
        Some(outcome.unwrap_or_else(|error| {
            line(err, &format!("error: {error}"));
            if let Some(help) = error.help() {
                line(err, &format!("help: {help}"));
            }
            2
        }))
    }
}

fn migrate<D: Driver>(
    bundle: &Bundle<'_>,
    conn: &mut D,
    target: &str,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Error> {
    let options = Options::observed(|event| match event {
        Event::Finished { name, .. } => line(out, &format!("applied {name}")),
        Event::Skipped { name } => line(err, &format!("{name} was applied by another process")),
        Event::Resumed { name, done, total } => {
            line(err, &format!("{name} goes on after statement {done} of {total}"));
        }
        Event::OutOfOrder { name, above } => {
            line(err, &format!("{name} is applied although {above}, which stands on it, is applied already"));
        }
        Event::Started { .. } | Event::FromJournal { .. } => {}
    });
    let report = match bundle.run(conn, Request::Upgrade { targets: &[target] }, options) {
        Err(Error::Plan(PlanError::WrongWay { direction: Direction::Up, .. })) => {
            line(err, &format!("`{target}` is below the database; this program never goes down"));
            return Ok(());
        }
        outcome => outcome?,
    };
    if report.steps.is_empty() {
        let status = bundle.status(conn)?;
        line(out, &format!("nothing to apply: the database is at {}", at(&status)));
    }
    Ok(())
}

fn at(status: &Status) -> String {
    if status.current.is_empty() { "base".to_owned() } else { status.current.join(", ") }
}

fn show(status: &Status, out: &mut dyn Write) {
    for applied in &status.applied {
        let edited = if applied.edited == Some(true) { " (its up.sql has been edited since)" } else { "" };
        line(out, &format!("applied {}{edited}", applied.name));
    }
    for unknown in &status.unknown {
        line(out, &format!("unknown {}", unknown.name.as_deref().unwrap_or(&unknown.version)));
    }
    for name in &status.pending {
        line(out, &format!("pending {name}"));
    }
    for partial in &status.partial {
        let (name, direction, done, total) = (&partial.name, partial.direction, partial.done, partial.total);
        line(out, &format!("partial {name} ({direction}: {done} of {total} statements)"));
    }
}

fn sql<D: Driver>(bundle: &Bundle<'_>, conn: &mut D) -> Result<String, Error> {
    let applied = bundle.applied(conn)?;
    bundle.script(Request::Upgrade { targets: &["heads"] }, &applied)
}

/// Prints a line. Where nobody reads any more (`| head`) there is nobody to tell.
fn line(to: &mut dyn Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
