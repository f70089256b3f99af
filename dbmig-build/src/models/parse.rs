//! Rust source to the structs that can be models, with their attributes as trees.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Item, Meta, Token, UseTree};

use super::attr::{self, Entry};
use super::diesel_attr::{self, DieselField, DieselStruct};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};

/// A struct, model or not: one that isn't may be embedded in one that is.
pub(super) struct Struct {
    pub(super) name: Word,
    pub(super) is_model: bool,
    pub(super) attributes: Vec<Entry>,
    pub(super) diesel: DieselStruct,
    pub(super) fields: Vec<Field>,
    pub(super) aliases: Rc<BTreeMap<String, syn::Type>>,
}

/// A field of a struct.
pub(super) struct Field {
    pub(super) name: Word,
    pub(super) rust_type: syn::Type,
    pub(super) type_place: Span,
    pub(super) attributes: Vec<Entry>,
    pub(super) diesel: DieselField,
}

/// A name and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Span,
}

/// A source that is being parsed.
pub(super) struct File {
    source: Source,
    /// Bytes before what syn was given (a shebang line).
    shift: usize,
}

impl File {
    /// A place in the source.
    pub(super) fn place(&self, span: proc_macro2::Span) -> Span {
        let range = span.byte_range();
        self.source.span(range.start + self.shift..range.end + self.shift)
    }

    /// Where a syntax error is; the whole attribute if the text ended too early.
    pub(super) fn place_of(&self, error: &syn::Error, attribute: &Attribute) -> Span {
        let range = error.span().byte_range();
        if range.is_empty() { self.place(attribute.span()) } else { self.place(error.span()) }
    }
}

/// Reads the structs of a file.
///
/// # Errors
///
/// If the file isn't Rust.
pub(super) fn parse(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Vec<Struct> {
    let shift = shebang(source.text());
    let file = File { source: source.clone(), shift };
    let syntax = match syn::parse_str::<syn::File>(source.text().get(shift..).unwrap_or_default()) {
        Ok(syntax) => syntax,
        Err(error) => {
            let problem = format!("can't parse `{}`: {error}", source.path());
            diagnostics.push(Diagnostic::error(Code::ModelSource, problem).at(file.place(error.span()), ""));
            return Vec::new();
        }
    };
    let mut scope = Scope::default();
    scope.collect(&syntax.items);
    let mut reader = Reader { file, imports: scope.imports, aliases: Rc::new(scope.aliases), diagnostics };
    let mut structs = Vec::new();
    reader.items(syntax.items, &mut structs);
    structs
}

/// The length of a `#!` line that isn't an inner attribute.
fn shebang(text: &str) -> usize {
    match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => text.find('\n').unwrap_or(text.len()),
        _ => 0,
    }
}

/// What the names of a file mean. Modules of a file aren't told apart: a name that means two things in two of them
/// is rarer than a model in a module that says `use super::*`.
#[derive(Default)]
struct Scope {
    /// Local names of `dbmig::Model`.
    imports: BTreeSet<String>,
    /// Type aliases without parameters.
    aliases: BTreeMap<String, syn::Type>,
}

impl Scope {
    fn collect(&mut self, items: &[Item]) {
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
            UseTree::Name(name) if in_dbmig && name.ident == "Model" => {
                self.imports.insert("Model".to_owned());
            }
            UseTree::Rename(rename) if in_dbmig && rename.ident == "Model" => {
                self.imports.insert(rename.rename.to_string());
            }
            UseTree::Glob(_) if in_dbmig => {
                self.imports.insert("Model".to_owned());
            }
            _ => {}
        }
    }
}

