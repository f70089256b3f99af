//! `cargo dbmig models`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use dbmig::revision::order::{Edges, ancestors};
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::schema::{Name, ObjectName, Schema};
use serde_json::json;

use super::selection;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::context::database::with_connection;
use crate::error::{Error, Kind};
use crate::introspect::introspect;
use crate::model_source::{self, ModelSource, SCHEMA_PATH};
use crate::scaffold::write_new;
use crate::ui::{Ui, with_errors};

/// Write the model structs of a revision, or of the database
///
/// What it writes is read back and compared: a struct that couldn't say what the chain
/// says is no model, and the reason stands above it.
///
///     cargo dbmig models -o src/models.rs
///     cargo dbmig models --table users --table posts
///     cargo dbmig models --database
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct ModelsArgs {
    /// The revision
    #[arg(default_value = "heads", allow_negative_numbers = true)]
    revision: String,
    /// Look at the database instead of the chain
    #[arg(long = "database", id = "live", conflicts_with = "revision")]
    database: bool,
    /// Write this table; may be said again
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
    /// Write into this file, which must not be there yet
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The Rust path of the emitted schema
    #[arg(long, value_name = "PATH", default_value = SCHEMA_PATH)]
    schema_path: String,
}

/// Does what `models` does.
///
/// # Errors
///
/// A chain at fault, a selector that names no revision, a table that isn't there, what the database says, a file that is
/// there already.
pub fn run(args: &ModelsArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let (schema, errors) = if args.database { (live(&context)?, Vec::new()) } else { chain(&context, &args.revision)? };
    let wanted = wanted(&args.table, &schema, &context)?;
    let written = model_source::write(&schema, &context.config, wanted.as_ref(), &args.schema_path)
        .map_err(|problem| Error::new(Kind::Bug, problem))?;
    match &args.output {
        Some(path) if path.exists() => {
            let error = Error::new(Kind::Usage, format!("{} is there already", path.display()));
            return Err(error.help("name another file, and take from it what you want"));
        }
        Some(path) => {
            write_new(path, &written.text).map_err(|error| Error::io(path.display(), &error))?;
            ui.status("Wrote", format!("{}: {}", path.display(), count(&written)));
        }
        None if !ui.json => ui.answer(written.text.trim_end()),
        None => {}
    }
    if ui.json {
        let unsaid = written.unsaid.iter().map(|(table, what)| json!({"table": table.to_string(), "what": what}));
        let answer = json!({"models": written.text, "unsaid": unsaid.collect::<Vec<_>>()});
        ui.answer_json(&with_errors(answer, &errors));
    }
    for (table, what) in &written.unsaid {
        ui.status("Not said", format!("{table}: {what}"));
    }
    context.unless_incomplete(errors)
}

fn count(written: &ModelSource) -> String {
    match written.text.matches("pub struct ").count() {
        1 => "1 struct".to_owned(),
        several => format!("{several} structs"),
    }
}

/// What is known of a revision's schema, and what can't be replayed.
fn chain(context: &Context<'_>, revision: &str) -> Result<(Schema, Vec<Diagnostic>), Error> {
    let chain = context.outlines()?;
    let applied = context.applied_if_known(&chain.graph);
    let target = selection::resolve(&chain.graph, revision, applied.as_ref())?;
    let revisions = ancestors(&chain.graph, target.revisions, Edges::All);
    let (replay, errors) = context.replay_known_at(&chain, revisions.iter(&chain.graph))?;
    Ok((replay.schema().clone(), errors))
}

fn live(context: &Context<'_>) -> Result<Schema, Error> {
    let Some(mut connection) = context.connect_existing()? else {
        return Err(Error::new(Kind::Database, "there is no database to look at").help("cargo dbmig upgrade"));
    };
    let books = [context.config.version_table.as_str()];
    let schema = with_connection!(&mut connection, connection => introspect(connection, &books));
    schema.map_err(|error| Error::new(Kind::Database, format!("the database can't be read: {error}")))
}

/// The tables that were named; `None` for all.
fn wanted(names: &[String], schema: &Schema, context: &Context<'_>) -> Result<Option<BTreeSet<ObjectName>>, Error> {
    let mut wanted = BTreeSet::new();
    for text in names {
        let (of, name) = text.split_once('.').map_or((None, text.as_str()), |(of, name)| (Some(of), name));
        let new = |text: &str| Name::new(text, context.config.backend);
        let name = ObjectName { schema: of.map(new), name: new(name) };
        if !schema.tables.contains_key(&name) {
            let known: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
            return Err(Error::new(Kind::Usage, format!("there is no table `{text}`"))
                .help(format!("one of {}", known.join(", "))));
        }
        wanted.insert(name);
    }
    Ok((!names.is_empty()).then_some(wanted))
}
