//! What is wrong with the graph, in words, with every place that takes part in it and what mends it.

use std::collections::HashMap;

use dbmig::revision::graph::Fault;
use dbmig::version::Version;

use super::mend;
use crate::diagnostic::{Code, Diagnostic};
use crate::migration::Outline;
use crate::nearest::nearest;
use crate::source::{Source, Span};

/// The migrations by version; of several with one version the first.
pub(super) struct Index<'a> {
    pub(super) migrations: Vec<&'a Outline>,
    by_version: HashMap<&'a str, &'a Outline>,
}

impl<'a> Index<'a> {
    pub(super) fn new(migrations: Vec<&'a Outline>) -> Index<'a> {
        let by_version = migrations.iter().rev().map(|one| (one.version.as_str(), *one)).collect();
        Index { migrations, by_version }
    }

    pub(super) fn get(&self, version: &Version) -> Option<&'a Outline> {
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

    /// The revision that replaces a version.
    fn replacing(&self, version: &Version) -> Option<&'a Outline> {
        self.migrations.iter().copied().find(|one| one.metadata.replaces.contains(version))
    }

    /// The greatest version below another one: what most likely comes before it.
    pub(super) fn below(&self, version: &Version) -> Option<&'a Version> {
        self.migrations.iter().map(|one| &one.version).filter(|one| *one < version).max()
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

/// Versions that a revision replaces and that are there all the same, or that another one replaces, too.
pub(super) fn replaced_twice(index: &Index<'_>) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut seen: HashMap<&Version, (&Outline, &Span)> = HashMap::new();
    for migration in &index.migrations {
        for (version, place) in migration.metadata.replaces.iter().zip(&migration.places.replaces) {
            let error = |text: String| Diagnostic::error(Code::Replaces, text).at(place.clone(), "");
            if let Some(other) = index.get(version) {
                let message = format!("`{}` replaces `{version}`, which the chain still has", migration.name);
                let fault = error(message).at(other.places.revises.clone(), "here");
                faults.push(match other.name == migration.name {
                    true => fault.help(mend::replaces(migration, version)),
                    false => fault.help(format!("git rm -r {}", other.path)),
                });
            } else if let Some((first, first_place)) = seen.insert(version, (migration, place)) {
                let message = format!("`{}` and `{}` both replace `{version}`", first.name, migration.name);
                let fault = error(message).at(first_place.clone(), "the other one");
                faults.push(fault.help(mend::replaces(migration, version)));
            }
        }
    }
    faults
}

/// What is to be said of a fault.
pub(super) fn diagnose(fault: &Fault, index: &Index<'_>) -> Diagnostic {
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
    let diagnostic = folders.iter().fold(diagnostic, place).note(
        "the version is the name up to the first `_`, without `-`; Diesel would drop one of the folders at random",
    );
    let renamed = folders.split_last().and_then(|(last, _)| mend::rename(last, last, index));
    let diagnostic = renamed.into_iter().fold(diagnostic, |diagnostic, renamed| diagnostic.help(renamed.command));
    diagnostic.help("rename the one that isn't released yet; what stands on it names its new version then")
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
    if let Some(squashed) = index.replacing(parent) {
        let note = format!("it is a part of `{}` since a squash", squashed.name);
        return diagnostic.note(note).help(mend::edge(version, parent, Some(&squashed.version), index));
    }
    let diagnostic = near.into_iter().fold(diagnostic, |diagnostic, near| {
        diagnostic.help(format!("did you mean `{}`, the version of `{}`?", near.version, near.name))
    });
    let instead = near.map(|near| &near.version).or_else(|| index.below(version).filter(|_| !dependency));
    diagnostic.help(mend::edge(version, parent, instead, index)).help("or restore the missing migration")
}

fn cycle(versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let [first, rest @ ..] = versions else { return Diagnostic::error(Code::Cycle, "revisions form a cycle") };
    if rest.is_empty() {
        let diagnostic = Diagnostic::error(Code::Cycle, format!("`{}` revises itself", index.name(first)));
        let help = mend::edge(first, first, index.below(first), index);
        return at(diagnostic, index.edge(first, first), "").help(help);
    }
    let message = format!("{} revisions revise each other in a cycle", versions.len());
    let nexts = rest.iter().chain([first]);
    let label = |diagnostic, (from, to): (&Version, &Version)| {
        let text = format!("`{from}` comes after `{to}`");
        at(diagnostic, index.edge(from, to), text)
    };
    let diagnostic = versions.iter().zip(nexts).fold(Diagnostic::error(Code::Cycle, message), label);
    let diagnostic = diagnostic.note("one entry is wrong; most often the oldest of them follows none of the others");
    let oldest = versions.iter().zip(rest.iter().chain([first])).min();
    oldest.into_iter().fold(diagnostic, |diagnostic, (oldest, other)| {
        diagnostic.help(mend::edge(oldest, other, index.below(oldest), index))
    })
}

fn not_ascending(version: &Version, parent: &Version, index: &Index<'_>) -> Diagnostic {
    let message = format!("the version of `{}` is not above that of `{}`", index.name(version), index.name(parent));
    let diagnostic = Diagnostic::error(Code::NotAscending, message);
    let label = format!("`{version}` must come after `{parent}`");
    let diagnostic = at(diagnostic, index.edge(version, parent), label)
        .note("versions are compared as text; Diesel's own tools run migrations in that order");
    let renamed = index.get(version).zip(index.get(parent));
    match renamed.and_then(|(child, parent)| mend::rename(child, parent, index)) {
        Some(renamed) => {
            let diagnostic = diagnostic.help(renamed.command);
            let follow = mend::follow(version, &renamed.version, index);
            follow.into_iter().fold(diagnostic, |diagnostic, help| diagnostic.help(format!("then {help}")))
        }
        None => diagnostic.help(format!("rename the folder to a version above `{parent}`")),
    }
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
    let diagnostic = diagnostic.note("it belongs where the branch begins, and holds for the revisions that follow");
    let (first, others) = versions.split_first().map_or((None, &[][..]), |(first, others)| (Some(first), others));
    let twice = others.is_empty().then_some(first).flatten();
    others
        .iter()
        .chain(twice)
        .fold(diagnostic, |diagnostic, version| diagnostic.help(mend::label(version, label, index)))
}

fn several_heads(versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::SeveralHeads, format!("the history has {} heads", versions.len()));
    let label = |diagnostic, version| at(diagnostic, index.revises(version), format!("nobody revises `{version}`"));
    let diagnostic = versions.iter().fold(diagnostic, label);
    let diagnostic = diagnostic.help("cargo dbmig merge -m \"merge heads\"");
    // Of more than two it has to be said which one is to stand on which.
    let rebase = match versions {
        [_, last] => Some(format!("cargo dbmig rebase {last}")),
        _ => None,
    };
    rebase
        .into_iter()
        .fold(diagnostic, Diagnostic::help)
        .help("if the branches are to stay apart, give the first revision of each a label: `labels = [\"…\"]`")
}

fn several_roots(versions: &[Version], index: &Index<'_>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::SeveralRoots, format!("the history has {} roots", versions.len()));
    let label = |diagnostic, version| at(diagnostic, index.revises(version), format!("`{version}` revises nothing"));
    let diagnostic = versions.iter().fold(diagnostic, label);
    diagnostic
        .help(versions.last().map_or_else(String::new, |last| mend::root(last, index)))
        .help("if both are meant, give each a label: `labels = [\"…\"]`")
}
