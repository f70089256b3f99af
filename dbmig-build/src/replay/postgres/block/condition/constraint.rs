//! Whether a constraint is there that is of a kind, of certain columns, or defined in a certain way.

use dbmig::Backend;

use super::Asked;
use crate::replay::postgres::block::text::elements;
use crate::replay::postgres::work::Work;
use crate::schema::{Constraint, Deferrable, IndexColumn, Name, ObjectName, Table};

/// Whether any object of a name, in the schemas that are meant, is such a one.
type Any<'a> = dyn Fn(&str, &dyn Fn(&ObjectName) -> bool) -> bool + 'a;

pub(super) fn is_there(work: &Work<'_>, asked: &Asked<'_>, schemas: &[Option<Name>], any: &Any<'_>) -> Option<bool> {
    let tables = &work.permanent().schema().tables;
    let mut meant: Vec<&Table> = Vec::new();
    match asked.table {
        Some(table) => {
            let names = std::cell::RefCell::new(Vec::new());
            any(table, &|name| {
                names.borrow_mut().push(name.clone());
                false
            });
            meant.extend(names.into_inner().iter().filter_map(|name| tables.get(name)));
        }
        None => {
            let wanted = Name::new(asked.name?, Backend::Postgres);
            for schema in schemas {
                meant.extend(work.permanent().constrained(schema.as_ref(), &wanted));
            }
        }
    }
    let mut unknown = false;
    for table in meant {
        for constraint in table.constraints() {
            match fits(work, table, &constraint, asked) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
    }
    // `information_schema` lists a check for each column that is NOT NULL.
    let of_not_null = asked.name.is_none() && asked.kind.is_none_or(|kind| kind == "CHECK");
    (!unknown && !of_not_null).then_some(false)
}

fn fits(work: &Work<'_>, table: &Table, constraint: &Constraint, asked: &Asked<'_>) -> Option<bool> {
    let named = asked.name.is_none_or(|name| constraint.name().is_some_and(|own| own.as_str() == name));
    let (letter, words) = match constraint {
        Constraint::PrimaryKey(_) => ("p", "PRIMARY KEY"),
        Constraint::Unique(_) => ("u", "UNIQUE"),
        Constraint::ForeignKey(_) => ("f", "FOREIGN KEY"),
        Constraint::Check(_) => ("c", "CHECK"),
        _ => ("x", ""),
    };
    if !named || asked.kind.is_some_and(|kind| kind != letter && kind != words) {
        return Some(false);
    }
    if let Some(wanted) = asked.columns {
        let number = |name: &&Name| Some(work.attribute(table, name)?.to_string());
        if columns(constraint)?.iter().map(number).collect::<Option<Vec<String>>>()? != elements(wanted)? {
            return Some(false);
        }
    }
    match asked.definition {
        None => Some(true),
        Some(wanted) if !wanted.starts_with("PRIMARY KEY (") && !wanted.starts_with("UNIQUE (") => None,
        Some(wanted) if !wanted.starts_with(words) => Some(false),
        Some(wanted) => {
            let columns = columns(constraint)?;
            let names: Vec<String> = columns.iter().map(|name| name.sql()).collect();
            // What stands behind the columns isn't written here.
            let begins = format!("{words} ({})", names.join(", "));
            if wanted == begins { is_plain(constraint).then_some(true) } else { Some(false) }
        }
    }
}

fn is_plain(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::PrimaryKey(key) => key.include.is_empty() && key.deferrable == Deferrable::No,
        Constraint::Unique(unique) => {
            unique.include.is_empty() && unique.deferrable == Deferrable::No && !unique.nulls_not_distinct
        }
        _ => false,
    }
}

/// The columns that a constraint lists.
fn columns(constraint: &Constraint) -> Option<Vec<&Name>> {
    let columns = match constraint {
        Constraint::PrimaryKey(key) => &key.columns,
        Constraint::Unique(unique) => &unique.columns,
        Constraint::ForeignKey(key) => return Some(key.columns.iter().collect()),
        _ => return None,
    };
    columns.iter().map(IndexColumn::name).collect()
}
