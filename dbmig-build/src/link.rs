//! Metadata to graph: what the revisions say of each other, with each fault at every place that takes part in it.

use std::collections::HashMap;

use dbmig::revision::graph::{Fault, Graph, Id};
use dbmig::version::Version;

use crate::diagnostic::{Code, Diagnostic};
use crate::migration::{Migration, Outline};
use crate::nearest::nearest;
use crate::source::{Source, Span};

/// The validated history: migrations and the graph that they form.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// The migrations in the graph's order: the one of an [`Id`] stands at its index.
    pub migrations: Vec<Migration>,
    /// The graph.
    pub graph: Graph,
}

impl Chain {
    /// The migration of a revision.
    pub fn migration(&self, id: Id) -> &Migration {
        &self.migrations[id.index()]
    }
}

/// Links migrations, given in any order, to a chain.
///
/// # Errors
///
/// As [`link`].
pub fn chain(mut migrations: Vec<Migration>) -> Result<Chain, Vec<Diagnostic>> {
    let graph = link(migrations.iter().map(|one| &one.outline))?;
    migrations.sort_by_key(|one| graph.find(one.version.as_str()));
    Ok(Chain { migrations, graph })
}

/// Links migrations to a graph.
///
/// # Errors
///
/// Every structural fault: two folders with one version, unknown parents, cycles, versions that don't ascend,
/// one label given twice.
pub fn link<'a>(outlines: impl IntoIterator<Item = &'a Outline>) -> Result<Graph, Vec<Diagnostic>> {
    let outlines: Vec<&Outline> = outlines.into_iter().collect();
    let nodes = outlines.iter().map(|one| one.node()).collect();
    Graph::link(nodes).map_err(|faults| {
        let index = Index::new(outlines);
        faults.iter().map(|fault| diagnose(fault, &index)).collect()
    })
}

/// Several heads and several roots that labels don't tell apart. The chain can be worked with, but not built on.
pub fn ambiguities(chain: &Chain) -> Vec<Diagnostic> {
    let index = Index::new(chain.migrations.iter().map(|one| &one.outline).collect());
    chain.graph.ambiguities().iter().map(|fault| diagnose(fault, &index)).collect()
}

/// Sealed migrations whose SQL isn't what was sealed.
pub fn broken_seals(chain: &Chain) -> Vec<Diagnostic> {
    let broken = |migration: &&Migration| migration.metadata.sealed.is_some_and(|seal| seal != migration.seal());
    let diagnose = |migration: &Migration| {
        let message = format!("`{}` is sealed, and its SQL was edited", migration.path);
        let diagnostic = Diagnostic::error(Code::SealedEdited, message);
        let diagnostic = match &migration.places.sealed {
            Some(place) => diagnostic.at(place.clone(), format!("the SQL now has the checksum {}", migration.seal())),
            None => diagnostic,
        };
        let diagnostic = diagnostic.note("databases that have run it won't run it again");
        diagnostic
            .help(format!("git checkout -- {}", migration.path))
            .help("cargo dbmig migrate -m \"what is to change\"")
    };
    chain.migrations.iter().filter(broken).map(diagnose).collect()
}

/// The migrations by version; of several with one version the first.
struct Index<'a> {
    migrations: Vec<&'a Outline>,
    by_version: HashMap<&'a str, &'a Outline>,
}

impl<'a> Index<'a> {
    fn new(migrations: Vec<&'a Outline>) -> Index<'a> {
        let by_version = migrations.iter().rev().map(|one| (one.version.as_str(), *one)).collect();
        Index { migrations, by_version }
    }

    fn get(&self, version: &Version) -> Option<&'a Outline> {
        self.by_version.get(version.as_str()).copied()
    }

