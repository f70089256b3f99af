//! Several heads and roots, and the labels that tell them apart.

use dbmig::revision::{Fault, Graph, Node};
use dbmig::version::Version;

use super::graph;

fn faults(text: &str) -> Vec<String> {
    let list = |versions: &[Version]| versions.iter().map(Version::as_str).collect::<Vec<_>>().join(" ");
    graph(text)
        .ambiguities()
        .iter()
        .map(|fault| match fault {
            Fault::SeveralHeads { versions } => format!("heads {}", list(versions)),
            Fault::SeveralRoots { versions } => format!("roots {}", list(versions)),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn labels_tell_heads_and_roots_apart() {
    for (text, expected) in [
        ("", &[][..]),
        ("1_a:\n2_b: 1", &[]),
        ("1_a:\n2_b: 1\n3_c: 1", &["heads 2 3"]),
        // A label below the fork belongs to both heads.
        ("1_a: | | x\n2_b: 1\n3_c: 1", &["heads 2 3"]),
        ("1_a:\n2_b: 1 | | x\n3_c: 1", &["heads 2 3"]),
        ("1_a:\n2_b: 1 | | x\n3_c: 1 | | y", &[]),
        // Inherited.
        ("1_a:\n2_b: 1 | | x\n3_c: 1 | | y\n4_d: 2", &[]),
        // Dependencies are no lines of descent.
        ("1_a: | | x\n2_b: | | y\n3_c: 2 | 1", &[]),
        ("1_a:\n2_b:\n3_c: 1 2", &["roots 1 2"]),
        ("1_a: | | x\n2_b: | | y\n3_c: 1 2", &[]),
        ("1_a:\n2_b:", &["heads 1 2", "roots 1 2"]),
    ] {
        assert_eq!(faults(text), expected, "{text}");
    }
}

/// Half as many heads as revisions, each labelled: a walk from every head would visit every revision.
#[test]
fn many_branches_are_linear() {
    let node = |number: usize, parent: Option<usize>, label: Option<String>| Node {
        version: format!("{number:06}").into(),
        name: format!("{number:06}_x"),
        message: String::new(),
        parents: parent.map(|parent| format!("{parent:06}").into()).into_iter().collect(),
        depends_on: Vec::new(),
        labels: label.into_iter().collect(),
    };
    let trunk = (0..20_000).map(|at| node(2 * at, at.checked_sub(1).map(|below| 2 * below), None));
    let branches = (0..20_000).map(|at| node(2 * at + 1, Some(2 * at), Some(format!("label{at}"))));
    let graph = Graph::link(trunk.chain(branches).collect()).unwrap();
    assert_eq!(graph.heads().len(), 20_000);
    let start = std::time::Instant::now();
    assert_eq!(graph.ambiguities(), []);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
