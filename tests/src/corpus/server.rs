//! The judge: the chain run on a real, fresh database by Diesel's own command line, and printed by it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::journey::{Place, differences};
use crate::program::{plain, workspace};
use dbmig::Backend;
use dbmig_build::schema::Schema;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// A database of its own, dropped at the end.
pub(crate) struct Server {
    diesel: PathBuf,
    backend: Backend,
    url: String,
    folder: PathBuf,
    migrations: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.backend == Backend::Postgres {
            // There is nobody to tell if it fails.
            drop(self.copied(|_, copy| vec![drop_database(copy)]));
        }
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
        let migrations = package.join("migrations").display().to_string();
        let server = Server { diesel: diesel()?, backend, url, folder, migrations };
        without_transaction(&package.join("migrations"))?;
        server.set_up()?;
        Ok(server)
    }

    /// What introspection tells of the database and replay doesn't, or the other way round.
    pub(crate) fn differences(&self, replayed: &Schema) -> Vec<String> {
        fn of<C: Place>(url: &str, replayed: &Schema) -> Vec<String> {
            match C::establish(url) {
                Ok(mut connection) => {
                    let found = catch_unwind(AssertUnwindSafe(|| differences(&mut connection, replayed)));
                    found.unwrap_or_else(|_told| vec!["what introspection or comparing says is above".to_owned()])
                }
                Err(error) => vec![error.to_string()],
            }
        }
        match self.backend {
            Backend::Sqlite => of::<SqliteConnection>(&self.url, replayed),
            Backend::Postgres => of::<PgConnection>(&self.url, replayed),
            Backend::Mysql => of::<MysqlConnection>(&self.url, replayed),
        }
    }

    fn set_up(&self) -> Result<(), String> {
        drop(self.run(&["database", "drop"]));
        self.run(&["database", "setup", "--no-default-migration", "--migration-dir", &self.migrations])?;
        Ok(())
    }

    /// The URL of a database like this one, to do anything with until the next copy; MySQL has none, so there it is
    /// this one, made anew.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub(crate) fn copy(&self) -> Result<String, String> {
        match self.backend {
            Backend::Sqlite => {
                let copy = format!("{}.copy", self.url);
                std::fs::copy(&self.url, &copy).map_err(|error| error.to_string())?;
                Ok(copy)
            }
            Backend::Postgres => {
                self.copied(|own, copy| vec![drop_database(copy), format!("CREATE DATABASE {copy} TEMPLATE {own}")])
            }
            Backend::Mysql => self.set_up().map(|()| self.url.clone()),
        }
    }

    /// Runs statements about the names of this database and its copy, and says the copy's URL.
    fn copied(&self, statements: impl Fn(&str, &str) -> Vec<String>) -> Result<String, String> {
        let (server, own) = self.url.rsplit_once('/').ok_or("a URL without a database")?;
        let (own, parameters) = own.split_once('?').map_or((own, String::new()), |(a, p)| (a, format!("?{p}")));
        let copy = format!("{own}_c");
        let admin = variable("DBMIG_TEST_POSTGRES_URL")?;
        let mut admin = PgConnection::establish(&admin).map_err(|error| error.to_string())?;
        for statement in statements(own, &copy) {
            admin.batch_execute(&statement).map_err(|error| error.to_string())?;
        }
        Ok(format!("{server}/{copy}{parameters}"))
    }

    /// What `diesel print-schema` prints for a section of a `diesel.toml`. Where it gives up, without the tables for
    /// which it does; where the patch of the project doesn't fit, without it.
    ///
    /// # Errors
    ///
    /// What it said.
    pub(crate) fn print(&self, diesel_toml: &Path, key: &str, without: &[String]) -> Result<String, String> {
        let text = std::fs::read_to_string(diesel_toml).map_err(|error| error.to_string())?;
        let own = diesel_toml.with_file_name("judge.toml");
        let config = own.display().to_string();
        let write = |patch: bool| std::fs::write(&own, section(&text, key, patch)).map_err(|error| error.to_string());
        let mut arguments: Vec<String> = ["print-schema", "--config-file", &config].map(str::to_owned).to_vec();
        let mut print = |more: &[String]| {
            arguments.extend_from_slice(more);
            self.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
        };
        write(true)?;
        let mut printed = print(&[]);
        if printed.is_err() && !without.is_empty() {
            let patterns = without.iter().map(|name| format!("^{name}$"));
            printed = print(&std::iter::once("--except-tables".to_owned()).chain(patterns).collect::<Vec<_>>());
        }
        if printed.as_ref().is_err_and(|error| error.contains("patch")) {
            write(false)?;
            printed = print(&[]);
        }
        printed
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

fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
}

/// Scripts with a COMMIT of their own run only without Diesel's transaction round them.
fn without_transaction(migrations: &Path) -> Result<(), String> {
    for entry in std::fs::read_dir(migrations).map_err(|error| error.to_string())? {
        let folder = entry.map_err(|error| error.to_string())?.path();
        let script = std::fs::read_to_string(folder.join("up.sql")).unwrap_or_default().to_ascii_lowercase();
        let commits = script.lines().any(|line| line.trim_start().starts_with("commit"));
        if commits && !folder.join("metadata.toml").exists() {
            std::fs::write(folder.join("metadata.toml"), "run_in_transaction = false\n")
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// A diesel.toml with one section alone, since print-schema prints all that there are.
fn section(diesel_toml: &str, key: &str, patch: bool) -> String {
    let mut text = String::new();
    let mut wanted = false;
    for line in diesel_toml.lines() {
        let title = line.trim().strip_prefix('[').and_then(|line| line.split(']').next());
        if let Some(title) = title.filter(|_| !line.starts_with(' ')) {
            let rest = title.strip_prefix("print_schema");
            let own = if key == "default" { rest } else { rest.and_then(|rest| rest.strip_prefix(&format!(".{key}"))) };
            wanted = own.is_some_and(|rest| rest.is_empty() || rest == ".filter");
            if let Some(rest) = own.filter(|_| wanted) {
                text += &format!("[print_schema{rest}]\n");
            }
        } else if wanted && (patch || !line.trim_start().starts_with("patch_file")) {
            text += line;
            text.push('\n');
        }
    }
    text
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
