//! Graphs and what is said of them, whole.

use dbmig::Backend;

use dbmig::version::Version;

use super::*;
use crate::diagnostic::render::{Style, render};
use crate::migration::{Outline, parse_metadata};
use crate::source::Source;
use crate::sql;

/// A migration from its folder's name and the lines below `[dbmig]`.
fn migration(name: &str, lines: &str) -> Migration {
    let path = format!("migrations/{name}");
    let text = format!("run_in_transaction = true\n\n[dbmig]\n{lines}\n");
    let metadata_source = Source::new(format!("{path}/metadata.toml"), text);
    let (metadata, places, faults) = parse_metadata(&metadata_source, name);
    assert!(faults.is_empty(), "{faults:?}");
    let script = |file: &str| sql::split(&Source::new(format!("{path}/{file}"), "SELECT 1;"), Backend::Sqlite);
    let (up, down) = (script("up.sql"), Some(script("down.sql")));
    let version = Version::of_folder(name);
    Migration {
        outline: Outline {
            name: name.to_owned(),
            version,
            path,
            metadata: metadata.into(),
            places: places.into(),
            metadata_source,
        },
        up,
        down,
    }
}

fn said_of(revisions: &[(&str, &str)]) -> String {
    let migrations = revisions.iter().map(|(name, lines)| migration(name, lines)).collect();
    let diagnostics = match chain(migrations) {
        Ok(chain) => ambiguities(&chain).into_iter().chain(broken_seals(&chain)).collect(),
        Err(faults) => faults,
    };
    render(&diagnostics, Style::Plain)
}

#[test]
fn a_chain_has_its_migrations_in_the_graphs_order() {
    let chain = chain(vec![
        migration("3_c", "revises = [\"2\"]"),
        migration("2_b", "revises = [\"1\"]"),
        migration("1_a", "revises = []"),
    ])
    .unwrap();
    let names: Vec<&str> = chain.graph.ids().map(|id| chain.migration(id).name.as_str()).collect();
    assert_eq!(names, ["1_a", "2_b", "3_c"]);
    assert!(ambiguities(&chain).is_empty() && broken_seals(&chain).is_empty());
}

#[test]
fn labels_tell_heads_and_roots_apart() {
    let branches = [
        ("1_a", "revises = []"),
        ("2_b", "revises = [\"1\"]\nlabels = [\"b\"]"),
        ("3_c", "revises = [\"1\"]\nlabels = [\"c\"]"),
    ];
    assert_eq!(said_of(&branches), "");
}

#[test]
fn a_missing_parent_is_pointed_at() {
    let said = said_of(&[("20261121101500_a", "revises = []"), ("20261121101600_b", "revises = [\"20261121101501\"]")]);
    assert!(said.contains("`20261121101600_b` revises `20261121101501`, which does not exist"), "{said}");
    assert!(said.contains("migrations/20261121101600_b/metadata.toml:4:12"), "{said}");
    assert!(said.contains("did you mean `20261121101500`, the version of `20261121101500_a`?"), "{said}");
    let said = said_of(&[("1_a", "revises = []\ndepends_on = [\"777\"]")]);
    assert!(said.contains("depends on `777`, which does not exist"), "{said}");
    assert!(said.contains("restore the missing migration"), "{said}");
    assert!(said.contains("in migrations/1_a/metadata.toml: depends_on = []"), "{said}");
}

