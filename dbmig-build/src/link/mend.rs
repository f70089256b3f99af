//! What mends a fault of the graph: a command, or a line and the file that it belongs to.

use dbmig::version::Version;

use super::fault::Index;
use crate::migration::Outline;

/// A folder's new name.
pub(super) struct Renamed {
    /// The command that renames it.
    pub(super) command: String,
    /// Its new version.
    pub(super) version: Version,
}

/// A line that is to stand in a migration's metadata.toml, in place of the one with the same key.
fn line<'v>(one: &Outline, key: &str, entries: impl Iterator<Item = &'v str>) -> String {
    let entries: Vec<String> = entries.map(|entry| format!("\"{entry}\"")).collect();
    format!("in {}: {key} = [{}]", one.metadata_source.path(), entries.join(", "))
}

/// The line with which a revision names another parent, or dependency, than the one that is wrong; or none.
pub(super) fn edge(version: &Version, wrong: &Version, right: Option<&Version>, index: &Index<'_>) -> String {
    let Some(one) = index.get(version) else { return format!("take `{wrong}` out") };
    let is_parent = one.metadata.revises.contains(wrong);
    let (key, entries) = match is_parent {
        true => ("revises", &one.metadata.revises),
        false => ("depends_on", &one.metadata.depends_on),
    };
    let right = right.filter(|right| !entries.contains(right));
    let entries = entries.iter().filter_map(|entry| if entry == wrong { right } else { Some(entry) });
    line(one, key, entries.map(Version::as_str))
}

/// The lines with which those that stand on a revision name its new version.
pub(super) fn follow(old: &Version, new: &Version, index: &Index<'_>) -> Vec<String> {
    let names = |one: &&&Outline| one.metadata.revises.contains(old) || one.metadata.depends_on.contains(old);
    let follow = index.migrations.iter().filter(names);
    follow.map(|one| edge(&one.version, old, Some(new), index)).collect()
}

/// The line with which a second root comes to stand on what is below it.
pub(super) fn root(version: &Version, index: &Index<'_>) -> String {
    match index.get(version) {
        Some(one) => line(one, "revises", index.below(version).into_iter().map(Version::as_str)),
        None => format!("name the revision before `{version}` in its `revises`"),
    }
}

/// The line with which a revision loses a label.
pub(super) fn label(version: &Version, label: &str, index: &Index<'_>) -> String {
    let Some(one) = index.get(version) else { return format!("take `{label}` out") };
    // One that has it twice keeps it once.
    let twice = one.metadata.labels.iter().filter(|one| *one == label).count() > 1;
    let others = one.metadata.labels.iter().map(String::as_str).filter(|one| *one != label);
    line(one, "labels", others.chain(twice.then_some(label)))
}

/// The line with which a revision doesn't replace a version any more.
pub(super) fn replaces(one: &Outline, version: &Version) -> String {
    line(one, "replaces", one.metadata.replaces.iter().filter(|one| *one != version).map(Version::as_str))
}

/// The command that renames a migration to a free version just above another one's.
pub(super) fn rename(child: &Outline, parent: &Outline, index: &Index<'_>) -> Option<Renamed> {
    let stem = parent.name.split('_').next()?;
    let bumped = match stem.as_bytes().last()? {
        b'0'..=b'8' => {
            let last = stem.as_bytes().last().map(|digit| char::from(digit + 1))?;
            format!("{}{last}", stem.get(..stem.len() - 1)?)
        }
        _ => format!("{stem}-1"),
    };
    let taken = |stem: &str| index.get(&Version::of_folder(stem)).is_some();
    let stem = [bumped, format!("{stem}-1"), format!("{stem}-2")].into_iter().find(|stem| !taken(stem))?;
    let version = Version::of_folder(&stem);
    if version <= parent.version {
        return None;
    }
    let slug = child.name.split_once('_').map(|(_, slug)| format!("_{slug}")).unwrap_or_default();
    let folder = child.path.strip_suffix(&child.name)?;
    Some(Renamed { command: format!("mv {} {folder}{stem}{slug}", child.path), version })
}
