//! Programs that are followed step by step.

use crate::replay::{Replay, Replayed};
use crate::schema::{Constraint, ObjectName};
use crate::sql::split_part;
use crate::sql::syntax::mysql::{Catalogue, Condition, Step};

/// Replays the statements of a program, those that its conditions let run.
pub(super) fn run(replay: &mut Replay, steps: &[Step], replayed: &mut Replayed) {
    for step in steps {
        match step {
            Step::Statement(place) => {
                let script = split_part(place, replay.backend);
                script.statements.iter().for_each(|statement| replay.statement(statement, replayed));
            }
            Step::If { condition, then, otherwise } => {
                let branch = if holds(replay, condition) { then } else { otherwise };
                run(replay, branch, replayed);
            }
        }
    }
}

fn holds(replay: &Replay, condition: &Condition) -> bool {
    let schema = replay.catalog.schema();
    let name = ObjectName::unqualified(condition.table.clone());
    let table = schema.tables.get(&name);
    let is_there = match (&condition.object, condition.catalogue) {
        (None, _) | (_, Catalogue::Tables) => table.is_some() || schema.views.contains_key(&name),
        (Some(column), Catalogue::Columns) => table.is_some_and(|table| table.column(column).is_some()),
        (Some(index), Catalogue::Indexes) => table.is_some_and(|table| {
            super::key::has_key(table, index) || (index.key() == "primary" && table.primary_key.is_some())
        }),
        (Some(constraint), Catalogue::Constraints) => table.is_some_and(|table| {
            table.constraints().any(|one| match one {
                Constraint::PrimaryKey(_) => constraint.key() == "primary",
                other => other.name() == Some(constraint),
            })
        }),
    };
    is_there != condition.negated
}
