//! `[package.metadata.dbmig]` of an adopted package.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use super::discover::Found;
use super::plan::Plan;
use crate::context::package::Package;
use crate::error::{Error, Kind};

/// A Cargo.toml that is to be written.
#[derive(Debug)]
pub(super) struct Edit {
    /// Its whole text.
    pub(super) manifest: String,
    /// The lines that are new in it.
    pub(super) added: String,
}

/// What is to be written into Cargo.toml; nothing where it says all already.
///
/// # Errors
///
/// A Cargo.toml without `[package]`.
pub(super) fn edit(package: &Package, found: &Found, plan: &Plan) -> Result<Option<Edit>, Error> {
    if found.is_configured && plan.unmanaged.is_empty() {
        return Ok(None);
    }
    let broken = |what: &str| Error::new(Kind::Config, what.to_owned());
    let mut document: DocumentMut =
        package.manifest.parse().map_err(|error: toml_edit::TomlError| broken(&format!("Cargo.toml: {error}")))?;
    let Some(root) = document.get_mut("package").and_then(Item::as_table_like_mut) else {
        return Err(broken("this Cargo.toml has no [package]").help("cargo dbmig adopt -p NAME"));
    };
    let mut path = vec!["metadata", "dbmig"];
    path.extend(found.name.iter().flat_map(|name| ["databases", name.as_str()]));
    let Some(settings) = descend(root, &path) else {
        return Err(broken("`package.metadata.dbmig` in Cargo.toml is no table"));
    };
    let mut added = format!("[package.{}]\n", path.join("."));
    let config = &found.config;
    let defaults = dbmig_build::config::DatabaseConfig::of_database(found.name.as_deref());
    if !found.is_configured {
        set(settings, "backend", value(config.backend.name()), &mut added);
        if config.migrations != defaults.migrations {
            set(settings, "migrations", value(config.migrations.as_str()), &mut added);
        }
        if config.models != defaults.models {
            set(settings, "models", value(config.models.iter().collect::<Array>()), &mut added);
        }
    }
    if !plan.unmanaged.is_empty() {
        let names = config.unmanaged.iter().chain(&plan.unmanaged);
        set(settings, "unmanaged", value(list(names)), &mut added);
    }
    Ok(Some(Edit { manifest: document.to_string(), added }))
}

/// The table at the end of a path, made where it is missing.
fn descend<'t>(root: &'t mut dyn TableLike, path: &[&str]) -> Option<&'t mut dyn TableLike> {
    let mut table = root;
    for (at, key) in path.iter().enumerate() {
        let is_last = at + 1 == path.len();
        let item = table.entry(key).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(!is_last);
            Item::Table(table)
        });
        table = item.as_table_like_mut()?;
    }
    Some(table)
}

fn set(table: &mut dyn TableLike, key: &str, item: Item, added: &mut String) {
    added.push_str(&format!("{key} ={item}\n").replace("= ", "= ").replace(" =\"", " = \"").replace(" =[", " = ["));
    table.insert(key, item);
}

/// A list of names, each on its own line where they are many.
fn list<'n>(names: impl Iterator<Item = &'n String>) -> Array {
    let mut list: Array = names.collect();
    let length: usize = list.iter().map(|one| one.to_string().len() + 2).sum();
    if length > 80 {
        list.iter_mut().for_each(|one| one.decor_mut().set_prefix("\n    "));
        list.set_trailing_comma(true);
        list.set_trailing("\n");
    }
    list
}
