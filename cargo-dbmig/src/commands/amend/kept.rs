//! The values that `--backfill` gave when a revision was written: found by writing it again with marks in their places.
//!
//! So they needn't be given again, and a revision with them isn't taken for one that was edited by hand.

use dbmig::revision::Id;
use dbmig_build::link::Chain;
use dbmig_build::schema::{Change, Name, ObjectName, Schema};

use crate::commands::migrate::{fillable, render_changes};
use crate::context::Context;
use crate::render::{Backfills, Part};

/// How many columns' values are looked for: each may be a literal, which is written otherwise than an expression.
const MOST: usize = 3;

/// The values with which dbmig would write some revisions as they are, if there are such. `changes` is what they do to
/// `before`.
pub(super) fn values(
    context: &Context<'_>,
    chain: &Chain,
    old: &[Id],
    before: &Schema,
    changes: &[Change],
) -> Option<Backfills> {
    // Those that had to get a value come first.
    let (needed, others) = fillable(changes, before);
    let mut columns: Vec<(ObjectName, Name)> = needed.into_iter().chain(others).collect();
    columns.truncate(MOST);
    // For each column: no value, an expression, a literal.
    for combination in 0..3_u32.pow(u32::try_from(columns.len()).ok()?) {
        let kind = |at: usize| combination / 3_u32.pow(u32::try_from(at).unwrap_or(0)) % 3;
        let marked = columns.iter().enumerate().filter(|(at, _)| kind(*at) > 0);
        let marks: Backfills = marked.map(|(at, column)| (column.clone(), mark(at, kind(at) == 2))).collect();
        let Ok(rendered) = render_changes(context, before, changes, &marks) else { continue };
        if rendered.parts.len() != old.len() {
            continue;
        }
        let mut found = vec![None; columns.len()];
        let fits = |(&id, part): (&Id, &Part)| {
            let migration = chain.migration(id);
            let down = migration.down.as_ref().map(|down| down.source.text()).unwrap_or_default();
            down.lines().eq(part.down.lines()) && matches(&part.up, migration.up.source.text(), &mut found)
        };
        if old.iter().zip(&rendered.parts).all(fits) {
            let values = columns.iter().zip(found).filter_map(|(column, value)| Some((column.clone(), value?)));
            return Some(values.collect());
        }
    }
    None
}

/// What stands for the value of a column: no name that anybody has.
fn mark(at: usize, is_literal: bool) -> String {
    if is_literal { format!("'dbmig value {at};'") } else { format!("dbmig_value_{at}_") }
}

/// Whether a text is a pattern with values in the places of marks, each mark's the same wherever it stands.
fn matches(pattern: &str, text: &str, found: &mut [Option<String>]) -> bool {
    let pattern = pattern.lines().collect::<Vec<_>>().join("\n");
    let text = text.lines().collect::<Vec<_>>().join("\n");
    let (mut pattern, mut text) = (pattern.as_str(), text.as_str());
    loop {
        let next = (0..found.len())
            .flat_map(|at| [mark(at, false), mark(at, true)].map(|mark| (at, mark)))
            .filter_map(|(at, mark)| Some((pattern.find(&mark)?, at, mark.len())))
            .min();
        let Some((place, at, length)) = next else { return pattern == text };
        let Some(rest) = pattern.get(..place).and_then(|before| text.strip_prefix(before)) else { return false };
        pattern = pattern.get(place + length..).unwrap_or_default();
        let known = found.get(at).cloned().flatten();
        let end = match &known {
            Some(value) if rest.starts_with(value.as_str()) => value.len(),
            Some(_) => return false,
            None => {
                // Up to what comes behind the mark, in its line at least.
                let until = (0..found.len()).flat_map(|at| [mark(at, false), mark(at, true)]);
                let stop = until.filter_map(|mark| pattern.find(&mark)).min().unwrap_or(pattern.len());
                let literal = pattern.get(..stop).unwrap_or_default();
                let literal = literal.lines().next().unwrap_or_default();
                let whole = format!("{literal}\n");
                let is_line = pattern.len() > literal.len() && stop > literal.len();
                let wanted = if is_line { whole.as_str() } else { literal };
                let place = if pattern.is_empty() { Some(rest.len()) } else { rest.find(wanted) };
                match place {
                    Some(end) if end > 0 => end,
                    _ => return false,
                }
            }
        };
        let (value, behind) = rest.split_at(end);
        if let Some(slot) = found.get_mut(at) {
            *slot = Some(value.to_owned());
        }
        text = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_the_places_of_marks() {
        let found = |pattern: &str, text: &str| {
            let mut found = vec![None; 2];
            matches(pattern, text, &mut found).then_some(found)
        };
        let some = |text: &str| Some(text.to_owned());
        let pattern = "UPDATE t SET a = dbmig_value_0_ WHERE a IS NULL;\nB";
        assert_eq!(found(pattern, "UPDATE t SET a = b || 'x' WHERE a IS NULL;\nB"), Some(vec![some("b || 'x'"), None]));
        assert_eq!(found(pattern, "UPDATE t SET a =  WHERE a IS NULL;\nB"), None);
        assert_eq!(found(pattern, "UPDATE t SET a = 1 WHERE a IS NULL;\nC"), None);
        assert_eq!(found("a\n    dbmig_value_1_\nFROM t", "a\r\n    1\r\nFROM t"), Some(vec![None, some("1")]));
        assert_eq!(found("(dbmig_value_0_), (dbmig_value_0_)", "(1), (1)"), Some(vec![some("1"), None]));
        assert_eq!(found("(dbmig_value_0_), (dbmig_value_0_)", "(1), (2)"), None);
        assert_eq!(found("'dbmig value 1;' dbmig_value_0_", "'x' y"), Some(vec![some("y"), some("'x'")]));
        assert_eq!(found("no marks", "no marks"), Some(vec![None, None]));
        assert_eq!(found("no marks", "others"), None);
    }
}
