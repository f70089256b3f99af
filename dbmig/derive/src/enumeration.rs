//! `#[derive(dbmig::Enum)]`.

use proc_macro::{Delimiter, Span, TokenStream, TokenTree};

use crate::label::snake_case;
use crate::tokens::{Tokens, value_of};

/// A declared enum.
struct Declared {
    name: String,
    /// Types that hold its labels and that the schema doesn't know of.
    sql_types: Vec<String>,
    /// Variants with their labels, as literals.
    variants: Vec<(String, String)>,
}

/// What is wrong, and where.
struct Fault(&'static str, Span);

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let written = match read(input) {
        Ok(declared) => write(&declared),
        Err(Fault(message, place)) => return compile_error(message, place),
    };
    // What is written here is Rust, whatever the names in it.
    written.parse().unwrap_or_else(|_| compile_error("dbmig can't expand this enum", Span::call_site()))
}

fn read(input: TokenStream) -> Result<Declared, Fault> {
    let mut tokens = Tokens::new(input);
    let attributes = tokens.attributes();
    let mut keyword = None;
    while let Some(tree) = tokens.next() {
        match tree {
            TokenTree::Ident(ident) if ["enum", "struct", "union"].contains(&ident.to_string().as_str()) => {
                keyword = Some(ident);
                break;
            }
            _ => {}
        }
    }
    let (Some(keyword), Some(name)) = (keyword, tokens.ident()) else {
        return Err(Fault("`dbmig::Enum` is for enums", Span::call_site()));
    };
    if keyword.to_string() != "enum" {
        return Err(Fault("`dbmig::Enum` is for enums; the model of a table is a `dbmig::Model`", keyword.span()));
    }
    let Some(body) = tokens.group(Delimiter::Brace) else {
        return Err(Fault("an enum in a column has no parameters", name.span()));
    };
    let variants = variants(body.stream())?;
    if variants.is_empty() {
        return Err(Fault("an enum without variants can't be a column", name.span()));
    }
    let types = attributes.iter().filter(|(name, _)| name == "diesel");
    let types = types.flat_map(|(_, list)| value_of(list, "sql_type"));
    let sql_types = types.map(|trees| trees.into_iter().collect::<TokenStream>().to_string()).collect();
    Ok(Declared { name: name.to_string(), sql_types, variants })
}

fn variants(body: TokenStream) -> Result<Vec<(String, String)>, Fault> {
    let mut tokens = Tokens::new(body);
    let mut variants = Vec::new();
    loop {
        let attributes = tokens.attributes();
        let Some(name) = tokens.ident() else { return Ok(variants) };
        let fields = tokens.group(Delimiter::Parenthesis).or_else(|| tokens.group(Delimiter::Brace));
        if let Some(fields) = fields {
            return Err(Fault("an enum in a column has no fields in its variants", fields.span()));
        }
        // A discriminant.
        tokens.until_comma();
        let mut renamed = attributes.iter().filter(|(name, _)| name == "dbmig");
        let renamed = renamed.find_map(|(_, list)| value_of(list, "rename").into_iter().next());
        let text = name.to_string();
        let plain = text.strip_prefix("r#").unwrap_or(&text);
        let label = match renamed.as_deref() {
            None => format!("{:?}", snake_case(plain)),
            Some([TokenTree::Literal(label)]) if is_string(&label.to_string()) => label.to_string(),
            Some(_) => return Err(Fault("`rename` takes a string", name.span())),
        };
        variants.push((text, label));
    }
}

fn is_string(literal: &str) -> bool {
    literal.starts_with('"') || literal.starts_with("r\"") || literal.starts_with("r#")
}

fn write(declared: &Declared) -> String {
    let Declared { name, sql_types, variants } = declared;
    let list = |part: &dyn Fn(&(String, String)) -> String| variants.iter().map(part).collect::<Vec<_>>().join(", ");
    let all = list(&|(variant, _)| format!("{name}::{variant}"));
    let labels = list(&|(_, label)| label.clone());
    let to_label = list(&|(variant, label)| format!("{name}::{variant} => {label}"));
    // Two variants with one label are reported where they stand; the first one is read.
    let from_label = list(&|(variant, label)| format!("{label} => {name}::{variant}"));
    let said: String = sql_types.iter().map(|path| format!("::dbmig::enum_type!({path});\n")).collect();
    format!(
        "#[automatically_derived]
        #[allow(unreachable_patterns)]
        impl ::dbmig::Enum for {name} {{
            const ALL: &'static [Self] = &[{all}];
            const LABELS: &'static [&'static ::core::primitive::str] = &[{labels}];
            fn label(&self) -> &'static ::core::primitive::str {{ match self {{ {to_label} }} }}
            fn from_label(label: &::core::primitive::str) -> ::core::option::Option<Self> {{
                ::core::option::Option::Some(match label {{ {from_label}, _ => return ::core::option::Option::None }})
            }}
        }}
        {said}
        const _: () = {{
            use ::dbmig::diesel::{{
                backend::Backend, deserialize::{{self, FromSql, Queryable}}, expression::AsExpression,
                internal::derives::as_expression::Bound, serialize::{{self, Output, ToSql}}, sql_types::{{SingleValue, Text}},
            }};
            use ::dbmig::enums::{{EnumExpression, EnumType}};
            #[automatically_derived]
            impl<ST, DB> FromSql<ST, DB> for {name}
            where ST: EnumType, DB: Backend, ::std::string::String: FromSql<Text, DB> {{
                fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {{
                    ::dbmig::enums::read::<Self, ST, DB>(value)
                }}
            }}
            #[automatically_derived]
            impl<ST, DB> Queryable<ST, DB> for {name}
            where ST: SingleValue, DB: Backend, Self: FromSql<ST, DB> {{
                type Row = Self;
                fn build(row: Self) -> deserialize::Result<Self> {{ ::core::result::Result::Ok(row) }}
            }}
            #[automatically_derived]
            impl<ST, DB> ToSql<ST, DB> for {name}
            where ST: EnumExpression, DB: Backend, ::core::primitive::str: ToSql<Text, DB> {{
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {{
                    ::dbmig::enums::write::<Self, ST, DB>(self, out)
                }}
            }}
            {by_value}{by_reference}{by_two}
        }};
        ",
        by_value = as_expression(name, "", ""),
        by_reference = as_expression(name, "'a,", "&'a "),
        by_two = as_expression(name, "'a, 'b,", "&'b &'a "),
    )
}

/// Makes the enum, or references to it, part of queries.
fn as_expression(name: &str, lifetimes: &str, reference: &str) -> String {
    format!(
        "#[automatically_derived]
        impl<{lifetimes} ST: EnumExpression> AsExpression<ST> for {reference}{name} {{
            type Expression = Bound<ST, Self>;
            fn as_expression(self) -> Self::Expression {{ Bound::new(self) }}
        }}
        "
    )
}

fn compile_error(message: &str, place: Span) -> TokenStream {
    let error: TokenStream = format!("::core::compile_error!({message:?});").parse().unwrap_or_default();
    error
        .into_iter()
        .map(|mut tree| {
            tree.set_span(place);
            tree
        })
        .collect()
}
