//! Expressions that were made when their columns had other types. PostgreSQL prints such an expression when a column
//! gets another type, casts included, and makes it anew of that: `a > 0.5` on a column that was `real` stays
//! `(a)::double precision > (0.5)::double precision`. A default isn't made anew: it stays as it was printed first.

use dbmig_build::schema::{Column, ColumnType, Expression, Name, Schema, Table};
use diesel::QueryResult;

use super::places::{self, Kind, Place};
use super::{Keeps, Question, Role, Scene, Side};

/// How many changes of types are looked at, the last ones.
const STEPS: usize = 6;

/// What an expression is if it was made before some changes of types.
struct Way {
    place: Place,
    /// The columns that it mentions, and the types that they had, one time after the other; the last ones are today's.
    times: Vec<Vec<(Name, ColumnType)>>,
    form: Expression,
}

/// Learns what the open expressions are if they are older than the types of their columns.
pub(super) fn learn<C: Keeps>(connection: &mut C, side: &mut Side, schema: &Schema) -> QueryResult<()> {
    let mut ways: Vec<Way> = side.open.iter().flat_map(|(place, forms)| ways(schema, place, forms)).collect();
    while !ways.is_empty() {
        let mut scenes = Vec::new();
        let mut questions = Vec::new();
        let mut asked = Vec::new();
        for mut way in ways {
            let columns = if way.times.is_empty() { Vec::new() } else { way.times.remove(0) };
            let Some(role) = role(schema, &way.place, &columns) else { continue };
            questions.push(Question { scene: scenes.len(), role, expression: way.form.clone() });
            scenes.push(Scene { name: way.place.owner.name.clone(), columns, view: None });
            asked.push(way);
        }
        let answers = connection.kept(&scenes, &questions)?;
        let mut next = Vec::new();
        for (mut way, answer) in asked.into_iter().zip(answers) {
            let Some(form) = answer else { continue };
            way.form = form;
            if way.times.is_empty() {
                side.open.entry(way.place).or_default().push(way.form);
            } else {
                next.push(way);
            }
        }
        ways = next;
    }
    Ok(())
}

/// The ways on which an expression may have become what it is, one for each time when it may have been made.
fn ways(schema: &Schema, place: &Place, forms: &[Expression]) -> Vec<Way> {
    let (Some(table), Some(form)) = (schema.tables.get(&place.owner), forms.first()) else { return Vec::new() };
    let own = match &place.kind {
        Kind::Default(column) => Some(column),
        Kind::Check | Kind::Key | Kind::Predicate => None,
        Kind::Generated(_) | Kind::DomainDefault | Kind::DomainCheck => return Vec::new(),
    };
    let concerned = |column: &Name| own.map_or_else(|| form.mentions(column), |own| own == column);
    let times = times(table, concerned);
    let is_default = own.is_some();
    let from = |start: usize| {
        let mut times = times.get(start..)?.to_vec();
        if is_default {
            times.truncate(1);
        }
        Some(Way { place: place.clone(), times, form: form.clone() })
    };
    (0..times.len().saturating_sub(1)).filter_map(from).collect()
}

/// What types some of a table's columns had, from the first time on that is looked at to now.
fn times(table: &Table, concerned: impl Fn(&Name) -> bool) -> Vec<Vec<(Name, ColumnType)>> {
    let now = |column: &Column| (column.name.clone(), column.column_type.clone());
    let mut columns: Vec<_> = table.columns.iter().filter(|one| concerned(&one.name)).map(now).collect();
    let mut times = vec![columns.clone()];
    for one in table.retyped.0.iter().rev().filter(|one| concerned(&one.column)).take(STEPS) {
        for (_, of) in columns.iter_mut().filter(|(name, _)| *name == one.column) {
            *of = one.from.clone();
        }
        times.push(columns.clone());
    }
    times.reverse();
    times
}

/// What the expression is on its table at a time.
fn role(schema: &Schema, place: &Place, columns: &[(Name, ColumnType)]) -> Option<Role> {
    match &place.kind {
        Kind::Default(own) => {
            columns.iter().find(|(name, _)| name == own).map(|(_, column_type)| Role::Default(column_type.clone()))
        }
        _ => places::role(schema, place),
    }
}
