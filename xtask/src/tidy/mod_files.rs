//! A module is `foo.rs` with a folder `foo/` beside it: `mod.rs` says nothing in a list of files.

use super::Violation;
use super::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let named = workspace.rust().filter(|file| file.path.ends_with("/mod.rs"));
    let violation = |path: &str| {
        let folder = path.trim_end_matches("/mod.rs");
        Violation::new(path, 1, format!("move it: `git mv {path} {folder}.rs`"))
    };
    named.map(|file| violation(&file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mod_rs_is_told_where_to_go() {
        let found = check(&Workspace::of(&[("a/src/b/mod.rs", ""), ("a/src/b.rs", "")]));
        assert_eq!(found, [Violation::new("a/src/b/mod.rs", 1, "move it: `git mv a/src/b/mod.rs a/src/b.rs`")]);
    }
}