    fn name<'v>(&self, version: &'v Version) -> &'v str
    where
        'a: 'v,
    {
        self.get(version).map_or(version.as_str(), |migration| &migration.name)
    }

    /// Where a revision names another one as its parent or dependency.
    fn edge(&self, from: &Version, to: &Version) -> Option<Span> {
        let migration = self.get(from)?;
        let metadata = &migration.metadata;
        let edges = metadata.revises.iter().zip(&migration.places.parents);
        let mut edges = edges.chain(metadata.depends_on.iter().zip(&migration.places.depends_on));
        edges.find_map(|(version, place)| (version == to).then(|| place.clone()))
    }

    /// Where a revision states its parents.
    fn revises(&self, version: &Version) -> Option<Span> {
        self.get(version).map(|migration| migration.places.revises.clone())
    }
}

/// A diagnostic with those places that are known.
fn at(diagnostic: Diagnostic, place: Option<Span>, text: impl Into<String>) -> Diagnostic {
    match place {
        Some(place) => diagnostic.at(place, text),
        None => diagnostic,
    }
}

fn diagnose(fault: &Fault, index: &Index<'_>) -> Diagnostic {
    match fault {
        Fault::DuplicateVersion { version, .. } => duplicate_version(version, index),
        Fault::UnknownParent { version, parent, dependency } => unknown_parent(version, parent, *dependency, index),
        Fault::Cycle { versions } => cycle(versions, index),
        Fault::NotAscending { version, parent } => not_ascending(version, parent, index),
        Fault::DuplicateLabel { label, versions } => duplicate_label(label, versions, index),
        Fault::SeveralHeads { versions } => several_heads(versions, index),
        Fault::SeveralRoots { versions } => several_roots(versions, index),
        other => Diagnostic::error(Code::Metadata, format!("the history is not a valid graph: {other:?}")),
    }
}

fn duplicate_version(version: &Version, index: &Index<'_>) -> Diagnostic {
    let mut folders: Vec<&Outline> = index.migrations.iter().copied().filter(|one| one.version == *version).collect();
    folders.sort_by(|a, b| a.name.cmp(&b.name));
    let message = format!("{} folders have the version `{version}`", folders.len());
    let diagnostic = Diagnostic::error(Code::DuplicateVersion, message);
    let place = |diagnostic: Diagnostic, folder: &&Outline| diagnostic.at(Source::new(&folder.path, "").start(), "");
    let diagnostic = folders.iter().fold(diagnostic, place);
    diagnostic
        .note(
            "the version is the name up to the first `_`, without `-`; Diesel would drop one of the folders at random",
        )
        .help("rename the folder that isn't released yet, and its version in the `revises` of those that follow it")
}

fn unknown_parent(version: &Version, parent: &Version, dependency: bool, index: &Index<'_>) -> Diagnostic {
    let verb = if dependency { "depends on" } else { "revises" };
    let message = format!("`{}` {verb} `{parent}`, which does not exist", index.name(version));
    let diagnostic = Diagnostic::error(Code::UnknownParent, message);
    let diagnostic = at(diagnostic, index.edge(version, parent), "no migration has this version");
    let mut versions: Vec<&str> = index.by_version.keys().copied().filter(|one| *one < version.as_str()).collect();
    // A parent's version is below its children's. Of equally near ones the greatest: most revisions follow a recent one.
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let near = nearest(parent.as_str(), versions).and_then(|near| index.by_version.get(near));
    let diagnostic = near.into_iter().fold(diagnostic, |diagnostic, near| {
        diagnostic.help(format!("did you mean `{}`, the version of `{}`?", near.version, near.name))
    });
    diagnostic.help("restore the missing migration, or name one that exists")
}

