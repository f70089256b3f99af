//! The one place that prints: answers to stdout, chatter and errors to stderr, questions to the terminal.

use std::fmt::{Display, Write as _};
use std::io::{IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::diagnostic::render::{self, render};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Error, Kind};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// How a run talks.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    /// Whether answers are JSON.
    pub json: bool,
    /// Whether chatter is left out.
    pub quiet: bool,
}

impl Ui {
    /// Prints a line of the answer to stdout.
    pub fn answer(&self, line: impl Display) {
        self.answer_lines([line]);
    }

    /// Prints lines of the answer to stdout, all at once.
    pub fn answer_lines(&self, lines: impl IntoIterator<Item = impl Display>) {
        let mut text = String::new();
        for line in lines {
            // Nothing can go wrong when a text is written into another one.
            let _ = writeln!(text, "{line}");
        }
        print(std::io::stdout(), &text);
    }

    /// Prints the answer as JSON to stdout.
    pub fn answer_json(&self, value: &impl Serialize) {
        // What is printed has texts as keys and no numbers that JSON lacks, so that it can be written.
        let mut text = serde_json::to_string(value).unwrap_or_default();
        text.push('\n');
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// Prints chatter to stderr: a bold verb and what it is about, as cargo does.
    pub fn status(&self, verb: &str, what: impl Display) {
        if !self.quiet {
            print(std::io::stderr(), &format!("{GOOD}{verb:>12}{GOOD:#} {what}\n"));
        }
    }

    /// Prints advice to stderr.
    pub fn hint(&self, text: impl Display) {
        if !self.quiet {
            print(std::io::stderr(), &format!("{HINT}{:>12}{HINT:#} {text}\n", "next"));
        }
    }

    /// Prints warnings to stderr.
    pub fn warnings(&self, diagnostics: &[Diagnostic]) {
        if !self.quiet && !diagnostics.is_empty() {
            print(std::io::stderr(), &format!("{}\n\n", render(diagnostics, render::Style::Colored)));
        }
    }

    /// Prints diagnostics that are the answer to stderr, where a person looks for them.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        if !diagnostics.is_empty() {
            print(std::io::stderr(), &format!("{}\n", render(diagnostics, render::Style::Colored)));
        }
    }

    /// Prints an error to stderr, and as JSON to stdout where that was asked for.
    pub fn error(&self, error: &Error) {
        if error.is_answered {
            return;
        }
        if self.json {
            self.answer_json(&error.to_json());
        }
        let mut text = match error.diagnostics.as_slice() {
            [] => format!("{BAD}error{BAD:#}: {}", error.message),
            diagnostics => render(diagnostics, render::Style::Colored),
        };
        if error.diagnostics.is_empty() {
            text.extend(error.help.iter().map(|help| format!("\n  {HINT}help{HINT:#}: {help}")));
        }
        if error.kind == Kind::Bug {
            text.push_str("\n  this is a fault of dbmig, please report it with the text above");
        }
        print(std::io::stderr(), &format!("{text}\n"));
    }

    /// Whether a person can be asked: both ends are a terminal.
    pub fn can_ask(&self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks yes or no; `None` where nobody can be asked.
    ///
    /// # Errors
    ///
    /// The terminal went away.
    pub fn confirm(&self, question: &str) -> Result<Option<bool>, Error> {
        if !self.can_ask() {
            return Ok(None);
        }
        // By the Enter key, as lines are: otherwise the Enter that people add answers the next question.
        let answer = dialoguer::Confirm::new().with_prompt(question).default(false).wait_for_newline(true).interact();
        answer.map(Some).map_err(|error| Error::new(Kind::Io, format!("no answer from the terminal: {error}")))
    }

    /// Asks for a line of text, which may be empty; `None` where nobody can be asked.
    ///
    /// # Errors
    ///
    /// The terminal went away.
    pub fn ask(&self, question: &str) -> Result<Option<String>, Error> {
        if !self.can_ask() {
            return Ok(None);
        }
        let answer = dialoguer::Input::<String>::new().with_prompt(question).allow_empty(true).interact_text();
        answer.map(Some).map_err(|error| Error::new(Kind::Io, format!("no answer from the terminal: {error}")))
    }
}

/// Writes a text in one go, without its colours where the stream shows none. Piece by piece each is a system call.
fn print(mut stream: impl RawStream, text: &str) {
    let shown = match AutoStream::choice(&stream) {
        ColorChoice::Never => without_colors(text).into_bytes(),
        choice => {
            let mut shown = AutoStream::new(Vec::new(), choice);
            let _ = shown.write_all(text.as_bytes());
            shown.into_inner()
        }
    };
    // A reader that went away (`| head`) is no error.
    let _ = stream.write_all(&shown);
}

/// A text without escape sequences. Most lines of a long answer have none, and aren't looked at letter by letter.
fn without_colors(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.bytes().any(|one| one.is_ascii_control() && one != b'\n') {
            plain.extend(strip_str(line));
        } else {
            plain.push_str(line);
        }
    }
    plain
}

/// An answer, with the errors for which it isn't a full one.
pub fn with_errors(mut answer: Value, errors: &[Diagnostic]) -> Value {
    if !errors.is_empty() {
        answer["diagnostics"] = errors.iter().map(diagnostic_json).collect();
        answer["error"] = Error::of_diagnostics(Kind::Chain, errors.to_vec()).to_json()["error"].take();
    }
    answer
}

/// A diagnostic as `check --json` and `lint --json` give it.
pub fn diagnostic_json(diagnostic: &Diagnostic) -> Value {
    let place = diagnostic.span().map(|span| (span.source().path(), span.source().position(span.range().start)));
    json!({
        "code": diagnostic.code.name(),
        "level": diagnostic.level.to_string(),
        "message": diagnostic.message,
        "file": place.map(|(path, _)| path),
        "line": place.map(|(_, (line, _))| line),
        "column": place.map(|(_, (_, column))| column),
        "help": diagnostic.help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_and_other_escapes_are_left_out() {
        let text = format!("{GOOD}one{GOOD:#} \u{1b}[31mtwo\u{1b}[0m\nthree\tfour\r\n\nfünf");
        assert_eq!(without_colors(&text), "one two\nthree\tfour\r\n\nfünf");
        assert_eq!(without_colors(""), "");
    }
}
