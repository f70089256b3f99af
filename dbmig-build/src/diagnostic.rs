//! Diagnostics: what is wrong, where, and what to do about it. Data until [`render`] makes text of them.

mod code;
pub mod render;

use std::fmt;

pub use code::Code;

use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Nothing goes on.
    Error,
    /// Worth a look; builds go on.
    Warning,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Error => "error",
            Level::Warning => "warning",
        })
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of fault it is.
    pub code: Code,
    /// How bad it is.
    pub level: Level,
    /// The problem in one sentence: lower case, no full stop.
    pub message: String,
    /// Where: the first label is the place itself, the others say what it has to do with other places.
    pub labels: Vec<Label>,
    /// What explains it.
    pub notes: Vec<String>,
    /// What to do: each can be done or pasted as it is.
    pub help: Vec<String>,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said of it; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// An error without place or help.
    pub fn error(code: Code, message: impl Into<String>) -> Diagnostic {
        let (labels, notes, help) = (Vec::new(), Vec::new(), Vec::new());
        Diagnostic { code, level: Level::Error, message: message.into(), labels, notes, help }
    }

    /// A warning without place or help.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { level: Level::Warning, ..Diagnostic::error(code, message) }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds an explanation.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds something to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// The place itself.
    pub fn span(&self) -> Option<&Span> {
        self.labels.first().map(|label| &label.span)
    }
}
