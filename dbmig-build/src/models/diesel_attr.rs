//! What Diesel's own attributes say of a table. Source: `diesel_derives/src/attrs.rs`, 2.3.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, parenthesized};

use super::parse::{File, Word};

/// What `#[diesel(…)]` on a struct says.
#[derive(Default)]
pub(super) struct DieselStruct {
    /// The last part of the path to the `table!` module.
    pub(super) table_name: Option<Word>,
    /// The Rust names of the key's columns.
    pub(super) primary_key: Option<Vec<Word>>,
    /// The parents.
    pub(super) belongs_to: Vec<BelongsTo>,
}

/// `belongs_to(Parent, foreign_key = column)`
pub(super) struct BelongsTo {
    /// The parent's struct.
    pub(super) parent: Word,
    /// The Rust name of the referring column.
    pub(super) foreign_key: Option<Word>,
}

/// What `#[diesel(…)]` on a field says.
#[derive(Default)]
pub(super) struct DieselField {
    /// The Rust name of the column.
    pub(super) column_name: Option<Word>,
    /// Whether the field holds another struct's columns.
    pub(super) embed: bool,
    /// Whether the field is the result of an expression and no column.
    pub(super) select_expression: bool,
    /// The type that is read from the database.
    pub(super) deserialize_as: Option<syn::Type>,
    /// The type that is written to the database.
    pub(super) serialize_as: Option<syn::Type>,
}

/// Reads one attribute of a struct; Diesel has its say about what is unknown or wrong.
pub(super) fn on_struct(tokens: TokenStream, file: &File, facts: &mut DieselStruct) -> syn::Result<()> {
    each(tokens, |key, input| {
        match key {
            "table_name" => {
                input.parse::<Token![=]>()?;
                let path = syn::Path::parse_mod_style(input)?;
                // Several are legal on Insertable only; the first one is where the struct's rows come from.
                let last = path.segments.last().map(|segment| word(&segment.ident, file));
                facts.table_name = facts.table_name.take().or(last);
            }
            "primary_key" => {
                let content;
                parenthesized!(content in input);
                let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, Ident::parse_any)?;
                facts.primary_key = Some(names.iter().map(|name| word(name, file)).collect());
            }
            "belongs_to" => {
                let content;
                parenthesized!(content in input);
                facts.belongs_to.push(belongs_to(&content, file)?);
            }
            _ => skip(key, input)?,
        }
        Ok(())
    })
}

/// Reads one attribute of a field.
pub(super) fn on_field(tokens: TokenStream, file: &File, facts: &mut DieselField) -> syn::Result<()> {
    each(tokens, |key, input| {
        match key {
            "column_name" => {
                input.parse::<Token![=]>()?;
                facts.column_name = Some(if input.peek(LitStr) {
                    let text: LitStr = input.parse()?;
                    Word { text: text.value(), place: file.place(text.span()) }
                } else {
                    word(&Ident::parse_any(input)?, file)
                });
            }
            "embed" => facts.embed = true,
            "select_expression" => {
                facts.select_expression = true;
                skip(key, input)?;
            }
            "deserialize_as" => {
                input.parse::<Token![=]>()?;
                facts.deserialize_as = Some(input.parse()?);
            }
            "serialize_as" => {
                input.parse::<Token![=]>()?;
                facts.serialize_as = Some(input.parse()?);
            }
            _ => skip(key, input)?,
        }
        Ok(())
    })
}

/// Goes through the comma separated options of an attribute.
fn each(tokens: TokenStream, mut option: impl FnMut(&str, ParseStream<'_>) -> syn::Result<()>) -> syn::Result<()> {
    let options = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            option(&key.to_string(), input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    Parser::parse2(options, tokens)
}

/// Passes over the value of an option that says nothing of the table. Types and expressions may hold commas.
fn skip(key: &str, input: ParseStream<'_>) -> syn::Result<()> {
    if !input.peek(Token![=]) {
        while !input.is_empty() && !input.peek(Token![,]) {
            input.parse::<TokenTree>()?;
        }
        return Ok(());
    }
    input.parse::<Token![=]>()?;
    if key.ends_with("_type") { input.parse::<syn::Type>().map(drop) } else { input.parse::<syn::Expr>().map(drop) }
}

fn belongs_to(input: ParseStream<'_>, file: &File) -> syn::Result<BelongsTo> {
    let path: syn::Type = input.parse()?;
    let mut foreign_key = None;
    let parent = match &path {
        syn::Type::Path(path) => path.path.segments.last().map(|segment| word(&segment.ident, file)),
        _ => None,
    };
    let Some(parent) = parent else { return Err(syn::Error::new_spanned(path, "expected the name of a struct")) };
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let key = Ident::parse_any(input)?;
        input.parse::<Token![=]>()?;
        let column = Ident::parse_any(input)?;
        if key == "foreign_key" {
            foreign_key = Some(word(&column, file));
        }
    }
    Ok(BelongsTo { parent, foreign_key })
}

fn word(ident: &Ident, file: &File) -> Word {
    Word { text: ident.unraw().to_string(), place: file.place(ident.span()) }
}