#[test]
fn a_cycle_shows_all_of_its_edges() {
    let said = said_of(&[("1_a", "revises = [\"3\"]"), ("2_b", "revises = [\"1\"]"), ("3_c", "revises = [\"2\"]")]);
    for part in ["3 revisions revise each other in a cycle", "1_a/metadata.toml:4:12", "2_b/", "3_c/"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(said_of(&[("1_a", "revises = [\"1\"]")]).contains("`1_a` revises itself"));
}

#[test]
fn a_version_below_its_parents_comes_with_the_command_that_renames_it() {
    let said =
        said_of(&[("2026-11-21-101500_a", "revises = []"), ("2026-01-01-000000_b", "revises = [\"20261121101500\"]")]);
    assert!(said.contains("the version of `2026-01-01-000000_b` is not above that of `2026-11-21-101500_a`"), "{said}");
    assert!(said.contains("mv migrations/2026-01-01-000000_b migrations/2026-11-21-101501_b"), "{said}");
    let said = said_of(&[("9_a", "revises = []"), ("10_b", "revises = [\"9\"]"), ("8_c", "revises = [\"10\"]")]);
    assert!(said.contains("mv migrations/10_b migrations/9-1_b"), "{said}");
    assert!(said.contains("help: then in migrations/8_c/metadata.toml: revises = [\"91\"]"), "{said}");
}

#[test]
fn ambiguities_point_at_every_end() {
    let said = said_of(&[("1_a", "revises = []"), ("2_b", "revises = [\"1\"]"), ("3_c", "revises = [\"1\"]")]);
    for part in ["several-heads", "2_b/metadata.toml", "3_c/metadata.toml", "cargo dbmig merge -m \"merge heads\""] {
        assert!(said.contains(part), "{said}");
    }
    let said = said_of(&[("1_a", "revises = []"), ("2_b", "revises = []"), ("3_c", "revises = [\"1\", \"2\"]")]);
    assert!(said.contains("several-roots") && !said.contains("several-heads"), "{said}");
}

#[test]
fn twins_are_pointed_at() {
    let said = said_of(&[("1_a", "revises = []"), ("1_b", "revises = []")]);
    assert!(said.contains("2 folders have the version `1`"), "{said}");
    assert!(said.contains("migrations/1_a") && said.contains("migrations/1_b"), "{said}");
    let said = said_of(&[("1_a", "revises = []\nlabels = [\"x\"]"), ("2_b", "revises = [\"1\"]\nlabels = [\"x\"]")]);
    assert!(said.contains("error[duplicate-label]: 2 revisions have the label `x`"), "{said}");
}

#[test]
fn a_squash_and_a_branch_from_before_it() {
    let one = ("3_all", "revises = []\nreplaces = [\"1\", \"2\"]");
    assert_eq!(said_of(&[one, ("4_d", "revises = [\"3\"]")]), "");
    let said = said_of(&[one, ("4_d", "revises = [\"2\"]")]);
    assert!(said.contains("note: it is a part of `3_all` since a squash"), "{said}");
    assert!(said.contains("help: in migrations/4_d/metadata.toml: revises = [\"3\"]"), "{said}");
    let said = said_of(&[one, ("2_b", "revises = []")]);
    assert!(said.contains("error[replaces]: `3_all` replaces `2`, which the chain still has"), "{said}");
    assert!(said.contains("help: git rm -r migrations/2_b"), "{said}");
    let said = said_of(&[one, ("4_d", "revises = [\"3\"]\nreplaces = [\"2\"]")]);
    assert!(said.contains("`3_all` and `4_d` both replace `2`"), "{said}");
    assert!(said.contains("help: in migrations/4_d/metadata.toml: replaces = []"), "{said}");
    let said = said_of(&[("3_all", "revises = []\nreplaces = [\"3\"]")]);
    assert!(said.contains("help: in migrations/3_all/metadata.toml: replaces = []"), "{said}");
}

#[test]
fn an_edited_seal_is_an_error() {
    let mut sealed = migration("1_a", "revises = []\nsealed = \"00000000000000000000000000000000\"");
    let chain_of = |migration: &Migration| chain(vec![migration.clone()]).unwrap();
    let said = render(&broken_seals(&chain_of(&sealed)), Style::Plain);
    assert!(said.contains("`migrations/1_a` is sealed, and its SQL was edited"), "{said}");
    assert!(said.contains("metadata.toml:5:10"), "{said}");
    sealed.outline.metadata.sealed = Some(sealed.seal());
    assert!(broken_seals(&chain_of(&sealed)).is_empty());
    sealed.down = None;
    assert_eq!(broken_seals(&chain_of(&sealed)).len(), 1);
}
