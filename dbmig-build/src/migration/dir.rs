//! The migrations folder, read once; nothing in it is skipped in silence.
//!
//! What counts as a migration is Diesel's rule: every entry that is no plain file and isn't hidden.

mod blocks;
mod fault;

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use dbmig::Backend;
use dbmig::version::Version;

use super::{Migration, Outline, metadata};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::source::Source;
use crate::sql::{self, Script};
use fault::{
    check_version, empty, symlink, together, unreadable_folder, whole, without_down, without_metadata, without_up,
};

/// A migrations folder as it was found: whole migrations, or their outlines.
#[derive(Clone, Debug)]
pub struct Folder<M = Migration> {
    /// Its path, relative to the package, with `/`.
    pub path: String,
    /// The migrations that could be read, sorted by name. Those with faults are among them where that is possible.
    pub migrations: Vec<M>,
    /// What is wrong, in the order of the folders' names.
    pub diagnostics: Vec<Diagnostic>,
}

impl<M> Folder<M> {
    /// Whether something in it is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|one| one.level == Level::Error)
    }
}

/// Reads a migrations folder; `folder` is relative to `root`, the package's folder.
pub fn read(root: &Path, folder: &str, backend: Backend) -> Folder {
    read_as_if(root, folder, backend, &|_, text| text)
}

/// Reads a migrations folder as if other metadata stood in it: `metadata` is given the name of each migration and its
/// metadata.toml, if it has one, and says what is to be read instead.
pub fn read_as_if(root: &Path, folder: &str, backend: Backend, metadata: Substitute<'_>) -> Folder {
    read_with(root, folder, |name, path, diagnostics| {
        let files = listed(root, path, diagnostics)?;
        read_migration(&Reading { root, name, path, files: &files }, backend, metadata, diagnostics)
    })
}

/// What is to be read for the metadata.toml of a migration, given its folder's name and the file's text.
type Substitute<'a> = &'a (dyn Fn(&str, Option<Source>) -> Option<Source> + Sync);

/// Reads a migrations folder without its SQL, for what needs the graph alone. What is wrong with the SQL, or that there
/// is none, is for those to say who read it.
pub fn read_outlines(root: &Path, folder: &str) -> Folder<Outline> {
    read_with(root, folder, |name, path, diagnostics| {
        // Most of the time goes into system calls: the folder is listed only where something is wrong.
        let metadata = format!("{path}/metadata.toml");
        match bytes(&root.join(&metadata)).map(|bytes| text_of(&metadata, bytes)) {
            Ok(Ok(source)) => {
                diagnostics.extend(check_version(name, path));
                Some(outline(name, path, source, diagnostics))
            }
            _ => {
                let files = listed(root, path, diagnostics)?;
                read_outline(&Reading { root, name, path, files: &files }, &|_, text| text, diagnostics)
            }
        }
    })
}

/// Reads the `up.sql` of migrations whose outlines were read, and hands on some at a time, in this order, with what is
/// wrong with those that can't be read or split. Of these nothing comes, or what could be split.
pub fn each_up(
    root: &Path,
    outlines: &[&Outline],
    backend: Backend,
    mut take: impl FnMut(Vec<Script>, Vec<Diagnostic>),
) {
    let read_up = |outline: &&Outline, diagnostics: &mut Vec<Diagnostic>| {
        let path = format!("{}/up.sql", outline.path);
        let script = match bytes(&root.join(&path)).map(|bytes| text_of(&path, bytes)) {
            Ok(Ok(source)) => sql::split(&source, backend),
            _ => {
                let (migration, faults) = read_one(root, outline, backend);
                diagnostics.extend(faults);
                return migration.map(|migration| migration.up);
            }
        };
        diagnostics.extend(script.diagnostics.iter().cloned());
        Some(script)
    };
    blocks::each(outlines, |block| read_block(block, read_up), |(ups, faults)| take(ups, faults));
}

/// Reads a migration whose outline was read as a whole, and says what is wrong with it.
pub fn read_one(root: &Path, outline: &Outline, backend: Backend) -> (Option<Migration>, Vec<Diagnostic>) {
    let Outline { name, path, .. } = outline;
    let mut diagnostics = Vec::new();
    let migration = listed(root, path, &mut diagnostics).and_then(|files| {
        let reading = Reading { root, name, path, files: &files };
        read_migration(&reading, backend, &|_, text| text, &mut diagnostics)
    });
    (migration, diagnostics)
}

/// Reads each folder in a folder, several at once: most of the time goes into waiting for files.
fn read_with<M: Send>(
    root: &Path,
    folder: &str,
    read: impl Fn(&str, &str, &mut Vec<Diagnostic>) -> Option<M> + Sync,
) -> Folder<M> {
    let mut found = Folder { path: folder.to_owned(), migrations: Vec::new(), diagnostics: Vec::new() };
    let entries = match entries(&root.join(folder)) {
        Ok(entries) => entries,
        Err(error) => {
            found.diagnostics.push(unreadable_folder(folder, &error));
            return found;
        }
    };
    found.migrations.reserve(entries.len());
    let read_entry = |entry: &Entry, diagnostics: &mut Vec<Diagnostic>| read_entry(folder, entry, &read, diagnostics);
    blocks::each(
        &entries,
        |block| read_block(block, read_entry),
        |(migrations, diagnostics)| {
            found.migrations.extend(migrations);
            found.diagnostics.extend(diagnostics);
        },
    );
    together(&mut found.diagnostics);
    found
}

