//! Which module may name which. The table is the architecture: a new edge is a decision, and is made here.
//!
//! A module is a file or folder directly under a crate's `src`; what is under it may name its own parts freely. Tests
//! may name anything.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenTree};

use super::tokens::{self, is_ident, is_punct};
use super::workspace::{File, Workspace};
use super::{Violation, table};

/// The crates that the table speaks of: the name in paths, and the folder.
const CRATES: [(&str, &str); 3] = [("dbmig", "dbmig"), ("dbmig_build", "dbmig-build"), ("cargo_dbmig", "cargo-dbmig")];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let reexports: BTreeMap<&str, BTreeMap<String, String>> =
        CRATES.iter().map(|(name, folder)| (*name, reexports(workspace, folder))).collect();
    let mut violations = Vec::new();
    for (name, folder) in CRATES {
        for file in workspace.rust() {
            let Some(module) = module_of(&file.path, folder).filter(|_| !file.is_test()) else { continue };
            let Some(allowed) = table::allowed(folder, module) else {
                let message = format!("a new module of {folder}: give it a line in xtask/src/tidy/table.rs");
                violations.push(Violation::new(&file.path, 1, message));
                continue;
            };
            for (edge, line) in edges(file, name, module, &reexports) {
                if !allowed.contains(&edge.as_str()) && !allowed.contains(&"*") {
                    violations.push(Violation::new(&file.path, line, explain(module, &edge)));
                }
            }
        }
    }
    violations
}

fn explain(module: &str, edge: &str) -> String {
    format!(
        "`{module}` may not name `{edge}`: pass what it needs as a value (stages meet in `compile` and `commands`), or, \
         if the architecture is to change, say so in xtask/src/tidy/table.rs and ARCHITECTURE.md"
    )
}

/// The module that a file is part of; `None` outside of the crate and for its root.
fn module_of<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let inside = path.strip_prefix(folder)?.strip_prefix("/src/")?;
    let module = inside.split('/').next().unwrap_or(inside);
    let module = module.strip_suffix(".rs").unwrap_or(module);
    (!matches!(module, "lib" | "main")).then_some(module)
}

/// What a crate's root exports from its modules: the name and the module.
fn reexports(workspace: &Workspace, folder: &str) -> BTreeMap<String, String> {
    let root = workspace.files.iter().find(|file| file.path == format!("{folder}/src/lib.rs"));
    let mut names = BTreeMap::new();
    let uses = root.and_then(|file| syn::parse_file(&file.text).ok()).into_iter().flat_map(|file| file.items);
    for item in uses {
        if let syn::Item::Use(item) = item {
            if let syn::UseTree::Path(path) = &item.tree {
                exported(&path.tree, &path.ident.to_string(), &mut names);
            }
        }
    }
    names
}

fn exported(tree: &syn::UseTree, module: &str, names: &mut BTreeMap<String, String>) {
    let mut add = |name: &syn::Ident| {
        names.insert(name.to_string(), module.to_owned());
    };
    match tree {
        syn::UseTree::Path(path) => exported(&path.tree, module, names),
        syn::UseTree::Name(name) => add(&name.ident),
        syn::UseTree::Rename(rename) => add(&rename.rename),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| exported(tree, module, names)),
        syn::UseTree::Glob(_) => {}
    }
}

/// The modules that a file names, with the line where it does so first: `schema` of its own crate,
/// `dbmig_build::schema` of another.
fn edges(
    file: &File,
    own: &str,
    module: &str,
    reexports: &BTreeMap<&str, BTreeMap<String, String>>,
) -> BTreeMap<String, usize> {
    let mut edges = BTreeMap::new();
    // `super` in `src/a.rs` is the crate's root, in `src/a/b.rs` it is `a`.
    let depth = file.path.split("/src/").nth(1).map_or(1, |inside| inside.split('/').count());
    let tokens = tokens::without_tests(&tokens::of_file(file));
    each_path(&tokens, depth, &mut |krate, name, line| {
        let krate = if krate == "crate" { own } else { krate };
        let Some(exports) = reexports.get(krate) else { return };
        let target = exports.get(name).map_or(name, String::as_str);
        // What isn't a module is the root's own (a macro, say).
        let is_module = target.chars().next().is_some_and(char::is_lowercase);
        let edge = if krate == own { target.to_owned() } else { format!("{krate}::{target}") };
        if is_module && edge != module {
            edges.entry(edge).or_insert(line);
        }
    });
    edges
}

