//! Two branches of a git repository that each add a revision, brought together as their authors would.

use dbmig_tests::host::{Host, MAIN};
use dbmig_tests::program::{self, Output};

const USER: &str = "//! Users.\n#[derive(dbmig::Model)]\n#[diesel(table_name = crate::db::schema::users)]\npub struct User {\n    \
                    pub id: i32,\n    pub name: String,\n}\n";
const NICK: &str = "    pub name: String,\n    pub nick: Option<String>,\n";
const POST: &str = "//! Posts.\n#[derive(dbmig::Model)]\n#[diesel(table_name = crate::db::schema::posts)]\npub struct Post {\n    \
                    pub id: i32,\n    pub title: String,\n}\n";

/// A repository whose branch `main` has the table `users`, `ada` a column more and `bob` the table `posts`; each of the
/// revisions is written by `migrate`. It stands at `main`, and no database has anything.
fn repository(name: &str) -> Host {
    let host = Host::buildable(name);
    let git = |arguments: &str| git(&host, arguments);
    host.write("src/main.rs", MAIN.replace("mod db;", "mod db;\nmod post;\nmod user;"));
    host.write("src/user.rs", USER);
    host.write("src/post.rs", "//! Posts.\n");
    host.write("migrations/.keep", "");
    host.write(".gitignore", "*.db*\n");
    // Two of them in one second would have one version.
    let commit = |message: &str, version: &str| {
        host.dbmig(&["migrate", "-m", message, "--rev-id", version]).success();
        git("add -A");
        git(&format!("commit -qm {}", message.replace(' ', "-")));
    };
    git("init -qb main .");
    commit("create users", "2026-11-21-100000");
    git("switch -qc ada");
    host.write("src/user.rs", USER.replace("    pub name: String,\n", NICK));
    commit("nick names", "2026-11-21-100001");
    git("switch -qc bob main");
    host.write("src/post.rs", POST);
    commit("create posts", "2026-11-21-100002");
    git("switch -q main");
    host
}

#[track_caller]
fn git(host: &Host, arguments: &str) -> Output {
    let mut command = std::process::Command::new("git");
    program::plain(&mut command, host.root());
    // As nobody in particular, whoever runs the tests.
    for (name, value) in [("NAME", "Ada"), ("EMAIL", "ada@example.org")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").args(arguments.split(' '));
    program::run(&mut command).success()
}

/// Both branches merged by git into `main`, which finds nothing to complain of.
fn merged(host: &Host) {
    git(host, "merge -q ada");
    git(host, "merge -q --no-edit bob");
}

/// The commands that a failed build offers.
#[track_caller]
fn offered(build: &Output) -> Vec<String> {
    assert_ne!(build.code, Some(0), "the build should fail");
    let lines = build.stderr.lines().filter_map(|line| line.split_once("help: cargo dbmig ")).map(|(_, rest)| rest);
    let commands: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    assert!(build.stderr.contains("several-heads") && !commands.is_empty(), "{}", build.stderr);
    commands
}

/// Runs the one of some offered commands that begins with a word.
#[track_caller]
fn follow(host: &Host, offered: &[String], verb: &str) -> Output {
    let found = offered.iter().find(|command| command.split(' ').next() == Some(verb));
    let command = found.unwrap_or_else(|| panic!("no `{verb}` in {offered:?}"));
    host.dbmig(&words(command)).success()
}

/// A command's words; quotes hold some together.
fn words(command: &str) -> Vec<&str> {
    let quoted = command.split('"').enumerate();
    quoted.flat_map(|(at, part)| if at % 2 == 1 { vec![part] } else { part.split_whitespace().collect() }).collect()
}

#[track_caller]
fn is_as_the_models_say(host: &Host) {
    host.build();
    host.dbmig(&["check"]).success();
    host.dbmig(&["check", "--database"]).success();
}

#[test]
fn two_heads_stop_the_build_until_they_are_merged() {
    let host = repository("git-merged");
    git(&host, "switch -q ada");
    host.dbmig(&["upgrade"]).success();
    git(&host, "switch -q main");
    merged(&host);
    let offered = offered(&host.cargo(&["build"]));
    follow(&host, &offered, "merge");
    let program = host.build();
    // Ada's database has her half of it already; the program brings the other.
    let run = program::run(std::process::Command::new(program).arg("--migrate").current_dir(host.root())).success();
    assert!(!run.stdout.contains("nick_names") && run.stdout.contains("create_posts"), "{}", run.stdout);
    is_as_the_models_say(&host);
}

#[test]
fn two_heads_are_put_one_upon_the_other() {
    let host = repository("git-rebased");
    for (branch, reverted) in [("ada", "nick_names"), ("bob", "create_posts")] {
        // The database of the one who rebases has their own revision, and nobody else's.
        git(&host, &format!("switch -q {branch}"));
        host.dbmig(&["upgrade"]).success();
        git(&host, &format!("switch -qc together-{branch} main"));
        merged(&host);
        let offered = offered(&host.cargo(&["build"]));
        assert!(offered.iter().any(|command| command.starts_with("rebase ")), "{offered:?}");
        let rebase = host.dbmig(&["rebase", reverted]).success();
        assert!(rebase.stdout.contains(&format!("_{reverted}\n")), "{}", rebase.stdout);
        host.build();
        host.dbmig(&["upgrade"]).success();
        is_as_the_models_say(&host);
        host.dbmig(&["downgrade", "base"]).success();
        git(&host, "reset -q --hard");
        git(&host, "clean -qfd");
    }
}

#[test]
fn a_database_of_another_branch_is_brought_back() {
    let host = repository("git-switched");
    git(&host, "switch -q bob");
    host.dbmig(&["upgrade"]).success();
    git(&host, "switch -q ada");
    let current = host.dbmig(&["current"]).success();
    assert!(current.stdout.contains("create_posts (not in this checkout)"), "{}", current.stdout);
    let refused = host.dbmig(&["upgrade"]);
    assert_eq!(refused.code, Some(2));
    for said in ["create_posts", "cargo dbmig downgrade", "check out the branch"] {
        assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
    }
    host.dbmig(&["downgrade"]).success();
    host.dbmig(&["upgrade"]).success();
    is_as_the_models_say(&host);
}
