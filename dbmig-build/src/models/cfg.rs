//! Conditional compilation: what of a source is there for the tools.
//!
//! A chain of migrations has no features, so that a model is read as if every feature were on: what stands under
//! `feature = "…"` is there, what stands under `not(feature = "…")` isn't. A feature called like a backend (`sqlite`,
//! `postgres`, `mysql`) is on where that is the database's backend, so that one file may hold models of several.
//! `test` is off, and what nobody can know (`target_os`, say) counts as there.

use dbmig::Backend;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Whether an item with these attributes is there.
pub(super) fn is_there(attributes: &[Attribute], backend: Backend) -> bool {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions
        .filter_map(|attribute| attribute.parse_args::<Meta>().ok())
        .all(|meta| holds(&meta, backend) != Some(false))
}

/// The attributes with what `cfg_attr` holds where its condition may be met.
pub(super) fn flatten(attributes: &[Attribute], backend: Backend) -> Vec<Attribute> {
    let mut flat: Vec<Attribute> = Vec::new();
    for attribute in attributes {
        if !attribute.path().is_ident("cfg_attr") {
            flat.push(attribute.clone());
            continue;
        }
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        match metas {
            Ok(metas) => {
                let mut metas = metas.into_iter();
                if metas.next().is_some_and(|condition| holds(&condition, backend) == Some(false)) {
                    continue;
                }
                let inner = metas.map(|meta| Attribute { meta, ..attribute.clone() });
                flat.extend(flatten(&inner.collect::<Vec<_>>(), backend));
            }
            // rustc will say it.
            Err(_) => flat.push(attribute.clone()),
        }
    }
    flat
}

/// Whether a condition is met; none where that can't be known.
fn holds(meta: &Meta, backend: Backend) -> Option<bool> {
    match meta {
        Meta::Path(path) if path.is_ident("test") => Some(false),
        Meta::Path(_) => None,
        Meta::NameValue(pair) if pair.path.is_ident("feature") => Some(match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(feature), .. }) => is_on(&feature.value(), backend),
            _ => true,
        }),
        Meta::NameValue(_) => None,
        Meta::List(list) => {
            let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            let inner: Vec<Option<bool>> = inner.iter().map(|meta| holds(meta, backend)).collect();
            let all = |value: bool| inner.iter().all(|one| *one == Some(value));
            if list.path.is_ident("not") {
                inner.first().copied().flatten().map(|one| !one)
            } else if list.path.is_ident("all") {
                if inner.contains(&Some(false)) { Some(false) } else { all(true).then_some(true) }
            } else if list.path.is_ident("any") {
                // `any()` keeps what is for these tools alone from rustc.
                let is_empty = inner.is_empty();
                if inner.contains(&Some(true)) { Some(true) } else { (all(false) && !is_empty).then_some(false) }
            } else {
                None
            }
        }
    }
}

fn is_on(feature: &str, backend: Backend) -> bool {
    match feature {
        "sqlite" => backend == Backend::Sqlite,
        "postgres" => backend == Backend::Postgres,
        "mysql" => backend == Backend::Mysql,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        for (condition, expected) in [
            ("test", false),
            ("not(test)", true),
            ("feature = \"x\"", true),
            ("not(feature = \"x\")", false),
            ("feature = \"postgres\"", true),
            ("feature = \"sqlite\"", false),
            ("not(feature = \"mysql\")", true),
            ("any(feature = \"sqlite\", feature = \"mysql\")", false),
            ("all(feature = \"postgres\", unix)", true),
            ("all(unix, test)", false),
            ("any(windows, test)", true),
            ("any()", true),
            ("not(windows)", true),
            ("target_os = \"linux\"", true),
            ("nonsense(", true),
        ] {
            let source = format!("#[cfg({})] struct A;", condition.replace("nonsense(", "nonsense()"));
            let item: syn::ItemStruct = syn::parse_str(&source).expect("a struct");
            assert_eq!(is_there(&item.attrs, Backend::Postgres), expected, "{condition}");
        }
    }
}
