//! Where a client library isn't there, says in one line which package has it, before the linker says it in many.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

/// A library of the system's that a feature needs.
struct Library {
    feature: &'static str,
    name: &'static str,
    /// Says by hand where it is.
    variable: &'static str,
    /// Its names in pkg-config.
    packages: &'static [&'static str],
    /// The program that knows where it is, and how it is asked.
    program: [&'static str; 2],
    /// What the linker calls it, where that is asked if nobody else knows.
    linked: Option<&'static str>,
    remedy: &'static str,
}

const LIBRARIES: [Library; 2] = [
    Library {
        feature: "CARGO_FEATURE_POSTGRES",
        name: "PostgreSQL's client library libpq",
        variable: "PQ_LIB_DIR",
        packages: &["libpq"],
        program: ["pg_config", "--libdir"],
        linked: Some("pq"),
        remedy: "apt install libpq-dev (Fedora: dnf install libpq-devel, macOS: brew install libpq)",
    },
    Library {
        feature: "CARGO_FEATURE_MYSQL",
        name: "the client library of MySQL or MariaDB",
        variable: "MYSQLCLIENT_LIB_DIR",
        packages: &["mysqlclient", "libmariadb"],
        program: ["mysql_config", "--libs"],
        linked: None,
        remedy: "apt install libmariadb-dev (Fedora: dnf install mariadb-connector-c-devel, macOS: brew install mysql-client)",
    },
];

fn main() {
    // A script that fails runs again anyway.
    println!("cargo::rerun-if-changed=build.rs");
    let is_set = |name: &str| env::var_os(name).is_some();
    // For another system than this one, nothing here can tell.
    if is_set("CARGO_FEATURE_BUNDLED") || env::var_os("HOST") != env::var_os("TARGET") || !cfg!(unix) {
        return;
    }
    for library in LIBRARIES.iter().filter(|library| is_set(library.feature)) {
        if !is_set(library.variable) && !is_there(library) {
            let Library { name, remedy, .. } = library;
            println!("cargo::error={name} is missing: {remedy}, or compile it in by `--features bundled`");
        }
    }
}

fn is_there(library: &Library) -> bool {
    let succeeds = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok().map(|status| status.success())
    };
    let [program, argument] = library.program;
    library.packages.iter().any(|name| succeeds(Command::new("pkg-config").args(["--exists", name])) == Some(true))
        || succeeds(Command::new(program).arg(argument)) == Some(true)
        || library.linked.is_some_and(|name| {
            let folder = env::var_os("OUT_DIR").unwrap_or_default();
            let (source, program) = (Path::new(&folder).join("empty.c"), Path::new(&folder).join("empty"));
            let written = std::fs::write(&source, "int main(void) { return 0; }\n").is_ok();
            let link = succeeds(Command::new("cc").arg(&source).arg(format!("-l{name}")).arg("-o").arg(program));
            // Without a linker there are other things to say.
            !written || link != Some(false)
        })
}
