//! What names mean in a file: dbmig's derives and type aliases.

use std::collections::BTreeMap;

use syn::{Item, UseTree};

/// What the names of a file mean. Modules of a file aren't told apart: a name that means two things in two of them
/// is rarer than a model in a module that says `use super::*`.
#[derive(Default)]
pub(super) struct Scope {
    /// Local names of dbmig's derives, and what they are.
    pub(super) imports: BTreeMap<String, Derive>,
    /// Type aliases without parameters.
    pub(super) aliases: BTreeMap<String, syn::Type>,
}

impl Scope {
    pub(super) fn collect(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Use(one) => self.import(&one.tree, false),
                Item::Type(alias) if alias.generics.params.is_empty() => {
                    self.aliases.insert(alias.ident.to_string(), (*alias.ty).clone());
                }
                Item::Mod(module) => {
                    if let Some((_, items)) = &module.content {
                        self.collect(items);
                    }
                }
                _ => {}
            }
        }
    }

    fn import(&mut self, tree: &UseTree, in_dbmig: bool) {
        match tree {
            UseTree::Path(path) => self.import(&path.tree, path.ident == "dbmig"),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, in_dbmig)),
            UseTree::Name(name) if in_dbmig => self.bring(&name.ident, &name.ident),
            UseTree::Rename(rename) if in_dbmig => self.bring(&rename.ident, &rename.rename),
            UseTree::Glob(_) if in_dbmig => {
                self.imports.extend(Derive::ALL.map(|(name, derive)| (name.to_owned(), derive)));
            }
            _ => {}
        }
    }

    fn bring(&mut self, name: &syn::Ident, local: &syn::Ident) {
        let found = Derive::ALL.into_iter().find(|(known, _)| name == known);
        self.imports.extend(found.map(|(_, derive)| (local.to_string(), derive)));
    }
}

/// A derive of dbmig's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Derive {
    Model,
    Enum,
}

impl Derive {
    pub(super) const ALL: [(&'static str, Derive); 2] = [("Model", Derive::Model), ("Enum", Derive::Enum)];
}
