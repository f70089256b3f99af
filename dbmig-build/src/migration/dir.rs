//! The migrations folder, read once; nothing in it is skipped in silence.
//!
//! What counts as a migration is Diesel's rule: every entry that is no plain file and isn't hidden.

use std::fs;
use std::io;
use std::path::Path;

use dbmig::Backend;
use dbmig::version::{MAX_LENGTH, Version};

use super::{Migration, metadata};
use crate::diagnostic::{Code, Diagnostic, Label, Level};
use crate::source::Source;
use crate::sql::{self, Script};

/// A migrations folder as it was found.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its path, relative to the package, with `/`.
    pub path: String,
    /// The migrations that could be read, sorted by name. Those with faults are among them where that is possible.
    pub migrations: Vec<Migration>,
    /// What is wrong, in the order of the folders' names.
    pub diagnostics: Vec<Diagnostic>,
}

impl Folder {
    /// Whether something in it is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|one| one.level == Level::Error)
    }
}

/// Reads a migrations folder; `folder` is relative to `root`, the package's folder.
pub fn read(root: &Path, folder: &str, backend: Backend) -> Folder {
    read_as_if(root, folder, backend, &mut |_, text| text)
}

/// Reads a migrations folder as if other metadata stood in it: `metadata` is given the name of each migration and its
/// metadata.toml, if it has one, and says what is to be read instead.
pub fn read_as_if(root: &Path, folder: &str, backend: Backend, metadata: Substitute<'_>) -> Folder {
    let mut found = Folder { path: folder.to_owned(), migrations: Vec::new(), diagnostics: Vec::new() };
    match entries(&root.join(folder)) {
        Ok(entries) => {
            for entry in entries {
                read_entry(root, &entry, backend, metadata, &mut found);
            }
        }
        Err(error) => found.diagnostics.push(unreadable_folder(folder, &error)),
    }
    together(&mut found.diagnostics);
    found
}

