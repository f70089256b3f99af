//! Who a server runs as: whoever runs the tests, but root, as whom servers refuse to run.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use crate::shell::Outcome;

/// The user that runs a server's programs.
pub(super) enum Account {
    /// The one that runs this program.
    Own,
    /// Another one, since this one is root.
    Other { user: u32, group: u32 },
}

impl Account {
    /// Makes a folder for a server's data, and tells whose it is: this program's user, or else the account that the
    /// server's package made, or else `nobody`.
    pub(super) fn with_folder(folder: &Path, packaged: &str) -> Outcome<Account> {
        let wrong = |error: std::io::Error| format!("no folder for a server's data: {error}");
        std::fs::create_dir(folder).map_err(wrong)?;
        std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(wrong)?;
        if std::fs::metadata(folder).map_err(wrong)?.uid() != 0 {
            return Ok(Account::Own);
        }
        let ids = [packaged, "nobody"].into_iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
        let (user, group) = ids.ok_or("servers don't run as root, and there is no other account for them")?;
        std::os::unix::fs::chown(folder, Some(user), Some(group)).map_err(wrong)?;
        Ok(Account::Other { user, group })
    }

    /// A command that runs as this account, in a folder that it may enter.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Account::Own => Command::new(program),
            Account::Other { user, group } => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", &user.to_string(), "--regid", &group.to_string(), "--clear-groups"]);
                command.arg(program);
                command
            }
        };
        // Neither configuration nor a session of the user's own is to reach the servers.
        for name in ["PGDATA", "PGPORT", "PGOPTIONS", "PGSERVICE", "MYSQL_HOME", "MYSQL_UNIX_PORT", "MYSQL_TCP_PORT"] {
            command.env_remove(name);
        }
        command.current_dir(folder).env("HOME", folder);
        command
    }
}

fn id(what: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([what, name]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok().filter(|_| output.status.success())
}