/// Reads each of some things; what was read is in their order, and so is what is wrong.
fn read_block<E, T>(block: &[E], read: impl Fn(&E, &mut Vec<Diagnostic>) -> Option<T>) -> (Vec<T>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut done = Vec::with_capacity(block.len());
    done.extend(block.iter().filter_map(|one| read(one, &mut diagnostics)));
    (done, diagnostics)
}

struct Entry {
    name: String,
    is_utf8: bool,
    kind: EntryKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Symlink,
    Other,
}

/// The entries of a folder, sorted by name, symbolic links not followed.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string();
        let file_type = entry.file_type()?;
        let kind = match file_type.is_file() {
            true => EntryKind::File,
            false if file_type.is_symlink() => EntryKind::Symlink,
            false => EntryKind::Other,
        };
        let is_utf8 = name.is_ok();
        entries.push(Entry { name: name.unwrap_or_else(|name| name.to_string_lossy().into_owned()), is_utf8, kind });
    }
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn read_entry<M>(
    folder: &str,
    entry: &Entry,
    read: impl Fn(&str, &str, &mut Vec<Diagnostic>) -> Option<M>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<M> {
    if entry.name.starts_with('.') || entry.kind == EntryKind::File {
        return None;
    }
    let path = format!("{folder}/{}", entry.name);
    if entry.kind == EntryKind::Symlink {
        diagnostics.push(symlink(&path));
        return None;
    }
    if !entry.is_utf8 {
        let message = format!("the name of the folder `{path}` is not UTF-8");
        let diagnostic = Diagnostic::error(Code::NotUtf8, message).at(whole(&path), "");
        diagnostics.push(diagnostic.help("name it `YYYY-MM-DD-HHMMSS_what_it_does`"));
        return None;
    }
    read(&entry.name, &path, diagnostics)
}

/// The files of a migration; what is wrong with its folder is reported.
fn listed(root: &Path, path: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Entry>> {
    match entries(&root.join(path)) {
        Ok(files) => Some(files),
        Err(error) => {
            let message = format!("can't read the folder: {error}");
            let diagnostic = Diagnostic::error(Code::Io, message).at(whole(path), "");
            diagnostics.push(diagnostic.help("give yourself the right to read it, or move it elsewhere"));
            None
        }
    }
}

/// A migration's folder that is being read.
struct Reading<'a> {
    root: &'a Path,
    name: &'a str,
    path: &'a str,
    files: &'a [Entry],
}

fn read_outline(reading: &Reading<'_>, metadata: Substitute<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Outline> {
    let &Reading { name, path, files, .. } = reading;
    if !has(files, "up.sql") {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        diagnostics.push(without_up(path, &names));
        return None;
    }
    diagnostics.extend(check_version(name, path));
    let written = text(reading, "metadata.toml", diagnostics);
    if written.is_none() && has(files, "metadata.toml") {
        return None;
    }
    let Some(metadata_source) = metadata(name, written) else {
        diagnostics.push(without_metadata(path));
        return None;
    };
    Some(outline(name, path, metadata_source, diagnostics))
}

fn outline(name: &str, path: &str, metadata_source: Source, diagnostics: &mut Vec<Diagnostic>) -> Outline {
    let (metadata, places, faults) = metadata::parse(&metadata_source, name);
    diagnostics.extend(faults);
    let version = Version::of_folder(name);
    let (metadata, places) = (Box::new(metadata), Box::new(places));
    Outline { name: name.to_owned(), version, path: path.to_owned(), metadata, places, metadata_source }
}

fn read_migration(
    reading: &Reading<'_>,
    backend: Backend,
    metadata: Substitute<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Migration> {
    let outline = read_outline(reading, metadata, diagnostics);
    let up = text(reading, "up.sql", diagnostics);
    let down = text(reading, "down.sql", diagnostics).filter(|_| has(reading.files, "up.sql"));
    let outline = outline?;
    let up = up.map(|source| sql::split(&source, backend));
    let down = down.map(|source| sql::split(&source, backend));
    for script in up.iter().chain(&down) {
        diagnostics.extend(script.diagnostics.iter().cloned());
    }
    // Sealed migrations are what they are: no warnings about them, and one that does nothing has done it.
    if outline.metadata.sealed.is_none() {
        diagnostics.extend(up.as_ref().and_then(empty));
        let empty_down = down.as_ref().and_then(empty);
        diagnostics.extend(empty_down.map(|one| Diagnostic { level: Level::Warning, ..one }));
        if !has(reading.files, "down.sql") && outline.metadata.irreversible.is_none() {
            diagnostics.push(without_down(reading.path));
        }
    }
    Some(Migration { outline, up: up?, down })
}

fn has(files: &[Entry], name: &str) -> bool {
    files.iter().any(|file| file.name == name)
}

/// The text of a migration's file; what is wrong with it is reported.
fn text(reading: &Reading<'_>, file: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Source> {
    let entry = reading.files.iter().find(|one| one.name == file)?;
    match read_text(reading.root, &format!("{}/{file}", reading.path), entry) {
        Ok(source) => Some(source),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
    }
}

fn read_text(root: &Path, path: &str, entry: &Entry) -> Result<Source, Diagnostic> {
    if entry.kind == EntryKind::Symlink {
        return Err(symlink(path));
    }
    let bytes = bytes(&root.join(path))
        .map_err(|error| Diagnostic::error(Code::Io, format!("can't read the file: {error}")).at(whole(path), ""))
        .map_err(|diagnostic| diagnostic.help("it must be a file that you may read"))?;
    text_of(path, bytes)
}

/// A file's bytes. Migrations are small: it isn't asked beforehand how long the file is.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512);
    fs::File::open(path)?.take(u64::MAX).read_to_end(&mut bytes)?;
    bytes.shrink_to_fit();
    Ok(bytes)
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
