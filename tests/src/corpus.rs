//! Real projects' chains, read with no database and emitted, against the schema files that the projects have checked in
//! and against what Diesel's command line prints of a real database. `tests/examples/corpus.rs` prints the table.

mod broken;
mod chain;
mod edits;
mod list;
mod models;
mod printed;
mod server;
mod tokens;

pub use broken::{Broken, broken};
pub use chain::Read;
pub use edits::{Outcome, Trial, edited};
pub use list::{Project, read};
pub use models::Written;
pub use printed::Printed;
pub use tokens::Verdict;

use server::Server;
use tokens::compare;

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// The project.
    pub project: Project,
    /// What dbmig read of it, or why it can't be read at all.
    pub read: Result<Read, String>,
    /// Against its checked-in schema files.
    pub file: Verdict,
    /// Against a real database.
    pub server: Verdict,
    /// What introspection tells of that database and replay doesn't, or the other way round; none without a database.
    pub live: Option<Vec<String>>,
}

impl Row {
    /// What introspection came to, for the table.
    pub fn introspected(&self) -> String {
        match self.live.as_deref() {
            None => "none".to_owned(),
            Some([]) => "same".to_owned(),
            Some(lines) => format!("differs({})", lines.len()),
        }
    }
}

/// Compares a project; the server is asked if `with_server`.
pub fn compared(project: Project, with_server: bool) -> Row {
    let mut row = Row { project, read: Err(String::new()), file: Verdict::None, server: Verdict::None, live: None };
    let folder = match tempfile::Builder::new().prefix("dbmig-corpus-").tempdir() {
        Ok(folder) => folder,
        Err(error) => return Row { read: Err(error.to_string()), ..row },
    };
    if let Err(error) = chain::copy(&row.project, folder.path()) {
        return Row { read: Err(error), ..row };
    }
    // Before dbmig adopts the chain: the judge runs what the project has.
    let name = format!("{}_{}", std::process::id(), row.project.name);
    let server = with_server.then(|| Server::new(row.project.backend, &name, folder.path()));
    row.read = chain::read(&row.project, folder.path());
    let Ok(read) = &row.read else { return row };
    row.file = checked_in(&row.project, read);
    row.live = server.iter().flatten().next().map(|server| server.differences(&read.schema));
    row.server = match server {
        None => Verdict::None,
        Some(Err(error)) => Verdict::Failed(error),
        Some(Ok(server)) => {
            let diesel_toml = folder.path().join("diesel.toml");
            worst(read.printed.iter().map(|one| match server.print(&diesel_toml, &one.key, &read.unprinted) {
                Ok(expected) => compare(&expected, &one.text),
                Err(error) => Verdict::Failed(error),
            }))
        }
    };
    row
}

/// The checked-in files against what is emitted; those of a project that prints several are told apart by their paths.
fn checked_in(project: &Project, read: &Read) -> Verdict {
    worst(project.schema_files.iter().map(|path| {
        let expected = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return Verdict::Differs(1, format!("  {}: {error}\n", path.display())),
        };
        let named = read.printed.iter().find(|one| one.file.as_ref().is_some_and(|file| path.ends_with(file)));
        match named.or(read.printed.first()) {
            Some(printed) => compare(&expected, &printed.text),
            None => Verdict::None,
        }
    }))
}

/// One verdict of several: the differences together, the worst otherwise.
fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.fold(Verdict::None, |one, other| match (one, other) {
        (Verdict::Failed(error), _) | (_, Verdict::Failed(error)) => Verdict::Failed(error),
        (Verdict::Differs(a, first), Verdict::Differs(b, second)) => Verdict::Differs(a + b, first + &second),
        (Verdict::Differs(a, text), _) | (_, Verdict::Differs(a, text)) => Verdict::Differs(a, text),
        (Verdict::Older, _) | (_, Verdict::Older) => Verdict::Older,
        (Verdict::Same, _) | (_, Verdict::Same) => Verdict::Same,
        (Verdict::None, Verdict::None) => Verdict::None,
    })
}
