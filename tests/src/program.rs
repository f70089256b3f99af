//! Running programs as a user does, without what the machine's environment would change.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What a program said, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The answer.
    pub stdout: String,
    /// The chatter.
    pub stderr: String,
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
}

impl Output {
    /// The output of a program that must succeed.
    ///
    /// # Panics
    ///
    /// With all that it said, if it failed.
    #[track_caller]
    pub fn success(self) -> Output {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// As a reader of a story sees it: the answer, then the chatter with `! ` before each line, then the exit code if
    /// it isn't 0.
    pub fn story(&self) -> String {
        let mut text = String::new();
        for line in self.stdout.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        for line in self.stderr.lines() {
            text.push_str(format!("! {line}").trim_end());
            text.push('\n');
        }
        match self.code {
            Some(0) => {}
            Some(code) => text.push_str(&format!("[exit {code}]\n")),
            None => text.push_str("[killed]\n"),
        }
        text
    }
}

/// The workspace's root.
pub fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder that hosts are built into; dbmig and diesel are compiled there once for all of them.
pub fn hosts_target() -> PathBuf {
    workspace().join("target/hosts")
}

/// Cargo, offline and without colours. A host's build goes into [`hosts_target`].
pub fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    plain(&mut command, folder);
    command.env("CARGO_TARGET_DIR", hosts_target());
    command
}

/// `cargo dbmig`, as Cargo would start it; the binary is built by the first test that asks for it.
pub fn cargo_dbmig(folder: &Path) -> Command {
    let mut command = Command::new(cargo_dbmig_path());
    plain(&mut command, folder);
    command.arg("dbmig");
    command
}

/// The `cargo-dbmig` binary of this checkout, in the profile that the test itself is built in.
///
/// # Panics
///
/// If it can't be built.
pub fn cargo_dbmig_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The whole workspace's features, so that nothing is compiled again in another shape.
        command.args(["build", "--quiet", "--workspace", "--exclude", "example-app", "--bin", "cargo-dbmig"]);
        command.args(["--features", "dbmig/sqlite-bundled,dbmig/clap"]);
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        if profile == "release" {
            command.arg("--release");
        }
        let status = command.current_dir(workspace()).status().expect("Cargo starts");
        assert!(status.success(), "cargo-dbmig can't be built");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
        target.join(profile).join(format!("cargo-dbmig{}", std::env::consts::EXE_SUFFIX))
    })
}

/// Diesel's command line, as `cargo xtask test` installs it; `None` if it was said that the tests go without.
///
/// # Panics
///
/// If it isn't there.
pub fn diesel_cli(folder: &Path) -> Option<Command> {
    if std::env::var_os("DBMIG_WITHOUT_DIESEL_CLI").is_some_and(|value| value == "1") {
        return None;
    }
    let path = workspace().join("target/tools/bin").join(format!("diesel{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "install diesel's command line: cargo xtask test (or set DBMIG_WITHOUT_DIESEL_CLI=1)");
    let mut command = Command::new(path);
    plain(&mut command, folder);
    Some(command)
}

/// Sets a program to run in a folder as on any other machine.
pub fn plain(command: &mut Command, folder: &Path) {
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        // Cargo tells the tests about the package that they are in; a host is another one.
        let ours = name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST") || name.starts_with("DBMIG_");
        if ours || matches!(&*name, "DATABASE_URL" | "RUST_LOG" | "RUSTFLAGS" | "FORCE_COLOR" | "CLICOLOR_FORCE") {
            command.env_remove(&*name);
        }
    }
    let plain = [("NO_COLOR", "1"), ("CARGO_TERM_COLOR", "never"), ("COLUMNS", "100"), ("TERM", "dumb")];
    command.envs(plain).env("RUST_BACKTRACE", "0").env("CARGO_NET_OFFLINE", "true").env("LC_ALL", "C.UTF-8");
}

/// Runs a command to its end.
///
/// # Panics
///
/// If it can't be started, or says what isn't UTF-8.
#[track_caller]
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} can't be started: {error}"));
    let text = |bytes| String::from_utf8(bytes).expect("programs speak UTF-8");
    Output { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}
