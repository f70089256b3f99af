//! What is written for rendered parts.

use super::*;
use crate::render::Part;

fn part(title: &str, run_in_transaction: bool) -> Part {
    let text = |name: &str| format!("-- {name} {title}\nSELECT 1;\n");
    Part { title: title.to_owned(), up: text("up"), down: text("down"), run_in_transaction }
}

#[test]
fn every_part_becomes_a_revision_upon_the_one_before() {
    let root = tempfile::tempdir().unwrap();
    let manifest =
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\n\n[package.metadata.dbmig]\nbackend = \"postgres\"\n";
    std::fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
    let ui = Ui { json: false, quiet: true };
    let global = Global {
        database: None,
        manifest_path: Some(root.path().join("Cargo.toml")),
        package: None,
        json: false,
        quiet: true,
    };
    let context = Context::load(&global, &ui).unwrap();
    let parts = vec![part("", true), part("index in the background", false), part("not null", true)];
    let rendered = Rendered { parts, ..Rendered::default() };
    let depends_on = vec!["5".to_owned()];
    let place = Place {
        branch_label: vec!["billing".to_owned()],
        depends_on,
        head: vec!["base".to_owned()],
        ..Place::default()
    };
    std::fs::create_dir(root.path().join("migrations")).unwrap();
    let below = scaffold_root(root.path());
    let chain = context.chain().unwrap();
    let metadata = place.metadata("add email", &chain.graph).unwrap();
    let names = write(&context, &chain, &place, metadata.clone(), &rendered).unwrap();
    let chain = context.chain().unwrap();
    let shown: Vec<String> = chain
        .migrations
        .iter()
        .map(|one| {
            let metadata = &one.metadata;
            let parents = metadata.revises.iter().map(|version| version.to_string()).collect::<Vec<_>>();
            let number = |text: &str| match names
                .iter()
                .position(|name| dbmig::version::Version::of_folder(name).as_str() == text)
            {
                Some(at) => at.to_string(),
                None => text.to_owned(),
            };
            let parents: Vec<_> = parents.iter().map(|one| number(one)).collect();
            format!(
                "{} on [{}] {:?} {} {:?} {}",
                metadata.message,
                parents.join(","),
                metadata.labels,
                metadata.depends_on.len(),
                one.up.source.text(),
                metadata.run_in_transaction
            )
        })
        .collect();
    assert_eq!(shown[0], format!("{below} on [] [] 0 \"SELECT 1;\\n\" true"));
    assert_eq!(
        shown[1..],
        [
            "add email on [] [\"billing\"] 1 \"-- up \\nSELECT 1;\\n\" true",
            "add email: index in the background on [0] [] 0 \"-- up index in the background\\nSELECT 1;\\n\" false",
            "add email: not null on [1] [] 0 \"-- up not null\\nSELECT 1;\\n\" true",
        ]
    );
    // A version that was chosen is the first one's, and the others are above it.
    let place = Place { rev_id: Some("7-1".to_owned()), head: vec![names[2].clone()], ..Place::default() };
    let metadata = place.metadata("more", &chain.graph).unwrap();
    let names = write(&context, &chain, &place, metadata, &rendered).unwrap();
    assert_eq!(names, ["7-1_more", "7-1-01_more_index_in_the_background", "7-1-02_more_not_null"]);
    let chain = context.chain().unwrap();
    // One that is taken, and nothing is written.
    let place = Place { rev_id: Some("8".to_owned()), head: vec![names[2].clone()], ..Place::default() };
    let metadata = place.metadata("more", &chain.graph).unwrap();
    let taken = root.path().join("migrations/8-02_more_not_null");
    std::fs::create_dir(&taken).unwrap();
    assert!(write(&context, &chain, &place, metadata, &rendered).is_err());
    std::fs::remove_dir(taken).unwrap();
    assert_eq!(context.chain().unwrap().graph.len(), chain.graph.len());
}

/// A first revision, 5; gives its message.
fn scaffold_root(root: &std::path::Path) -> &'static str {
    let folder = root.join("migrations/5_first");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("up.sql"), "SELECT 1;\n").unwrap();
    std::fs::write(folder.join("down.sql"), "SELECT 1;\n").unwrap();
    std::fs::write(folder.join("metadata.toml"), "run_in_transaction = true\n[dbmig]\nrevises = []\n").unwrap();
    "first"
}
