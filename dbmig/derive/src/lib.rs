//! The inert derives of dbmig: they make `#[dbmig(...)]` legal and expand to nothing.
//!
//! The attributes are read from the source by the build script and by `cargo dbmig`; rustc only has
//! to accept them. There is no dependency here, since every host compiles this crate.

use proc_macro::TokenStream;

/// Marks a struct as the model of a table.
///
/// Expands to nothing. `cargo dbmig migrate` and the build script read the struct's source.
#[proc_macro_derive(Model, attributes(dbmig))]
pub fn model(_struct: TokenStream) -> TokenStream {
    TokenStream::new()
}
