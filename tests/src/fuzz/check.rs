//! What must hold for any text.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use dbmig::Backend;
use dbmig_build::diagnostic::Diagnostic;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use dbmig_build::replay::Replay;
use dbmig_build::schema::Catalog;
use dbmig_build::sql;

use crate::reading::lossless;

/// What is run on an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The lexer and the splitter: nothing is lost.
    Split,
    /// The parser, also of expressions and types.
    Parse,
    /// Replay, and what is emitted and said afterwards: the changes are what they claim to be.
    Replay,
}

impl Target {
    /// All of them.
    pub const ALL: [Target; 3] = [Target::Split, Target::Parse, Target::Replay];
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Target::Split => "split",
            Target::Parse => "parse",
            Target::Replay => "replay",
        })
    }
}

/// Runs a target on a text.
///
/// Returns marks of what the readers said and did, which tell a new kind of input from more of the same.
///
/// # Errors
///
/// A panic, or what doesn't hold.
pub fn check(target: Target, backend: Backend, text: &str) -> Result<Vec<u64>, String> {
    let run = || match target {
        Target::Split => split(text, backend),
        Target::Parse => parse(text, backend),
        Target::Replay => replay(text, backend),
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panic: {}", message.unwrap_or_default()))
    })
}

fn split(text: &str, backend: Backend) -> Result<Vec<u64>, String> {
    let script = lossless(text, backend)?;
    script.checksum();
    script.foreign_keys_off();
    script.todos().for_each(drop);
    let mut marks: Vec<u64> = script.diagnostics.iter().map(said).collect();
    // Pairs of kinds of tokens: what the lexer has seen beside each other.
    for statement in &script.statements {
        marks.extend(statement.tokens().windows(2).map(|two| mark(&(format!("{:?}{:?}", two[0].kind, two[1].kind)))));
    }
    Ok(marks)
}

fn parse(text: &str, backend: Backend) -> Result<Vec<u64>, String> {
    drop(sql::expression(text, backend));
    drop(sql::column_type(text, backend));
    let script = lossless(text, backend)?;
    let mut marks = Vec::new();
    for statement in &script.statements {
        let parsed = sql::parse(statement.tokens(), statement.span.source(), backend);
        marks.push(match &parsed {
            // The names of variants and fields, without what stands in them.
            Ok(syntax) => mark(&skeleton(&format!("{syntax:?}"))),
            Err(unreadable) => {
                if text.get(unreadable.span.range()).is_none() {
                    return Err(format!("unreadable at a place that isn't in the text: {unreadable:?}"));
                }
                mark(&without_quoted(&unreadable.message))
            }
        });
    }
    Ok(marks)
}

fn replay(text: &str, backend: Backend) -> Result<Vec<u64>, String> {
    let script = lossless(text, backend)?;
    let mut replay = Replay::new(backend);
    let replayed = replay.run(&script);
    let mut again = Catalog::default();
    for change in &replayed.changes {
        again
            .apply(change)
            .map_err(|error| format!("a change of the replay can't be applied: {error:?}: {change:?}"))?;
    }
    if again.schema() != replay.schema() {
        return Err("the changes of the replay don't make its schema".to_owned());
    }
    for change in replayed.changes.iter().rev() {
        let back = change.inverse();
        again.apply(&back).map_err(|error| format!("a change can't be undone: {error:?}: {change:?}"))?;
    }
    let (emitted, warnings) = schema_module(replay.schema(), &SchemaOptions::new(backend));
    if let Err(error) = emitted.parse::<proc_macro2::TokenStream>() {
        return Err(format!("what is emitted is no Rust: {error}\n{emitted}"));
    }
    let mut marks: Vec<u64> = replayed.changes.iter().map(|change| mark(&skeleton(&format!("{change:?}")))).collect();
    let diagnostics = || script.diagnostics.iter().chain(&replayed.diagnostics).chain(&warnings);
    marks.extend(diagnostics().map(said));
    // Rendering looks into the text; a few are enough.
    drop(render(&diagnostics().take(3).cloned().collect::<Vec<Diagnostic>>(), Style::Plain));
    // The same again on what there is now: everything clashes.
    marks.extend(replay.run(&script).diagnostics.iter().map(said));
    Ok(marks)
}

fn mark(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn said(diagnostic: &Diagnostic) -> u64 {
    mark(&without_quoted(&diagnostic.message))
}

/// A message without the names that it quotes.
fn without_quoted(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// The capitalised words of a debug text outside of strings, each once in a row, up to a point.
fn skeleton(debug: &str) -> String {
    let outside = debug.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    let words = outside.split(|one: char| !one.is_alphanumeric()).filter(|word| word.starts_with(char::is_uppercase));
    let mut words: Vec<&str> = words.take(40).collect();
    words.dedup();
    words.concat()
}
