//! The process that stops the servers and removes their folder when the run has ended: at its end, after a failure, by
//! an interrupt, even by `kill -9`.
//!
//! It waits for the end of a pipe that this program holds, which the system closes in each of these cases; signal
//! handlers would miss some. It stands in a process group of its own, so that an interrupt from the terminal misses it.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::shell::Outcome;

/// Each line names a signal and a process. A server that is stopped may write for a moment, so removing is tried again.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
servers=
while read -r signal process; do servers="$servers $signal $process"; done
set -- "$1" $servers
folder=$1
shift
while [ $# -gt 1 ]; do
    kill -s "$1" "$2" 2>/dev/null
    shift 2
done
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$folder" 2>/dev/null && exit
    sleep 0.2
done
"#;

/// The folder of the servers, and the process that outlives this one for as long as it takes to remove it.
pub(super) struct Keeper {
    folder: PathBuf,
    process: Child,
}

impl Keeper {
    /// A new folder under the system's temporary one, which the servers' accounts can enter.
    pub(super) fn of_new_folder() -> Outcome<Keeper> {
        let wrong = |error: std::io::Error| format!("no temporary folder for the servers: {error}");
        let folder = std::env::temp_dir().join(format!("dbmig-servers-{}", super::password()?));
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg("sh").arg(&folder).process_group(0).stdin(Stdio::piped());
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("`sh` could not start: {error}"))?;
        let keeper = Keeper { folder, process };
        std::fs::create_dir(&keeper.folder).map_err(wrong)?;
        std::fs::set_permissions(&keeper.folder, Permissions::from_mode(0o755)).map_err(wrong)?;
        Ok(keeper)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has a server stopped when the run ends.
    pub(super) fn stop_at_the_end(&mut self, server: &Child, signal: &str) -> Outcome {
        let Some(pipe) = &mut self.process.stdin else { return Ok(()) };
        writeln!(pipe, "{signal} {}", server.id()).map_err(|error| format!("the servers' keeper has gone: {error}"))
    }

    /// Tells it that the run has ended.
    pub(super) fn end(&mut self) {
        self.process.stdin = None;
    }

    /// Waits until all is removed.
    pub(super) fn wait(&mut self) {
        let _nothing_more_to_do = self.process.wait();
    }
}
