//! A throwaway PostgreSQL.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::account::Account;
use super::{Launch, Prepared, find_program, run_quietly};
use crate::shell::Outcome;

/// Where PostgreSQL's programs are, if they are installed. Debian keeps them out of the search path, by version.
pub(super) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    let places: Vec<PathBuf> = versions.into_iter().map(|(_, folder)| folder).collect();
    find_program("initdb", &places)
}

/// Makes the server's data.
pub(super) fn prepare(folder: &Path, password: &str) -> Outcome<Prepared> {
    let programs = programs().ok_or("PostgreSQL's `initdb` isn't there")?;
    let home = folder.join("postgres");
    let account = Account::with_folder(&home, "postgres")?;
    let data = home.join("data");
    let secret = home.join("password");
    std::fs::write(&secret, password).map_err(|error| format!("no folder for a server's data: {error}"))?;
    let mut command = account.command(&programs.join("initdb"), &home);
    command.arg("-D").arg(&data).args(["-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    // The password in the clear, since a hash costs each connection some milliseconds, and nothing leaves the machine.
    command.args(["--auth=password", "--pwfile"]).arg(&secret);
    run_quietly(&mut command)?;
    Ok(Prepared { account, programs, data })
}

/// How it is started. Nothing of it has to survive a crash.
pub(super) fn serve(prepared: &Prepared, port: u16) -> Launch {
    let log = prepared.data.join("postmaster.pid");
    let mut command = prepared.account.command(&prepared.programs.join("postgres"), &prepared.data);
    command.arg("-D").arg(&prepared.data).arg("-p").arg(port.to_string());
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        // Each test makes a database of its own, which would fill a gigabyte of log.
        "wal_level=minimal",
        "max_wal_senders=0",
        "max_wal_size=64MB",
        "max_connections=300",
        "log_min_messages=panic",
    ] {
        command.arg("-c").arg(setting);
    }
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Launch {
        name: "PostgreSQL",
        command,
        url: format!("postgres://postgres:PASSWORD@127.0.0.1:{port}/postgres"),
        // "Immediate shutdown": no checkpoint, and its shared memory is given back.
        signal: "QUIT",
        // Its last line is the server's state. Source: `AddToDataDirLockFile` in PostgreSQL's manual page of pg_ctl.
        log,
        ready: "\nready",
    }
}
