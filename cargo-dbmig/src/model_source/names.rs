//! Names of structs and fields.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Name, ObjectName, Schema, rust_name};
use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::table_macro::Macros;

/// The Rust names of everything that is written.
#[derive(Debug, Default)]
pub(super) struct Names {
    tables: BTreeMap<ObjectName, TableNames>,
}

/// The Rust names of a table.
#[derive(Debug, Default)]
pub(super) struct TableNames {
    /// `User`
    pub(super) structure: String,
    /// Its fields by column.
    fields: BTreeMap<Name, String>,
}

/// Names that mean something else in the file: types of fields, and what Diesel's prelude and the derives bring.
const TAKEN: [&str; 14] = [
    "String",
    "Option",
    "Vec",
    "Self",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Box",
    "Queryable",
    "Selectable",
    "Identifiable",
    "Associations",
];

/// Names that nothing in the file can have.
pub(super) fn taken(tables: &[&ObjectName]) -> BTreeSet<String> {
    let own = tables.iter().map(|name| rust_name::table(name.name.as_str()));
    TAKEN.iter().map(|name| (*name).to_owned()).chain(own).collect()
}

impl Names {
    /// Gives names to tables and their columns.
    pub(super) fn of(schema: &Schema, tables: &[&ObjectName], macros: &Macros, mut taken: BTreeSet<String>) -> Names {
        let mut names = Names::default();
        for name in tables {
            let Some(table) = schema.tables.get(*name) else { continue };
            let structure = free(structures(name), &mut taken);
            let mut fields = BTreeMap::new();
            let mut taken = BTreeSet::new();
            for column in &table.columns {
                let rust = macros.column(name, &column.name);
                fields.insert(column.name.clone(), free(vec![field(&rust), rust], &mut taken));
            }
            names.tables.insert((*name).clone(), TableNames { structure, fields });
        }
        names
    }

    /// The names of a table.
    pub(super) fn table(&self, name: &ObjectName) -> Option<&TableNames> {
        self.tables.get(name)
    }
}

impl TableNames {
    /// The field of a column, without `r#`.
    pub(super) fn field<'a>(&'a self, column: &'a Name) -> &'a str {
        self.fields.get(column).map_or(column.as_str(), String::as_str)
    }

    /// The field of a column as an identifier.
    pub(super) fn identifier(&self, column: &Name) -> String {
        let name = self.field(column);
        if syn::parse_str::<syn::Ident>(name).is_ok() { name.to_owned() } else { format!("r#{name}") }
    }
}

/// The first of several names that is free, or the last with a number behind it.
fn free(candidates: Vec<String>, taken: &mut BTreeSet<String>) -> String {
    let last = candidates.last().cloned().unwrap_or_default();
    let numbered = (2..).map(|number| format!("{last}{number}"));
    let found = candidates.into_iter().chain(numbered).find(|name| !taken.contains(name)).unwrap_or(last);
    taken.insert(found.clone());
    found
}

/// What a table's struct may be called, best first.
fn structures(name: &ObjectName) -> Vec<String> {
    let table = rust_name::table(name.name.as_str());
    let camel = table.to_upper_camel_case();
    let starts = camel.starts_with(|first: char| first.is_ascii_uppercase());
    let camel = if starts { camel } else { format!("Table{camel}") };
    vec![singular(&camel), camel.clone(), format!("{camel}Row")]
}

/// The singular of an English word in the way in which tables are named; words that it doesn't know stay.
fn singular(word: &str) -> String {
    const SAME: [&str; 6] = ["ss", "us", "is", "news", "series", "species"];
    const STRIP: [(&str, &str); 7] =
        [("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("uses", "us"), ("s", "")];
    let lower = word.to_ascii_lowercase();
    if SAME.iter().any(|end| lower.ends_with(end)) {
        return word.to_owned();
    }
    let found = STRIP.iter().find(|(end, _)| lower.ends_with(end) && lower.len() > end.len() + 1);
    found.map_or_else(|| word.to_owned(), |(end, instead)| format!("{}{instead}", &word[..word.len() - end.len()]))
}

/// The field of a column with a Rust name: in snake case, a keyword without the `_` that stands behind it in `table!`.
fn field(rust: &str) -> String {
    let is_plain = rust.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let snake = if is_plain { rust.to_owned() } else { rust.to_snake_case() };
    let raw = snake.strip_suffix('_').filter(|word| {
        syn::parse_str::<syn::Ident>(word).is_err() && syn::parse_str::<syn::Ident>(&format!("r#{word}")).is_ok()
    });
    let name = raw.unwrap_or(&snake);
    let fits = |text: &str| syn::parse_str::<syn::Ident>(text).is_ok();
    if raw.is_some() || fits(name) { name.to_owned() } else { rust.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_are_singular() {
        for (plural, expected) in [
            ("Users", "User"),
            ("Categories", "Category"),
            ("Addresses", "Address"),
            ("Status", "Status"),
            ("Boxes", "Box"),
            ("Branches", "Branch"),
            ("News", "News"),
            ("S", "S"),
            ("UserHas", "UserHa"),
        ] {
            assert_eq!(singular(plural), expected);
        }
    }

    #[test]
    fn fields_are_snake_case_and_keywords_raw() {
        for (rust, expected) in [
            ("id", "id"),
            ("type_", "type"),
            ("self_", "self_"),
            ("createdAt", "created_at"),
            ("Mixed", "mixed"),
            ("name_", "name_"),
            ("_2", "_2"),
        ] {
            assert_eq!(field(rust), expected);
        }
    }
}
