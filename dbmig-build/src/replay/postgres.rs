//! What PostgreSQL's statements do.

mod alter_column;
mod alter_table;
mod block;
mod column;
mod constraint;
mod create_table;
mod domain;
mod drop;
mod index;
mod inherit;
mod like;
mod names;
mod remade;
mod rename;
mod resolve;
mod routine;
mod schema;
mod select;
mod sequence;
mod session;
mod trigger;
mod types;
mod unknown;
mod view;
mod work;

use super::conflict::Conflict;
use super::{Replay, Replayed, names_in};
use crate::schema::Change;
use crate::source::Span;
use crate::sql::syntax::Ident;
use crate::sql::syntax::postgres::{AlterTable, Statement};
pub(super) use session::Session;
pub(super) use unknown::would_make;
use work::Work;

/// Does what a statement does, all of it or nothing. What of it can't be read, though the rest can, is reported.
pub(super) fn run(replay: &mut Replay, one: &Statement, place: &Span, replayed: &mut Replayed) -> Result<(), Conflict> {
    let mut work = Work::new(replay);
    let start = work.mark();
    if let Err(conflict) = statement(&mut work, one) {
        work.undo(start);
        if !rest(&mut work, one, &conflict) {
            return Err(conflict);
        }
    }
    let reports = std::mem::take(&mut work.reports);
    let changes = work.finish();
    if let (Statement::AlterTable(alter), false) = (one, reports.is_empty()) {
        replay.unknown.unreadable(Some(alter.name.name.clone()), names_in(place, replay.backend));
    }
    replayed.diagnostics.extend(reports.iter().map(|report| replay.diagnostic(report, place)));
    replay.record(&changes, place);
    replayed.changes.extend(changes);
    Ok(())
}

/// Does those actions of an ALTER TABLE that can be done, where another can't after a fault that was reported. Whether
/// there are any.
fn rest(work: &mut Work<'_>, one: &Statement, conflict: &Conflict) -> bool {
    let Statement::AlterTable(alter) = one else { return false };
    if alter.actions.len() < 2 || !work.follows_from_fault(conflict) {
        return false;
    }
    for action in &alter.actions {
        let alone = Statement::AlterTable(AlterTable { actions: vec![action.clone()], ..alter.clone() });
        let start = work.mark();
        if let Err(conflict) = statement(work, &alone) {
            work.undo(start);
            if !work.follows_from_fault(&conflict) {
                work.reports.push(conflict);
            }
        }
    }
    true
}

/// A script begins: a revision of its own.
pub(super) fn begin(replay: &mut Replay) {
    replay.postgres.begin();
    let mut work = Work::new(replay);
    for name in std::mem::take(&mut work.session_mut().on_commit_drop) {
        if let Ok(table) = work.table(&name).cloned() {
            let dropped = work.change(Change::DropTable(Box::new(table)));
            debug_assert_eq!(dropped, Ok(()), "nothing but itself is in a temporary table's way");
        }
    }
}

fn statement(work: &mut Work<'_>, one: &Statement) -> Result<(), Conflict> {
    match one {
        Statement::CreateTable(create) => create_table::create_table(work, create),
        Statement::CreateTableAs(create) => create_table::create_table_as(work, create),
        Statement::CreateView(create) => view::create_view(work, create),
        Statement::CreateIndex(create) => index::create_index(work, create),
        Statement::AlterTable(alter) => alter_table::alter_table(work, alter),
        Statement::CreateType(create) => types::create_type(work, create),
        Statement::AlterType(alter) => types::alter_type(work, alter),
        Statement::CreateDomain(create) => domain::create_domain(work, create),
        Statement::AlterDomain(alter) => domain::alter_domain(work, alter),
        Statement::CreateSequence(create) => sequence::create_sequence(work, create),
        Statement::AlterSequence(alter) => sequence::alter_sequence(work, alter),
        Statement::CreateSchema(create) => schema::create_schema(work, create),
        Statement::RenameSchema { from, to } => schema::rename_schema(work, from, to),
        Statement::Comment(comment) => schema::comment(work, comment),
        Statement::Drop(syntax) => drop::drop(work, syntax),
        Statement::SearchPath(set) => {
            schema::search_path(work, set);
            Ok(())
        }
        Statement::CreateTrigger(create) => trigger::create_trigger(work, create),
        Statement::RenameTrigger(rename) => trigger::rename_trigger(work, rename),
        Statement::DropTrigger(drop) => trigger::drop_trigger(work, drop),
        // The types of extensions are names like any other.
        Statement::CreateExtension(_) | Statement::MoveExtension { .. } => Ok(()),
        Statement::CreateRoutine(create) => routine::create(work, create),
        Statement::Do(block) => block::do_block(work, block),
        Statement::Calls(calls) => routine::calls(work, calls, &block::Variables::new()),
        Statement::MoveRoutine { name, renamed, schema } => {
            let name_of = |ident: &Option<Ident>| ident.as_ref().map(|ident| ident.name.clone());
            routine::move_to(work, name, name_of(renamed).as_ref(), name_of(schema).as_ref());
            Ok(())
        }
        Statement::DropRoutines(drop) => trigger::drop_routines(work, drop),
        Statement::ResetAll(_) => {
            work.session_mut().search_path = None;
            Ok(())
        }
    }
}
