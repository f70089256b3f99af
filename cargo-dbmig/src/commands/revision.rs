//! `cargo dbmig revision`.

use clap::Args;
use dbmig::revision::{Graph, Id, PlaceError, place};
use dbmig::version::Version;
use dbmig_build::diagnostic::Level;
use dbmig_build::migration::{Metadata, parse_metadata, write_metadata};
use dbmig_build::source::Source;
use jiff::Timestamp;
use serde_json::json;

use super::selection;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::scaffold;
use crate::ui::Ui;

/// Write an empty revision, to be filled by hand
///
///     cargo dbmig revision -m "fill in slugs"
///     cargo dbmig revision -m "start billing" --head base --branch-label billing
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct RevisionArgs {
    /// What it does
    #[arg(short, long)]
    message: String,
    #[command(flatten)]
    place: Place,
}

/// Where a new revision stands in the chain.
#[derive(Args, Debug, Default)]
pub struct Place {
    /// The revision to put it on, where there are several heads; `base` for a new root
    ///
    /// Given several times, it joins them.
    #[arg(long, value_name = "REVISION")]
    pub head: Vec<String>,
    /// Allow a parent that is no head
    #[arg(long)]
    pub splice: bool,
    /// Give it a branch label
    #[arg(long, value_name = "LABEL")]
    pub branch_label: Vec<String>,
    /// A revision that must be applied before without being a parent
    #[arg(long, value_name = "REVISION")]
    pub depends_on: Vec<String>,
    /// Its version, instead of the time in UTC
    #[arg(long, value_name = "VERSION")]
    pub rev_id: Option<String>,
}

/// A new revision's text, before it has a place.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What it does.
    pub message: &'a str,
    /// The text of up.sql.
    pub up: &'a str,
    /// The text of down.sql.
    pub down: &'a str,
}

/// Does what `revision` does.
///
/// # Errors
///
/// A chain at fault, a place that doesn't exist, a folder that can't be written.
pub fn run(args: &RevisionArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    empty(&args.message, &args.place, global, ui)
}

/// Writes a revision that is to be filled by hand.
///
/// # Errors
///
/// As [`run`].
pub fn empty(message: &str, place: &Place, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let graph = context.graph()?;
    let up = "-- dbmig: todo write what brings the database forward\nSELECT 1;\n";
    let down = "-- dbmig: todo write what undoes up.sql\nSELECT 1;\n";
    let metadata = place.metadata(message, &graph)?;
    let name = write(&context, &graph, &metadata, place, &Draft { message, up, down })?;
    let path = format!("{}/{name}", context.config.migrations);
    if ui.json {
        let version = Version::of_folder(&name);
        ui.answer_json(&json!({"version": version.as_str(), "path": path, "changes": []}));
    } else {
        ui.answer(format!("{path}/up.sql\n{path}/down.sql"));
        ui.hint("write both, then: cargo dbmig upgrade");
    }
    Ok(Answer::Yes)
}

impl Place {
    /// The metadata of a revision at this place.
    ///
    /// # Errors
    ///
    /// A selector that names no revision, several heads without `--head`, a parent that is no head without `--splice`.
    pub fn metadata(&self, message: &str, graph: &Graph) -> Result<Metadata, Error> {
        let parents = self.parents(graph)?;
        let resolve =
            |selector: &String| selection::resolve_one(graph, selector, None).map(|id| graph.version(id).clone());
        let parents = parents.iter().map(|&id| graph.version(id).clone()).collect();
        Ok(Metadata {
            labels: self.branch_label.clone(),
            depends_on: self.depends_on.iter().map(resolve).collect::<Result<_, _>>()?,
            ..Metadata::new(message, parents)
        })
    }

    fn parents(&self, graph: &Graph) -> Result<Vec<Id>, Error> {
        let selectors: Vec<&str> = self.head.iter().map(String::as_str).collect();
        place::parents(graph, &selectors, self.splice).map_err(|error| match error {
            PlaceError::Selector(error) => selection::refused(error),
            PlaceError::SeveralHeads { .. } => {
                let mut error = Error::new(Kind::Chain, error.to_string());
                error.code = "several-heads".to_owned();
                error.help("cargo dbmig merge -m \"merge heads\"").help("or choose one with --head")
            }
            PlaceError::NoHead { .. } => {
                Error::new(Kind::Chain, error.to_string()).help("add --splice if that is wanted")
            }
            _ => Error::new(Kind::Chain, error.to_string()),
        })
    }
}

/// Writes a revision's folder and gives its name.
///
/// # Errors
///
/// A version that is taken or too long, a label that is taken or can't be one, a folder that can't be written.
pub fn write(
    context: &Context<'_>,
    graph: &Graph,
    metadata: &Metadata,
    place: &Place,
    draft: &Draft<'_>,
) -> Result<String, Error> {
    let mut names = write_all(context, graph, place, vec![(metadata.clone(), *draft)])?;
    Ok(names.pop().unwrap_or_default())
}

