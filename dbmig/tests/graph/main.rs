//! The pure half: graphs, selectors and plans, as tables over small graphs.

#![expect(clippy::unwrap_used, reason = "a test that fails to set up shall panic")]

mod ambiguity;
mod plan;
mod selector;

use dbmig::revision::order::{Edges, ancestors};
use dbmig::revision::{Graph, Id, IdSet, Node};
use dbmig::version::Version;

/// A graph written as lines `folder_name: parents | depends_on | labels`.
fn graph(text: &str) -> Graph {
    let words = |part: Option<&str>| part.unwrap_or("").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let node = |line: &str| {
        let (name, edges) = line.trim().split_once(':').unwrap();
        let mut parts = edges.split('|');
        let mut versions = || words(parts.next()).into_iter().map(Version::from).collect();
        let (parents, depends_on) = (versions(), versions());
        let version = Version::of_folder(name);
        Node {
            version,
            name: name.to_owned(),
            message: String::new(),
            parents,
            depends_on,
            labels: words(parts.next()),
        }
    };
    Graph::link(text.lines().filter(|line| !line.trim().is_empty()).map(node).collect()).unwrap()
}

fn names(graph: &Graph, ids: impl IntoIterator<Item = Id>) -> String {
    ids.into_iter().map(|id| graph.version(id).as_str()).collect::<Vec<_>>().join(" ")
}

/// Everything that is applied where the given versions are current.
fn applied(graph: &Graph, current: &str) -> IdSet {
    ancestors(graph, current.split_whitespace().map(|version| graph.find(version).unwrap()), Edges::All)
}

/// A trunk `1 2`, a branch `3 5` with a label, a branch `4 6`, their merge `7`, and `8` beside on `2`.
const DIAMOND: &str = "
    1_create_users:
    2_add_email: 1
    3_create_posts: 2 | | posts
    4_create_groups: 2
    5_add_title: 3
    6_add_owner: 4
    7_merge: 5 6
    8_create_audit: 2 | 6 | audit-2
";
