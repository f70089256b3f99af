//! The arguments that a host flattens into its own parser.

use clap::Parser;
use dbmig::cli::MigrateArgs;

use super::*;

#[derive(Parser)]
struct Host {
    #[command(flatten)]
    migrations: MigrateArgs,
    rest: Vec<String>,
}

/// The exit code, what was printed, and what was remarked.
fn run(conn: &mut SqliteConnection, arguments: &[&str]) -> (Option<u8>, String, String) {
    let host = Host::try_parse_from([&["host"], arguments].concat()).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = host.migrations.run_to(&line(), conn, &mut out, &mut err);
    assert_eq!(code.is_some(), host.migrations.is_asked());
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[track_caller]
fn check(conn: &mut SqliteConnection, arguments: &[&str], code: u8, out: &str, err: &str) {
    let (found, stdout, stderr) = run(conn, arguments);
    assert_eq!((found, stdout.as_str(), stderr.as_str()), (Some(code), out, err), "{arguments:?}");
}

#[test]
fn a_database_is_brought_up_and_never_down() {
    let conn = &mut memory();
    assert_eq!(run(conn, &[]), (None, String::new(), String::new()));
    check(conn, &["--migrate-status"], 1, "pending 1_users\npending 2_posts\npending 3_tags\n", "");
    check(conn, &["--migrate=+1"], 0, "applied 1_users\n", "");
    check(conn, &["--migrate"], 0, "applied 2_posts\napplied 3_tags\n", "");
    check(conn, &["--migrate"], 0, "nothing to apply: the database is at 3_tags\n", "");
    check(conn, &["--migrate=1"], 0, "nothing to apply: the database is at 3_tags\n", "");
    check(conn, &["--migrate=-1"], 0, "", "`-1` is below the database; this program never goes down\n");
    check(conn, &["--migrate-status"], 0, "applied 1_users\napplied 2_posts\napplied 3_tags\n", "");
    check(conn, &["--migrate-sql"], 0, "-- nothing is pending\n", "");
    assert_eq!(ledger(conn), "1 2 3");
}

#[test]
fn errors_go_to_stderr_with_help() {
    let conn = &mut memory();
    check(conn, &["--migrate=tgas"], 2, "", "error: no revision `tgas`\nhelp: did you mean 3_tags?\n");
    assert_eq!(everything(conn), "");
}

#[test]
fn the_script_is_what_is_pending() {
    let conn = &mut memory();
    run(conn, &["--migrate=2"]);
    let (code, script, _) = run(conn, &["--migrate-sql"]);
    assert_eq!(code, Some(0));
    exec(conn, &script);
    check(conn, &["--migrate-status"], 0, "applied 1_users\napplied 2_posts\napplied 3_tags\n", "");
}

#[test]
fn the_hosts_own_arguments_stay_its_own() {
    let host = Host::try_parse_from(["host", "--migrate", "serve"]).unwrap();
    assert_eq!((host.migrations.migrate.as_deref(), host.rest), (Some("heads"), vec!["serve".to_owned()]));
    assert!(Host::try_parse_from(["host", "--migrate", "--migrate-sql"]).is_err());
}
