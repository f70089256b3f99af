//! The scripts of a run as one: each as it is written, comments included.
//!
//! Nothing is written anew, not even where the run makes tables and nothing else: what is kept is what databases have
//! run, with its data, its functions and grants, the order of its columns, and the comments of those who wrote it.

use dbmig_build::link::Chain;
use dbmig_build::sql::Script;

use super::run::Run;

/// The text of up.sql.
pub(super) fn up(chain: &Chain, run: &Run) -> String {
    let parts: Vec<String> = run
        .ids
        .iter()
        .map(|&id| chain.migration(id))
        .filter(|one| does_something(&one.up))
        .map(|one| format!("-- {}\n\n{}", one.name, terminated(&one.up)))
        .collect();
    whole(&parts)
}

/// The text of down.sql; `None` where one of the revisions has no way back.
pub(super) fn down(chain: &Chain, run: &Run) -> Option<String> {
    let mut parts = Vec::new();
    for one in run.ids.iter().rev().map(|&id| chain.migration(id)) {
        let down = one.down.as_ref().filter(|_| one.metadata.irreversible.is_none())?;
        if does_something(down) {
            parts.push(format!("-- {}\n\n{}", one.name, terminated(down)));
        }
    }
    Some(whole(&parts))
}

fn whole(parts: &[String]) -> String {
    if parts.is_empty() { "SELECT 1;\n".to_owned() } else { parts.join("\n") }
}

/// Whether a script is more than the statement that stands where there is nothing to do.
pub(super) fn does_something(script: &Script) -> bool {
    let text = script.source.text();
    script.statements.iter().any(|statement| {
        let words: Vec<&str> = statement.tokens().iter().map(|token| token.text(text)).collect();
        !matches!(words.as_slice(), [select, "1"] if select.eq_ignore_ascii_case("select"))
    })
}

/// A script's text with a semicolon behind its last statement, so that another may follow.
fn terminated(script: &Script) -> String {
    let text = script.source.text();
    let end = script.statements.last().map_or(0, |last| last.span.range().end);
    let (statements, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let statements = statements.trim_start_matches('\u{feff}').trim_start();
    let rest = rest.trim_end();
    let rest = rest.strip_prefix(';').unwrap_or(rest);
    format!("{statements};{rest}\n")
}
