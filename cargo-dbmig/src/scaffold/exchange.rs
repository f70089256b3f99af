//! Several folders for several others: all of it happens on disk, or nothing.

use std::io;
use std::path::{Path, PathBuf};

use super::File;

/// A revision's folder that is to be written.
#[derive(Clone, Debug)]
pub struct Folder<'a> {
    /// Its name.
    pub name: &'a str,
    /// The files in it, by their names.
    pub files: &'a [(&'a str, &'a str)],
}

/// Takes folders out of a migrations folder, puts others in, and writes single files.
///
/// All is written under a hidden name first; what follows are renames, which are taken back if one fails. A folder may
/// have the name of one that goes.
///
/// # Errors
///
/// What the file system says; everything is as it was then.
pub fn exchange(migrations: &Path, gone: &[&str], come: &[Folder<'_>], files: &[File]) -> io::Result<()> {
    let staging = tempfile::Builder::new().prefix(".dbmig-").tempdir_in(migrations)?;
    let (old, new) = (staging.path().join("old"), staging.path().join("new"));
    std::fs::create_dir(&old)?;
    for folder in come {
        let whole = new.join(folder.name);
        std::fs::create_dir_all(&whole)?;
        for (file, text) in folder.files {
            std::fs::write(whole.join(file), text)?;
        }
    }
    let mut done: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut rename = |from: PathBuf, to: PathBuf| {
        if to.exists() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder exists already"));
        }
        std::fs::rename(&from, &to)?;
        done.push((from, to));
        Ok(())
    };
    let renamed = gone
        .iter()
        .try_for_each(|name| rename(migrations.join(name), old.join(name)))
        .and_then(|()| come.iter().try_for_each(|one| rename(new.join(one.name), migrations.join(one.name))))
        .and_then(|()| super::write_all(files));
    if renamed.is_err() {
        for (from, to) in done.iter().rev() {
            // Nothing better can be done than to try.
            let _ = std::fs::rename(to, from);
        }
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_exchanged_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(root)
                .unwrap()
                .map(|one| one.unwrap().file_name().into_string().unwrap())
                .filter(|name| !name.starts_with('.'))
                .collect();
            names.sort();
            names.join(" ")
        };
        for name in ["1_a", "2_b", "3_c"] {
            std::fs::create_dir(root.join(name)).unwrap();
            std::fs::write(root.join(name).join("up.sql"), name).unwrap();
        }
        let up = |name: &str| std::fs::read_to_string(root.join(name).join("up.sql")).unwrap();
        let file = |path: &str| File { path: root.join(path), text: "mended".to_owned() };
        let come = [Folder { name: "2_b", files: &[("up.sql", "both")] }];
        // The last step fails: the file's folder isn't there.
        assert!(exchange(root, &["1_a", "2_b"], &come, &[file("3_c/up.sql"), file("4_d/up.sql")]).is_err());
        assert_eq!(
            (names(), up("1_a"), up("2_b"), up("3_c")),
            ("1_a 2_b 3_c".into(), "1_a".into(), "2_b".into(), "3_c".into())
        );
        // A place that is taken.
        assert!(exchange(root, &["1_a"], &come, &[]).is_err());
        assert_eq!(names(), "1_a 2_b 3_c");
        exchange(root, &["1_a", "2_b"], &come, &[file("3_c/up.sql")]).unwrap();
        assert_eq!((names(), up("2_b"), up("3_c")), ("2_b 3_c".into(), "both".into(), "mended".into()));
    }
}
