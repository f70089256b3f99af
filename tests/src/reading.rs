//! What reading any SQL must keep to: nothing is lost, nothing overlaps, every place is in the text.

use dbmig::Backend;
use dbmig_build::source::Source;
use dbmig_build::sql::{Script, split};

/// Splits a text and holds against it that the statements and what lies between them are the text again, that only
/// white space, comments and semicolons lie between them, and that tokens and diagnostics have places in the text.
///
/// # Errors
///
/// What doesn't hold, in words.
pub fn lossless(text: &str, backend: Backend) -> Result<Script, String> {
    let script = split(&Source::new("up.sql", text), backend);
    let mut end = 0;
    for statement in &script.statements {
        let range = statement.span.range();
        if range.start < end || range.is_empty() {
            return Err(format!("a statement at {range:?} behind one that ends at {end}"));
        }
        gap(text.get(end..range.start), end, backend)?;
        if statement.text() != text.get(range.clone()).unwrap_or_default() {
            return Err(format!("the statement at {range:?} isn't the text at its place"));
        }
        let mut at = range.start;
        for token in statement.tokens() {
            // Between two tokens stand white space and comments alone.
            gap(text.get(at..token.start), at, backend)?;
            if token.text(text).is_empty() {
                return Err(format!("an empty token at {}", token.start));
            }
            at = token.end;
        }
        if statement.tokens().first().map(|token| token.start) != Some(range.start) || at != range.end {
            return Err(format!("the tokens of the statement at {range:?} don't fill it"));
        }
        end = range.end;
    }
    gap(text.get(end..), end, backend)?;
    match script.diagnostics.iter().find(|one| one.span().is_some_and(|span| text.get(span.range()).is_none())) {
        Some(outside) => Err(format!("a diagnostic outside of the text: {outside:?}")),
        None => Ok(script),
    }
}

/// What lies between two statements or tokens holds none.
fn gap(gap: Option<&str>, at: usize, backend: Backend) -> Result<(), String> {
    let gap = gap.ok_or_else(|| format!("what begins at {at} begins within a character or behind its end"))?;
    let blank = gap.bytes().all(|byte| byte.is_ascii_whitespace() || byte == b';');
    if blank || split(&Source::new("gap", gap), backend).statements.is_empty() {
        Ok(())
    } else {
        Err(format!("{gap:?} at {at} was skipped"))
    }
}
