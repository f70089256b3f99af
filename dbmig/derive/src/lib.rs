//! The derives of dbmig: they make `#[dbmig(...)]` legal. `Model` expands to nothing, `Enum` to what lets Diesel read and
//! write the enum.
//!
//! The attributes are read from the source by the build script and by `cargo dbmig`, which say what is wrong with them
//! at its place; rustc only has to accept them. There is no dependency here, since every host compiles this crate.

mod enumeration;
mod label;
mod tokens;

use proc_macro::TokenStream;

/// Marks a struct as the model of a table.
///
/// Expands to nothing. `cargo dbmig migrate` and the build script read the struct's source.
#[proc_macro_derive(Model, attributes(dbmig, diesel))]
pub fn model(_struct: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Makes an enum without fields the type of columns: PostgreSQL's enum, MySQL's ENUM, text with a CHECK on SQLite.
///
/// A variant's label is its name in snake case (`InReview` is `in_review`), or what `#[dbmig(rename = "…")]` says. The
/// enum must be `Debug`, as Diesel demands of all that it writes. The trait `dbmig::Enum` comes with it.
///
/// `#[diesel(sql_type = path)]` says that a type of your own holds the labels; those of the schema that `dbmig::embed!()`
/// includes need no word.
#[proc_macro_derive(Enum, attributes(dbmig, diesel))]
pub fn enumeration(input: TokenStream) -> TokenStream {
    enumeration::expand(input)
}
