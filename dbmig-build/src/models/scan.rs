//! The Rust files that may hold models.

use std::collections::BTreeMap;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// Reads the Rust files under the configured files and folders, in the order of their paths.
///
/// `target` and what is hidden isn't looked into, links are followed. A file that isn't UTF-8 is reported: it may hold
/// a model.
pub(super) fn scan(root: &Path, places: &[String], diagnostics: &mut Vec<Diagnostic>) -> Vec<Source> {
    let mut found = BTreeMap::new();
    for place in places {
        let top = root.join(place);
        if !top.exists() {
            let problem = format!("no file or folder `{place}` to search for models");
            let help = "set `models` in `[package.metadata.dbmig]` to the files and folders that hold models";
            diagnostics.push(Diagnostic::error(Code::ModelSource, problem).help(help));
            continue;
        }
        let entries = WalkDir::new(&top).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_searched);
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_rust(entry.path()) => {
                    found.entry(path_text(root, entry.path())).or_insert_with(|| entry.into_path());
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().map_or_else(|| place.clone(), |path| path_text(root, path));
                    let reason = error.io_error().map_or_else(|| "a loop of links".to_owned(), ToString::to_string);
                    diagnostics.push(unreadable(&path, &reason));
                }
            }
        }
    }
    let mut sources = Vec::new();
    for (path, file) in found {
        match std::fs::read(&file).map(String::from_utf8) {
            // rustc doesn't count a byte order mark, and neither does syn.
            Ok(Ok(text)) => sources.push(Source::new(path, text.strip_prefix('\u{feff}').unwrap_or(&text))),
            Ok(Err(_)) => diagnostics.push(unreadable(&path, "it isn't UTF-8")),
            Err(error) => diagnostics.push(unreadable(&path, &error.to_string())),
        }
    }
    sources
}

fn unreadable(path: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(Code::ModelSource, format!("can't read `{path}`: {reason}"))
}

fn is_searched(entry: &DirEntry) -> bool {
    // What is configured is searched whatever its name.
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0 || !(name.starts_with('.') || entry.file_type().is_dir() && name == "target")
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Relative to the package, with `/`, without `.` and `..` where that can be.
fn path_text(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts = relative.components().filter(|part| !matches!(part, std::path::Component::CurDir));
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