/// Makes one diagnostic of those about missing metadata: a folder of Diesel's has none anywhere.
fn together(diagnostics: &mut Vec<Diagnostic>) {
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

fn unreadable_folder(folder: &str, error: &io::Error) -> Diagnostic {
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

struct Entry {
    name: String,
    is_utf8: bool,
    file_type: fs::FileType,
}

/// The entries of a folder, sorted by name, symbolic links not followed.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_utf8 = name.to_str().is_some();
        entries.push(Entry { name: name.to_string_lossy().into_owned(), is_utf8, file_type: entry.file_type()? });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// The place of a file or folder as a whole.
fn whole(path: &str) -> crate::source::Span {
    Source::new(path, "").start()
}

/// What is to be read for the metadata.toml of a migration, given its folder's name and the file's text.
type Substitute<'a> = &'a mut dyn FnMut(&str, Option<Source>) -> Option<Source>;

fn read_entry(root: &Path, entry: &Entry, backend: Backend, metadata: Substitute<'_>, found: &mut Folder) {
    if entry.name.starts_with('.') || entry.file_type.is_file() {
        return;
    }
    let path = format!("{}/{}", found.path, entry.name);
    if entry.file_type.is_symlink() {
        found.diagnostics.push(symlink(&path));
        return;
    }
    if !entry.is_utf8 {
        let message = format!("the name of the folder `{path}` is not UTF-8");
        let diagnostic = Diagnostic::error(Code::NotUtf8, message).at(whole(&path), "");
        found.diagnostics.push(diagnostic.help("name it `YYYY-MM-DD-HHMMSS_what_it_does`"));
        return;
    }
    match entries(&root.join(&path)) {
        Ok(files) => {
            let read = Reading { root, name: &entry.name, path: &path, files: &files, backend };
            read_migration(&read, metadata, found);
        }
        Err(error) => {
            let message = format!("can't read the folder: {error}");
            let diagnostic = Diagnostic::error(Code::Io, message).at(whole(&path), "");
            found.diagnostics.push(diagnostic.help("give yourself the right to read it, or move it elsewhere"));
        }
    }
}

fn symlink(path: &str) -> Diagnostic {
    Diagnostic::error(Code::Symlink, format!("`{path}` is a symbolic link"))
        .at(whole(path), "")
        .help("put the real folder or file in its place")
}

/// A migration's folder that is being read.
struct Reading<'a> {
    root: &'a Path,
    name: &'a str,
    path: &'a str,
    files: &'a [Entry],
    backend: Backend,
}

fn read_migration(read: &Reading<'_>, metadata: Substitute<'_>, found: &mut Folder) {
    let &Reading { root, name, path, files, backend } = read;
    let has = |name: &str| files.iter().any(|file| file.name == name);
    if !has("up.sql") {
        found.diagnostics.push(without_up(path, files));
        return;
    }
    found.diagnostics.extend(check_version(name, path));
    let mut text = |file: &str| {
        if !has(file) {
            return None;
        }
        let path = format!("{path}/{file}");
        match read_text(root, &path, files.iter().find(|one| one.name == file)) {
            Ok(source) => Some(source),
            Err(diagnostic) => {
                found.diagnostics.push(diagnostic);
                None
            }
        }
    };
    let (written, up, down) = (text("metadata.toml"), text("up.sql"), text("down.sql"));
    let is_readable = written.is_some() || !has("metadata.toml");
    let metadata_source = if is_readable { metadata(name, written) } else { None };
    let (metadata_source, metadata, places) = match metadata_source {
        Some(source) => {
            let (metadata, places, faults) = metadata::parse(&source, name);
            found.diagnostics.extend(faults);
            (source, metadata, places)
        }
        None => {
            if is_readable {
                found.diagnostics.push(without_metadata(path));
            }
            return;
        }
    };
    let up = up.map(|source| sql::split(&source, backend));
    let down = down.map(|source| sql::split(&source, backend));
    for script in up.iter().chain(&down) {
        found.diagnostics.extend(script.diagnostics.iter().cloned());
    }
    // Sealed migrations are what they are: no warnings about them, and one that does nothing has done it.
    if metadata.sealed.is_none() {
        found.diagnostics.extend(up.as_ref().and_then(empty));
        let empty_down = down.as_ref().and_then(empty);
        found.diagnostics.extend(empty_down.map(|one| Diagnostic { level: Level::Warning, ..one }));
        if !has("down.sql") && metadata.irreversible.is_none() {
            found.diagnostics.push(without_down(path));
        }
    }
    let Some(up) = up else { return };
    found.migrations.push(Migration {
        name: name.to_owned(),
        version: Version::of_folder(name),
        path: path.to_owned(),
        metadata,
        places,
        metadata_source,
        up,
        down,
    });
}

fn without_up(path: &str, files: &[Entry]) -> Diagnostic {
    if let Some(other) = files.iter().find(|file| file.name.eq_ignore_ascii_case("up.sql")) {
        return Diagnostic::error(Code::MissingUp, format!("`{path}` has no `up.sql`"))
            .at(whole(path), "")
            .note(format!("`{}` is another name", other.name))
            .help(format!("git mv {path}/{} {path}/up.sql", other.name));
    }
    if files.iter().any(|file| file.name == "down.sql" || file.name == "metadata.toml") {
        return Diagnostic::error(Code::MissingUp, format!("`{path}` has no `up.sql`"))
            .at(whole(path), "")
            .help(format!("write `{path}/up.sql`; if it is to do nothing, `SELECT 1;`"));
    }
    Diagnostic::error(Code::StrayFolder, format!("`{path}` is no migration: it has no `up.sql`"))
        .at(whole(path), "")
        .note("Diesel refuses the whole directory because of it")
        .help("move the folder elsewhere, or begin its name with a dot")
}

fn without_down(path: &str) -> Diagnostic {
    Diagnostic::warning(Code::MissingDown, format!("`{path}` has no `down.sql`")).at(whole(path), "").help(format!(
        "write `{path}/down.sql`, or say why there is no way back: `irreversible = \"…\"` in its metadata.toml"
    ))
}

fn without_metadata(path: &str) -> Diagnostic {
    Diagnostic::error(Code::MissingMetadata, format!("`{path}` has no `metadata.toml`"))
        .at(whole(path), "")
        .help("if Diesel's command line made it: cargo dbmig adopt")
        .help(format!(
            "write `{path}/metadata.toml` with the first line `run_in_transaction = true`, then {}",
            metadata::say_parents()
        ))
}

fn check_version(name: &str, path: &str) -> Option<Diagnostic> {
    let stem = name.split('_').next().unwrap_or(name);
    let version = Version::of_folder(name);
    let fault = |message: String| {
        let diagnostic = Diagnostic::error(Code::BadVersion, message).at(whole(path), "");
        diagnostic.help("name it `YYYY-MM-DD-HHMMSS_what_it_does`")
    };
    if version.as_str().is_empty() {
        return Some(fault(format!("`{path}` has no version before its first `_`")));
    }
    if let Some(letter) = stem.chars().find(|letter| !(letter.is_ascii_alphanumeric() || "-.".contains(*letter))) {
        let message = format!(
            "the version `{stem}` of `{path}` holds {letter:?}: only letters, digits, `.` and `-` may be in one"
        );
        return Some(fault(message));
    }
    let length = version.as_str().len();
    (length > MAX_LENGTH).then(|| {
        fault(format!("the version of `{path}` has {length} characters: the version table holds {MAX_LENGTH}"))
    })
}

fn read_text(root: &Path, path: &str, entry: Option<&Entry>) -> Result<Source, Diagnostic> {
    if entry.is_some_and(|entry| entry.file_type.is_symlink()) {
        return Err(symlink(path));
    }
    let bytes = fs::read(root.join(path))
        .map_err(|error| Diagnostic::error(Code::Io, format!("can't read the file: {error}")).at(whole(path), ""))
        .map_err(|diagnostic| diagnostic.help("it must be a file that you may read"))?;
    text_of(path, bytes)
}

/// A file's bytes as text.
///
/// # Errors
///
/// Bytes that aren't UTF-8, at the line on which the first of them stands.
pub(crate) fn text_of(path: &str, bytes: Vec<u8>) -> Result<Source, Diagnostic> {
    String::from_utf8(bytes).map(|text| Source::new(path, text)).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
        let source = Source::new(path, String::from_utf8_lossy(error.as_bytes()));
        // Up to the fault the lossy text is the file's own, so that the offset holds in both.
        let place = source.span(valid..valid + '\u{fffd}'.len_utf8());
        let message = format!("`{path}` is not UTF-8: byte {valid} is 0x{byte:02x}, on line {}", place.line());
        Diagnostic::error(Code::NotUtf8, message).at(place, "").help("save the file as UTF-8")
    })
}

fn empty(script: &Script) -> Option<Diagnostic> {
    let path = script.source.path();
    (script.statements.is_empty() && script.diagnostics.is_empty()).then(|| {
        let message = format!("`{path}` holds no statement");
        let diagnostic = Diagnostic::error(Code::EmptyScript, message).at(script.source.start(), "");
        diagnostic.help("if it is to do nothing: `SELECT 1;`")
    })
}
