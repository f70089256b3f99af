//! Columns: what a definition makes, its sequence included.

use crate::replay::conflict::Conflict;
use crate::schema::{
    ApplyError, Autoincrement, Change, Column, ColumnType, Expression, Name, ObjectName, Past, Sequence,
};
use crate::sql::syntax::postgres::{Column as ColumnSyntax, Identity};

use super::resolve::Relation;
use super::sequence;
use super::work::Work;

/// A column of a table that is there; its sequence is made, its constraints aren't yet. One without a type has
/// `inherited`'s.
pub(super) fn column(
    work: &mut Work<'_>,
    table: &ObjectName,
    syntax: &ColumnSyntax,
    inherited: Option<&Column>,
) -> Result<Column, Conflict> {
    let name = &syntax.name.name;
    let mut column = match (&syntax.column_type, inherited) {
        (Some(column_type), _) => {
            let mut column = Column::new(name.clone(), work.column_type(column_type)?);
            if let Some(parent) = inherited {
                if parent.column_type.name != column.column_type.name {
                    let message = format!("column `{name}` has another type than the one that it inherits");
                    return Err(Conflict::refused(&column_type.span, message));
                }
                column = Column { inherited: false, ..parent.clone() };
            }
            column
        }
        (None, Some(parent)) => parent.clone(),
        (None, None) => return Err(Conflict::at(&syntax.span, ApplyError::NoColumn(table.clone(), name.clone()))),
    };
    if let Some(collation) = &syntax.collation {
        column.collation = Some(collation.name.clone());
    }
    if syntax.not_null.is_some() {
        column.nullable = false;
    }
    if let Some(default) = &syntax.default {
        column.default = Some(canonical_default(work, default)?);
    }
    if let Some(generated) = &syntax.generated {
        column.generated = Some(generated.clone());
    }
    if syntax.column_type.as_ref().is_some_and(|one| one.serial) {
        let sequence = owned_sequence(work, table, name, &column.column_type);
        column.nullable = false;
        column.default = Some(sequence.next_value());
        work.change(Change::CreateSequence(Box::new(sequence)))?;
    }
    if let Some(identity) = &syntax.identity {
        add_identity(work, table, &mut column, identity)?;
    }
    Ok(column)
}

/// Makes an identity column of a column, with its sequence.
pub(super) fn add_identity(
    work: &mut Work<'_>,
    table: &ObjectName,
    column: &mut Column,
    identity: &Identity,
) -> Result<(), Conflict> {
    column.nullable = false;
    column.autoincrement =
        if identity.always { Autoincrement::IdentityAlways } else { Autoincrement::IdentityByDefault };
    let sequence = owned_sequence(work, table, &column.name, &column.column_type);
    let mut sequence = Sequence { identity: Past(true), ..sequence };
    sequence::set_options(work, &mut sequence, &identity.options)?;
    work.change(Change::CreateSequence(Box::new(sequence)))?;
    Ok(())
}

/// The sequence of a serial or identity column.
pub(super) fn owned_sequence(work: &Work<'_>, table: &ObjectName, column: &Name, column_type: &ColumnType) -> Sequence {
    let name = work.relation_name(table, Some(column.as_str()), "seq");
    Sequence {
        data_type: column_type.clone(),
        owner: Some((table.clone(), column.clone())),
        ..Sequence::new(ObjectName { schema: table.schema.clone(), name })
    }
}

/// A default as PostgreSQL keeps it, where it is the next value of a sequence, which has to be there.
pub(super) fn canonical_default(work: &Work<'_>, default: &Expression) -> Result<Expression, Conflict> {
    let keys: Vec<&str> = default.tokens().iter().map(|token| &*token.key).collect();
    let (Some(["nextval", "(", literal]), Some(rest)) = (keys.get(..3), keys.get(3..)) else {
        return Ok(default.clone());
    };
    let text = literal.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    let casts =
        rest.strip_suffix(&[")"]).filter(|casts| casts.chunks(2).all(|cast| matches!(cast, ["::", "regclass"])));
    let ident = text.filter(|_| casts.is_some()).and_then(sequence::regclass);
    match ident.map(|ident| (work.find(&ident), ident)) {
        Some((Some((name, Relation::Sequence)), _)) => Ok(Sequence::new(name).next_value()),
        Some((None, ident)) => Err(ApplyError::NoSequence(work.unresolved(&ident)).into()),
        _ => Ok(default.clone()),
    }
}
