//! Small packages that use dbmig, written by a test and built by Cargo.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::program::{self, Output};

/// A package that uses dbmig.
#[derive(Debug)]
pub struct Host {
    root: PathBuf,
    /// Removes the folder at the end, where it is a temporary one.
    _temporary: Option<TempDir>,
}

/// A `src/main.rs` that knows `--migrate` and nothing else; the database is `app.db`.
pub const MAIN: &str = r#"//! A host of dbmig.
mod db;

use std::process::ExitCode;

use clap::Parser;
use diesel::{Connection, SqliteConnection};

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    migrate: dbmig::cli::MigrateArgs,
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut connection = SqliteConnection::establish("app.db")?;
    Ok(Args::parse().migrate.run(&db::MIGRATIONS, &mut connection).unwrap_or(ExitCode::SUCCESS))
}
"#;

impl Host {
    /// A package in a temporary folder, for what needs no build: `Cargo.toml`, an empty `src/main.rs`, an empty
    /// chain, and a `.env` that names `app.db`.
    ///
    /// # Panics
    ///
    /// If the disk fails.
    pub fn temporary() -> Host {
        let folder = tempfile::Builder::new().prefix("dbmig-host-").tempdir().expect("a temporary folder");
        // The name that programs print, where the system's temporary folder is a link.
        let root = folder.path().canonicalize().expect("the folder exists");
        let host = Host { root, _temporary: Some(folder) };
        host.write("Cargo.toml", manifest("app", ""));
        host.write("src/main.rs", "fn main() {}\n");
        host.write("migrations/.keep", "");
        host.write(".env", "DATABASE_URL=app.db\n");
        host
    }

    /// A package to be built: with dependencies on this workspace's crates, a build script, `src/db.rs` and [`MAIN`].
    /// The name must be the test's own, because hosts are built side by side; its folder stays, so that the next run
    /// compiles only what changed.
    ///
    /// # Panics
    ///
    /// If the disk fails.
    pub fn buildable(name: &str) -> Host {
        let root = program::hosts_target().join("src").join(name);
        if root.exists() {
            std::fs::remove_dir_all(&root).expect("the last run's folder can be removed");
        }
        let host = Host { root, _temporary: None };
        host.write("Cargo.toml", manifest(name, &dependencies()));
        host.write("build.rs", "fn main() {\n    dbmig_build::compile();\n}\n");
        host.write("src/db.rs", "dbmig::embed!();\n");
        host.write("src/main.rs", MAIN);
        host.write(".env", "DATABASE_URL=app.db\n");
        // The same versions as here: they are on the machine, and what is tested is what was compiled.
        let lock = std::fs::read_to_string(program::workspace().join("Cargo.lock")).expect("the workspace is locked");
        host.write("Cargo.lock", &lock);
        host
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file and the folders above it.
    ///
    /// # Panics
    ///
    /// If the disk fails.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        let folder = path.parent().expect("a file has a folder");
        std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        std::fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Reads a file.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a revision as dbmig does. The folder's name is its version and slug; `revises` are versions.
    pub fn revision(&self, folder: &str, revises: &[&str], up: &str, down: &str) {
        let message = folder.split_once('_').map_or(folder, |(_, slug)| slug).replace('_', " ");
        let revises = revises.iter().map(|version| format!("\"{version}\"")).collect::<Vec<_>>().join(", ");
        let metadata =
            format!("run_in_transaction = true\n\n[dbmig]\nmessage = \"{message}\"\nrevises = [{revises}]\n");
        self.write(&format!("migrations/{folder}/metadata.toml"), metadata);
        self.write(&format!("migrations/{folder}/up.sql"), up);
        self.write(&format!("migrations/{folder}/down.sql"), down);
    }

    /// Runs `cargo dbmig` in it.
    #[track_caller]
    pub fn dbmig(&self, arguments: &[&str]) -> Output {
        program::run(program::cargo_dbmig(&self.root).args(arguments))
    }

    /// Runs Cargo in it.
    #[track_caller]
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        program::run(program::cargo(&self.root).args(arguments))
    }

    /// Builds it and returns its program; the name is the package's.
    ///
    /// # Panics
    ///
    /// If it doesn't compile.
    #[track_caller]
    pub fn build(&self) -> PathBuf {
        self.cargo(&["build", "--quiet"]).success();
        let name = self.root.file_name().expect("a host has a name").to_string_lossy();
        program::hosts_target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// A host's `Cargo.toml`; `[workspace]` keeps it out of the workspace that it lies in.
pub fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [package.metadata.dbmig]\nbackend = \"sqlite\"\nurl = \"${{DATABASE_URL}}\"\n{dependencies}\n[workspace]\n"
    )
}

/// The dependencies of a host that is built, with debug information left out: they are compiled to be run, once.
fn dependencies() -> String {
    let folder = |name: &str| program::workspace().join(name).display().to_string().replace('\\', "/");
    format!(
        "\n[dependencies]\nclap = {{ version = \"4.5\", features = [\"derive\"] }}\n\
         dbmig = {{ path = \"{}\", features = [\"sqlite-bundled\", \"clap\"] }}\n\
         diesel = {{ version = \"2.3\", default-features = false, features = [\"sqlite\", \"32-column-tables\"] }}\n\n\
         [build-dependencies]\ndbmig-build = {{ path = \"{}\" }}\n\n[profile.dev]\ndebug = false\n",
        folder("dbmig"),
        folder("dbmig-build")
    )
}
