//! No let-chains: they are stable since Rust 1.88, and the workspace promises an older one.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ExprBinary};

use super::Violation;
use super::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in workspace.rust() {
        // A file that isn't Rust is the compiler's to report.
        let Ok(parsed) = syn::parse_file(&file.text) else { continue };
        let mut lines = Chains(Vec::new());
        lines.visit_file(&parsed);
        let message = "let-chains need Rust 1.88: nest the `if`, or use `let … else`, `matches!` or `is_some_and`";
        violations.extend(lines.0.into_iter().map(|line| Violation::new(&file.path, line, message)));
    }
    violations
}

/// The lines on which a chain begins.
struct Chains(Vec<usize>);

impl<'ast> Visit<'ast> for Chains {
    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        if is_chain(binary) {
            self.0.push(binary.span().start().line);
        } else {
            visit::visit_expr_binary(self, binary);
        }
    }
}

fn is_chain(binary: &ExprBinary) -> bool {
    let holds_let = |side: &Expr| match side {
        Expr::Let(_) => true,
        Expr::Binary(inner) => is_chain(inner),
        _ => false,
    };
    matches!(binary.op, BinOp::And(_)) && (holds_let(&binary.left) || holds_let(&binary.right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(body: &str) -> Vec<usize> {
        let text = format!("fn a() {{\n{body}\n}}\n");
        check(&Workspace::of(&[("a/src/b.rs", &text)])).iter().map(|one| one.line).collect()
    }

    #[test]
    fn chains_are_found_on_either_side() {
        assert_eq!(lines("if let Some(a) = b && c {}"), [2]);
        assert_eq!(lines("if a && let Some(b) = c && d {}"), [2]);
        assert_eq!(lines("while a &&\n let Some(b) = c {}"), [2]);
        assert_eq!(lines("match a { b if let c = d && e => {} }"), [2]);
    }

    #[test]
    fn other_conditions_are_fine() {
        assert_eq!(lines("if let Some(a) = b {} else if c && d {}"), []);
        assert_eq!(lines("if let Some(a) = (b && c) { if d && e {} }"), []);
        assert_eq!(lines("if let a = b && { let c = d; c } {}").len(), 1);
    }
}
