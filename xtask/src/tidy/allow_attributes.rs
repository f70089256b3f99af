//! No `#[allow]`: `#[expect(…, reason = "…")]` says why, and warns when it is needed no more.

use proc_macro2::TokenTree;

use super::tokens::{self, is_ident, is_punct};
use super::workspace::Workspace;
use super::{Violation, workspace};

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    workspace.rust().flat_map(in_file).collect()
}

fn in_file(file: &workspace::File) -> Vec<Violation> {
    let mut violations = Vec::new();
    tokens::walk(&tokens::of_file(file), &mut |rest| {
        let bang = usize::from(is_punct(rest.get(1), '!'));
        let Some(TokenTree::Group(group)) = rest.get(1 + bang) else { return };
        let attribute = tokens::inside(group);
        if is_punct(rest.first(), '#') && is_ident(attribute.first(), "allow") {
            let message = "write `#[expect(lint, reason = \"…\")]` instead of `allow`";
            violations.push(Violation::new(&file.path, group.span_open().start().line, message));
        }
    });
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_and_texts_are_not() {
        let text = "//! `#[allow(a)]`\n#![allow(a)]\n#[expect(a)]\nfn b() {\n #[allow(c)] let d = \"#[allow(e)]\"; }\n";
        let found = check(&Workspace::of(&[("a/src/b.rs", text)]));
        assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 5]);
    }
}
