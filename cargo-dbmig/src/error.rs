//! Errors of commands: data until the last moment, with one table from kinds to exit codes.

use std::fmt;

use dbmig_build::diagnostic::{Diagnostic, Level};
use serde_json::{Value, json};

/// Why a command could not answer.
#[derive(Debug)]
pub struct Error {
    /// The kind, which decides the exit code and stands in `--json`.
    pub kind: Kind,
    /// A finer word, stable for scripts: a diagnostic's code, or the kind's own name.
    pub code: String,
    /// What happened, in one sentence: lower case, no full stop.
    pub message: String,
    /// What to do: each can be done or pasted as it is.
    pub help: Vec<String>,
    /// The diagnostics behind it, where sources are at fault.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the answer said it already, so that only the exit code is left.
    pub is_answered: bool,
}

/// The kinds of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line asks for what can't be.
    Usage,
    /// The package or its configuration.
    Config,
    /// The migrations folder or the chain in it.
    Chain,
    /// The models.
    Models,
    /// A selector that names no revision, or several.
    Selector,
    /// The database, or what it says.
    Database,
    /// A file or a process.
    Io,
    /// A fault of dbmig itself.
    Bug,
}

impl Kind {
    /// The word in `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Usage => "usage",
            Kind::Config => "config",
            Kind::Chain => "chain",
            Kind::Models => "models",
            Kind::Selector => "selector",
            Kind::Database => "database",
            Kind::Io => "io",
            Kind::Bug => "bug",
        }
    }

    /// The exit code: 2, "could not run", for every kind. (1 is an answer, "no", and no error.)
    pub const fn exit_code(self) -> u8 {
        2
    }
}

impl Error {
    /// An error without help.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        let (help, diagnostics) = (Vec::new(), Vec::new());
        Error { kind, code: kind.name().to_owned(), message: message.into(), help, diagnostics, is_answered: false }
    }

    /// An error that the answer described already.
    pub fn answered(kind: Kind) -> Error {
        Error { is_answered: true, ..Error::new(kind, "") }
    }

    /// The error as `--json` gives it.
    pub fn to_json(&self) -> Value {
        let Error { kind, code, message, help, .. } = self;
        json!({"error": {"kind": kind.name(), "code": code, "message": message, "help": help}})
    }

    /// Adds something to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Error {
        self.help.push(text.into());
        self
    }

    /// An error that consists of diagnostics; the first one gives its code and message.
    pub fn of_diagnostics(kind: Kind, diagnostics: Vec<Diagnostic>) -> Error {
        let first = diagnostics.iter().find(|one| one.level == Level::Error).or(diagnostics.first());
        Error {
            kind,
            code: first.map_or(kind.name(), |one| one.code.name()).to_owned(),
            message: first.map_or_else(String::new, |one| one.message.clone()),
            help: first.map_or_else(Vec::new, |one| one.help.clone()),
            diagnostics,
            is_answered: false,
        }
    }

    /// An input or output error on a file, named relative to the package.
    pub fn io(what: impl fmt::Display, error: &std::io::Error) -> Error {
        Error::new(Kind::Io, format!("{what}: {error}"))
    }
}

impl From<dbmig::Error> for Error {
    fn from(error: dbmig::Error) -> Error {
        let kind = match &error {
            dbmig::Error::Selector(_) | dbmig::Error::Plan(_) => Kind::Selector,
            dbmig::Error::Chain { .. } => Kind::Chain,
            _ => Kind::Database,
        };
        let code = error.kind().to_owned();
        let help = error.help().into_iter().collect();
        Error { kind, code, message: error.to_string(), help, diagnostics: Vec::new(), is_answered: false }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
