//! Revisions as lines and as JSON: one form for every command that lists them.

use anstyle::{AnsiColor, Style};
use dbmig::revision::labels::BranchLabels;
use dbmig::revision::order::IdSet;
use dbmig::revision::{Graph, Id};
use dbmig::version::Version;
use serde::Serialize;

const VERSION: Style = AnsiColor::Yellow.on_default();
const MARK: Style = AnsiColor::Cyan.on_default();

/// As wide as the column of the fields' names.
const BLANKS: &str = "            ";

/// What is known of the database: which revisions it has, or nothing where there is no database to ask.
pub(super) type Applied<'a> = Option<&'a IdSet>;

/// A revision as JSON. Its fields stand in the alphabet's order, as in all JSON that is printed.
#[derive(Serialize)]
pub(super) struct RevisionJson<'a> {
    applied: Option<bool>,
    depends_on: Vec<&'a str>,
    head: bool,
    labels: Vec<&'a str>,
    message: &'a str,
    name: &'a str,
    parents: Vec<&'a str>,
    version: &'a str,
}

/// The answer of a command that lists revisions.
#[derive(Serialize)]
pub(super) struct RevisionsJson<'a> {
    revisions: Vec<RevisionJson<'a>>,
}

/// What every listed revision is shown with.
pub(super) struct Listing<'a> {
    graph: &'a Graph,
    applied: Applied<'a>,
    labels: BranchLabels<'a>,
}

impl<'a> Listing<'a> {
    pub(super) fn new(graph: &'a Graph, applied: Applied<'a>) -> Listing<'a> {
        Listing { graph, applied, labels: BranchLabels::new(graph) }
    }

    /// A revision as `heads`, `current`, `branches` and `history` give it with `--json`.
    pub(super) fn revision_json(&self, id: Id) -> RevisionJson<'a> {
        let graph = self.graph;
        let node = graph.node(id);
        RevisionJson {
            applied: self.applied.map(|set| set.contains(id)),
            depends_on: node.depends_on.iter().map(Version::as_str).collect(),
            head: graph.children(id).is_empty(),
            labels: self.labels.of(id).collect(),
            message: &node.message,
            name: &node.name,
            parents: node.parents.iter().map(Version::as_str).collect(),
            version: node.version.as_str(),
        }
    }

    /// Revisions as the whole answer of a command with `--json`.
    pub(super) fn json(&self, ids: &[Id]) -> RevisionsJson<'a> {
        RevisionsJson { revisions: ids.iter().map(|&id| self.revision_json(id)).collect() }
    }

    /// A revision on a line: `20261121101500  create users (head)`.
    pub(super) fn line(&self, id: Id) -> String {
        let node = self.graph.node(id);
        let mut line = format!("{VERSION}{}{VERSION:#}  {}", node.version, node.message);
        let marks = self.marks(id);
        if !marks.is_empty() {
            line.push_str(&format!(" {MARK}({}){MARK:#}", marks.join(", ")));
        }
        line
    }

    /// A revision as `history -v`, `heads -v` and `show` print it, without a final line break.
    pub(super) fn paragraph(&self, id: Id, folder: &str) -> String {
        let graph = self.graph;
        let node = graph.node(id);
        let mut text = self.line(id);
        let mut field = |name: &str, values: &mut dyn Iterator<Item = &str>| {
            for (at, value) in values.enumerate() {
                if at == 0 {
                    text.extend(["\n  ", name, BLANKS.get(name.len()..).unwrap_or_default()]);
                } else {
                    text.push_str(", ");
                }
                text.push_str(value);
            }
        };
        let versions = |ids: &'a [Id]| ids.iter().map(|&id| graph.version(id).as_str());
        let parents = graph.parents(id);
        field(if parents.len() > 1 { "merges" } else { "revises" }, &mut versions(parents));
        field("depends on", &mut versions(graph.depends_on(id)));
        field("revised by", &mut versions(graph.children(id)));
        field("labels", &mut node.labels.iter().map(String::as_str));
        field("path", &mut std::iter::once(format!("{folder}/{}", node.name).as_str()));
        text
    }

    fn marks(&self, id: Id) -> Vec<String> {
        let graph = self.graph;
        let is_applied = |id: Id| self.applied.is_some_and(|set| set.contains(id));
        let mut marks: Vec<String> = self.labels.of(id).map(str::to_owned).collect();
        if graph.children(id).is_empty() {
            marks.push("head".to_owned());
        }
        if is_applied(id) && !graph.children(id).iter().any(|&child| is_applied(child)) {
            marks.push("current".to_owned());
        }
        if graph.children(id).len() > 1 {
            marks.push("branch point".to_owned());
        }
        if graph.parents(id).len() > 1 {
            marks.push("merge point".to_owned());
        }
        marks
    }
}
