//! Revisions as lines and as JSON: one form for every command that lists them.

use anstyle::{AnsiColor, Style};
use dbmig::revision::labels::BranchLabels;
use dbmig::revision::order::IdSet;
use dbmig::revision::{Graph, Id};
use dbmig::version::Version;
use serde_json::{Value, json};

const VERSION: Style = AnsiColor::Yellow.on_default();
const MARK: Style = AnsiColor::Cyan.on_default();

/// What is known of the database: which revisions it has, or nothing where there is no database to ask.
pub(super) type Applied<'a> = Option<&'a IdSet>;

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
    pub(super) fn revision_json(&self, id: Id) -> Value {
        let node = self.graph.node(id);
        let versions = |list: &[Version]| list.iter().map(Version::as_str).map(Value::from).collect::<Vec<_>>();
        json!({
            "version": node.version.as_str(),
            "name": node.name,
            "message": node.message,
            "parents": versions(&node.parents),
            "depends_on": versions(&node.depends_on),
            "labels": self.labels.of(id).collect::<Vec<_>>(),
            "head": self.graph.children(id).is_empty(),
            "applied": self.applied.map(|set| set.contains(id)),
        })
    }

    /// Revisions as the whole answer of a command with `--json`.
    pub(super) fn json(&self, ids: &[Id]) -> Value {
        let revisions: Vec<Value> = ids.iter().map(|&id| self.revision_json(id)).collect();
        json!({ "revisions": revisions })
    }

    /// A revision on a line: `20261121101500  create users (head)`.
    pub(super) fn line(&self, id: Id) -> String {
        let node = self.graph.node(id);
        let marks = self.marks(id);
        let marks = if marks.is_empty() { String::new() } else { format!(" {MARK}({}){MARK:#}", marks.join(", ")) };
        format!("{VERSION}{}{VERSION:#}  {}{marks}", node.version, node.message)
    }

    /// A revision as `history -v`, `heads -v` and `show` print it, without a final line break.
    pub(super) fn paragraph(&self, id: Id, folder: &str) -> String {
        let graph = self.graph;
        let node = graph.node(id);
        let mut lines = vec![self.line(id)];
        let versions = |ids: &[Id]| ids.iter().map(|&id| graph.version(id).to_string()).collect::<Vec<_>>().join(", ");
        let mut field = |name: &str, text: String| {
            if !text.is_empty() {
                lines.push(format!("  {name:<11} {text}"));
            }
        };
        field(if graph.parents(id).len() > 1 { "merges" } else { "revises" }, versions(graph.parents(id)));
        field("depends on", versions(graph.depends_on(id)));
        field("revised by", versions(graph.children(id)));
        field("labels", node.labels.join(", "));
        field("path", format!("{folder}/{}", node.name));
        lines.join("\n")
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
