//! `LIKE source INCLUDING …` in a `CREATE TABLE`.

use std::collections::BTreeMap;

use crate::replay::conflict::Conflict;
use crate::schema::{Autoincrement, Change, Check, Column, Constraint, Index, Name, ObjectName, Sequence};
use crate::source::Span;
use crate::sql::syntax::postgres::{Like, LikeOption};

use super::work::Work;
use super::{column, constraint, create_table, index, sequence};

/// A table from which columns were copied.
pub(super) struct Copied<'a> {
    source: ObjectName,
    like: &'a Like,
}

/// Copies the columns, and the checks where they are wanted.
pub(super) fn take_columns<'a, 'b>(
    work: &mut Work<'_>,
    table: &ObjectName,
    like: &'a Like,
    own: &mut BTreeMap<Name, &'b Span>,
) -> Result<Copied<'a>, Conflict>
where
    'a: 'b,
{
    let columns = create_table::columns_of(work, &like.source)?;
    let source = work.find(&like.source).map_or_else(|| work.unresolved(&like.source), |(name, _)| name);
    let wants = |option| like.including.contains(&option);
    for from in columns {
        if let Some(first) = own.insert(from.name.clone(), &like.span) {
            let message = format!("table `{table}` has two columns `{}`", from.name);
            return Err(Conflict::second(&like.span, first, message));
        }
        let mut to = Column {
            default: from.default.clone().filter(|_| wants(LikeOption::Defaults)),
            generated: from.generated.clone().filter(|_| wants(LikeOption::Generated)),
            comment: from.comment.clone().filter(|_| wants(LikeOption::Comments)),
            autoincrement: Autoincrement::No,
            inherited: false,
            ..from.clone()
        };
        if from.autoincrement != Autoincrement::No && wants(LikeOption::Identity) {
            to.autoincrement = from.autoincrement;
            copy_sequence(work, &source, table, &to)?;
        }
        work.change(Change::AddColumn { table: table.clone(), column: Box::new(to) })?;
    }
    work.take_past(table, &source);
    if wants(LikeOption::Constraints) {
        let checks: Vec<Check> = work.table(&source).map(|source| source.checks.clone()).unwrap_or_default();
        for check in checks {
            // There are no rows yet that it might not hold for.
            let constraint = Constraint::Check(Check { not_valid: false, ..check });
            work.change(Change::AddConstraint { table: table.clone(), constraint })?;
        }
    }
    Ok(Copied { source, like })
}

fn copy_sequence(
    work: &mut Work<'_>,
    source: &ObjectName,
    table: &ObjectName,
    column: &Column,
) -> Result<(), Conflict> {
    let first = sequence::of_identity(work, source, &column.name).into_iter().next();
    let options = first.and_then(|name| work.catalog(source).schema().sequences.get(&name).cloned());
    let mut sequence = column::owned_sequence(work, table, &column.name, &column.column_type);
    if let Some(from) = options {
        sequence = Sequence { name: sequence.name, owner: sequence.owner, ..from };
    }
    sequence::widen(&mut sequence);
    work.change(Change::CreateSequence(Box::new(sequence)))?;
    Ok(())
}

/// Copies keys and indexes where they are wanted, under names of the new table.
pub(super) fn take_indexes(work: &mut Work<'_>, table: &ObjectName, copied: &[Copied<'_>]) -> Result<(), Conflict> {
    for one in copied.iter().filter(|one| one.like.including.contains(&LikeOption::Indexes)) {
        let Ok(source) = work.table(&one.source).cloned() else { continue };
        for key in source.constraints().filter(Constraint::has_index) {
            let name = constraint::automatic_name(work, table, &key);
            constraint::place_key(work, table, key.with_name(Some(name)))?;
        }
        for from in &source.indexes {
            let name = index::automatic_name(work, table, from);
            let index = Box::new(Index { name, ..from.clone() });
            work.change(Change::CreateIndex { table: table.clone(), index })?;
        }
    }
    Ok(())
}
