//! Every diagnostic that dbmig can give is explained, and some test or case shows it.

use dbmig_build::diagnostic::Code;

use super::workspace::{File, Workspace};
use super::{Violation, tokens};

const PATH: &str = "dbmig-build/src/diagnostic/code.rs";

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let names: Vec<(String, &str)> = Code::ALL.iter().map(|code| (format!("{code:?}"), code.name())).collect();
    let mut violations = untested(workspace, &names);
    for code in Code::ALL.iter().filter(|code| code.explanation().lines().count() < 3) {
        let message = format!("explain `{code}` in a few lines: what it means, why it matters, what to do");
        violations.push(Violation::new(PATH, 1, message));
    }
    violations
}

/// The codes, as variants and names, that no test mentions.
fn untested(workspace: &Workspace, codes: &[(String, &str)]) -> Vec<Violation> {
    let tests: Vec<String> = workspace.files.iter().map(test_text).collect();
    let is_tested = |variant: &str, name: &str| {
        let variant = format!("Code::{variant}");
        tests.iter().any(|text| holds_word(text, &variant) || holds_word(text, name))
    };
    let missing = codes.iter().filter(|(variant, name)| !is_tested(variant, name));
    let violation = |name: &str| Violation::new(PATH, 1, format!("no test or case shows a diagnostic `{name}`"));
    missing.map(|(_, name)| violation(name)).collect()
}

/// What of a file are tests: all of it, or its items under `#[cfg(test)]`.
fn test_text(file: &File) -> String {
    if file.is_test() {
        return file.text.clone();
    }
    if !file.is_rust() {
        return String::new();
    }
    let ranges = tokens::test_lines(&tokens::of_file(file));
    let is_test = |line: usize| ranges.iter().any(|(first, last)| (*first..=*last).contains(&line));
    file.text
        .lines()
        .zip(1..)
        .filter(|(_, line)| is_test(*line))
        .fold(String::new(), |text, (line, _)| text + line + "\n")
}

/// Whether a text holds a word that no letter, digit, `-` or `_` goes on from.
fn holds_word(text: &str, word: &str) -> bool {
    let goes_on = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(goes_on) && !after.is_some_and(goes_on)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_looked_for_in_tests_only() {
        let workspace = Workspace::of(&[
            (
                "dbmig-build/src/a.rs",
                "fn a() { Code::Cycle; Code::Seal }\n#[cfg(test)]\nmod tests { fn b() { Code::Cycle } }\n",
            ),
            ("tests/cases/a.md", "error[no-parent]: …\nerror[todo-open-still]"),
        ]);
        let codes = ["Cycle cycle", "Seal seal", "NoParent no-parent", "Todo todo-open"];
        let codes: Vec<(String, &str)> =
            codes.iter().map(|code| code.split_once(' ').unwrap()).map(|(a, b)| (a.to_owned(), b)).collect();
        let found = untested(&workspace, &codes);
        let messages: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            messages,
            ["no test or case shows a diagnostic `seal`", "no test or case shows a diagnostic `todo-open`"]
        );
    }
}
