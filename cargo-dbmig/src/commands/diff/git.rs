//! The migrations folder as it is at a git ref, read with git's own command.

use std::io::Write;
use std::path::{Component, Path};
use std::process::{Command, Output, Stdio};

use dbmig_build::diagnostic::Level;
use dbmig_build::link::{self, Chain};
use dbmig_build::migration;

use crate::context::Context;
use crate::error::{Error, Kind};

/// Whether git knows a ref. Where git is missing or this is no repository, it doesn't.
pub(super) fn has(root: &Path, reference: &str) -> bool {
    commit(root, reference).is_ok()
}

/// The chain at a ref.
///
/// # Errors
///
/// No git, no repository, no such ref, and all that is wrong with the folder there.
pub(super) fn chain(context: &Context<'_>, reference: &str) -> Result<Chain, Error> {
    let root = &context.package.root;
    let commit = commit(root, reference)?;
    let folder = &context.config.migrations;
    let copy = tempfile::tempdir().map_err(|error| Error::io("a temporary folder", &error))?;
    // The folder must be there, though git keeps no empty one.
    std::fs::create_dir_all(copy.path().join(folder)).map_err(|error| Error::io(folder, &error))?;
    let listed = git(root, &["ls-tree", "-r", "-z", "--end-of-options", &commit, "--", folder], None)?;
    let entries = entries(&listed.stdout);
    let texts = contents(root, &entries)?;
    for ((_, path), text) in entries.iter().zip(&texts) {
        let is_inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return Err(Error::new(Kind::Io, format!("git lists the path {path}, which leads elsewhere")));
        }
        let path = copy.path().join(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        written.map_err(|error| Error::io("a temporary folder", &error))?;
    }
    let read = migration::read(copy.path(), folder, context.config.backend);
    let errors: Vec<_> = read.diagnostics.into_iter().filter(|one| one.level == Level::Error).collect();
    let note = |diagnostics: Vec<dbmig_build::diagnostic::Diagnostic>| {
        let noted = diagnostics.into_iter().map(|one| one.note(format!("as it is at {reference} in git")));
        Error::of_diagnostics(Kind::Chain, noted.collect())
    };
    if !errors.is_empty() {
        return Err(note(errors));
    }
    link::chain(read.migrations).map_err(note)
}

/// The commit that a ref names.
fn commit(root: &Path, reference: &str) -> Result<String, Error> {
    let wanted = format!("{reference}^{{commit}}");
    let unknown = |said: &str| {
        let error = Error::new(Kind::Selector, format!("git knows no `{reference}`"));
        if said.contains("not a git repository") {
            return Error::new(Kind::Selector, format!("git can't show `{reference}`: this is no git repository"));
        }
        error.help("git branch --all")
    };
    let output = git(root, &["rev-parse", "--verify", "--end-of-options", &wanted], None);
    let output = output.map_err(|error| if error.kind == Kind::Io { error } else { unknown(&error.message) })?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Options are echoed before the answer by some versions.
    text.lines().last().filter(|line| !line.is_empty()).map(str::to_owned).ok_or_else(|| unknown(""))
}

/// The files of a listing: object and path.
fn entries(listed: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(listed);
    let entry = |line: &str| {
        let (about, path) = line.split_once('\t')?;
        let mut words = about.split(' ');
        let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
        // Links and submodules are no migrations.
        mode.starts_with("100").then(|| (object.to_owned(), path.to_owned()))
    };
    text.split('\0').filter_map(entry).collect()
}

/// The contents of objects, by one process.
fn contents(root: &Path, entries: &[(String, String)]) -> Result<Vec<Vec<u8>>, Error> {
    let broken = || Error::new(Kind::Io, "git gave other files than it listed");
    let objects: String = entries.iter().map(|(object, _)| format!("{object}\n")).collect();
    let output = git(root, &["cat-file", "--batch"], Some(&objects))?;
    let mut rest = output.stdout.as_slice();
    let mut texts = Vec::new();
    for _ in entries {
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or_else(broken)?;
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        let length: usize = header.rsplit(' ').next().and_then(|word| word.parse().ok()).ok_or_else(broken)?;
        let text = rest.get(end + 1..end + 1 + length).ok_or_else(broken)?;
        texts.push(text.to_vec());
        rest = rest.get(end + 2 + length..).unwrap_or_default();
    }
    Ok(texts)
}

/// Runs git in a folder; a failure is told in git's first line.
fn git(root: &Path, arguments: &[&str], input: Option<&str>) -> Result<Output, Error> {
    let unstarted = |error: std::io::Error| {
        let error = Error::new(Kind::Io, format!("git can't be started: {error}"));
        error.help("install git, or name a revision instead of a git ref")
    };
    let mut command = Command::new("git");
    command.current_dir(root).args(arguments).env("LC_ALL", "C");
    if let Some(input) = input {
        // From a file, so that neither side waits for the other.
        let file = tempfile::tempfile().and_then(|mut file| {
            file.write_all(input.as_bytes())?;
            std::io::Seek::rewind(&mut file)?;
            Ok(file)
        });
        command.stdin(Stdio::from(file.map_err(|error| Error::io("a temporary file", &error))?));
    }
    let output = command.output().map_err(unstarted)?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(Kind::Chain, format!("git: {}", said.lines().next().unwrap_or_default())))
}
