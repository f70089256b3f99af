//! `cargo dbmig check`.

mod database;

use clap::Args;
use dbmig_build::compile;
use dbmig_build::diagnostic::{Code, Diagnostic, Level};
use serde_json::{Value, json};

use crate::cli::{Answer, Global};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ui::{Ui, diagnostic_json};

/// Check the chain as the build does, and whether the models are ahead of it
///
/// Exit code 0: all is well; 1: something is not; 2: the chain can't be read. Needs no
/// database and compiles nothing, so that it serves as a pre-commit hook.
///
/// With --database it compares a database with what the chain makes at the revisions
/// that the database has, and names each object that differs.
///
///     cargo dbmig check
///     cargo dbmig check --json
///     cargo dbmig check --database
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct CheckArgs {
    /// Compare the database with the chain at the database's own revisions
    #[arg(long = "database", id = "live")]
    database: bool,
}

/// Does what `check` does.
///
/// # Errors
///
/// A configuration or a chain that can't be read.
pub fn run(args: &CheckArgs, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    let context = Context::load(global, ui)?;
    if args.database {
        return database::run(&context);
    }
    let checked = compile::check(&context.package.root, &context.config);
    let is_bad = |one: &Diagnostic| one.level == Level::Error || one.code == Code::OutOfDate;
    let ok = !checked.diagnostics.iter().any(is_bad);
    let readable = checked.readable.is_some();
    if ui.json {
        ui.answer_json(&answer(ok, readable, &checked.diagnostics));
        return if readable { Ok(Answer::of(ok)) } else { Err(Error::answered(Kind::Chain)) };
    }
    let Some(readable) = checked.readable else {
        return Err(Error::of_diagnostics(Kind::Chain, checked.diagnostics));
    };
    ui.diagnostics(&checked.diagnostics);
    if ok {
        let revisions = match readable.chain.graph.len() {
            1 => "1 revision".to_owned(),
            several => format!("{several} revisions"),
        };
        ui.status("Checked", format!("{revisions}: the chain is sound and builds what the models say"));
    }
    Ok(Answer::of(ok))
}

fn answer(ok: bool, readable: bool, diagnostics: &[Diagnostic]) -> Value {
    let mut value = json!({"ok": ok, "diagnostics": diagnostics.iter().map(diagnostic_json).collect::<Vec<_>>()});
    if !readable {
        let first = diagnostics.iter().find(|one| one.level == Level::Error);
        let (code, message) = first.map_or(("", ""), |one| (one.code.name(), one.message.as_str()));
        let help = first.map(|one| one.help.as_slice()).unwrap_or_default();
        value["error"] = json!({"kind": Kind::Chain.name(), "code": code, "message": message, "help": help});
    }
    value
}
