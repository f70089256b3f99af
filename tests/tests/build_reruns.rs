//! When a build script runs again, what it leaves behind, and that it leaves well alone.

use std::fs;
use std::path::PathBuf;

use dbmig_tests::host::Host;
use dbmig_tests::program::{Output, hosts_target};

const MAIN: &str = "//! A host.\nmod db;\n\nfn main() {\n    println!(\"{}\", db::MIGRATIONS.revisions.len());\n}\n";
const USERS: &str = "2026-11-21-101500_create_users";
const CREATE: &str = "CREATE TABLE users (\n    id INTEGER PRIMARY KEY NOT NULL,\n    name TEXT NOT NULL\n);\n";

fn host(name: &str) -> Host {
    let host = Host::buildable(name);
    host.write("src/main.rs", MAIN);
    host.write("src/db.rs", "//! The database.\n#![deny(warnings, missing_docs)]\ndbmig::embed!();\n");
    fs::create_dir_all(host.path("migrations")).expect("the disk works");
    host
}

/// Builds, and says whether the build script ran.
#[track_caller]
fn ran(host: &Host) -> (bool, Output) {
    let output = host.cargo(&["build", "--verbose"]);
    let runs = |line: &str| line.contains("Running") && line.contains("build-script-build`");
    (output.stderr.lines().any(runs), output)
}

/// The emitted file of a host.
fn emitted(name: &str) -> PathBuf {
    let builds = fs::read_dir(hosts_target().join("debug/build")).expect("a host was built");
    let files = builds.map(|entry| entry.expect("the folder can be read")).filter(|entry| {
        let folder = entry.file_name().into_string().expect("Cargo's names are UTF-8");
        folder.rsplit_once('-').is_some_and(|(package, _)| package == name)
    });
    let newest = files.map(|entry| entry.path().join("out/dbmig.rs")).filter(|path| path.exists());
    newest
        .max_by_key(|path| path.metadata().expect("the file is there").modified().expect("the disk keeps times"))
        .expect("the build script has written")
}

#[test]
fn the_script_runs_when_the_chain_or_the_models_change_and_only_then() {
    let host = host("build-reruns");
    let program = host.build();
    let count = || String::from_utf8(std::process::Command::new(&program).output().unwrap().stdout).unwrap();
    assert_eq!(count(), "0\n", "an empty chain is valid");
    assert!(!ran(&host).0, "nothing changed");

    host.revision(USERS, &[], CREATE, "DROP TABLE users;\n");
    assert!(ran(&host).0, "a new folder");
    assert_eq!(count(), "1\n");
    assert!(!ran(&host).0, "nothing changed");

    host.write(&format!("migrations/{USERS}/up.sql"), CREATE.replace("name", "title"));
    assert!(ran(&host).0, "an edited script");
    assert!(fs::read_to_string(emitted("build-reruns")).unwrap().contains("title -> Text"));

    host.write("src/main.rs", MAIN.replace("mod db;", "mod db;\nmod models;"));
    let model = "//! Models.\n#[derive(dbmig::Model)]\n#[diesel(table_name = users)]\nstruct User {\n    id: i32,\n    title: String,\n    age: i32,\n}\n";
    host.write(
        "src/models.rs",
        model.replace("#[diesel", "#[dbmig(check(name = \"c\", expr = \"1\"))]\n#[expect(dead_code)]\n// #[diesel"),
    );
    let (again, output) = ran(&host);
    assert!(again, "a new file with models");
    assert!(output.stderr.contains("the models are ahead of the migrations"), "{}", output.stderr);

    let written = emitted("build-reruns").metadata().unwrap().modified().unwrap();
    host.write(&format!("migrations/{USERS}/up.sql"), format!("-- a comment\n{}", CREATE.replace("name", "title")));
    assert!(ran(&host).0, "an edited script");
    let path = emitted("build-reruns");
    assert_ne!(path.metadata().unwrap().modified().unwrap(), written, "statements moved by a line");

    fs::remove_dir_all(host.path(&format!("migrations/{USERS}"))).unwrap();
    assert!(ran(&host).0, "a folder that is gone");
}

#[test]
fn a_failed_build_is_mended_by_mending_the_chain() {
    let host = host("build-mended");
    host.write("migrations/notes/ideas.md", "# Ideas\n");
    assert_ne!(host.cargo(&["build"]).code, Some(0));
    fs::remove_dir_all(host.path("migrations/notes")).unwrap();
    host.revision(USERS, &[], &format!("-- dbmig: todo decide\n{CREATE}"), "DROP TABLE users;\n");

    let output = host.cargo(&["build"]);
    assert_ne!(output.code, Some(0));
    let errors = output.stderr.lines().filter(|line| line.starts_with("error")).count();
    assert_eq!(errors, 2, "the todo, and that the package couldn't be compiled, no more:\n{}", output.stderr);
    let text = fs::read_to_string(emitted("build-mended")).unwrap();
    assert!(text.contains("compile_error!") && text.contains("users (id)"), "{text}");

    host.write(&format!("migrations/{USERS}/up.sql"), CREATE);
    host.build();
    let text = fs::read_to_string(emitted("build-mended")).unwrap();
    assert!(!text.contains("compile_error!"), "{text}");
    assert!(!text.contains(&host.root().display().to_string()), "no absolute paths: {text}");
}
