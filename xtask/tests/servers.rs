//! Throwaway servers end with the run that started them, however it ends.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_killed_run_leaves_no_server() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    // The shell ends with the pipe that it reads from, whose other end is here.
    command.args(["servers", "--", "sh", "-c", "echo $DBMIG_TEST_POSTGRES_URL; echo $DBMIG_TEST_MYSQL_URL; read line"]);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(run.stdout.take().unwrap()).lines();
    let urls: Vec<String> = lines.take(2).map(Result::unwrap).collect();
    let addresses = urls.iter().map(|url| url.rsplit('@').next().unwrap().split('/').next().unwrap());
    let addresses: Vec<&str> = addresses.collect();
    assert_eq!(addresses.len(), 2, "{urls:?}");
    assert!(addresses.iter().all(|address| TcpStream::connect(address).is_ok()), "{urls:?}");
    run.kill().unwrap();
    run.wait().unwrap();
    let start = Instant::now();
    while addresses.iter().any(|address| TcpStream::connect(address).is_ok()) {
        assert!(start.elapsed() < Duration::from_secs(60), "{urls:?} still answer");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_command_has_the_exit_of_what_it_ran() {
    let run = |script: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["servers", "--", "sh", "-c", script]).stderr(Stdio::null()).status().unwrap().success()
    };
    assert!(run("test -n \"$DBMIG_TEST_POSTGRES_URL\""));
    assert!(!run("exit 3"));
}
