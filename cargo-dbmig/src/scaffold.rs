//! New files: revisions on disk, whole or not at all.

mod exchange;

pub use exchange::{Folder, exchange};

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dbmig::revision::Graph;
use dbmig::version::{MAX_LENGTH, Version};
use heck::ToSnakeCase;
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use crate::error::{Error, Kind};

/// The greatest length of a slug, in characters; longer ones are cut at a word.
const SLUG_LENGTH: usize = 40;

/// The name of a new revision's folder, `2026-11-21-101500_create_users`.
///
/// Its version is above those of `above` (its parents and dependencies) and taken by no other revision: the time
/// `now` in UTC; or, if that is not above them, the newest of them plus one second; or, where they are no timestamps,
/// the greatest of them followed by the time.
///
/// # Errors
///
/// A version of more than 50 characters, which Diesel's version table can't hold.
pub fn folder_name(message: &str, above: &[Version], graph: &Graph, now: Timestamp) -> Result<String, Error> {
    let now = now.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let fits = |prefix: &str| {
        let version = Version::of_folder(prefix);
        above.iter().all(|other| *other < version) && graph.find(version.as_str()).is_none()
    };
    let greatest = above.iter().max();
    let newest = greatest.map_or(Some(now), |version| timestamp(version).map(|time| time.max(now)));
    let prefix = match newest {
        Some(mut time) => loop {
            let prefix = time.strftime("%Y-%m-%d-%H%M%S").to_string();
            if fits(&prefix) {
                break prefix;
            }
            time = time.saturating_add(1.second());
        },
        None => {
            let time = now.strftime("%Y%m%d%H%M%S");
            format!("{}{time}", greatest.map_or("", Version::as_str))
        }
    };
    if Version::of_folder(&prefix).as_str().chars().count() > MAX_LENGTH {
        return Err(Error::new(
            Kind::Chain,
            format!("the version `{prefix}` would be longer than {MAX_LENGTH} characters"),
        )
        .help("choose one with --rev-id"));
    }
    Ok(format!("{prefix}_{}", slug(message)))
}

/// Whether a folder's version is a time, as dbmig and Diesel write them.
pub fn is_timestamp(folder: &str) -> bool {
    timestamp(&Version::of_folder(folder)).is_some()
}

/// Whether a folder's version is the one that is given next after another's in one run.
pub fn follows(before: &str, folder: &str) -> bool {
    let (before, after) = (Version::of_folder(before), Version::of_folder(folder));
    if let (Some(before), Some(after)) = (timestamp(&before), timestamp(&after)) {
        return before.saturating_add(1.second()) == after;
    }
    let number = |version: &str| {
        let (stem, end) = version.split_at_checked(version.len().checked_sub(2)?)?;
        Some((stem.to_owned(), end.parse::<u8>().ok()?))
    };
    let Some((stem, at)) = number(after.as_str()) else { return false };
    let earlier = number(before.as_str());
    (stem == before.as_str() && at == 1) || earlier.is_some_and(|(other, earlier)| other == stem && earlier + 1 == at)
}

/// The time that a version begins with, if it is one as dbmig and Diesel write them.
fn timestamp(version: &Version) -> Option<DateTime> {
    let text = version.as_str();
    let digits = matches!(text.len(), 14 | 18) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then(|| DateTime::strptime("%Y%m%d%H%M%S", text.get(..14)?).ok())?
}

/// The words of a message as a folder name holds them: `create_users`.
pub fn slug(message: &str) -> String {
    let mut slug = String::new();
    for word in message.to_snake_case().split('_').filter(|word| !word.is_empty()) {
        if !slug.is_empty() && slug.chars().count() + 1 + word.chars().count() > SLUG_LENGTH {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(SLUG_LENGTH));
    }
    if slug.is_empty() { "revision".to_owned() } else { slug }
}

/// Writes a revision's folder: under a hidden temporary name first (which Diesel and dbmig pass over), then renamed.
///
/// # Errors
///
/// What the file system says; nothing is left behind.
pub fn write_folder(migrations: &Path, name: &str, files: &[(&str, &str)]) -> io::Result<()> {
    std::fs::create_dir_all(migrations)?;
    let target = migrations.join(name);
    if target.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder exists already"));
    }
    let folder = tempfile::Builder::new().prefix(".dbmig-").tempdir_in(migrations)?;
    let whole = folder.path().join(name);
    std::fs::create_dir(&whole)?;
    for (file, text) in files {
        std::fs::write(whole.join(file), text)?;
    }
    std::fs::rename(&whole, target)
}