struct Reader<'a> {
    file: File,
    imports: BTreeSet<String>,
    aliases: Rc<BTreeMap<String, syn::Type>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn items(&mut self, items: Vec<Item>, structs: &mut Vec<Struct>) {
        for item in items {
            match item {
                Item::Struct(item) if !is_test(&item.attrs) => structs.extend(self.declaration(item)),
                Item::Enum(item) if !is_test(&item.attrs) => self.refuse(&item.attrs, &item.ident, "an enum"),
                Item::Union(item) if !is_test(&item.attrs) => self.refuse(&item.attrs, &item.ident, "a union"),
                Item::Mod(module) if !is_test(&module.attrs) => {
                    if let Some((_, items)) = module.content {
                        self.items(items, structs);
                    }
                }
                _ => {}
            }
        }
    }

    fn declaration(&mut self, item: syn::ItemStruct) -> Option<Struct> {
        let attributes = flatten(&item.attrs);
        let fields = match item.fields {
            Fields::Named(fields) => fields.named,
            Fields::Unnamed(_) => {
                self.refuse(&item.attrs, &item.ident, "a tuple struct");
                return None;
            }
            Fields::Unit => {
                self.refuse(&item.attrs, &item.ident, "a struct without fields");
                return None;
            }
        };
        let uses_dbmig = |attributes: &[Attribute]| attributes.iter().any(|one| one.path().is_ident("dbmig"));
        let mentions = uses_dbmig(&attributes) || fields.iter().any(|field| uses_dbmig(&flatten(&field.attrs)));
        let is_model = self.derives_model(&attributes, mentions);
        Some(Struct {
            name: self.word(&item.ident),
            is_model,
            attributes: self.dbmig_entries(&attributes),
            diesel: self.diesel_entries(&attributes, diesel_attr::on_struct),
            fields: fields.into_iter().filter_map(|field| self.field(field)).collect(),
            aliases: self.aliases.clone(),
        })
    }

    fn field(&mut self, field: syn::Field) -> Option<Field> {
        let attributes = flatten(&field.attrs);
        Some(Field {
            name: self.word(field.ident.as_ref()?),
            type_place: self.file.place(field.ty.span()),
            rust_type: field.ty,
            attributes: self.dbmig_entries(&attributes),
            diesel: self.diesel_entries(&attributes, diesel_attr::on_field),
        })
    }

    fn word(&self, ident: &syn::Ident) -> Word {
        Word { text: ident.unraw().to_string(), place: self.file.place(ident.span()) }
    }

    fn refuse(&mut self, attributes: &[Attribute], name: &syn::Ident, what: &str) {
        let attributes = flatten(attributes);
        let mentions = attributes.iter().any(|one| one.path().is_ident("dbmig"));
        if self.derives_model(&attributes, mentions) {
            let problem = format!("`{name}` is {what}: only a struct with named fields can be a model");
            self.diagnostics.push(Diagnostic::error(Code::Model, problem).at(self.file.place(name.span()), what));
        }
    }

    /// Whether a derive names `dbmig::Model`. A bare `Model` is dbmig's if it was imported from there or if there are
    /// `#[dbmig]` attributes, which another derive would hardly declare (a prelude may have brought it).
    fn derives_model(&self, attributes: &[Attribute], mentions_dbmig: bool) -> bool {
        let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        derives.filter_map(|attribute| attribute.parse_args_with(paths).ok()).flatten().any(|path| {
            let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["dbmig", "Model"] => true,
                [name] => self.imports.contains(*name) || *name == "Model" && mentions_dbmig,
                _ => false,
            }
        })
    }

    fn dbmig_entries(&mut self, attributes: &[Attribute]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("dbmig")) {
            let read = attribute.meta.require_list().and_then(|list| attr::parse(list.tokens.clone(), &self.file));
            match read {
                Ok(read) => entries.extend(read),
                Err(error) => self.broken(attribute, &error, "dbmig"),
            }
        }
        entries
    }

    fn diesel_entries<T: Default>(
        &mut self,
        attributes: &[Attribute],
        read: fn(TokenStream, &File, &mut T) -> syn::Result<()>,
    ) -> T {
        let mut facts = T::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("diesel")) {
            let list = attribute.meta.require_list();
            if let Err(error) = list.and_then(|list| read(list.tokens.clone(), &self.file, &mut facts)) {
                self.broken(attribute, &error, "diesel");
            }
        }
        facts
    }

    fn broken(&mut self, attribute: &Attribute, error: &syn::Error, which: &str) {
        let place = self.file.place_of(error, attribute);
        let problem = format!("can't read this `{which}` attribute: {error}");
        self.diagnostics.push(Diagnostic::error(Code::ModelAttribute, problem).at(place, ""));
    }
}

/// The attributes with what `cfg_attr` holds, whatever its condition: a column can't depend on a feature, since the
/// chain doesn't.
fn flatten(attributes: &[Attribute]) -> Vec<Attribute> {
    let mut flat: Vec<Attribute> = Vec::new();
    for attribute in attributes {
        if !attribute.path().is_ident("cfg_attr") {
            flat.push(attribute.clone());
            continue;
        }
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        match metas {
            Ok(metas) => {
                let inner = metas.into_iter().skip(1).map(|meta| Attribute { meta, ..attribute.clone() });
                flat.extend(flatten(&inner.collect::<Vec<_>>()));
            }
            // rustc will say it.
            Err(_) => flat.push(attribute.clone()),
        }
    }
    flat
}

fn paths(input: syn::parse::ParseStream<'_>) -> syn::Result<Punctuated<syn::Path, Token![,]>> {
    Punctuated::parse_terminated_with(input, syn::Path::parse_mod_style)
}

/// Whether it is compiled for tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions.filter_map(|attribute| attribute.parse_args::<Meta>().ok()).any(|meta| requires_test(&meta))
}

fn requires_test(meta: &Meta) -> bool {
    match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|metas| metas.iter().any(requires_test)),
        _ => false,
    }
}