fn cycle(versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let [first, rest @ ..] = versions else { return Diagnostic::error(Code::Cycle, "revisions form a cycle") };
    if rest.is_empty() {
        let diagnostic = Diagnostic::error(Code::Cycle, format!("`{}` revises itself", index.name(first)));
        return at(diagnostic, index.edge(first, first), "").help("name the revision before it, or `revises = []`");
    }
    let message = format!("{} revisions revise each other in a cycle", versions.len());
    let nexts = rest.iter().chain([first]);
    let label = |diagnostic, (from, to): (&Version, &Version)| {
        let text = format!("`{from}` comes after `{to}`");
        at(diagnostic, index.edge(from, to), text)
    };
    let diagnostic = versions.iter().zip(nexts).fold(Diagnostic::error(Code::Cycle, message), label);
    diagnostic.help("correct the entry that is wrong: the oldest of these revisions follows none of the others")
}

fn not_ascending(version: &Version, parent: &Version, index: &Index<'_>) -> Diagnostic {
    let message = format!("the version of `{}` is not above that of `{}`", index.name(version), index.name(parent));
    let diagnostic = Diagnostic::error(Code::NotAscending, message);
    let label = format!("`{version}` must come after `{parent}`");
    let diagnostic = at(diagnostic, index.edge(version, parent), label)
        .note("versions are compared as text; Diesel's own tools run migrations in that order");
    let renamed = index.get(version).zip(index.get(parent)).and_then(|(child, parent)| renamed(child, parent, index));
    let follow = index.migrations.iter().any(|one| one.metadata.revises.contains(version));
    let diagnostic = match renamed {
        Some(command) => diagnostic.help(command),
        None => diagnostic.help(format!("rename the folder to a version above `{parent}`")),
    };
    if follow {
        diagnostic.help("then write its new version in the `revises` of those that follow it")
    } else {
        diagnostic
    }
}

/// The command that renames a migration to a free version just above its parent's.
fn renamed(child: &Outline, parent: &Outline, index: &Index<'_>) -> Option<String> {
    let stem = parent.name.split('_').next()?;
    let bumped = match stem.as_bytes().last()? {
        b'0'..=b'8' => {
            let last = stem.as_bytes().last().map(|digit| char::from(digit + 1))?;
            format!("{}{last}", &stem[..stem.len() - 1])
        }
        _ => format!("{stem}-1"),
    };
    let version = Version::of_folder(&bumped);
    if index.get(&version).is_some() || version <= parent.version {
        return None;
    }
    let slug = child.name.split_once('_').map(|(_, slug)| format!("_{slug}")).unwrap_or_default();
    let folder = child.path.strip_suffix(&child.name)?;
    Some(format!("git mv {} {folder}{bumped}{slug}", child.path))
}

fn duplicate_label(label: &str, versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let message = format!("{} revisions have the label `{label}`", versions.len());
    let mut diagnostic = Diagnostic::error(Code::DuplicateLabel, message);
    // A revision that has the label twice is listed twice.
    let mut versions = versions.to_vec();
    versions.dedup();
    for migration in versions.iter().filter_map(|version| index.get(version)) {
        for (_, place) in
            migration.metadata.labels.iter().zip(&migration.places.labels).filter(|(one, _)| *one == label)
        {
            diagnostic = diagnostic.at(place.clone(), "");
        }
    }
    diagnostic.help("keep it where the branch begins: it holds for the revisions that follow")
}

fn several_heads(versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::SeveralHeads, format!("the history has {} heads", versions.len()));
    let label = |diagnostic, version| at(diagnostic, index.revises(version), format!("nobody revises `{version}`"));
    let diagnostic = versions.iter().fold(diagnostic, label);
    diagnostic
        .help("cargo dbmig merge -m \"merge heads\"")
        .help("if the branches are to stay apart, give the first revision of each a label: `labels = [\"…\"]`")
}

fn several_roots(versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::SeveralRoots, format!("the history has {} roots", versions.len()));
    let label = |diagnostic, version| at(diagnostic, index.revises(version), format!("`{version}` revises nothing"));
    let diagnostic = versions.iter().fold(diagnostic, label);
    diagnostic
        .help("all but the first revision name the one before them: `revises = [\"VERSION\"]`")
        .help("if both are meant, give each a label: `labels = [\"…\"]`")
}

#[cfg(test)]
mod tests;
