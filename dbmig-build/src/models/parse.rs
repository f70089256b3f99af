//! Rust source to the structs and enums that can be models, with their attributes as trees.

mod scope;

use std::collections::BTreeMap;
use std::rc::Rc;

use dbmig::Backend;
use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Item, Meta, Token};

use super::attr::{self, Entry};
use super::cfg;
use super::diesel_attr::{self, DieselField, DieselStruct};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use scope::{Derive, Scope};

/// A struct, model or not: one that isn't may be embedded in one that is.
pub(super) struct Struct {
    pub(super) name: Word,
    pub(super) is_model: bool,
    /// Whether Diesel writes it and never reads it: its `Option`s say nothing of NULL.
    pub(super) is_written_only: bool,
    /// Whether Diesel reads it by the order of its fields alone.
    pub(super) is_positional: bool,
    pub(super) attributes: Vec<Entry>,
    pub(super) diesel: DieselStruct,
    pub(super) fields: Vec<Field>,
    pub(super) aliases: Rc<BTreeMap<String, syn::Type>>,
    /// What its doc comment says.
    pub(super) docs: Option<String>,
}

/// A field of a struct.
pub(super) struct Field {
    pub(super) name: Word,
    pub(super) rust_type: syn::Type,
    pub(super) type_place: Span,
    pub(super) attributes: Vec<Entry>,
    pub(super) diesel: DieselField,
    /// What its doc comment says.
    pub(super) docs: Option<String>,
}

impl Field {
    /// Whether it holds another struct's columns.
    pub(super) fn embeds(&self) -> bool {
        self.diesel.embed || self.attributes.iter().any(|entry| entry.key() == Some("embed"))
    }
}

/// An enum that is a column's type.
pub(super) struct Enum {
    pub(super) name: Word,
    pub(super) attributes: Vec<Entry>,
    pub(super) variants: Vec<Variant>,
    pub(super) docs: Option<String>,
}

/// A variant of an enum.
pub(super) struct Variant {
    pub(super) name: Word,
    pub(super) attributes: Vec<Entry>,
}

/// What a file declares.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) structs: Vec<Struct>,
    pub(super) enums: Vec<Enum>,
}

impl Parsed {
    pub(super) fn add(&mut self, other: Parsed) {
        self.structs.extend(other.structs);
        self.enums.extend(other.enums);
    }
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

/// Reads the structs and enums of a file.
///
/// # Errors
///
/// If the file isn't Rust.
pub(super) fn parse(source: &Source, backend: Backend, diagnostics: &mut Vec<Diagnostic>) -> Parsed {
    let shift = shebang(source.text());
    let file = File { source: source.clone(), shift };
    let syntax = match syn::parse_str::<syn::File>(source.text().get(shift..).unwrap_or_default()) {
        Ok(syntax) => syntax,
        Err(error) => {
            let problem = format!("can't parse `{}`: {error}", source.path());
            diagnostics.push(Diagnostic::error(Code::ModelSource, problem).at(file.place(error.span()), ""));
            return Parsed::default();
        }
    };
    let mut scope = Scope::default();
    scope.collect(&syntax.items);
    let mut reader = Reader { file, backend, imports: scope.imports, aliases: Rc::new(scope.aliases), diagnostics };
    let mut parsed = Parsed::default();
    if cfg::is_there(&syntax.attrs, backend) {
        reader.items(syntax.items, &mut parsed);
    }
    parsed
}

/// The length of a `#!` line that isn't an inner attribute.
fn shebang(text: &str) -> usize {
    match text.strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => text.find('\n').unwrap_or(text.len()),
        _ => 0,
    }
}

