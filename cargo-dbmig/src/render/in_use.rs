//! What goes while a view or trigger that stays uses it.
//!
//! PostgreSQL refuses to drop it, SQLite refuses every ALTER from then on, MySQL says so when the view is used. Nobody
//! but a person knows what the view is to show instead, so nothing is rendered.

use std::collections::BTreeSet;

use dbmig_build::schema::{Change, Name, ObjectName, Schema, Table, mentions, uses_column, uses_table};

use super::RenderError;
use super::plan::Plan;
use super::text::column;

/// Refuses a way on which something goes that a view or trigger needs, as far as its text tells for sure.
pub(super) fn refuse(plan: &Plan<'_>) -> Result<(), RenderError> {
    let staying = staying(plan);
    if staying.is_empty() {
        return Ok(());
    }
    let dropped = plan.dropped();
    for one in staying.iter().filter(|one| dropped.iter().all(|table| one.owner != Some(&table.name))) {
        if let Some(table) = dropped.iter().find(|table| uses_table(one.sql, &table.name)) {
            return Err(in_use(table.name.to_string(), one));
        }
    }
    for origin in plan.origins.values() {
        let Some(table) = plan.before.tables.get(&origin.table) else { continue };
        let kept: BTreeSet<&Name> = origin.columns.values().collect();
        for gone in table.columns.iter().map(|one| &one.name).filter(|name| !kept.contains(name)) {
            let others = namesakes(&plan.before, table, gone);
            let uses = |one: &&User<'_>| {
                let is_own = one.owner == Some(&table.name);
                is_own && sets(one.sql, gone) || uses_column(one.sql, &table.name, gone, is_own, &others)
            };
            if let Some(user) = staying.iter().find(uses) {
                return Err(in_use(column(&table.name, gone), user));
            }
        }
    }
    Ok(())
}

/// Whether a trigger's function sets a column: that of Diesel's `diesel_manage_updated_at`, which every project may have.
fn sets(trigger: &str, column: &Name) -> bool {
    column.key() == "updated_at" && mentions(trigger, &column.renamed("diesel_set_updated_at"))
}

/// A view or trigger.
struct User<'a> {
    /// In words.
    what: String,
    /// The table that a trigger belongs to.
    owner: Option<&'a ObjectName>,
    sql: &'a str,
}

fn in_use(what: String, user: &User<'_>) -> RenderError {
    RenderError::InUse { what, user: user.what.clone() }
}

/// The views and triggers that are there before and aren't dropped.
fn staying<'a>(plan: &'a Plan<'_>) -> Vec<User<'a>> {
    let view_goes =
        |name: &ObjectName| plan.opaque.iter().any(|one| matches!(one, Change::DropView(view) if view.name == *name));
    let trigger_goes = |name: &Name| {
        plan.opaque.iter().any(|one| matches!(one, Change::DropTrigger { trigger, .. } if trigger.name == *name))
    };
    let views = plan.before.views.values().filter(|view| !view_goes(&view.name));
    let views = views.map(|view| User { what: format!("view `{}`", view.name), owner: None, sql: &view.sql });
    let tables = plan.before.tables.values();
    let triggers = tables.flat_map(|table| table.triggers.iter().map(move |trigger| (&table.name, trigger)));
    let triggers = triggers.filter(|(_, trigger)| !trigger_goes(&trigger.name)).map(|(owner, trigger)| User {
        what: format!("trigger `{}`", trigger.name),
        owner: Some(owner),
        sql: &trigger.sql,
    });
    views.chain(triggers).collect()
}

/// The other tables that have a column of the name.
fn namesakes(schema: &Schema, table: &Table, name: &Name) -> Vec<Name> {
    let others = schema.tables.values().filter(|one| one.name != table.name && one.column(name).is_some());
    others.map(|one| one.name.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use dbmig::Backend;
    use dbmig_build::replay::Replay;
    use dbmig_build::source::Source;
    use dbmig_build::sql::split;

    use super::super::{Backfills, Options, render};

    const TABLES: &str = "CREATE TABLE users (id integer PRIMARY KEY, name text, bio text);
        CREATE TABLE posts (id integer PRIMARY KEY, name text, title text);
        CREATE VIEW names AS SELECT u.name, p.title FROM users u JOIN posts p ON p.id = u.id;";

    fn outcome(backend: Backend, change: &str) -> Result<(), String> {
        let mut chain = Replay::new(backend);
        chain.run(&split(&Source::new("up.sql", TABLES), backend));
        let before = chain.schema().clone();
        let changes = chain.run(&split(&Source::new("up.sql", change), backend)).changes;
        assert!(!changes.is_empty(), "{change}");
        let options = Options { backend, live: true, backfills: &Backfills::new() };
        render(&changes, &before, &options).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_goes_that_a_view_uses() {
        for backend in [Backend::Sqlite, Backend::Mysql] {
            for (change, what) in [
                ("ALTER TABLE users DROP COLUMN name", "users.name"),
                ("ALTER TABLE posts DROP COLUMN title", "posts.title"),
                ("DROP TABLE posts", "posts"),
            ] {
                let message = format!("`{what}` is dropped, but the view `names` uses it");
                assert_eq!(outcome(backend, change), Err(message), "{backend} {change}");
            }
        }
        for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
            for change in ["ALTER TABLE posts DROP COLUMN name", "ALTER TABLE users DROP COLUMN bio"] {
                assert_eq!(outcome(backend, change), Ok(()), "{backend} {change}");
            }
            let managed = "CREATE TRIGGER set_updated_at BEFORE UPDATE ON managed FOR EACH ROW EXECUTE PROCEDURE \
                           diesel_set_updated_at();";
            if backend == Backend::Postgres {
                let mut chain = Replay::new(backend);
                let table = "CREATE TABLE managed (id integer PRIMARY KEY, updated_at timestamp, seen timestamp);";
                chain.run(&split(&Source::new("up.sql", format!("{table}{managed}")), backend));
                let before = chain.schema().clone();
                let drop = "ALTER TABLE managed DROP COLUMN updated_at";
                let changes = chain.run(&split(&Source::new("up.sql", drop), backend)).changes;
                let options = Options { backend, live: true, backfills: &Backfills::new() };
                let error = render(&changes, &before, &options).expect_err("it is set").to_string();
                assert_eq!(error, "`managed.updated_at` is dropped, but the trigger `set_updated_at` uses it");
            }
            let both = "DROP VIEW names; ALTER TABLE posts DROP COLUMN title; DROP TABLE users";
            assert_eq!(outcome(backend, both), Ok(()), "{backend}");
        }
    }
}
