//! The schema file of Diesel's command line beside the one that the chain gives.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::discover::{Found, relative};
use super::plan::Plan;

/// How many differences are told.
const SHOWN: usize = 5;

/// Says in a line whether the schema file agrees with the chain, and where it doesn't; nothing where there is none.
pub(super) fn compare(root: &Path, found: &Found, plan: &Plan) -> Option<String> {
    let path = found.schema_file.as_ref()?;
    let text = std::fs::read_to_string(path).ok()?;
    let name = relative(&root.canonicalize().ok()?, path);
    let Some(theirs) = tables(&text) else { return Some(format!("{name} is no Rust")) };
    let (text, _) = schema_module(&plan.schema, &SchemaOptions::of_config(&found.config));
    let ours = tables(&text)?;
    let differences = differences(&theirs, &ours);
    if differences.is_empty() {
        return Some(format!("{name} agrees with what the chain builds"));
    }
    let more = match differences.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    let shown: Vec<String> = differences.iter().take(SHOWN).map(|one| format!("\n  {one}")).collect();
    Some(format!("{name} differs from what the chain builds:{}{more}", shown.concat()))
}

/// The tables of a schema file: for each its key and its columns with their types, as tokens.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tables {
    tables: BTreeMap<String, Table>,
    /// `joinable!(…)`
    joins: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    key: String,
    columns: Vec<(String, String)>,
}

/// Reads the macros of a schema file, those in modules included. Older versions of Diesel wrote `table!` without its
/// path.
fn tables(text: &str) -> Option<Tables> {
    let mut found = Tables::default();
    collect(TokenStream::from_str(text).ok()?, &mut found, 0);
    found.joins.sort();
    Some(found)
}

fn collect(tokens: TokenStream, found: &mut Tables, depth: usize) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let is = |back: usize, text: &str| {
            at.checked_sub(back).and_then(|at| tokens.get(at)).is_some_and(|token| token.to_string() == text)
        };
        if is(1, "!") && is(2, "table") {
            table(group.stream(), found);
        } else if is(1, "!") && is(2, "joinable") {
            found.joins.push(group.stream().to_string());
        } else if group.delimiter() == Delimiter::Brace && is(2, "mod") && depth < 16 {
            collect(group.stream(), found, depth + 1);
        }
    }
}

/// `#[…] schema.name (key) { #[…] column -> Type, }`
fn table(tokens: TokenStream, found: &mut Tables) {
    let mut name = String::new();
    let mut table = Table::default();
    let mut in_use = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                table.key = group.stream().to_string()
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !in_use => {
                columns(group.stream(), &mut table)
            }
            TokenTree::Ident(ident) if ident == "use" => in_use = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => in_use = false,
            TokenTree::Ident(ident) if !in_use => name += &ident.to_string(),
            TokenTree::Punct(punct) if !in_use && punct.as_char() == '.' => name.push('.'),
            _ => {}
        }
    }
    found.tables.insert(name, table);
}

fn columns(tokens: TokenStream, table: &mut Table) {
    let (mut name, mut sql_type) = (String::new(), String::new());
    let mut arrow = false;
    let mut depth = 0;
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' && depth == 0 => {
                table.columns.push((std::mem::take(&mut name), std::mem::take(&mut sql_type)));
                arrow = false;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == '-' && !arrow => continue,
            TokenTree::Punct(punct) if punct.as_char() == '>' && !arrow => {
                arrow = true;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' => depth -= 1,
            TokenTree::Ident(ident) if !arrow => name = ident.to_string(),
            _ => {}
        }
        if arrow {
            sql_type += &token.to_string();
        }
    }
    if !name.is_empty() {
        table.columns.push((name, sql_type));
    }
}

fn differences(theirs: &Tables, ours: &Tables) -> Vec<String> {
    let mut found = Vec::new();
    for (name, table) in &theirs.tables {
        let Some(other) = ours.tables.get(name) else {
            found.push(format!("table {name}: the chain doesn't build it"));
            continue;
        };
        if table.key != other.key {
            found.push(format!("table {name}: its key is ({}), by the chain ({})", table.key, other.key));
        }
        for (column, sql_type) in &table.columns {
            match other.columns.iter().find(|(name, _)| name == column) {
                None => found.push(format!("{name}.{column}: the chain doesn't build it")),
                Some((_, built)) if built != sql_type => {
                    found.push(format!("{name}.{column}: it is {sql_type}, by the chain {built}"));
                }
                Some(_) => {}
            }
        }
        let missing = other.columns.iter().filter(|(column, _)| !table.columns.iter().any(|(name, _)| name == column));
        found.extend(missing.map(|(column, _)| format!("{name}.{column}: only the chain has it")));
        let order = |table: &Table| table.columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let (mut a, mut b) = (order(table), order(other));
        let in_order = a == b;
        a.sort();
        b.sort();
        if a == b && !in_order {
            found.push(format!("table {name}: its columns stand in another order"));
        }
    }
    let missing = ours.tables.keys().filter(|name| !theirs.tables.contains_key(*name));
    found.extend(missing.map(|name| format!("table {name}: only the chain has it")));
    if found.is_empty() && theirs.joins != ours.joins {
        found.push("the joinable! lines".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_files_are_compared_by_what_they_say() {
        let one = "// @generated\ntable! { use diesel::sql_types::*; users (id) { id -> Integer, #[sql_name = \"type\"] \
                   type_ -> Nullable<Array<Nullable<Text>>>, } }\njoinable!(posts -> users (user_id));";
        let two = "pub mod schema { diesel::table! { users (id) { id -> Integer, type_ -> Nullable < Array < Nullable < \
                   Text > > > } } diesel::joinable!(posts -> users (user_id)); }";
        assert_eq!(tables(one).unwrap(), tables(two).unwrap());
        let other = "table! { users (id) { id -> BigInt, name -> Text, } } table! { a (b) { b -> Text } }";
        assert_eq!(
            differences(&tables(one).unwrap(), &tables(other).unwrap()),
            [
                "users.id: it is Integer, by the chain BigInt",
                "users.type_: the chain doesn't build it",
                "users.name: only the chain has it",
                "table a: only the chain has it",
            ]
        );
    }
}
