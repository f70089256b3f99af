//! What can be wrong with a migrations folder.

use std::io;

use dbmig::version::MAX_LENGTH;

use super::super::metadata;
use crate::diagnostic::{Code, Diagnostic, Label, Level};
use crate::source::{Source, Span};
use crate::sql::Script;

/// The place of a file or folder as a whole.
pub(super) fn whole(path: &str) -> Span {
    Source::new(path, "").start()
}

/// Makes one diagnostic of those about missing metadata: a folder of Diesel's has none anywhere.
pub(super) fn together(diagnostics: &mut Vec<Diagnostic>) {
    let is_missing = |one: &Diagnostic| one.code == Code::MissingMetadata && one.level == Level::Error;
    let missing: Vec<usize> = (0..diagnostics.len()).filter(|&at| is_missing(&diagnostics[at])).collect();
    let [first, _, ..] = missing.as_slice() else { return };
    let first = *first;
    let message = format!("{} migrations have no place in the chain: no `[dbmig]` in a metadata.toml", missing.len());
    let labels = missing.iter().flat_map(|&at| diagnostics[at].labels.clone());
    let labels = labels.map(|label| Label { span: whole(label.span.source().path()), text: String::new() }).collect();
    let one = Diagnostic { labels, ..Diagnostic::error(Code::MissingMetadata, message).help("cargo dbmig adopt") };
    let mut at = 0;
    diagnostics.retain(|diagnostic| {
        at += 1;
        at - 1 == first || !is_missing(diagnostic)
    });
    if let Some(place) = diagnostics.get_mut(first) {
        *place = one;
    }
}

pub(super) fn unreadable_folder(folder: &str, error: &io::Error) -> Diagnostic {
    let diagnostic = match error.kind() {
        io::ErrorKind::NotFound => {
            let message = format!("the migrations folder `{folder}` does not exist");
            Diagnostic::error(Code::MissingMigrations, message).help("cargo dbmig init")
        }
        io::ErrorKind::NotADirectory => {
            Diagnostic::error(Code::MissingMigrations, format!("`{folder}` is not a folder")).help("cargo dbmig init")
        }
        _ => Diagnostic::error(Code::Io, format!("can't read the migrations folder `{folder}`: {error}"))
            .help("give yourself the right to read it"),
    };
    diagnostic.at(whole(folder), "")
}

pub(super) fn symlink(path: &str) -> Diagnostic {
    Diagnostic::error(Code::Symlink, format!("`{path}` is a symbolic link"))
        .at(whole(path), "")
        .help("put the real folder or file in its place")
}

pub(super) fn without_up(path: &str, files: &[&str]) -> Diagnostic {
    if let Some(other) = files.iter().find(|file| file.eq_ignore_ascii_case("up.sql")) {
        return Diagnostic::error(Code::MissingUp, format!("`{path}` has no `up.sql`"))
            .at(whole(path), "")
            .note(format!("`{}` is another name", other))
            .help(format!("git mv {path}/{} {path}/up.sql", other));
    }
    if files.iter().any(|file| *file == "down.sql" || *file == "metadata.toml") {
        return Diagnostic::error(Code::MissingUp, format!("`{path}` has no `up.sql`"))
            .at(whole(path), "")
            .help(format!("write `{path}/up.sql`; if it is to do nothing, `SELECT 1;`"));
    }
    Diagnostic::error(Code::StrayFolder, format!("`{path}` is no migration: it has no `up.sql`"))
        .at(whole(path), "")
        .note("Diesel refuses the whole directory because of it")
        .help("move the folder elsewhere, or begin its name with a dot")
}

pub(super) fn without_down(path: &str) -> Diagnostic {
    Diagnostic::warning(Code::MissingDown, format!("`{path}` has no `down.sql`")).at(whole(path), "").help(format!(
        "write `{path}/down.sql`, or say why there is no way back: `irreversible = \"…\"` in its metadata.toml"
    ))
}

pub(super) fn without_metadata(path: &str) -> Diagnostic {
    Diagnostic::error(Code::MissingMetadata, format!("`{path}` has no `metadata.toml`"))
        .at(whole(path), "")
        .help("if Diesel's command line made it: cargo dbmig adopt")
        .help(format!(
            "write `{path}/metadata.toml` with the first line `run_in_transaction = true`, then {}",
            metadata::say_parents()
        ))
}

pub(super) fn check_version(name: &str, path: &str) -> Option<Diagnostic> {
    let stem = name.split('_').next().unwrap_or(name);
    // Of the version itself, which is `stem` without `-`, nothing else is needed here.
    let length = stem.bytes().filter(|byte| *byte != b'-').count();
    let fault = |message: String| {
        let diagnostic = Diagnostic::error(Code::BadVersion, message).at(whole(path), "");
        diagnostic.help("name it `YYYY-MM-DD-HHMMSS_what_it_does`")
    };
    if length == 0 {
        return Some(fault(format!("`{path}` has no version before its first `_`")));
    }
    if let Some(letter) = stem.chars().find(|letter| !(letter.is_ascii_alphanumeric() || "-.".contains(*letter))) {
        let message = format!(
            "the version `{stem}` of `{path}` holds {letter:?}: only letters, digits, `.` and `-` may be in one"
        );
        return Some(fault(message));
    }
    (length > MAX_LENGTH).then(|| {
        fault(format!("the version of `{path}` has {length} characters: the version table holds {MAX_LENGTH}"))
    })
}

pub(super) fn empty(script: &Script) -> Option<Diagnostic> {
    let path = script.source.path();
    (script.statements.is_empty() && script.diagnostics.is_empty()).then(|| {
        let message = format!("`{path}` holds no statement");
        let diagnostic = Diagnostic::error(Code::EmptyScript, message).at(script.source.start(), "");
        diagnostic.help("if it is to do nothing: `SELECT 1;`")
    })
}
