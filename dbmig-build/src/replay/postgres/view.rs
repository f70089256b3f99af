//! Views.

use crate::replay::conflict::Conflict;
use crate::schema::{Change, View};
use crate::sql::syntax::postgres::{CreateView, Persistence};

use super::resolve::Relation;
use super::work::Work;

pub(super) fn create_view(work: &mut Work<'_>, create: &CreateView) -> Result<(), Conflict> {
    let name = work.new_name(&create.name, create.persistence == Persistence::Temporary)?;
    let existing = work.relation(&name);
    if create.if_not_exists && existing.is_some() {
        return Ok(());
    }
    let view = View { materialized: create.materialized, ..View::new(name.clone(), create.sql.clone()) };
    if create.or_replace && existing == Some(Relation::View) {
        let from = work.catalog(&name).schema().views.get(&name).cloned();
        if let Some(from) = from.filter(|from| *from != view) {
            work.change(Change::DropView(from))?;
            work.change(Change::CreateView(view))?;
        }
        return Ok(());
    }
    work.free_relation(&name, &create.name.span, true)?;
    work.change(Change::CreateView(view))?;
    Ok(())
}
