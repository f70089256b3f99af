//! What is known before anything is planned: the chain, the ledger and the journal, brought together.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::backend::Backend;
use crate::bundle::{Bundle, Revision};
use crate::driver::{Driver, Failure};
use crate::error::Error;
use crate::journal::{self, Entry};
use crate::ledger::Ledger;
use crate::revision::{Graph, Id, IdSet, Node};
use crate::version::Version;

/// A chain and a database.
pub(crate) struct Situation<'b> {
    /// The chain, with the revisions that only the journal knows if it was asked for.
    pub(crate) graph: Graph,
    /// What is applied of it.
    pub(crate) applied: IdSet,
    /// The applied versions that the chain doesn't have, nor has replaced by revisions that are applied.
    pub(crate) unknown: Vec<Version>,
    /// The ledger.
    pub(crate) ledger: BTreeMap<Version, String>,
    /// The rows of the journal that were asked for, stale ones included.
    pub(crate) journal: BTreeMap<Version, Entry>,
    /// The kind of database.
    pub(crate) backend: Backend,
    revisions: HashMap<&'b str, &'b Revision<'b>>,
    /// The revisions that a squash has made, by each version that they replace.
    replacing: HashMap<&'b str, &'b Revision<'b>>,
}

/// A revision of which a database has, from before a squash, a part of what it replaces.
#[derive(Clone, Debug)]
pub(crate) struct Halfway<'b> {
    /// The revision.
    pub(crate) revision: &'b Revision<'b>,
    /// What is applied of what it replaces.
    pub(crate) applied: Vec<Version>,
}

/// Whether a situation's graph has the revisions that the database has and the chain hasn't.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The chain alone.
    Chain,
    /// With what the journal knows of others.
    Journal,
}

/// How much of the journal a situation has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// What stopped midway, and what the chain doesn't have.
    Open,
    /// All of it: what goes down asks how each revision was applied.
    All,
}

/// A chain beside a database that nothing is known of but what is applied.
pub(crate) fn offline<'b>(bundle: &Bundle<'b>, applied: &[Version]) -> Result<Situation<'b>, Error> {
    let ledger = applied.iter().map(|version| (version.clone(), String::new())).collect();
    combine(bundle, ledger, BTreeMap::new(), Scope::Chain)
}

/// Reads ledger and journal; creates nothing.
pub(crate) fn read<'b, D: Driver>(
    conn: &mut D,
    bundle: &Bundle<'b>,
    place: &Ledger<'_>,
    (scope, rows): (Scope, Rows),
    refused: impl Fn(Failure) -> Error,
) -> Result<Situation<'b>, Error> {
    let ledger = place.read(conn).map_err(&refused)?;
    let journal = match rows {
        Rows::All => journal::read(conn, place),
        Rows::Open => {
            let ours: HashSet<&str> = bundle.revisions.iter().map(|revision| revision.version).collect();
            let others: Vec<&str> = ledger.keys().map(Version::as_str).filter(|one| !ours.contains(one)).collect();
            journal::read_open(conn, place, &others)
        }
    };
    combine(bundle, ledger, journal.map_err(&refused)?, scope)
}

fn combine<'b>(
    bundle: &Bundle<'b>,
    ledger: BTreeMap<Version, String>,
    journal: BTreeMap<Version, Entry>,
    scope: Scope,
) -> Result<Situation<'b>, Error> {
    let revisions: HashMap<&str, &Revision<'b>> =
        bundle.revisions.iter().map(|revision| (revision.version, revision)).collect();
    let replacing =
        bundle.revisions.iter().flat_map(|revision| revision.replaces.iter().map(move |&old| (old, revision)));
    let replacing: HashMap<&str, &Revision<'b>> = replacing.collect();
    // What a squash replaced is still in the ledger where it ran before the squash.
    let is_replaced = |version: &Version| {
        replacing.get(version.as_str()).is_some_and(|revision| ledger.contains_key(revision.version))
    };
    let foreign = |version: &&Version| !revisions.contains_key(version.as_str()) && !is_replaced(version);
    let unknown: Vec<Version> = ledger.keys().filter(foreign).cloned().collect();
    let mut nodes: Vec<Node> = bundle.revisions.iter().map(Node::of).collect();
    if scope == Scope::Journal {
        nodes.extend(journalled(&revisions, &unknown, &ledger, &journal));
    }
    let graph = Graph::link(nodes)
        .map_err(|faults| Error::Chain { faults: faults.iter().map(ToString::to_string).collect() })?;
    let applied = IdSet::of(&graph, graph.find_all(ledger.keys().map(Version::as_str)));
    let backend = bundle.backend;
    Ok(Situation { graph, applied, unknown, ledger, journal, backend, revisions, replacing })
}

