//! Metadata to graph: what the revisions say of each other, with each fault at every place that takes part in it.

mod fault;
mod mend;

use dbmig::revision::graph::{Graph, Id};

use crate::diagnostic::{Code, Diagnostic};
use crate::migration::{Migration, Outline};
use fault::{Index, diagnose, replaced_twice};

/// The validated history: migrations, or their outlines, and the graph that they form.
#[derive(Clone, Debug)]
pub struct Chain<M = Migration> {
    /// The migrations in the graph's order: the one of an [`Id`] stands at its index.
    pub migrations: Vec<M>,
    /// The graph.
    pub graph: Graph,
}

impl<M> Default for Chain<M> {
    fn default() -> Chain<M> {
        Chain { migrations: Vec::new(), graph: Graph::default() }
    }
}

impl<M> Chain<M> {
    /// The migration of a revision.
    pub fn migration(&self, id: Id) -> &M {
        &self.migrations[id.index()]
    }
}

/// Links migrations, given in any order, to a chain.
///
/// # Errors
///
/// As [`link`].
pub fn chain<M: AsRef<Outline>>(mut migrations: Vec<M>) -> Result<Chain<M>, Vec<Diagnostic>> {
    let graph = link(migrations.iter().map(AsRef::as_ref))?;
    // Mostly they come in the graph's order.
    let ids: Vec<Id> = graph.find_all(migrations.iter().map(|one| one.as_ref().version.as_str())).collect();
    if !ids.is_sorted() {
        migrations.sort_by_cached_key(|one| graph.find(one.as_ref().version.as_str()));
    }
    Ok(Chain { migrations, graph })
}

/// Links migrations to a graph.
///
/// # Errors
///
/// Every structural fault: two folders with one version, unknown parents, cycles, versions that don't ascend,
/// one label given twice, one version replaced twice.
pub fn link<'a>(outlines: impl IntoIterator<Item = &'a Outline>) -> Result<Graph, Vec<Diagnostic>> {
    let outlines: Vec<&Outline> = outlines.into_iter().collect();
    let nodes = outlines.iter().map(|one| one.node()).collect();
    let squashed = outlines.iter().any(|one| !one.metadata.replaces.is_empty());
    match Graph::link(nodes) {
        Ok(graph) if !squashed => Ok(graph),
        Ok(graph) => match replaced_twice(&Index::new(outlines)) {
            faults if faults.is_empty() => Ok(graph),
            faults => Err(faults),
        },
        Err(faults) => {
            let index = Index::new(outlines);
            Err(faults.iter().map(|fault| diagnose(fault, &index)).collect())
        }
    }
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

#[cfg(test)]
mod tests;
