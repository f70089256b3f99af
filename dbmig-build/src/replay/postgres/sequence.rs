//! Sequences.

use dbmig::Backend;

use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Autoincrement, Change, ColumnType, Name, ObjectName, Sequence};
use crate::source::Source;
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{AlterSequence, CreateSequence, SequenceOption};

use super::resolve::{Relation, schema_name};
use super::work::Work;

pub(super) fn create_sequence(work: &mut Work<'_>, create: &CreateSequence) -> Result<(), Conflict> {
    let name = work.new_name(&create.name, create.temporary)?;
    if create.if_not_exists && work.has_relation(&name) {
        return Ok(());
    }
    work.free_relation(&name, &create.name.span, true)?;
    let mut sequence = Sequence::new(name);
    set_options(work, &mut sequence, &create.options)?;
    work.change(Change::CreateSequence(Box::new(sequence)))?;
    Ok(())
}

pub(super) fn alter_sequence(work: &mut Work<'_>, alter: &AlterSequence) -> Result<(), Conflict> {
    let name = match work.find(&alter.name) {
        Some((name, Relation::Sequence)) => name,
        Some((name, other)) => {
            let message = format!("`{name}` is a {}, not a sequence", other.noun());
            return Err(Conflict::refused(&alter.name.span, message));
        }
        None if alter.if_exists => return Ok(()),
        None => return Err(Conflict::at(&alter.name.span, ApplyError::NoSequence(work.unresolved(&alter.name)))),
    };
    alter_named(work, &name, &alter.options)
}

/// Alters a sequence that is there.
pub(super) fn alter_named(work: &mut Work<'_>, name: &ObjectName, options: &[SequenceOption]) -> Result<(), Conflict> {
    let Some(from) = work.catalog(name).schema().sequences.get(name).cloned() else { return Ok(()) };
    let mut to = from.clone();
    set_options(work, &mut to, options)?;
    if from != to {
        work.change(Change::AlterSequence { from: Box::new(from), to: Box::new(to) })?;
    }
    Ok(())
}

/// Sets what options state. A bound that is the type's own is none.
pub(super) fn set_options(
    work: &Work<'_>,
    sequence: &mut Sequence,
    options: &[SequenceOption],
) -> Result<(), Conflict> {
    for option in options {
        match option {
            SequenceOption::Type(column_type) => sequence.data_type = column_type.clone(),
            SequenceOption::Increment(step) => sequence.increment = *step,
            SequenceOption::Minimum(minimum) => sequence.minimum = *minimum,
            SequenceOption::Maximum(maximum) => sequence.maximum = *maximum,
            SequenceOption::Start(start) => sequence.start = Some(*start),
            SequenceOption::Restart(_) => {}
            SequenceOption::Cache(count) => sequence.cache = *count,
            SequenceOption::Cycle(cycles) => sequence.cycle = *cycles,
            SequenceOption::OwnedBy(None) => sequence.owner = None,
            SequenceOption::OwnedBy(Some((table, column))) => {
                let table = work.find_table(table)?;
                if work.table(&table)?.column(&column.name).is_none() {
                    return Err(Conflict::at(&column.span, ApplyError::NoColumn(table, column.name.clone())));
                }
                sequence.owner = Some((table, column.name.clone()));
            }
            SequenceOption::Name(name) => {
                let schema = match &name.schema {
                    Some(schema) => schema_name(schema),
                    None => sequence.name.schema.clone(),
                };
                sequence.name = ObjectName { schema, name: name.name.clone() };
            }
        }
    }
    without_defaults(sequence);
    Ok(())
}

fn without_defaults(sequence: &mut Sequence) {
    let (least, greatest) = bounds(&sequence.data_type);
    let ascends = sequence.increment > 0;
    let (minimum, maximum) = if ascends { (1, greatest) } else { (least, -1) };
    sequence.minimum = sequence.minimum.filter(|one| *one != minimum);
    sequence.maximum = sequence.maximum.filter(|one| *one != maximum);
    let first = if ascends { sequence.minimum.unwrap_or(minimum) } else { sequence.maximum.unwrap_or(maximum) };
    sequence.start = sequence.start.filter(|start| *start != first);
}

/// Makes a `bigint` of a sequence within the bounds that it had: what a copy of it is, since PostgreSQL copies the
/// options, but not the type.
pub(super) fn widen(sequence: &mut Sequence) {
    let (least, greatest) = bounds(&sequence.data_type);
    if sequence.increment > 0 {
        sequence.maximum = sequence.maximum.or(Some(greatest));
    } else {
        sequence.minimum = sequence.minimum.or(Some(least));
    }
    sequence.data_type = ColumnType::plain("bigint");
    without_defaults(sequence);
}

fn bounds(data_type: &ColumnType) -> (i64, i64) {
    match data_type.name.as_str() {
        "smallint" => (i16::MIN.into(), i16::MAX.into()),
        "integer" => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    }
}

/// The name in a text that is cast to `regclass`: `users`, `"Users"`, `app.users`.
pub(super) fn regclass(text: &str) -> Option<ObjectIdent> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, behind) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (inner, behind) = quoted.split_once('"')?;
                (inner.to_owned(), behind)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest.get(..end)?.to_lowercase(), rest.get(end..)?)
            }
        };
        parts.push(Name::new(&part, Backend::Postgres));
        match behind.strip_prefix('.') {
            Some(more) => rest = more,
            None if behind.is_empty() => break,
            None => return None,
        }
    }
    let name = parts.pop()?;
    Some(ObjectIdent { schema: parts.pop(), name, span: Source::new("", text).start() })
}

/// The sequence of an identity or serial column.
pub(super) fn of_column(work: &Work<'_>, table: &ObjectName, column: &Name) -> Vec<ObjectName> {
    let owned = work.catalog(table).owned_sequences(table);
    let of_it = owned.filter(|one| one.owner.as_ref().is_some_and(|(_, owner)| owner == column));
    of_it.map(|one| one.name.clone()).collect()
}

/// The sequence that gives an identity column its values, which may own others.
pub(super) fn of_identity(work: &Work<'_>, table: &ObjectName, column: &Name) -> Vec<ObjectName> {
    let mut own = of_column(work, table, column);
    let all = &work.catalog(table).schema().sequences;
    let gives = |name: &ObjectName| all.get(name).is_some_and(|one| one.identity.0);
    if own.iter().any(gives) {
        own.retain(gives);
    }
    own
}

/// Whether a sequence makes the values of an identity column.
pub(super) fn is_identity(work: &Work<'_>, sequence: &Sequence) -> bool {
    let Some((table, column)) = &sequence.owner else { return false };
    let others = || of_identity(work, table, column).contains(&sequence.name);
    let own = work.table(table).ok().and_then(|table| table.column(column));
    own.is_some_and(|column| {
        matches!(column.autoincrement, Autoincrement::IdentityAlways | Autoincrement::IdentityByDefault) && others()
    })
}