/// Writes the folders of several revisions, all or none, and gives their names. The first stands where its metadata
/// says, each other one upon the one before.
///
/// # Errors
///
/// As [`write()`].
pub fn write_all(
    context: &Context<'_>,
    graph: &Graph,
    place: &Place,
    revisions: Vec<(Metadata, Draft<'_>)>,
) -> Result<Vec<String>, Error> {
    let planned = plan(graph, place, revisions)?;
    let texts: Vec<String> = planned.iter().map(|one| write_metadata(&one.metadata)).collect();
    for (one, text) in planned.iter().zip(&texts) {
        refuse_bad_metadata(&one.metadata, text, &one.name, graph)?;
    }
    let files = planned.iter().zip(&texts);
    let files: Vec<_> = files
        .map(|(one, text)| [("up.sql", one.draft.up), ("down.sql", one.draft.down), ("metadata.toml", text.as_str())])
        .collect();
    let folders = planned.iter().zip(&files).map(|(one, files)| scaffold::Folder { name: &one.name, files });
    let folder = context.migrations();
    std::fs::create_dir_all(&folder)
        .and_then(|()| scaffold::exchange(&folder, &[], &folders.collect::<Vec<_>>(), &[]))
        .map_err(|error| Error::io(&context.config.migrations, &error))?;
    Ok(planned.into_iter().map(|one| one.name).collect())
}

/// A new revision that has its place.
struct Planned<'a> {
    /// Its folder's name.
    name: String,
    metadata: Metadata,
    draft: Draft<'a>,
}

/// Gives each of several revisions its name and its parent.
fn plan<'a>(graph: &Graph, place: &Place, revisions: Vec<(Metadata, Draft<'a>)>) -> Result<Vec<Planned<'a>>, Error> {
    let now = Timestamp::now();
    let mut planned: Vec<Planned<'a>> = Vec::new();
    for (at, (mut metadata, draft)) in revisions.into_iter().enumerate() {
        if let Some(below) = planned.last() {
            metadata.revises = vec![Version::of_folder(&below.name)];
        }
        let above: Vec<Version> = metadata.revises.iter().chain(&metadata.depends_on).cloned().collect();
        let chosen = match (&place.rev_id, planned.first()) {
            (Some(version), None) => Some(version.clone()),
            // Versions that are no timestamps would grow by one with each revision.
            (None, Some(first)) if !scaffold::is_timestamp(&first.name) => Some(numbered(&first.name, at)),
            (Some(_), Some(first)) => Some(numbered(&first.name, at)),
            (None, _) => None,
        };
        let name = match chosen {
            Some(version) => chosen_name(&version, draft.message, &above, graph)?,
            None => scaffold::folder_name(draft.message, &above, graph, now)?,
        };
        planned.push(Planned { name, metadata, draft });
    }
    Ok(planned)
}

/// The version of a later one of several revisions, where the first one's isn't the time.
fn numbered(first: &str, at: usize) -> String {
    format!("{}-{at:02}", first.split('_').next().unwrap_or(first))
}

/// What is written must be read again: nobody should have to mend a file that a command has just made.
fn refuse_bad_metadata(metadata: &Metadata, text: &str, name: &str, graph: &Graph) -> Result<(), Error> {
    let (_, _, diagnostics) = parse_metadata(&Source::new("metadata.toml", text), name);
    if let Some(fault) = diagnostics.into_iter().find(|one| one.level == Level::Error) {
        let why = fault.labels.first().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        return Err(Error::new(Kind::Usage, format!("{}{why}", fault.message)));
    }
    let taken = |id: &Id| graph.node(*id).labels.iter().find(|label| metadata.labels.contains(label));
    match graph.ids().find_map(|id| taken(&id).map(|label| (id, label))) {
        Some((id, label)) => {
            let name = &graph.node(id).name;
            Err(Error::new(Kind::Usage, format!("the label `{label}` is taken by {name}")))
        }
        None => Ok(()),
    }
}

fn chosen_name(version: &str, message: &str, above: &[Version], graph: &Graph) -> Result<String, Error> {
    let name = format!("{version}_{}", scaffold::slug(message));
    let given = Version::of_folder(&name);
    let legal = !version.is_empty()
        && given.as_str().chars().count() <= dbmig::version::MAX_LENGTH
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    if !legal {
        return Err(Error::new(Kind::Usage, format!("`{version}` can't be a version"))
            .help("use letters, digits, `-` and `.`, at most 50 characters"));
    }
    if let Some(taken) = graph.find(given.as_str()) {
        return Err(Error::new(Kind::Usage, format!("the version `{given}` is taken by {}", graph.node(taken).name)));
    }
    if let Some(parent) = above.iter().max().filter(|parent| **parent >= given) {
        return Err(Error::new(Kind::Usage, format!("the version `{given}` is not above its parent's, `{parent}`"))
            .help("stock Diesel runs revisions in the order of their versions; choose a greater one"));
    }
    Ok(name)
}
