//! dbmig's graph code against Alembic 1.20's answers about random graphs.
//!
//! Alembic's version table holds heads alone; here they stand for everything below them. Compared are sets, final heads
//! and whether there is an error; that orders respect parents and dependencies is checked of dbmig's own. Where dbmig
//! answers otherwise on purpose, `deviations` says why.

#![expect(clippy::unwrap_used, reason = "a test that fails to set up shall panic")]

mod ask;
mod deviations;

use std::collections::BTreeMap;
use std::path::Path;

use dbmig::revision::{Graph, Node};
use dbmig::version::Version;
use serde_json::Value;

use deviations::DEVIATIONS;

#[test]
fn answers_are_alembics_or_deviate_on_purpose() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/graphs");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut agreed = 0;
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let document: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let graph = Graph::link(document["revisions"].as_array().unwrap().iter().map(node).collect()).unwrap();
        for question in document["answers"].as_array().unwrap() {
            let command = &question["cmd"];
            let ours = ask::answer(&graph, command);
            let theirs = question
                .get("ok")
                .map(|answer| ask::alembics(command, answer))
                .ok_or_else(|| question["error"].as_str().unwrap().to_owned());
            match (&ours, &theirs) {
                (Ok(ours), Ok(theirs)) if ours == theirs => agreed += 1,
                (Err(_), Err(_)) => agreed += 1,
                _ => match DEVIATIONS.iter().find(|one| (one.applies)(command, &ours, &theirs)) {
                    Some(one) => *used.entry(one.why).or_default() += 1,
                    None => unexplained.push(format!("{name} {command}\n  dbmig:   {ours:?}\n  Alembic: {theirs:?}")),
                },
            }
        }
    }
    assert!(unexplained.is_empty(), "{} answers differ:\n{}", unexplained.len(), unexplained.join("\n"));
    for one in DEVIATIONS {
        assert!(used.contains_key(one.why), "no answer deviates because {}", one.why);
    }
    let deviating: usize = used.values().sum();
    assert!(agreed > 9 * deviating, "{agreed} answers agree, {deviating} deviate: {used:#?}");
}

fn node(revision: &Value) -> Node {
    let versions = |key: &str| ask::strings(&revision[key]).into_iter().map(Version::from).collect();
    let id = revision["id"].as_str().unwrap();
    Node {
        version: Version::from(id),
        name: id.to_owned(),
        message: String::new(),
        parents: versions("revises"),
        depends_on: versions("depends_on"),
        labels: ask::strings(&revision["labels"]),
    }
}
