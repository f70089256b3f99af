//! Enums: PostgreSQL's types, and MySQL's columns of type `ENUM`.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;
use dbmig_build::schema::{ObjectName, Schema, UserTypeKind};
use heck::{ToSnakeCase, ToUpperCamelCase};

use super::rust_type;
use crate::table_macro::Macros;

/// The enums that are written.
#[derive(Debug, Default)]
pub(super) struct Enums {
    /// By the name of the emitted SQL type.
    by_diesel_type: BTreeMap<String, Enum>,
    /// Types that no column has.
    unused: Vec<Enum>,
}

/// One enum.
#[derive(Debug)]
pub(super) struct Enum {
    /// Its name in Rust.
    pub(super) name: String,
    /// The type's name on PostgreSQL.
    type_name: Option<ObjectName>,
    comment: Option<String>,
    /// Variants and their labels.
    variants: Vec<(String, String)>,
}

impl Enums {
    /// The enums of some tables' columns; of all types where all tables are written.
    pub(super) fn of(
        schema: &Schema,
        tables: &[&ObjectName],
        all: bool,
        macros: &Macros,
        backend: Backend,
        taken: &mut BTreeSet<String>,
    ) -> Enums {
        let mut enums = Enums::default();
        let mut found: BTreeSet<&ObjectName> = BTreeSet::new();
        for table in tables.iter().filter_map(|name| schema.tables.get(*name)) {
            for column in table.columns.iter().filter(|_| backend != Backend::Sqlite) {
                let declared = &column.column_type;
                let own = schema.types.iter().find(|(name, _)| declared.names(name));
                let labels = match own.map(|(_, one)| &one.kind) {
                    Some(UserTypeKind::Enum(labels)) => Some(labels.clone()),
                    Some(_) => None,
                    None if backend == Backend::Mysql => declared.enum_labels(),
                    None => None,
                };
                // One without labels is no enum in Rust that a column could hold.
                let Some(labels) = labels.filter(|labels| !labels.is_empty()) else { continue };
                let diesel = rust_type::innermost(&macros.diesel_type(&table.name, &column.name)).to_owned();
                if enums.by_diesel_type.contains_key(&diesel) || syn::parse_str::<syn::Ident>(&diesel).is_err() {
                    continue;
                }
                let wanted = match backend {
                    Backend::Mysql => diesel.strip_suffix("Enum").unwrap_or(&diesel).to_owned(),
                    _ => diesel.clone(),
                };
                let comment = own.and_then(|(_, one)| one.comment.clone());
                let type_name = own.map(|(name, _)| name.clone());
                found.extend(own.map(|(name, _)| name));
                let variants = variants(&labels);
                let name = free(&wanted, taken);
                enums.by_diesel_type.insert(diesel, Enum { name, type_name, comment, variants });
            }
        }
        for (name, one) in schema.types.iter().filter(|(name, _)| all && !found.contains(name)) {
            let UserTypeKind::Enum(labels) = &one.kind else { continue };
            if labels.is_empty() {
                continue;
            }
            let camel = name.name.as_str().to_upper_camel_case();
            let valid = syn::parse_str::<syn::Ident>(&camel).is_ok();
            let wanted = if valid { camel } else { "Unnamed".to_owned() };
            let (type_name, comment) = (Some(name.clone()), one.comment.clone());
            enums.unused.push(Enum { name: free(&wanted, taken), type_name, comment, variants: variants(labels) });
        }
        enums
    }

    /// The enum that an emitted type is read as.
    pub(super) fn of_type(&self, diesel: &str) -> Option<&Enum> {
        self.by_diesel_type.get(diesel)
    }

    /// The text of all of them.
    pub(super) fn items(&self) -> impl Iterator<Item = String> {
        self.by_diesel_type.values().chain(&self.unused).map(Enum::item)
    }
}

impl Enum {
    /// The variant with a label that is written as a literal.
    pub(super) fn variant(&self, literal: &str) -> Option<&str> {
        let label = literal.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
        self.variants.iter().find(|(_, one)| *one == label).map(|(variant, _)| variant.as_str())
    }

    fn item(&self) -> String {
        let mut text = String::new();
        let mut said = Vec::new();
        if let Some(name) = &self.type_name {
            if name.name.as_str() != self.name.to_snake_case() {
                said.push(format!("name = {:?}", name.name.as_str()));
            }
            said.extend(name.schema.iter().map(|schema| format!("schema = {:?}", schema.as_str())));
        }
        if let Some(comment) = &self.comment {
            comment.lines().for_each(|line| text += &format!("#[doc = {:?}]\n", format!(" {line}")));
            said.push(format!("comment = {comment:?}"));
        }
        text += "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, dbmig::Enum)]\n";
        if !said.is_empty() {
            text += &format!("#[dbmig({})]\n", said.join(", "));
        }
        text += &format!("pub enum {} {{\n", self.name);
        for (variant, label) in &self.variants {
            if variant.to_snake_case() != *label {
                text += &format!("#[dbmig(rename = {label:?})]\n");
            }
            text += &format!("{variant},\n");
        }
        text + "}\n"
    }
}

/// A variant for each label.
fn variants(labels: &[String]) -> Vec<(String, String)> {
    let mut taken = BTreeSet::from(["Self".to_owned()]);
    let variant = |(at, label): (usize, &String)| {
        let camel = label.to_upper_camel_case();
        let starts = camel.starts_with(|first: char| first.is_ascii_alphabetic());
        // The one keyword in camel case is taken from the start.
        let valid = starts && (camel == "Self" || syn::parse_str::<syn::Ident>(&camel).is_ok());
        let wanted = if valid { camel } else { format!("Label{}", at + 1) };
        (free(&wanted, &mut taken), label.clone())
    };
    labels.iter().enumerate().map(variant).collect()
}

/// A name, with a number behind it if it is taken.
fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut candidates = std::iter::once(wanted.to_owned()).chain(numbered);
    let name = candidates.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_variants() {
        let labels = ["in_review", "so-so", "2nd", "", "So so", "self"].map(str::to_owned);
        let names: Vec<String> = variants(&labels).into_iter().map(|(variant, _)| variant).collect();
        assert_eq!(names, ["InReview", "SoSo", "Label3", "Label4", "SoSo2", "Self2"]);
    }
}
