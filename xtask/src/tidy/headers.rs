//! Every Rust file opens with `//!`: what it is for.

use super::Violation;
use super::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let headless = workspace.rust().filter(|file| !file.text.starts_with("//! "));
    let message = "open the file with `//!` and say what it is for and, where it isn't obvious, why it is here";
    headless.map(|file| Violation::new(&file.path, 1, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_for() {
        let workspace = Workspace::of(&[("a/src/b.rs", "//! Bees.\n"), ("a/src/c.rs", "use b;\n"), ("a/d.md", "")]);
        let found = check(&workspace);
        assert_eq!(found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["a/src/c.rs"]);
    }
}
