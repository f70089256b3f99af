//! Nothing unfinished: no `todo!`, no `unimplemented!`, no test that is switched off.

use proc_macro2::TokenTree;

use super::Violation;
use super::tokens::{self, is_ident, is_punct};
use super::workspace::{File, Workspace};

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    workspace.rust().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Violation> {
    let mut violations = Vec::new();
    tokens::walk(&tokens::of_file(file), &mut |rest| {
        let Some(first) = rest.first() else { return };
        let mut report = |message: &str| {
            violations.push(Violation::new(&file.path, first.span().start().line, message));
        };
        let called = is_punct(rest.get(1), '!');
        if called && (is_ident(Some(first), "todo") || is_ident(Some(first), "unimplemented")) {
            report("finish it, or leave it out and say so in ARCHITECTURE.md");
        }
        if let (true, Some(TokenTree::Group(group))) = (is_punct(Some(first), '#'), rest.get(1)) {
            if is_ident(tokens::inside(group).first(), "ignore") {
                report("a test that doesn't run proves nothing: mend it or delete it");
            }
        }
    });
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_things_are_found() {
        let text =
            "fn a() { todo!() }\nfn b() { unimplemented!(\"c\") }\n#[test]\n#[ignore = \"slow\"]\nfn d() { todo() }\n";
        let found = check(&Workspace::of(&[("a/src/b.rs", text)]));
        assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [1, 2, 4]);
    }
}
