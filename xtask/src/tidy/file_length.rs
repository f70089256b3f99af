//! A file is one noun: 400 lines hold it, its own tests aside.

use super::workspace::{File, Workspace};
use super::{Violation, tokens};

const LIMIT: usize = 400;

/// Files that are longer for a reason: the path and the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in workspace.rust().filter(|file| !file.is_test()) {
        let lines = lines_of_code(file);
        let excepted = EXCEPTIONS.iter().any(|(path, _)| *path == file.path);
        if lines > LIMIT && !excepted {
            let message = format!("{lines} lines (tests aside) of at most {LIMIT}: split it by nouns into a folder");
            violations.push(Violation::new(&file.path, LIMIT + 1, message));
        }
        if lines <= LIMIT && excepted {
            let message = "short enough: take it out of the exceptions in xtask/src/tidy/file_length.rs";
            violations.push(Violation::new(&file.path, 1, message));
        }
    }
    violations
}

fn lines_of_code(file: &File) -> usize {
    let tests = tokens::test_lines(&tokens::of_file(file));
    file.text.lines().count() - tests.iter().map(|(first, last)| last - first + 1).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count() {
        let long = "fn a() {}\n".repeat(LIMIT);
        let tested = format!("{long}#[cfg(test)]\nmod tests {{\n}}\n");
        let longer = format!("{tested}fn b() {{}}\n");
        let workspace = Workspace::of(&[("a/src/b.rs", &tested), ("a/src/c.rs", &longer), ("tests/src/d.rs", &longer)]);
        let found = check(&workspace);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].path.as_str(), found[0].line), ("a/src/c.rs", 401));
        assert!(found[0].message.starts_with("401 lines"));
    }
}
