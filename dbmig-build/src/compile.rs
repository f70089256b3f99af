//! What a build script does, on one page: read, link, replay, check, emit, with a barrier behind each phase.

mod ahead;
mod check;
mod watch;

use std::path::{Path, PathBuf};
use std::process;

pub use check::{Checked, Readable, check, open_todos};

use crate::bundle::with_bundle;
use crate::cargo;
use crate::config::{self, Configuration, DatabaseConfig};
use crate::diagnostic::render::{Style, render};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::emit;
use crate::migration::text_of;

/// Checks the migration chains of the package whose build script this is, and writes their Rust: `dbmig.rs`, and
/// `dbmig_NAME.rs` for each further database, which `dbmig::embed!()` includes.
///
/// The emitted code needs `dbmig` and `diesel` among the package's dependencies.
///
/// What is wrong is printed with its places, and the script exits with 1. Where the schema is readable all the same (an
/// open todo, several heads, a sealed migration that was edited, models that are wrong), the files are written with a
/// `compile_error!` in them instead, so that an editor still knows the schema.
pub fn compile() {
    Config::default().compile();
}

/// The options of a build script, for packages that aren't laid out as usual.
#[derive(Clone, Debug, Default)]
pub struct Config {
    package: Option<PathBuf>,
    out_dir: Option<PathBuf>,
}

/// A file to be written and what was found on the way to it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The database; the default one has no name.
    pub database: Option<String>,
    /// Everything that is wrong or dubious.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of the file; none if the schema isn't readable.
    pub text: Option<String>,
}

impl Compiled {
    /// The file's name: `dbmig.rs`, `dbmig_analytics.rs`.
    pub fn file_name(&self) -> String {
        self.database.as_ref().map_or_else(|| "dbmig.rs".to_owned(), |name| format!("dbmig_{name}.rs"))
    }
}

impl Config {
    /// The options of [`compile`].
    pub fn new() -> Config {
        Config::default()
    }

    /// The folder with the package's Cargo.toml, instead of that of the build script's package.
    #[must_use]
    pub fn manifest_dir(mut self, folder: impl Into<PathBuf>) -> Config {
        self.package = Some(folder.into());
        self
    }

    /// The folder that is written to, instead of `OUT_DIR`.
    #[must_use]
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Config {
        self.out_dir = Some(folder.into());
        self
    }

    /// As [`compile`], with these options.
    pub fn compile(&self) {
        let (package, out) =
            (self.package.clone().or_else(cargo::package), self.out_dir.clone().or_else(cargo::out_dir));
        let (Some(package), Some(out)) = (package, out) else {
            fail("error: CARGO_MANIFEST_DIR or OUT_DIR is not set: `dbmig_build::compile` is for build scripts");
        };
        let compiled = try_compile(&package).unwrap_or_else(|errors| fail(&render(&errors, Style::Plain)));
        let broken = compiled.iter().filter(|one| one.text.is_none()).flat_map(|one| errors(&one.diagnostics));
        let broken: Vec<Diagnostic> = broken.collect();
        if !broken.is_empty() {
            fail(&render(&broken, Style::Plain));
        }
        for one in &compiled {
            let path = out.join(one.file_name());
            let text = one.text.as_deref().unwrap_or_default();
            if let Err(error) = emit::out::write_if_changed(&path, text) {
                fail(&format!("error: can't write {}: {error}", path.display()));
            }
            one.diagnostics.iter().filter(|one| one.level == Level::Warning).for_each(cargo::warning);
        }
        let configuration = read_configuration(&package).unwrap_or_default();
        watch::watched(&package, &configuration).iter().for_each(|path| cargo::rerun_if_changed(path));
    }

    /// What [`Config::compile`] would write and say, as data.
    ///
    /// # Errors
    ///
    /// A configuration that can't be read.
    pub fn try_compile(&self) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
        let package = self.package.clone().or_else(cargo::package);
        try_compile(&package.unwrap_or_else(|| PathBuf::from(".")))
    }
}

fn fail(text: &str) -> ! {
    eprintln!("{text}");
    process::exit(1);
}

fn errors(diagnostics: &[Diagnostic]) -> impl Iterator<Item = Diagnostic> {
    diagnostics.iter().filter(|one| one.level == Level::Error).cloned()
}

fn read_configuration(package: &Path) -> Result<Configuration, Vec<Diagnostic>> {
    let fault = |error| vec![Diagnostic::error(Code::Io, format!("can't read Cargo.toml: {error}"))];
    let bytes = std::fs::read(package.join("Cargo.toml")).map_err(fault)?;
    config::read(package, &text_of("Cargo.toml", bytes).map_err(|error| vec![error])?)
}

fn try_compile(package: &Path) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
    let configuration = read_configuration(package)?;
    // What is said of the configuration is said once, with the default database.
    let said = configuration.warnings.iter().filter_map(|one| configuration.default.lint.apply(one.clone()));
    let mut said: Vec<Diagnostic> = said.collect();
    let compile_one = |(name, config): (Option<&str>, &DatabaseConfig)| {
        let checked = check(package, config);
        let mut diagnostics = std::mem::take(&mut said);
        diagnostics.extend(checked.diagnostics);
        let text = checked.readable.as_ref().map(|readable| emitted(readable, config, &diagnostics));
        Compiled { database: name.map(str::to_owned), diagnostics, text }
    };
    Ok(configuration.all().map(compile_one).collect())
}

/// The text of the file that `dbmig::embed!()` includes.
fn emitted(readable: &Readable, config: &DatabaseConfig, diagnostics: &[Diagnostic]) -> String {
    let errors: Vec<Diagnostic> = errors(diagnostics).collect();
    let error = if errors.is_empty() { String::new() } else { emit::compile_error(&render(&errors, Style::Plain)) };
    let bundle = with_bundle(&readable.chain, config, emit::bundle::bundle);
    emit::file(&error, &readable.schema_module, &bundle)
}

#[cfg(test)]
mod tests;
