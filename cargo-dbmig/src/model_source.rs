//! Model source: a schema to the structs that say it, so that diff finds nothing between the two.
//!
//! Nothing is believed that isn't read back: the text is parsed as any model is and compared with the schema. A table
//! whose struct would say something else is written without `dbmig::Model`, with the reason, so that nobody's next
//! migration is a surprise.

mod column;
mod constraints;
mod counting;
mod enums;
mod kept;
mod names;
mod rust_type;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::config::DatabaseConfig;
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::diff::diff;
use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use dbmig_build::models::{self, Models};
use dbmig_build::schema::{Change, Name, ObjectName, Schema, Sequence};
use dbmig_build::source::Source;
use dbmig_build::target::target;

use crate::table_macro::{self, Macros};
use enums::Enums;
use names::Names;

/// Models as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelSource {
    /// The Rust file.
    pub text: String,
    /// Tables about which the structs don't say everything, or that have none: each with what and why.
    pub unsaid: Vec<(ObjectName, String)>,
}

/// Where the emitted `table!`s are.
pub const SCHEMA_PATH: &str = "crate::db::schema";

/// What the writer of one struct looks at.
struct Context<'a> {
    schema: &'a Schema,
    config: &'a DatabaseConfig,
    macros: Macros,
    names: Names,
    enums: Enums,
    /// The sequences of columns.
    sequences: BTreeMap<(&'a ObjectName, &'a Name), &'a Sequence>,
    /// The path of the emitted `table!`s.
    schema_path: &'a str,
    /// Tables whose structs are no models, and why.
    plain: BTreeMap<ObjectName, String>,
}

/// Writes the structs of those tables of a schema that `wanted` names, or of all.
///
/// # Errors
///
/// A fault of dbmig: a text that isn't Rust.
pub fn write(
    schema: &Schema,
    config: &DatabaseConfig,
    wanted: Option<&BTreeSet<ObjectName>>,
    schema_path: &str,
) -> Result<ModelSource, String> {
    let (module, left_out) = schema_module(schema, &SchemaOptions::of_config(config));
    let macros = table_macro::read(&module).ok_or("the schema module is no Rust")?;
    let written =
        |name: &&ObjectName| wanted.is_none_or(|wanted| wanted.contains(*name)) && macros.of_table(name).is_some();
    let tables: Vec<&ObjectName> = schema.tables.keys().filter(written).collect();
    let mut taken = names::taken(&tables);
    let enums = Enums::of(schema, &tables, wanted.is_none(), &macros, config.backend, &mut taken);
    let names = Names::of(schema, &tables, &macros, taken);
    let owned = schema.sequences.values().filter_map(|one| one.owner.as_ref().map(|owner| (owner, one)));
    let sequences = owned.map(|((table, column), one)| ((table, column), one)).collect();
    let shadow = |name: &&ObjectName| {
        let owner = schema.shadowed_by(name)?;
        Some(((*name).clone(), format!("the virtual table `{owner}` keeps its data in it")))
    };
    let plain = tables.iter().filter_map(shadow).collect();
    let mut context = Context { schema, config, macros, names, enums, sequences, schema_path, plain };
    // Each round takes at least one table out, and most schemas need one.
    for _ in 0..=tables.len() {
        let (text, places) = text_of(&tables, &context)?;
        let wrong = differing(&text, &places, &tables, &context);
        if wrong.is_empty() {
            let mut unsaid = missing(schema, wanted, &context.macros, &left_out);
            unsaid.extend(tables.iter().flat_map(|name| notes(name, &context)));
            if wanted.is_none() {
                unsaid.extend(kept::of_schema(schema));
            }
            return Ok(ModelSource { text, unsaid });
        }
        context.plain.extend(wrong);
    }
    Err("structs that are no models differ from the schema".to_owned())
}

/// What is to be said of a table's struct.
fn notes(name: &ObjectName, context: &Context<'_>) -> Vec<(ObjectName, String)> {
    let Some(table) = context.schema.tables.get(name) else { return Vec::new() };
    let plain = context.plain.get(name).map(|reason| format!("it is no model: {reason}"));
    let kept = kept::of_table(table).into_iter().filter(|_| plain.is_none());
    plain.iter().cloned().chain(kept).map(|note| (name.clone(), note)).collect()
}

/// Tables that Diesel's schema leaves out.
fn missing(
    schema: &Schema,
    wanted: Option<&BTreeSet<ObjectName>>,
    macros: &Macros,
    left_out: &[Diagnostic],
) -> Vec<(ObjectName, String)> {
    let is_missing =
        |name: &&ObjectName| wanted.is_none_or(|wanted| wanted.contains(*name)) && macros.of_table(name).is_none();
    let reason = |name: &ObjectName| {
        let said = left_out.iter().find(|one| one.message.contains(&format!("`{name}`")));
        let reason =
            said.and_then(|one| one.message.split_once(": ")).map_or("Diesel's schema leaves it out", |it| it.1);
        format!("it has no struct: {reason}")
    };
    schema.tables.keys().filter(is_missing).map(|name| (name.clone(), reason(name))).collect()
}

