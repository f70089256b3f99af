//! A project's chain as dbmig reads it: copied, adopted, replayed with no database, emitted.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::program;
use crate::reading::lossless;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::diagnostic::{Diagnostic, Level};
use dbmig_build::replay::Replay;
use dbmig_build::schema::Schema;
use dbmig_build::{link, migration};

use super::list::Project;
use super::models::{self, Written};
use super::printed::{self, Printed};

/// What reading a chain came to.
#[derive(Debug, Default)]
pub struct Read {
    /// How many revisions it has.
    pub revisions: usize,
    /// How many statements their ups hold.
    pub statements: usize,
    /// Errors and warnings about the ups, and about what can't be printed.
    pub diagnostics: Vec<Diagnostic>,
    /// Texts that don't split and join again; there must be none.
    pub lost: Vec<String>,
    /// What is emitted: a text for each schema file that the project prints.
    pub printed: Vec<Printed>,
    /// Tables that Diesel can't print, either.
    pub unprinted: Vec<String>,
    /// The models that are written of its schema.
    pub models: Written,
    /// The schema that replay came to.
    pub schema: Schema,
    /// How long reading, replaying and emitting took.
    pub milliseconds: u128,
}

impl Read {
    /// The diagnostics as a user sees them.
    pub fn shown(&self) -> String {
        render(&self.diagnostics, Style::Plain)
    }
}

/// Copies a project's chain into a folder of its own, as a package's: `Cargo.toml`, `migrations`, `diesel.toml`.
pub(crate) fn copy(project: &Project, to: &Path) -> Result<(), String> {
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let manifest = format!(
        "[package]\nname = \"project\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [package.metadata.dbmig]\nbackend = \"{}\"\n\n[workspace]\n",
        project.backend.name()
    );
    write(&to.join("Cargo.toml"), manifest.as_bytes())?;
    write(&to.join("src/lib.rs"), b"")?;
    let migrations = to.join("migrations");
    if let Some(before) = &project.before {
        write(&migrations.join("0_before/up.sql"), before.as_bytes())?;
    }
    for (prefix, folder) in &project.migrations {
        for entry in fs::read_dir(folder).map_err(|error| fault(folder, error))? {
            let path = entry.map_err(|error| fault(folder, error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !path.is_dir() || name.starts_with('.') {
                continue;
            }
            for file in ["up.sql", "down.sql", "metadata.toml"] {
                if let Ok(bytes) = fs::read(path.join(file)) {
                    write(&migrations.join(format!("{prefix}{name}")).join(file), &bytes)?;
                }
            }
        }
    }
    if let Some(diesel_toml) = &project.diesel_toml {
        let text = fs::read_to_string(diesel_toml).map_err(|error| fault(diesel_toml, error))?;
        for line in text.lines().filter(|line| line.trim_start().starts_with("patch_file")) {
            let patch = line.split('"').nth(1).unwrap_or_default();
            let from = diesel_toml.parent().unwrap_or(&project.folder).join(patch);
            write(&to.join(patch), &fs::read(&from).map_err(|error| fault(&from, error))?)?;
        }
        write(&to.join("diesel.toml"), text.as_bytes())?;
    } else {
        write(&to.join("diesel.toml"), b"")?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Gives a copied chain its metadata, as a user would.
pub(crate) fn adopt(project: &Project, package: &Path) -> Result<(), String> {
    let backend = project.backend.name();
    let output = program::run(program::cargo_dbmig(package).args(["adopt", "--yes", "--backend", backend]));
    if output.code == Some(0) { Ok(()) } else { Err(output.story()) }
}

/// Adopts and replays a copied chain.
pub(crate) fn replayed(project: &Project, package: &Path) -> Result<Replay, String> {
    adopt(project, package)?;
    let folder = migration::read(package, "migrations", project.backend);
    let chain = link::chain(folder.migrations).map_err(|errors| render(&errors, Style::Plain))?;
    let mut replay = Replay::new(project.backend);
    for migration in &chain.migrations {
        replay.run(&migration.up);
    }
    Ok(replay)
}

/// Adopts and reads a copied chain.
pub(crate) fn read(project: &Project, package: &Path) -> Result<Read, String> {
    adopt(project, package)?;
    let start = Instant::now();
    let folder = migration::read(package, "migrations", project.backend);
    let mut read = Read { revisions: folder.migrations.len(), ..Read::default() };
    // The downs, and missing ones, are another matter: old chains hold what they hold.
    let about_ups = |one: &Diagnostic| {
        one.level == Level::Error && !one.span().is_some_and(|at| at.source().path().ends_with("down.sql"))
    };
    read.diagnostics.extend(folder.diagnostics.into_iter().filter(about_ups));
    let chain = link::chain(folder.migrations).map_err(|errors| render(&errors, Style::Plain))?;
    let mut replay = Replay::new(project.backend);
    for migration in &chain.migrations {
        read.statements += migration.up.statements.len();
        read.diagnostics.extend(replay.run(&migration.up).diagnostics);
    }
    let (printed, warnings) = printed::emitted(replay.schema(), project.backend, package)?;
    read.printed = printed;
    read.unprinted = warnings.iter().filter_map(|one| one.message.split('`').nth(1)).map(str::to_owned).collect();
    read.diagnostics.extend(warnings);
    read.milliseconds = start.elapsed().as_millis();
    read.models = models::written(replay.schema(), project.backend);
    read.schema = replay.schema().clone();
    for script in chain.migrations.iter().flat_map(|one| std::iter::once(&one.up).chain(&one.down)) {
        if let Err(fault) = lossless(script.source.text(), project.backend) {
            read.lost.push(format!("{}: {fault}", script.source.path()));
        }
    }
    Ok(read)
}
