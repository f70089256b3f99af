//! `table!` macros, read: those of a schema file that Diesel's command line wrote, and those that dbmig emits.

use std::str::FromStr;

use dbmig_build::schema::{Name, ObjectName};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The macros of a schema file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Macros {
    /// `table!`, in the file's order.
    pub tables: Vec<TableMacro>,
    /// What stands in each `joinable!`, sorted.
    pub joins: Vec<String>,
}

/// One `table!`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableMacro {
    /// The schema that stands before its name.
    pub schema: Option<String>,
    /// Its name in Rust.
    pub rust_name: String,
    /// Its name in SQL.
    pub sql_name: String,
    /// What stands in the parentheses behind it.
    pub key: String,
    /// Its columns in order.
    pub columns: Vec<ColumnMacro>,
}

/// A column of a `table!`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMacro {
    /// Its name in Rust.
    pub rust_name: String,
    /// Its name in SQL.
    pub sql_name: String,
    /// Its type, without spaces: `Nullable<Text>`.
    pub diesel_type: String,
}

/// Reads the macros of a Rust file, those in modules included. Older versions of Diesel wrote `table!` without its
/// path. `None` if it is no Rust.
pub fn read(text: &str) -> Option<Macros> {
    let mut found = Macros::default();
    collect(TokenStream::from_str(text).ok()?, &mut found, 0);
    found.joins.sort();
    Some(found)
}

impl Macros {
    /// The macro of a table.
    pub fn of_table(&self, name: &ObjectName) -> Option<&TableMacro> {
        let schema = name.schema.as_ref().map(Name::as_str);
        self.tables.iter().find(|one| one.sql_name == name.name.as_str() && one.schema.as_deref() == schema)
    }

    /// The name of a column in Rust.
    pub fn column(&self, table: &ObjectName, column: &Name) -> String {
        self.find(table, column).map_or_else(|| column.to_string(), |one| one.rust_name.clone())
    }

    /// The type of a column.
    pub fn diesel_type(&self, table: &ObjectName, column: &Name) -> String {
        self.find(table, column).map(|one| one.diesel_type.clone()).unwrap_or_default()
    }

    fn find(&self, table: &ObjectName, column: &Name) -> Option<&ColumnMacro> {
        self.of_table(table)?.columns.iter().find(|one| one.sql_name == column.as_str())
    }
}

/// How deep modules are looked into.
const DEPTH: usize = 16;

fn collect(tokens: TokenStream, found: &mut Macros, depth: usize) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let is = |back: usize, text: &str| {
            at.checked_sub(back).and_then(|at| tokens.get(at)).is_some_and(|token| token.to_string() == text)
        };
        if is(1, "!") && is(2, "table") {
            found.tables.push(table(group.stream()));
        } else if is(1, "!") && is(2, "joinable") {
            found.joins.push(group.stream().to_string());
        } else if group.delimiter() == Delimiter::Brace && is(2, "mod") && depth < DEPTH {
            collect(group.stream(), found, depth + 1);
        }
    }
}

/// `use …; #[…] schema.name (key) { columns }`
fn table(tokens: TokenStream) -> TableMacro {
    let mut table = TableMacro::default();
    let mut words: Vec<String> = Vec::new();
    let mut sql_name = None;
    let mut in_use = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => match group.delimiter() {
                Delimiter::Bracket => sql_name = sql_name_of(group.stream()).or(sql_name),
                Delimiter::Parenthesis => table.key = group.stream().to_string(),
                Delimiter::Brace if !in_use => table.columns = columns(group.stream()),
                _ => {}
            },
            TokenTree::Ident(ident) if ident == "use" => in_use = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => in_use = false,
            TokenTree::Ident(ident) if !in_use => words.push(ident.to_string()),
            _ => {}
        }
    }
    table.rust_name = words.pop().unwrap_or_default();
    table.schema = words.pop();
    table.sql_name = sql_name.unwrap_or_else(|| plain(&table.rust_name));
    table
}

/// `#[…] column -> Type, …`
fn columns(tokens: TokenStream) -> Vec<ColumnMacro> {
    let mut columns = Vec::new();
    let mut column = ColumnMacro::default();
    let mut sql_name = None;
    let (mut behind_arrow, mut depth) = (false, 0);
    let comma = std::iter::once(TokenTree::Punct(proc_macro2::Punct::new(',', proc_macro2::Spacing::Alone)));
    for token in tokens.into_iter().chain(comma) {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' && depth == 0 => {
                let mut done = std::mem::take(&mut column);
                done.sql_name = sql_name.take().unwrap_or_else(|| plain(&done.rust_name));
                columns.extend(Some(done).filter(|one| !one.rust_name.is_empty()));
                behind_arrow = false;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == '-' && !behind_arrow => continue,
            TokenTree::Punct(punct) if punct.as_char() == '>' && !behind_arrow => {
                behind_arrow = true;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' => depth -= 1,
            TokenTree::Ident(ident) if !behind_arrow => column.rust_name = ident.to_string(),
            TokenTree::Group(group) if !behind_arrow => sql_name = sql_name_of(group.stream()).or(sql_name),
            _ => {}
        }
        if behind_arrow {
            column.diesel_type += &token.to_string();
        }
    }
    columns
}

/// The text of `sql_name = "…"`.
fn sql_name_of(tokens: TokenStream) -> Option<String> {
    let attribute: syn::MetaNameValue = syn::parse2(tokens).ok()?;
    match attribute.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if attribute.path.is_ident("sql_name") => {
            Some(text.value())
        }
        _ => None,
    }
}

fn plain(name: &str) -> String {
    name.strip_prefix("r#").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_read_however_they_are_written() {
        let one = "// @generated\ntable! { use diesel::sql_types::*; users (id) { id -> Integer, #[sql_name = \"type\"] \
                   #[max_length = 3] type_ -> Nullable<Array<Nullable<Text>>>, } }\njoinable!(posts -> users (user_id));";
        let two = "pub mod schema { diesel::table! { users (id) { id -> Integer, #[sql_name = \"type\"] type_ -> Nullable < \
                   Array < Nullable < Text > > > } } diesel::joinable!(posts -> users (user_id)); }";
        let read = read(one).unwrap();
        assert_eq!(read, super::read(two).unwrap());
        let column = &read.tables[0].columns[1];
        assert_eq!(
            (column.rust_name.as_str(), column.sql_name.as_str(), column.diesel_type.as_str()),
            ("type_", "type", "Nullable<Array<Nullable<Text>>>")
        );
        let odd = super::read("table! { #[sql_name = r#\"a\"b\"#] other.a_b (id) { id -> Integer } }").unwrap();
        assert_eq!((odd.tables[0].schema.as_deref(), odd.tables[0].sql_name.as_str()), (Some("other"), "a\"b"));
        assert_eq!(super::read("fn ("), None);
    }
}
