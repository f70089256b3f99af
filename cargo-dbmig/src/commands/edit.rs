//! `cargo dbmig edit`.

use std::ffi::OsString;
use std::process::Command;

use clap::{Args, ValueEnum};

use super::selection;
use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ui::Ui;

/// Open a file of a revision in your editor
///
/// The editor is $VISUAL, else $EDITOR.
///
///     cargo dbmig edit                    # up.sql of the head
///     cargo dbmig edit create_users down
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct EditArgs {
    /// The revision
    #[arg(default_value = "head", allow_negative_numbers = true)]
    revision: String,
    /// Which of its files
    #[arg(default_value = "up")]
    file: File,
}

/// A file of a revision.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum File {
    /// up.sql
    Up,
    /// down.sql
    Down,
    /// metadata.toml
    Metadata,
}

/// Does what `edit` does.
///
/// # Errors
///
/// A graph at fault, a selector that names no revision or several, no editor, an editor that fails.
pub fn run(args: &EditArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    let graph = context.graph()?;
    let applied = context.applied_if_known(&graph);
    let id = selection::resolve_one(&graph, &args.revision, applied.as_ref())?;
    let name = &graph.node(id).name;
    let file = match args.file {
        File::Up => "up.sql",
        File::Down => "down.sql",
        File::Metadata => "metadata.toml",
    };
    let path = context.migrations().join(name).join(file);
    let (program, arguments) = editor()?;
    let ended = Command::new(&program).args(arguments).arg(&path).status();
    let ended = ended.map_err(|error| {
        let message = format!("the editor `{}` can't be started: {error}", program.to_string_lossy());
        Error::new(Kind::Config, message).help("EDITOR=nano cargo dbmig edit")
    })?;
    if !ended.success() {
        return Err(Error::new(Kind::Config, format!("the editor `{}`: {ended}", program.to_string_lossy())));
    }
    let is_applied = applied.is_some_and(|applied| applied.contains(id));
    if is_applied && matches!(args.file, File::Up) {
        ui.status("Applied", format!("the database has run {name} already; to run it again: cargo dbmig redo"));
    }
    Ok(Answer::Yes)
}

/// The editor's program and its own arguments: `code --wait`.
fn editor() -> Result<(OsString, Vec<OsString>), Error> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let missing = || Error::new(Kind::Config, "no editor: neither VISUAL nor EDITOR is set");
    let command =
        set("VISUAL").or_else(|| set("EDITOR")).ok_or_else(|| missing().help("EDITOR=nano cargo dbmig edit"))?;
    let Some(text) = command.to_str() else { return Ok((command, Vec::new())) };
    let mut words = text.split_whitespace().map(OsString::from);
    let program = words.next().ok_or_else(missing)?;
    Ok((program, words.collect()))
}
