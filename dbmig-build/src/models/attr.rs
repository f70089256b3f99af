//! The grammar of attributes: tokens to a tree of words, texts and lists, before any key has a meaning.
//!
//! `syn::Meta` can't be used: it rejects `where = …` and `type(…)`, and a list of bare names.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitBool, LitStr, Token, parenthesized, token};

use super::parse::File;
use crate::source::Span;

/// `term` or `term = value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) term: Term,
    pub(super) value: Option<Term>,
}

/// A word, text or literal, with what stands in parentheses behind it.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) kind: TermKind,
    pub(super) arguments: Option<Vec<Entry>>,
    pub(super) span: Span,
    /// With the arguments.
    pub(super) whole: Span,
}

/// What a term is, aside from its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TermKind {
    /// A bare name; of a path its last part, of `r#type` the `type`.
    Word(String),
    /// A string.
    Text(String),
    /// A number, signed or not, as it was written, without suffix.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
}

impl Entry {
    /// From its first token to its last.
    pub(super) fn span(&self) -> Span {
        self.term.span.to(&self.value.as_ref().unwrap_or(&self.term).whole)
    }

    /// The word before `=`, unless something else stands there.
    pub(super) fn key(&self) -> Option<&str> {
        match &self.term.kind {
            TermKind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Reads what stands in the parentheses of an attribute.
pub(super) fn parse(tokens: TokenStream, file: &File) -> syn::Result<Vec<Entry>> {
    Parser::parse2(|input: ParseStream<'_>| entries(input, file), tokens)
}

fn entries(input: ParseStream<'_>, file: &File) -> syn::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        entries.push(entry(input, file)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(entries)
}

fn entry(input: ParseStream<'_>, file: &File) -> syn::Result<Entry> {
    let left = term(input, file)?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Some(term(input, file)?)
    } else {
        None
    };
    Ok(Entry { term: left, value })
}

fn term(input: ParseStream<'_>, file: &File) -> syn::Result<Term> {
    let (kind, span) = if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        (TermKind::Text(text.value()), file.place(text.span()))
    } else if input.peek(LitBool) {
        let value: LitBool = input.parse()?;
        (TermKind::Bool(value.value), file.place(value.span()))
    } else if input.peek(Token![-]) || input.peek(syn::LitInt) || input.peek(syn::LitFloat) {
        number(input, file)?
    } else if input.peek(Ident::peek_any) || input.peek(Token![::]) {
        word(input, file)?
    } else {
        return Err(input.error("expected a name, a string, a number or a bool"));
    };
    if !input.peek(token::Paren) {
        return Ok(Term { kind, arguments: None, whole: span.clone(), span });
    }
    let content;
    let parentheses = parenthesized!(content in input);
    let arguments = Some(entries(&content, file)?);
    let whole = span.to(&file.place(parentheses.span.close()));
    Ok(Term { kind, arguments, span, whole })
}

fn number(input: ParseStream<'_>, file: &File) -> syn::Result<(TermKind, Span)> {
    let minus: Option<Token![-]> = input.parse()?;
    let (digits, span) = if input.peek(syn::LitFloat) {
        let float: syn::LitFloat = input.parse()?;
        (float.base10_digits().to_owned(), float.span())
    } else {
        let int: syn::LitInt = input.parse()?;
        (int.base10_digits().to_owned(), int.span())
    };
    let end = file.place(span);
    let start = minus.as_ref().map_or_else(|| end.clone(), |minus| file.place(minus.span));
    let sign = if minus.is_some() { "-" } else { "" };
    Ok((TermKind::Number(format!("{sign}{digits}")), start.to(&end)))
}

fn word(input: ParseStream<'_>, file: &File) -> syn::Result<(TermKind, Span)> {
    input.parse::<Option<Token![::]>>()?;
    let mut ident = Ident::parse_any(input)?;
    let start = file.place(ident.span());
    while input.peek(Token![::]) {
        input.parse::<Token![::]>()?;
        ident = Ident::parse_any(input)?;
    }
    let span = start.to(&file.place(ident.span()));
    Ok((TermKind::Word(ident.unraw().to_string()), span))
}