/// Writes a file under a temporary name beside its place and renames it, so that nobody ever sees half of it.
///
/// # Errors
///
/// What the file system says.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    // A temporary file is private; the file that it becomes has the rights of the one it replaces, or ordinary ones.
    set_ordinary_rights(file.as_file(), path)?;
    file.persist(path)?;
    Ok(())
}

/// A file that is to be written.
#[derive(Clone, Debug)]
pub struct File {
    /// Where.
    pub path: PathBuf,
    /// What it is to hold.
    pub text: String,
}

/// Writes all of some files or none: each under a temporary name beside its place first, then all are renamed. If a
/// rename fails, those before it are taken back.
///
/// # Errors
///
/// What the file system says; nothing is left behind.
pub fn write_all(files: &[File]) -> io::Result<()> {
    let mut ready = Vec::with_capacity(files.len());
    for file in files {
        let folder = file.path.parent().unwrap_or(Path::new("."));
        let mut temporary = tempfile::Builder::new().prefix(".dbmig-").tempfile_in(folder)?;
        temporary.write_all(file.text.as_bytes())?;
        set_ordinary_rights(temporary.as_file(), &file.path)?;
        let before = match std::fs::read(&file.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        ready.push((temporary, file, before));
    }
    let mut written: Vec<(&File, Option<Vec<u8>>)> = Vec::new();
    for (temporary, file, before) in ready {
        if let Err(error) = temporary.persist(&file.path) {
            for (file, before) in written {
                // Nothing better can be done than to try.
                let _ = match before {
                    Some(bytes) => std::fs::write(&file.path, bytes),
                    None => std::fs::remove_file(&file.path),
                };
            }
            return Err(error.error);
        }
        written.push((file, before));
    }
    Ok(())
}

#[cfg(unix)]
fn set_ordinary_rights(file: &std::fs::File, replaced: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(replaced).map_or(0o644, |metadata| metadata.permissions().mode());
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_ordinary_rights(_file: &std::fs::File, _replaced: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(above: &[&str], now: &str) -> String {
        let above: Vec<Version> = above.iter().map(|&text| text.into()).collect();
        folder_name("Add e-mail!", &above, &Graph::default(), now.parse().unwrap()).unwrap()
    }

    #[test]
    fn versions_ascend_whatever_the_clock_says() {
        assert_eq!(name(&[], "2026-11-21T10:15:00Z"), "2026-11-21-101500_add_e_mail");
        assert_eq!(name(&["20261121101500"], "2026-11-21T10:15:00Z"), "2026-11-21-101501_add_e_mail");
        assert_eq!(name(&["20991231235959"], "2026-11-21T10:15:00Z"), "2100-01-01-000000_add_e_mail");
        assert_eq!(name(&["202611211015000001"], "2026-11-21T10:15:00Z"), "2026-11-21-101501_add_e_mail");
        assert_eq!(name(&["0009", "ae10"], "2026-11-21T10:15:00Z"), "ae1020261121101500_add_e_mail");
    }

    #[test]
    fn versions_of_one_run_follow_each_other() {
        for (before, after, expected) in [
            ("2026-11-21-101500_a", "2026-11-21-101501_b", true),
            ("2026-11-21-101500_a", "2026-11-21-101502_b", false),
            ("2026-12-31-235959_a", "2027-01-01-000000_b", true),
            ("v1_a", "v1-01_b", true),
            ("v1_a", "v1-02_b", false),
            ("v1-01_b", "v1-02_c", true),
            ("v1_a", "v2_b", false),
            ("x99_a", "x00_b", false),
            ("é_a", "éü_b", false),
        ] {
            assert_eq!(follows(before, after), expected, "{before} {after}");
        }
    }

    #[test]
    fn files_are_written_all_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| File { path: folder.path().join(name), text: format!("new {name}") };
        std::fs::write(folder.path().join("a"), "old a").unwrap();
        // A folder stands where the last file is to be.
        std::fs::create_dir_all(folder.path().join("taken/inside")).unwrap();
        let names = || {
            let mut names: Vec<_> =
                std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        assert!(write_all(&[file("a"), file("b"), file("taken")]).is_err());
        assert_eq!((names(), std::fs::read_to_string(folder.path().join("a")).unwrap()), (before, "old a".to_owned()));
        write_all(&[file("a"), file("b")]).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("a")).unwrap(), "new a");
        assert_eq!(std::fs::read_to_string(folder.path().join("b")).unwrap(), "new b");
    }

    #[test]
    fn slugs_are_cut_at_a_word() {
        assert_eq!(slug("create users"), "create_users");
        assert_eq!(slug("../etc"), "etc");
        assert_eq!(slug("!"), "revision");
        let long = slug("a message that goes on and on about all the things that it does");
        assert_eq!(long, "a_message_that_goes_on_and_on_about_all");
    }
}
