//! The judge: the chain run on a real, fresh database by Diesel's own command line, and printed by it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{plain, workspace};
use dbmig::Backend;

/// A database of its own, dropped at the end.
pub(crate) struct Server {
    diesel: PathBuf,
    url: String,
    folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // There is nobody to tell if it fails.
        drop(self.run(&["database", "drop"]));
    }
}

impl Server {
    /// Runs the chain of a copied package (before dbmig adopted it) on a new database.
    ///
    /// # Errors
    ///
    /// No server for the backend, or what the database said.
    pub(crate) fn new(backend: Backend, name: &str, package: &Path) -> Result<Server, String> {
        let url = match backend {
            Backend::Sqlite => package.join("judge.db").display().to_string(),
            Backend::Postgres => database(&variable("DBMIG_TEST_POSTGRES_URL")?, name),
            Backend::Mysql => database(&variable("DBMIG_TEST_MYSQL_URL")?, name),
        };
        let folder = package.join("judge");
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join("diesel.toml"), ""))
            .map_err(|error| error.to_string())?;
        let server = Server { diesel: diesel()?, url, folder };
        drop(server.run(&["database", "drop"]));
        let migrations = package.join("migrations").display().to_string();
        server.run(&["database", "setup", "--migration-dir", &migrations])?;
        Ok(server)
    }

    /// What `diesel print-schema` prints for a key of a `diesel.toml`; where it gives up, without the tables for which
    /// it does.
    ///
    /// # Errors
    ///
    /// What it said.
    pub(crate) fn print(&self, diesel_toml: &Path, key: &str, without: &[String]) -> Result<String, String> {
        let config = diesel_toml.display().to_string();
        let print = ["print-schema", "--config-file", &config, "--schema-key", key];
        let printed = self.run(&print);
        if printed.is_ok() || without.is_empty() {
            return printed;
        }
        let patterns: Vec<String> = without.iter().map(|name| format!("^{name}$")).collect();
        let mut arguments = print.to_vec();
        arguments.push("--except-tables");
        arguments.extend(patterns.iter().map(String::as_str));
        self.run(&arguments)
    }

    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.diesel);
        plain(&mut command, &self.folder);
        let output = command.args(arguments).env("DATABASE_URL", &self.url).output();
        let output = output.map_err(|error| format!("diesel can't be started: {error}"))?;
        if output.status.success() {
            return String::from_utf8(output.stdout).map_err(|error| error.to_string());
        }
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_unset| format!("{name} is not set"))
}

/// The URL of a database beside the one that a URL names.
fn database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, String::new()), |(a, p)| (a, format!("?{p}")));
    let server = match address.match_indices('/').nth(2) {
        Some((at, _)) => &address[..at],
        None => address,
    };
    let name: String =
        name.chars().map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '_' }).collect();
    format!("{server}/dbmig_corpus_{}{parameters}", name.get(..40).unwrap_or(&name))
}

/// Diesel's command line with every backend: the tests' own if it has them, or the one on PATH.
fn diesel() -> Result<PathBuf, String> {
    let own = workspace().join("target/tools/bin").join(format!("diesel{}", std::env::consts::EXE_SUFFIX));
    let knows_all = |path: &Path| {
        let said = Command::new(path).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        ["postgres", "mysql", "sqlite"].iter().all(|name| said.contains(name))
    };
    let candidates = [own, PathBuf::from("diesel")];
    candidates
        .into_iter()
        .find(|path| knows_all(path))
        .ok_or_else(|| "no diesel with every backend is on PATH".to_owned())
}
