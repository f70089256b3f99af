//! What a user sees when a build fails: the standard error of a real `cargo build`, whole.
//!
//! What is expected stands in `tests/cases/build/CASE/stderr.txt`; `BLESS=1` writes it anew.

use std::fs;
use std::path::PathBuf;

use dbmig_tests::host::Host;
use dbmig_tests::program::workspace;
use dbmig_tests::text_diff::diff;

/// A case: its name, and what it changes in a host that builds.
type Case = (&'static str, fn(&Host));

const USERS: &str = "2026-11-21-101500_create_users";
const EMAIL: &str = "2026-11-21-101600_add_email";
const CREATE: &str = "CREATE TABLE users (\n    id INTEGER PRIMARY KEY NOT NULL,\n    name TEXT NOT NULL\n);\n";
const DROP: &str = "DROP TABLE users;\n";

const CASES: &[Case] = &[
    ("attribute", |host| {
        host.write("src/models.rs", "#[derive(dbmig::Model)]\n#[diesel(table_name = users)]\npub struct User {\n    pub id: i32,\n    #[dbmig(lenght = 64)]\n    pub name: String,\n}\n");
    }),
    ("broken-metadata", |host| {
        host.write(&format!("migrations/{USERS}/metadata.toml"), "run_in_transaction = true\n\n[dbmig\nrevises = []\n");
    }),
    ("cycle", |host| {
        host.revision(USERS, &["20261121101600"], CREATE, DROP);
        host.revision(EMAIL, &["20261121101500"], "SELECT 1;\n", "SELECT 1;\n");
    }),
    ("dropped-twice", |host| {
        host.revision(EMAIL, &["20261121101500"], "DROP TABLE users;\n", CREATE);
        host.revision("2026-11-21-101700_tidy", &["20261121101600"], "SELECT 1;\nDROP TABLE users;\n", "SELECT 1;\n");
    }),
    ("edited-seal", |host| {
        let metadata =
            "run_in_transaction = true\n\n[dbmig]\nrevises = []\nsealed = \"00000000000000000000000000000000\"\n";
        host.write(&format!("migrations/{USERS}/metadata.toml"), metadata);
    }),
    ("missing-folder", |host| {
        fs::remove_dir_all(host.path("migrations")).expect("the folder is there");
    }),
    ("missing-parent", |host| {
        host.revision(
            EMAIL,
            &["20261121101501"],
            "ALTER TABLE users ADD COLUMN email TEXT;\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        );
    }),
    ("missing-up", |host| {
        fs::remove_file(host.path(&format!("migrations/{USERS}/up.sql"))).expect("the file is there");
    }),
    ("models-ahead", |host| {
        let manifest = host.read("Cargo.toml");
        let denied = "[package.metadata.dbmig]\nlint = { out-of-date = \"deny\" }\n";
        host.write("Cargo.toml", manifest.replace("[package.metadata.dbmig]\n", denied));
        host.write("src/models.rs", "#[derive(dbmig::Model)]\n#[diesel(table_name = users)]\npub struct User {\n    pub id: i32,\n    pub name: String,\n    pub email: Option<String>,\n}\n");
    }),
    ("not-utf8", |host| {
        host.write(&format!("migrations/{USERS}/up.sql"), [CREATE.as_bytes(), b"-- caf\xe9\n"].concat());
    }),
    ("one-version-twice", |host| {
        host.revision("20261121101500_add_groups", &[], "SELECT 1;\n", "SELECT 1;\n");
    }),
    ("stray-folder", |host| {
        host.write("migrations/notes/ideas.md", "# Ideas\n");
    }),
    ("todo", |host| {
        let up = "-- dbmig: todo which name do old users get?\nALTER TABLE users ADD COLUMN nick TEXT NOT NULL DEFAULT '';\n";
        host.revision(EMAIL, &["20261121101500"], up, "ALTER TABLE users DROP COLUMN nick;\n");
    }),
    ("two-heads", |host| {
        host.revision(
            EMAIL,
            &["20261121101500"],
            "ALTER TABLE users ADD COLUMN email TEXT;\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        );
        host.revision(
            "2026-11-21-101700_add_bio",
            &["20261121101500"],
            "ALTER TABLE users ADD COLUMN bio TEXT;\n",
            "ALTER TABLE users DROP COLUMN bio;\n",
        );
    }),
    ("unknown-key", |host| {
        let manifest = host.read("Cargo.toml");
        host.write("Cargo.toml", manifest.replace("backend = \"sqlite\"", "backend = \"sqlite\"\nmigration = \"db\""));
    }),
    ("unreadable-sql", |host| {
        host.write(
            &format!("migrations/{USERS}/up.sql"),
            "CREATE TABLE users (\n    id INTEGER PRIMARY KEY NOT NULL,\n    name TEXT NOT NUL\n);\n",
        );
    }),
    ("version-below-parent", |host| {
        host.revision(
            "2026-01-01-000000_add_email",
            &["20261121101500"],
            "ALTER TABLE users ADD COLUMN email TEXT;\n",
            "ALTER TABLE users DROP COLUMN email;\n",
        );
    }),
];

/// The faults of the graph: doing what the help says mends them.
const MENDED: [&str; 5] = ["cycle", "missing-parent", "one-version-twice", "two-heads", "version-below-parent"];

/// Does what the help of a failed build says: a command of dbmig, of which one is enough, folders that get another name,
/// lines of metadata.
#[track_caller]
fn follow(host: &Host, stderr: &str) {
    let helps = stderr.lines().filter_map(|line| Some(line.split_once("= help: ")?.1));
    for help in helps.map(|help| help.strip_prefix("then ").unwrap_or(help)) {
        if let Some(command) = help.strip_prefix("cargo dbmig ") {
            let (command, message) = command.split_once(" -m ").expect("a command that writes a revision");
            host.dbmig(&[command, "-m", message.trim_matches('"')]).success();
            return;
        } else if let Some((from, to)) = help.strip_prefix("mv ").and_then(|folders| folders.split_once(' ')) {
            fs::rename(host.path(from), host.path(to)).expect("both are paths in the package");
        } else if let Some((file, line)) = help.strip_prefix("in ").and_then(|rest| rest.split_once(": ")) {
            let key = line.split_once('=').expect("a line of TOML").0;
            let metadata = host.read(file);
            let lines = metadata.lines().map(|old| if old.starts_with(key) { line } else { old });
            host.write(file, lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

fn cases() -> PathBuf {
    workspace().join("tests/cases/build")
}

#[test]
fn builds_that_fail_say_why() {
    let host = Host::buildable("build-failures");
    let manifest = host.read("Cargo.toml");
    let main = "//! A host.\nmod db;\n\nfn main() {\n    println!(\"{}\", db::MIGRATIONS.revisions.len());\n}\n";
    host.write("src/main.rs", main);
    host.write("src/db.rs", "//! The database.\ndbmig::embed!();\n");
    let bless = std::env::var_os("BLESS").is_some_and(|bless| bless == "1");
    let mut differing = String::new();
    for (name, change) in CASES {
        let _ = fs::remove_dir_all(host.path("migrations"));
        let _ = fs::remove_file(host.path("src/models.rs"));
        host.write("Cargo.toml", &manifest);
        host.revision(USERS, &[], CREATE, DROP);
        change(&host);
        let output = host.cargo(&["build"]);
        assert_ne!(output.code, Some(0), "{name} builds:\n{}", output.stderr);
        let actual = normalized(&output.stderr, &host);
        let path = cases().join(name).join("stderr.txt");
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if bless && actual != expected {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &actual).unwrap();
        } else if actual != expected {
            differing.push_str(&format!("=== {name}\n{}\n", diff(&expected, &actual)));
        }
        if MENDED.contains(name) {
            let mut output = output;
            // A fault may have hidden another one.
            for _ in 0..3 {
                follow(&host, &output.stderr);
                output = host.cargo(&["build"]);
            }
            assert_eq!(output.code, Some(0), "{name} isn't mended:\n{}", output.stderr);
        }
    }
    assert!(differing.is_empty(), "{differing}\nBLESS=1 accepts this");
}

#[test]
fn every_expectation_has_its_case() {
    for entry in fs::read_dir(cases()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(CASES.iter().any(|(case, _)| *case == name), "tests/cases/build/{name} belongs to no case");
    }
    assert!(CASES.is_sorted_by_key(|(name, _)| *name));
}

/// Standard error without what differs between machines and runs: Cargo's progress, paths, and rustc's drawing of the
/// emitted file.
fn normalized(stderr: &str, host: &Host) -> String {
    const PROGRESS: [&str; 7] = [
        "Compiling ",
        "Blocking ",
        "Finished ",
        "Locking ",
        "Adding ",
        "note: To improve backtraces",
        "warning: build failed",
    ];
    let host = host.root().display().to_string();
    let mut text = String::new();
    let mut in_emitted = false;
    for line in stderr.lines().filter(|line| !PROGRESS.iter().any(|word| line.trim_start().starts_with(word))) {
        let place = line.trim_start().strip_prefix("--> ").and_then(|path| path.split_once("/out/"));
        let line = match place {
            Some((_, file)) => format!(" --> [OUT_DIR]/{file}"),
            None if line.trim_start().starts_with("process didn't exit successfully") => {
                "  process didn't exit successfully: `[build script]` (exit status: 1)".to_owned()
            }
            None => line.replace(&host, "[host]"),
        };
        // A numbered line of the emitted file and its underlining follow their place.
        in_emitted &= line.trim_start_matches(|one: char| one == ' ' || one.is_ascii_digit()).starts_with('|');
        if !in_emitted {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        in_emitted |= place.is_some();
    }
    text
}
