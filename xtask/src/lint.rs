//! `cargo xtask lint`: what must hold before a change lands besides the tests, cheapest first.

use crate::servers::packages;
use crate::shell::{self, Outcome, cargo};
use crate::tidy;

pub(crate) fn run() -> Outcome {
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    tidy::run()?;
    packages::install_libraries()?;
    shell::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    // Hosts and build scripts compile these crates with fewer features than the workspace as a whole has.
    shell::run(&mut cargo(&["clippy", "-p", "dbmig-build", "-p", "dbmig-derive", "--locked", "--", "-D", "warnings"]))?;
    shell::run(&mut cargo(&["clippy", "-p", "dbmig", "--features", "sqlite", "--locked", "--", "-D", "warnings"]))?;
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    shell::run(doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"))
}
