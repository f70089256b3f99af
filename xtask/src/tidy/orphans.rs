//! No forgotten input or expectation: each file under `tests/cases` is one that a test names, itself or by its folder,
//! and an expectation has the input that it belongs to beside it.

use super::Violation;
use super::workspace::{File, Workspace};

const CASES: &str = "tests/cases/";

/// How a file ends that holds nothing but what a test expects.
const EXPECTATIONS: [&str; 3] = [".stderr", ".stdout", ".snap"];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let names_cases = |file: &&File| file.is_rust() && file.is_test();
    let sources: Vec<&str> = workspace.files.iter().filter(names_cases).map(|file| file.text.as_str()).collect();
    let mut violations = Vec::new();
    for case in workspace.files.iter().filter(|file| file.path.starts_with(CASES)) {
        if !is_named(&case.path, &sources) {
            let message = "no test in tests/ names this file or its folder: delete it, or test it";
            violations.push(Violation::new(&case.path, 1, message));
        } else if is_alone(&case.path, workspace) {
            violations.push(Violation::new(&case.path, 1, "the input that it belongs to has gone: delete it"));
        }
    }
    violations
}

/// Whether a source holds `cases/…/file` or a folder above it as a path of its own (`"cases/builds"`, `"cases/builds/*.rs"`).
fn is_named(path: &str, sources: &[&str]) -> bool {
    let inside = path.trim_start_matches("tests/");
    let ancestors = inside.match_indices('/').map(|(at, _)| &inside[..at]).skip(1);
    let ends = |rest: &str| rest.starts_with(['"', '/', '*']);
    let names = |name: &str| {
        let holds = |source: &&str| source.match_indices(name).any(|(at, _)| ends(&source[at + name.len()..]));
        sources.iter().any(holds)
    };
    names(inside) || ancestors.into_iter().any(names)
}

fn is_alone(path: &str, workspace: &Workspace) -> bool {
    let Some(stem) = EXPECTATIONS.iter().find_map(|end| path.strip_suffix(end)) else { return false };
    let is_input = |other: &File| {
        let rest = other.path.strip_prefix(stem);
        rest.is_some_and(|rest| rest.starts_with(['.', '/']) && !EXPECTATIONS.contains(&rest))
    };
    !workspace.files.iter().any(is_input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_nobody_names_and_widowed_expectations_are_found() {
        let workspace = Workspace::of(&[
            ("tests/cases/builds/a.rs", ""),
            ("tests/cases/builds/a.stderr", ""),
            ("tests/cases/builds/b.stderr", ""),
            ("tests/cases/old/c.md", ""),
            ("tests/cases/one.sql", ""),
            ("tests/tests/builds.rs", "\"cases/builds\"; \"tests/cases/one.sql\""),
        ]);
        let found = check(&workspace);
        let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["tests/cases/builds/b.stderr", "tests/cases/old/c.md"]);
    }
}
