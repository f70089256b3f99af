//! Long chains give right answers; how fast they are is `cargo xtask bench`'s to tell.

use dbmig_build::compile::Config;
use dbmig_tests::host::Host;
use dbmig_tests::long_chain::{Size, folder, version, write};

fn holds(size: Size) {
    let host = Host::temporary();
    write(&host, size);
    let last = size.revisions - 1;
    let read = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&host.dbmig(arguments).success().stdout).expect("an answer in JSON")
    };

    let heads = read(&["heads", "--json"]);
    assert_eq!(heads["revisions"].as_array().map(Vec::len), Some(1));
    assert_eq!(heads["revisions"][0]["version"], version(last));

    let history = read(&["history", "--json"]);
    let versions: Vec<&str> =
        history["revisions"].as_array().expect("revisions").iter().filter_map(|one| one["version"].as_str()).collect();
    assert_eq!(versions, (0..size.revisions).rev().map(version).collect::<Vec<_>>());

    host.dbmig(&["check"]).success();
    let out = host.path("out");
    std::fs::create_dir(&out).expect("a folder");
    let compiled = Config::new().manifest_dir(host.root()).out_dir(&out).try_compile().expect("the chain compiles");
    let text = compiled[0].text.as_deref().expect("the schema is readable");
    assert_eq!(text.matches("table! {").count(), size.tables);
    assert_eq!(compiled[0].diagnostics, []);

    let applied = host.dbmig(&["upgrade"]).success();
    assert_eq!(applied.stdout.lines().count(), size.revisions);
    assert_eq!(applied.stdout.lines().last(), Some(format!("applied {}", folder(last)).as_str()));
    let current = read(&["current", "--json"]);
    assert_eq!(current["revisions"][0]["version"], version(last));
    let reverted = host.dbmig(&["downgrade", "-20"]).success();
    assert!(reverted.stdout.starts_with(&format!("reverted {}\n", folder(last))), "{}", reverted.stdout);
}

#[test]
fn a_thousand_revisions() {
    holds(Size { revisions: 1_000, tables: 200 });
}

#[test]
fn four_thousand_revisions() {
    holds(Size { revisions: 4_000, tables: 400 });
}
