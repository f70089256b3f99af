//! Files written: whole or not at all, and only when their content changes.

use std::fs;
use std::io;
use std::path::Path;

/// Writes a file unless it holds the text already; what reads it (rustc, say) is not disturbed for nothing. It is
/// written under a temporary name beside its place and then renamed. Returns whether it was written.
///
/// # Errors
///
/// What the file system says.
pub fn write_if_changed(path: &Path, text: &str) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|present| present == text.as_bytes()) {
        return Ok(false);
    }
    // Two processes that write the same file have names of their own; Cargo runs a build script once at a time.
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What can't be renamed is of no use; the first error says why.
        let _ = fs::remove_file(&temporary);
    }
    written.map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dbmig.rs");
        assert!(write_if_changed(&path, "a").unwrap());
        assert!(!write_if_changed(&path, "a").unwrap());
        assert!(write_if_changed(&path, "b").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "b");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