/// Calls `found` with the crate, the first name under it and the line, for each path that begins at a crate.
fn each_path(tokens: &[TokenTree], depth: usize, found: &mut impl FnMut(&str, &str, usize)) {
    let mut inner = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            let depth = depth + usize::from(inner.contains(&at));
            each_path(&tokens::inside(group), depth, found);
        }
        if is_ident(Some(token), "mod") && matches!(tokens.get(at + 2), Some(TokenTree::Group(_))) {
            inner.insert(at + 2);
        }
        let continues = at >= 2 && is_punct(tokens.get(at - 1), ':') && is_punct(tokens.get(at - 2), ':');
        let after_colons = continues && at >= 3 && matches!(tokens.get(at - 3), Some(TokenTree::Ident(_)));
        if let (TokenTree::Ident(ident), false) = (token, after_colons) {
            let mut rest = after(&tokens[at..]);
            let mut start = ident.to_string();
            let mut up = 1;
            while start == "super" && rest.and_then(<[_]>::first).is_some_and(|next| is_ident(Some(next), "super")) {
                rest = rest.and_then(after);
                up += 1;
            }
            if start == "super" && up == depth {
                start = "crate".to_owned();
            }
            names(rest.unwrap_or_default(), &mut |name, line| found(&start, name, line));
        }
    }
}

/// What follows a path's first segment and its `::`.
fn after(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    (is_punct(tokens.get(1), ':') && is_punct(tokens.get(2), ':')).then(|| &tokens[3..])
}

/// The names that a path goes on with: one, or each of a group.
fn names(rest: &[TokenTree], found: &mut impl FnMut(&str, usize)) {
    match rest.first() {
        Some(TokenTree::Ident(ident)) if !is_punct(rest.get(1), '!') => {
            found(&ident.to_string(), ident.span().start().line);
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            for part in tokens::inside(group).split(|token| is_punct(Some(token), ',')) {
                names(part, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let workspace = Workspace::of(&[
            (path, text),
            ("dbmig/src/lib.rs", "pub use backend::Backend;"),
            ("dbmig-build/src/lib.rs", "pub use compile::{Config, compile as run};"),
        ]);
        check(&workspace).into_iter().map(|one| format!("{}: {}", one.line, one.message)).collect()
    }

    #[test]
    fn allowed_edges_and_own_parts_are_fine() {
        let text = "use crate::{schema::Schema, sql::lex::Token};\nuse super::split;\nuse dbmig::Backend;\n";
        assert_eq!(found("dbmig-build/src/sql/parse.rs", text), Vec::<String>::new());
    }

    #[test]
    fn new_edges_are_found_in_uses_paths_and_macros() {
        for text in [
            "use std::fmt;\nuse crate::{source::Span, models::Models};\n",
            "\nfn a() { crate::models::read() }\n",
            "\nfn a() { format!(\"{}\", crate::models::read()) }\n",
            "\nuse super::super::models::Models;\n",
            "\nmod b { use super::super::super::models::Models; }\n",
        ] {
            let found = found("dbmig-build/src/diff/tables.rs", &format!("{text}#[cfg(test)]\nuse crate::sql;\n"));
            let edges = found.iter().filter(|one| one.starts_with("2: `diff` may not name `models`: ")).count();
            assert_eq!(edges, 1, "{text}: {found:?}");
        }
    }

    #[test]
    fn reexports_and_other_crates_count_as_their_modules() {
        let edge = found("cargo-dbmig/src/render.rs", "use dbmig_build::Config;\nuse dbmig_build::embed!();\n");
        assert_eq!(edge.len(), 1, "{edge:?}");
        assert!(edge[0].starts_with("1: `render` may not name `dbmig_build::compile`"), "{edge:?}");
    }

    #[test]
    fn new_modules_are_asked_for() {
        let new = found("dbmig/src/teapot.rs", "");
        assert_eq!(new, ["1: a new module of dbmig: give it a line in xtask/src/tidy/table.rs"]);
    }
}
