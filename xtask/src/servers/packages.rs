//! What the build and the tests need beside Rust and a C compiler: the databases' servers, and the libraries by which
//! programs speak to them. Installed where they are missing and it can be done, with Debian's package manager.

use std::path::Path;
use std::process::Command;

use super::{find_program, mysql, postgres};
use crate::shell::{self, Outcome};

/// Something that must be there, and Debian's package that has it.
struct Need {
    package: &'static str,
    is_there: fn() -> bool,
}

const LIBRARIES: [Need; 3] = [
    Need { package: "pkg-config", is_there: || find_program("pkg-config", &[]).is_some() },
    Need { package: "libpq-dev", is_there: || has_library(&["libpq"]) },
    Need { package: "libmariadb-dev", is_there: || has_library(&["libmariadb", "mysqlclient"]) },
];

// The server's core alone: the whole package would set up a service. What makes its data asks a program of the client's.
const SERVERS: [Need; 3] = [
    Need { package: "postgresql", is_there: || postgres::programs().is_some() },
    Need { package: "mariadb-server-core", is_there: || mysql::programs().is_some() },
    Need { package: "mariadb-client-core", is_there: || find_program("my_print_defaults", &[]).is_some() },
];

/// Sees to it that servers and libraries are there.
pub(crate) fn install() -> Outcome {
    install_missing(LIBRARIES.iter().chain(&SERVERS))
}

/// Sees to it that the libraries are there, which is enough to build.
pub(crate) fn install_libraries() -> Outcome {
    install_missing(LIBRARIES.iter())
}

fn has_library(names: &[&str]) -> bool {
    let exists =
        |name: &&str| Command::new("pkg-config").args(["--exists", name]).status().is_ok_and(|it| it.success());
    names.iter().any(exists)
}

fn install_missing<'a>(needs: impl Iterator<Item = &'a Need> + Clone) -> Outcome {
    let missing = |need: &&Need| !(need.is_there)();
    let packages: Vec<&str> = needs.clone().filter(missing).map(|need| need.package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    let advice = format!(
        "building and testing needs PostgreSQL and MariaDB, with their client libraries; install Debian's packages {}, or \
         what your system calls them",
        packages.join(", ")
    );
    let become_root = administrator().ok_or_else(|| advice.clone())?;
    let apt = |arguments: &[&str]| {
        let mut command = become_root.command("apt-get");
        command.args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        shell::run(&mut command)
    };
    let _no_service = ServicesStayOff::new(&become_root);
    let install: Vec<&str> =
        ["install", "--no-install-recommends"].into_iter().chain(packages.iter().copied()).collect();
    // A machine that was just made has no list of packages, an old one a list of packages that have gone.
    let done = apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install)));
    done.map_err(|error| format!("{error}; {advice}"))?;
    match needs.filter(missing).map(|need| need.package).next() {
        Some(package) => Err(format!("`{package}` was installed, and what it is needed for isn't found; {advice}")),
        None => Ok(()),
    }
}

/// How to act as root.
enum Administrator {
    Already,
    Sudo,
}

impl Administrator {
    fn command(&self, program: &str) -> Command {
        match self {
            Administrator::Already => Command::new(program),
            Administrator::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", "--preserve-env=DEBIAN_FRONTEND", program]);
                command
            }
        }
    }
}

/// Root, or sudo where it asks for no password, on a system with apt.
fn administrator() -> Option<Administrator> {
    find_program("apt-get", &[])?;
    let output = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&output.stdout).trim() == "0" {
        return Some(Administrator::Already);
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).output().ok()?;
    sudo.status.success().then_some(Administrator::Sudo)
}

/// While it lives, an installed package starts no service: Debian asks this file, and 101 means no.
/// Source: <https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt>.
struct ServicesStayOff<'a>(Option<&'a Administrator>);

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl<'a> ServicesStayOff<'a> {
    fn new(become_root: &'a Administrator) -> ServicesStayOff<'a> {
        // Containers bring their own.
        if Path::new(POLICY).exists() {
            return ServicesStayOff(None);
        }
        let script = format!("printf '#!/bin/sh\\nexit 101\\n' > {POLICY} && chmod 755 {POLICY}");
        let written = become_root.command("sh").args(["-c", &script]).status();
        ServicesStayOff(written.is_ok_and(|status| status.success()).then_some(become_root))
    }
}

impl Drop for ServicesStayOff<'_> {
    fn drop(&mut self) {
        if let Some(become_root) = self.0 {
            let _it_is_harmless = become_root.command("rm").args(["-f", POLICY]).status();
        }
    }
}