struct Reader<'a> {
    file: File,
    backend: Backend,
    imports: BTreeMap<String, Derive>,
    aliases: Rc<BTreeMap<String, syn::Type>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn items(&mut self, items: Vec<Item>, parsed: &mut Parsed) {
        let backend = self.backend;
        let is_there = |attributes: &[Attribute]| cfg::is_there(attributes, backend);
        for item in items {
            match item {
                Item::Struct(item) if is_there(&item.attrs) => {
                    self.refuse(&item.attrs, &item.ident, Derive::Enum, "a struct");
                    parsed.structs.extend(self.declaration(item));
                }
                Item::Enum(item) if is_there(&item.attrs) => {
                    self.refuse(&item.attrs, &item.ident, Derive::Model, "an enum");
                    parsed.enums.extend(self.enumeration(item));
                }
                Item::Union(item) if is_there(&item.attrs) => {
                    self.refuse(&item.attrs, &item.ident, Derive::Model, "a union");
                }
                Item::Mod(module) if is_there(&module.attrs) => {
                    if let Some((_, items)) = module.content {
                        self.items(items, parsed);
                    }
                }
                _ => {}
            }
        }
    }

    fn declaration(&mut self, item: syn::ItemStruct) -> Option<Struct> {
        let attributes = cfg::flatten(&item.attrs, self.backend);
        let fields = match item.fields {
            Fields::Named(fields) => fields.named,
            Fields::Unnamed(_) => {
                self.refuse(&item.attrs, &item.ident, Derive::Model, "a tuple struct");
                return None;
            }
            Fields::Unit => {
                self.refuse(&item.attrs, &item.ident, Derive::Model, "a struct without fields");
                return None;
            }
        };
        let fields: Vec<syn::Field> =
            fields.into_iter().filter(|field| cfg::is_there(&field.attrs, self.backend)).collect();
        let mentions =
            uses_dbmig(&attributes) || fields.iter().any(|field| uses_dbmig(&cfg::flatten(&field.attrs, self.backend)));
        let is_model = self.derives(&attributes, Derive::Model, mentions);
        let derived = derived(&attributes);
        let derives = |known: &[&str]| derived.iter().any(|name| known.contains(&name.as_str()));
        let is_read = derives(&["Queryable", "Selectable", "QueryableByName", "Identifiable"]);
        Some(Struct {
            name: self.word(&item.ident),
            is_model,
            is_written_only: derives(&["Insertable", "AsChangeset"]) && !is_read,
            is_positional: derives(&["Queryable"]) && !derives(&["Selectable"]),
            attributes: self.dbmig_entries(&attributes),
            diesel: self.diesel_entries(&attributes, diesel_attr::on_struct),
            fields: fields.into_iter().filter_map(|field| self.field(field)).collect(),
            aliases: self.aliases.clone(),
            docs: docs(&attributes),
        })
    }

    /// An enum that derives `dbmig::Enum`.
    fn enumeration(&mut self, item: syn::ItemEnum) -> Option<Enum> {
        let attributes = cfg::flatten(&item.attrs, self.backend);
        let variants: Vec<syn::Variant> =
            item.variants.into_iter().filter(|one| cfg::is_there(&one.attrs, self.backend)).collect();
        let mentions = uses_dbmig(&attributes) || variants.iter().any(|one| uses_dbmig(&one.attrs));
        if !self.derives(&attributes, Derive::Enum, mentions) {
            return None;
        }
        if variants.is_empty() {
            let problem = format!("`{}` has no variants, and a column needs a value", item.ident);
            self.fault(problem, item.ident.span(), "add a variant");
        }
        let mut read = Vec::new();
        for variant in variants {
            if !matches!(variant.fields, Fields::Unit) {
                let problem = format!("`{}` has fields, and a column holds its label alone", variant.ident);
                self.fault(problem, variant.fields.span(), "take the fields away, or make them columns");
            }
            let attributes = cfg::flatten(&variant.attrs, self.backend);
            read.push(Variant { name: self.word(&variant.ident), attributes: self.dbmig_entries(&attributes) });
        }
        let (name, docs) = (self.word(&item.ident), docs(&attributes));
        Some(Enum { name, attributes: self.dbmig_entries(&attributes), variants: read, docs })
    }

    fn fault(&mut self, problem: String, place: proc_macro2::Span, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::Model, problem).at(self.file.place(place), "").help(help));
    }

    fn field(&mut self, field: syn::Field) -> Option<Field> {
        let attributes = cfg::flatten(&field.attrs, self.backend);
        Some(Field {
            name: self.word(field.ident.as_ref()?),
            type_place: self.file.place(field.ty.span()),
            rust_type: field.ty,
            attributes: self.dbmig_entries(&attributes),
            diesel: self.diesel_entries(&attributes, diesel_attr::on_field),
            docs: docs(&attributes),
        })
    }

    fn word(&self, ident: &syn::Ident) -> Word {
        Word { text: ident.unraw().to_string(), place: self.file.place(ident.span()) }
    }

    fn refuse(&mut self, attributes: &[Attribute], name: &syn::Ident, derive: Derive, what: &str) {
        let attributes = cfg::flatten(attributes, self.backend);
        if !self.derives(&attributes, derive, uses_dbmig(&attributes)) {
            return;
        }
        let problem = match derive {
            Derive::Model => format!("`{name}` is {what}: only a struct with named fields can be a model"),
            Derive::Enum => format!("`{name}` is {what}: a `dbmig::Enum` is an enum without fields"),
        };
        let help = match what {
            "an enum" => "an enum that is a column's type derives `dbmig::Enum`",
            "a struct" => "the model of a table derives `dbmig::Model`",
            _ => "give it named fields",
        };
        let fault = Diagnostic::error(Code::Model, problem).at(self.file.place(name.span()), what);
        self.diagnostics.push(fault.help(help));
    }

    /// Whether a derive names one of dbmig's. A bare name is dbmig's if it was imported from there or if there are
    /// `#[dbmig]` attributes, which another derive would hardly declare (a prelude may have brought it).
    fn derives(&self, attributes: &[Attribute], derive: Derive, mentions_dbmig: bool) -> bool {
        let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        let known = |name: &str| Derive::ALL.into_iter().any(|(known, one)| known == name && one == derive);
        derives.filter_map(|attribute| attribute.parse_args_with(paths).ok()).flatten().any(|path| {
            let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["dbmig", name] => known(name),
                [name] => match self.imports.get(*name) {
                    Some(found) => *found == derive,
                    None => known(name) && mentions_dbmig,
                },
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

fn uses_dbmig(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|one| one.path().is_ident("dbmig"))
}

/// The text of doc comments: their lines without the blank in front.
fn docs(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let texts: Vec<String> = lines.collect();
    let lines =
        texts.iter().flat_map(|text| text.lines()).map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    let text = lines.collect::<Vec<_>>().join("\n");
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The last parts of the names of what is derived.
fn derived(attributes: &[Attribute]) -> Vec<String> {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths = derives.filter_map(|attribute| attribute.parse_args_with(paths).ok()).flatten();
    paths.filter_map(|path| path.segments.last().map(|last| last.ident.to_string())).collect()
}

fn paths(input: syn::parse::ParseStream<'_>) -> syn::Result<Punctuated<syn::Path, Token![,]>> {
    Punctuated::parse_terminated_with(input, syn::Path::parse_mod_style)
}
