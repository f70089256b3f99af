//! Which revisions one run of `migrate` wrote: what a database can't do in one transaction is several.

use dbmig::revision::Id;
use dbmig_build::link::Chain;

use crate::scaffold;

/// The revisions of the run that a head belongs to, in order.
///
/// They stand on each other and on nothing else, their versions follow each other as `migrate` gives them, and their
/// messages are one, with titles behind it.
pub(super) fn of(chain: &Chain, head: Id) -> Vec<Id> {
    let graph = &chain.graph;
    let mut run = vec![head];
    while let Some(&first) = run.first() {
        let metadata = &chain.migration(first).metadata;
        let [below] = graph.parents(first) else { break };
        let below = *below;
        let stands_alone = metadata.labels.is_empty()
            && graph.depends_on(first).is_empty()
            && graph.children(below) == [first]
            && graph.dependents(below).is_empty();
        let follows = scaffold::follows(&graph.node(below).name, &graph.node(first).name);
        let mut longer = vec![below];
        longer.extend(&run);
        if !stands_alone || !follows || common(&messages(chain, &longer)).is_none() {
            break;
        }
        run = longer;
    }
    run
}

/// The message of a run, without titles.
pub(super) fn message(chain: &Chain, run: &[Id]) -> String {
    let messages = messages(chain, run);
    common(&messages).or_else(|| messages.first().copied()).unwrap_or_default().to_owned()
}

fn messages<'a>(chain: &'a Chain, run: &[Id]) -> Vec<&'a str> {
    run.iter().map(|&id| chain.migration(id).metadata.message.as_str()).collect()
}

/// The message that all of some messages are, but for titles behind a colon. Each has a title of its own, and one may
/// have none.
fn common<'a>(messages: &[&'a str]) -> Option<&'a str> {
    let shortest = messages.iter().copied().min_by_key(|one| one.len())?;
    let is_titled = |base: &str, one: &str| one.strip_prefix(base).is_some_and(|rest| rest.starts_with(": "));
    let is_base = |base: &str| messages.iter().all(|one| *one == base || is_titled(base, one));
    let mut bases = std::iter::once(shortest).chain(shortest.rmatch_indices(": ").map(|(at, _)| &shortest[..at]));
    let base = bases.find(|base| !base.is_empty() && is_base(base))?;
    let mut sorted = messages.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == messages.len()).then_some(base)
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn messages_of_a_run() {
        assert_eq!(common(&["add email"]), Some("add email"));
        assert_eq!(common(&["add email", "add email: index"]), Some("add email"));
        assert_eq!(common(&["add email: a", "add email: b"]), Some("add email"));
        assert_eq!(common(&["fix: email: a", "fix: email", "fix: email: b"]), Some("fix: email"));
        assert_eq!(common(&["add email", "add emails"]), None);
        assert_eq!(common(&["add email", "add email: index", "add email"]), None, "two runs");
        assert_eq!(common(&["add email", "add phone"]), None);
    }
}
