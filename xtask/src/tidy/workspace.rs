//! The workspace as the rules see it: its text files, read once.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

/// Every text file of the workspace, sorted by path.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) files: Vec<File>,
}

/// A text file.
#[derive(Debug)]
pub(super) struct File {
    /// Relative to the workspace, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Workspace {
    pub(super) fn read(root: &Path) -> Result<Workspace, String> {
        let mut files = Vec::new();
        for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_ours) {
            let entry = entry.map_err(|error| error.to_string())?;
            if !entry.file_type().is_file() {
                continue;
            }
            let bytes = std::fs::read(entry.path()).map_err(|error| format!("{}: {error}", entry.path().display()))?;
            // What isn't text (a test's broken input, a database) has no rules.
            if let Ok(text) = String::from_utf8(bytes) {
                let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
                let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
                files.push(File { path: parts.collect::<Vec<_>>().join("/"), text });
            }
        }
        Ok(Workspace { files })
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Workspace {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Workspace { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// Whether rules for Rust hold: the inputs of tests are no code of the workspace.
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs") && !self.path.starts_with("tests/cases/")
    }

    /// Whether all of it is a test or serves tests.
    pub(super) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs"))
    }

    /// The line that holds a byte, counted from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1
    }
}

/// Leaves out what Git ignores and what Cargo writes.
fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    entry.depth() == 0 || (name != "target" && name != ".git" && name != "Cargo.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_itself_is_read_without_what_cargo_wrote() {
        let workspace = Workspace::read(&crate::shell::root()).unwrap();
        assert!(workspace.rust().any(|file| file.path == "xtask/src/tidy/workspace.rs"));
        assert!(!workspace.files.iter().any(|file| file.path.starts_with("target/")));
    }
}
