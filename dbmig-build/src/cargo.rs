//! All contact with Cargo: what it tells a build script, and what a build script tells it.
//!
//! Which changes rerun the script: the migrations folder (Cargo looks into it, so that one line covers every file and
//! the coming and going of files), Cargo.toml, and of the sources those that hold models or declare modules. Not the
//! folder `src`: every edit would rerun the script. A new file with models is noticed all the same, since
//! a file that declares it is watched. A diesel.toml is watched where there is one; to Cargo, a missing file is one that
//! has changed, at every build. A script that fails runs again at the next build whatever it has said.

use std::env;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;

/// The folder of the package whose build script runs.
pub(crate) fn package() -> Option<PathBuf> {
    env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// The folder that the build script may write to.
pub(crate) fn out_dir() -> Option<PathBuf> {
    env::var_os("OUT_DIR").map(PathBuf::from)
}

/// Runs the script again when a file, or something in a folder, changes; the path is relative to the package.
pub(crate) fn rerun_if_changed(path: &str) {
    println!("cargo::rerun-if-changed={path}");
}

/// Has Cargo show a warning; it has one line for it.
pub(crate) fn warning(diagnostic: &Diagnostic) {
    println!("cargo::warning={}", one_line(diagnostic));
}

/// `migrations/1_a/down.sql:1:1: message [code]; note; help: …`
fn one_line(diagnostic: &Diagnostic) -> String {
    let mut line = String::new();
    if let Some(span) = diagnostic.span() {
        let whole = span.source().text().is_empty();
        line = if whole { format!("{}: ", span.source().path()) } else { format!("{span}: ") };
    }
    line += &format!("{} [{}]", diagnostic.message, diagnostic.code);
    for note in &diagnostic.notes {
        line += &format!("; {note}");
    }
    for help in &diagnostic.help {
        line += &format!("; help: {help}");
    }
    line.replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Source;

    #[test]
    fn a_warning_is_one_line() {
        let place = Source::new("m/down.sql", "-- x\nDROP TABLE a;").span(5..15);
        let diagnostic = Diagnostic::warning(Code::DownDoesNotRestore, "two\nlines").at(place, "");
        let line = one_line(&diagnostic.note("because").help("cargo dbmig check"));
        assert_eq!(line, "m/down.sql:2:1: two lines [down-does-not-restore]; because; help: cargo dbmig check");
        let folder = Diagnostic::warning(Code::MissingDown, "m").at(Source::new("migrations/1_a", "").start(), "");
        assert_eq!(one_line(&folder), "migrations/1_a: m [missing-down]");
    }
}
