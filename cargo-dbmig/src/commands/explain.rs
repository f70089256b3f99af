//! `cargo dbmig explain`.

use clap::Args;
use dbmig_build::diagnostic::Code;
use dbmig_build::nearest::nearest;
use serde_json::json;

use crate::cli::Answer;
use crate::error::{Error, Kind};
use crate::ui::Ui;

/// Print the long text of a diagnostic's code
///
///     cargo dbmig explain several-heads
///     cargo dbmig explain              # lists the codes
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct ExplainArgs {
    /// The code, as it stands in brackets behind `error` or `warning`
    code: Option<String>,
}

/// Does what `explain` does.
///
/// # Errors
///
/// A code that doesn't exist.
pub fn run(args: &ExplainArgs, ui: &Ui) -> Result<Answer, Error> {
    let Some(name) = &args.code else {
        list(ui);
        return Ok(Answer::Yes);
    };
    let code: Code = name.parse().map_err(|_| unknown(name))?;
    if ui.json {
        ui.answer_json(&json!({"code": code.name(), "explanation": code.explanation()}));
    } else {
        ui.answer(format!("{code}\n\n{}", code.explanation()));
    }
    Ok(Answer::Yes)
}

fn list(ui: &Ui) {
    if ui.json {
        let names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        return ui.answer_json(&json!({"codes": names}));
    }
    for code in Code::ALL {
        let first = code.explanation().lines().next().unwrap_or_default();
        ui.answer(format!("{:<24} {first}", code.name()));
    }
}

fn unknown(name: &str) -> Error {
    let error = Error::new(Kind::Usage, format!("no diagnostic has the code `{name}`"));
    match nearest(name, Code::ALL.iter().map(|code| code.name())) {
        Some(near) => error.help(format!("cargo dbmig explain {near}")),
        None => error.help("cargo dbmig explain"),
    }
}