/// The nodes of unknown versions that the journal knows, with those of their parents that exist.
fn journalled(
    revisions: &HashMap<&str, &Revision<'_>>,
    unknown: &[Version],
    ledger: &BTreeMap<Version, String>,
    journal: &BTreeMap<Version, Entry>,
) -> Vec<Node> {
    let entry = |version: &Version| journal.get(version).filter(|entry| entry.is_about(&ledger[version]));
    let known: HashMap<&str, &Entry> =
        unknown.iter().filter_map(|version| Some((version.as_str(), entry(version)?))).collect();
    let exists = |parent: &&String, below: &Entry| {
        let named = revisions.contains_key(parent.as_str()) || known.contains_key(parent.as_str());
        named && **parent < below.version
    };
    let versions = |list: &[String], entry: &Entry| {
        list.iter().filter(|parent| exists(parent, entry)).map(|parent| Version::from(parent.as_str())).collect()
    };
    let node = |entry: &&Entry| Node {
        version: entry.version.as_str().into(),
        name: entry.name.clone(),
        message: String::new(),
        parents: versions(&entry.parents, entry),
        depends_on: versions(&entry.depends_on, entry),
        labels: Vec::new(),
    };
    known.values().map(node).collect()
}

impl<'b> Situation<'b> {
    /// The chain's revision at a place of the graph; `None` for one that only the journal knows.
    pub(crate) fn revision(&self, id: Id) -> Option<&'b Revision<'b>> {
        self.revisions.get(self.graph.version(id).as_str()).copied()
    }

    /// The journal's row of an applied revision, unless it is stale.
    pub(crate) fn entry(&self, version: &Version) -> Option<&Entry> {
        let run_on = self.ledger.get(version)?;
        self.journal.get(version).filter(|entry| entry.is_about(run_on))
    }

    /// The versions that a revision replaces and that the ledger has, in the order in which they ran.
    pub(crate) fn replaced(&self, revision: &Revision<'_>) -> Vec<Version> {
        let versions = revision.replaces.iter().filter_map(|version| self.ledger.get_key_value(*version));
        versions.map(|(version, _)| version.clone()).collect()
    }

    /// The revision that replaces an unknown version.
    pub(crate) fn replacing(&self, version: &Version) -> Option<&'b Revision<'b>> {
        self.replacing.get(version.as_str()).copied()
    }

    /// The first revision, in the order of what it replaces, of which the database has only a part.
    pub(crate) fn halfway(&self) -> Option<Halfway<'b>> {
        let revision = self.unknown.iter().find_map(|version| self.replacing(version))?;
        Some(Halfway { revision, applied: self.replaced(revision) })
    }

    /// What the journal calls a version.
    pub(crate) fn name_of(&self, version: &Version) -> String {
        self.journal.get(version).map_or_else(|| version.to_string(), |entry| entry.name.clone())
    }

    /// The rows of revisions that stopped midway.
    pub(crate) fn partial(&self) -> impl Iterator<Item = &Entry> {
        self.journal.values().filter(|entry| entry.is_partial(self.ledger.contains_key(entry.version.as_str())))
    }

    /// The unknown versions with what the journal calls them.
    pub(crate) fn unknown_names(&self) -> Vec<(String, Option<String>)> {
        let name = |version: &Version| self.journal.get(version).map(|entry| entry.name.clone());
        self.unknown.iter().map(|version| (version.to_string(), name(version))).collect()
    }
}