/// The file, and where each table's struct stands in it.
type Placed = (String, Vec<(ObjectName, std::ops::Range<usize>)>);

fn text_of(tables: &[&ObjectName], context: &Context<'_>) -> Result<Placed, String> {
    let mut text = String::from(
        "//! The tables of the database, as `cargo dbmig models` wrote them.\n\nuse diesel::prelude::*;\n",
    );
    let mut places = Vec::new();
    for item in context.enums.items() {
        let file = syn::parse_file(&item).map_err(|error| format!("{error} in\n{item}"))?;
        text.push('\n');
        text.push_str(&prettyplease::unparse(&file));
    }
    for name in tables {
        let Some(table) = context.schema.tables.get(*name) else { continue };
        let item = table::item(table, context);
        let file = syn::parse_file(&item).map_err(|error| format!("{error} in\n{item}"))?;
        text.push('\n');
        let start = text.len();
        text.push_str(&prettyplease::unparse(&file));
        places.push(((*name).clone(), start..text.len()));
    }
    Ok((text, places))
}

/// The tables whose models, read back, aren't the schema's; and why not.
fn differing(
    text: &str,
    places: &[(ObjectName, std::ops::Range<usize>)],
    tables: &[&ObjectName],
    context: &Context<'_>,
) -> BTreeMap<ObjectName, String> {
    let source = Source::new("models.rs", text);
    let models = match models::parse(&source, context.config) {
        Ok(models) => models,
        Err(faults) => return at_fault(&faults, places, tables, context),
    };
    let mut wrong = BTreeMap::new();
    for name in differing_sequences(&models, tables, context) {
        wrong.insert(name, "its struct can't say all: a sequence".to_owned());
    }
    for change in changes(&models, context) {
        let name = match &change {
            Change::CreateTable(table) | Change::DropTable(table) => Some(&table.name),
            other => other.table(),
        };
        if let Some(name) = name {
            wrong.entry(name.clone()).or_insert_with(|| format!("its struct can't say all: {}", what(&change)));
        }
    }
    wrong
}

/// What a struct got wrong.
fn what(change: &Change) -> String {
    match change {
        Change::AlterColumn { to, .. } => format!("column `{}`", to.name),
        Change::AddColumn { column, .. } | Change::DropColumn { column, .. } => format!("column `{}`", column.name),
        Change::AddConstraint { constraint, .. } | Change::DropConstraint { constraint, .. } => constraint.describe(),
        Change::CreateIndex { index, .. } | Change::DropIndex { index, .. } => format!("index `{}`", index.name),
        _ => "its options".to_owned(),
    }
}

fn changes(models: &Models, context: &Context<'_>) -> Vec<Change> {
    diff(context.schema, &kept(models, context), &models.renames)
}

/// What the models come to, with what they can't say.
fn kept(models: &Models, context: &Context<'_>) -> Schema {
    target(context.schema, &models.schema, &models.renames, &[], &BTreeSet::new()).schema
}

/// The tables whose sequences aren't those of the schema.
fn differing_sequences(models: &Models, tables: &[&ObjectName], context: &Context<'_>) -> Vec<ObjectName> {
    if context.schema.sequences.is_empty() && models.schema.sequences.is_empty() {
        return Vec::new();
    }
    let kept = kept(models, context);
    let of = |schema: &Schema| -> BTreeMap<ObjectName, Vec<Sequence>> {
        let mut by_table: BTreeMap<ObjectName, Vec<Sequence>> = BTreeMap::new();
        for one in schema.sequences.values() {
            if let Some((table, _)) = &one.owner {
                by_table.entry(table.clone()).or_default().push(one.clone());
            }
        }
        by_table
    };
    let (before, after) = (of(context.schema), of(&kept));
    let differs = |name: &&&ObjectName| !context.plain.contains_key(**name) && before.get(**name) != after.get(**name);
    tables.iter().filter(differs).map(|name| (*name).clone()).collect()
}

fn at_fault(
    faults: &[Diagnostic],
    places: &[(ObjectName, std::ops::Range<usize>)],
    tables: &[&ObjectName],
    context: &Context<'_>,
) -> BTreeMap<ObjectName, String> {
    let mut wrong = BTreeMap::new();
    for fault in faults {
        let at = fault.span().map(|span| span.range().start);
        let place = places.iter().find(|(_, range)| at.is_some_and(|at| range.contains(&at)));
        if let Some((name, _)) = place {
            wrong.entry(name.clone()).or_insert_with(|| fault.message.clone());
        }
    }
    wrong.retain(|name, _| !context.plain.contains_key(name));
    if wrong.is_empty() {
        // The fault has no place: no struct can be trusted.
        let reason = faults.first().map_or_else(String::new, |fault| fault.message.clone());
        let rest = tables.iter().filter(|name| !context.plain.contains_key(**name));
        wrong.extend(rest.map(|name| ((*name).clone(), reason.clone())));
    }
    wrong
}
