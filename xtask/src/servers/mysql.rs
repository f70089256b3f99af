//! A throwaway MariaDB.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::account::Account;
use super::{Launch, Prepared, find_program, run_quietly};
use crate::shell::Outcome;

/// What the server does without: writing to the disk, and space for much data.
const THRIFT: [&str; 2] = ["--innodb-flush-method=nosync", "--innodb-log-file-size=16M"];

/// Where MariaDB's programs are, if they are installed: those of the server, and that which makes its data.
pub(super) fn programs() -> Option<PathBuf> {
    let places = ["/usr/sbin", "/usr/libexec", "/usr/local/sbin"].map(PathBuf::from);
    installer()?;
    find_program("mariadbd", &places)
}

fn installer() -> Option<PathBuf> {
    Some(find_program("mariadb-install-db", &[])?.join("mariadb-install-db"))
}

/// Makes the server's data.
pub(super) fn prepare(folder: &Path, password: &str) -> Outcome<Prepared> {
    let missing = "MariaDB's `mariadbd` or `mariadb-install-db` isn't there";
    let (programs, installer) = (programs().ok_or(missing)?, installer().ok_or(missing)?);
    let home = folder.join("mysql");
    let account = Account::with_folder(&home, "mysql")?;
    let data = home.join("data");
    let mut command = account.command(&installer, &home);
    command.arg("--no-defaults").arg(option("--datadir", &data)).args(THRIFT);
    command.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    run_quietly(&mut command)?;
    // Among the accounts of a new server are some without a password.
    let accounts = format!(
        "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');\nFLUSH PRIVILEGES;\n\
         CREATE USER root@'%' IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;\n"
    );
    std::fs::write(home.join("accounts.sql"), accounts)
        .map_err(|error| format!("no folder for a server's data: {error}"))?;
    Ok(Prepared { account, programs, data })
}

/// How it is started. Nothing of it has to survive a crash.
pub(super) fn serve(prepared: &Prepared, port: u16) -> Launch {
    let log = prepared.data.join("server.log");
    let mut command = prepared.account.command(&prepared.programs.join("mariadbd"), &prepared.data);
    command.arg("--no-defaults").arg(option("--datadir", &prepared.data)).args(THRIFT);
    command.arg(option("--log-error", &log)).arg(format!("--port={port}"));
    // Within the data's folder: the whole path may be longer than a socket's name can be.
    command.args(["--socket=socket", "--pid-file=process", "--bind-address=127.0.0.1", "--max-connections=300"]);
    command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--skip-log-bin"]);
    command.args(["--innodb-buffer-pool-size=64M", "--init-file=../accounts.sql"]);
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Launch {
        name: "MariaDB",
        command,
        url: format!("mysql://root:PASSWORD@127.0.0.1:{port}"),
        signal: "KILL",
        log,
        ready: "ready for connections",
    }
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(format!("{name}="));
    text.push(path);
    text
}
