//! What SQLite's statements do.

mod alter_table;
mod create_table;
mod virtual_table;

use super::Replay;
use super::conflict::Conflict;
use super::lower::key_columns;
use crate::schema::{ApplyError, Catalog, Change, Index, Name, ObjectName, Table, Trigger, View};
use crate::sql::syntax::{CreateIndex, CreateTrigger, CreateView, Drop, ObjectIdent, ObjectKind, Syntax};

/// The changes that a statement makes; what it does to the connection is done at once.
pub(super) fn effect(replay: &mut Replay, syntax: &Syntax) -> Result<Vec<Change>, Conflict> {
    match syntax {
        Syntax::CreateTable(create) => create_table::create_table(replay, create),
        Syntax::CreateVirtualTable(create) => virtual_table::create_virtual_table(replay, create),
        Syntax::AlterTable(alter) => alter_table::alter_table(replay, alter),
        Syntax::CreateIndex(create) => create_index(replay, create),
        Syntax::CreateView(create) => create_view(replay, create),
        Syntax::CreateTrigger(create) => create_trigger(replay, create),
        Syntax::Drop(drop) => match drop.kind {
            ObjectKind::Table => drop_table(replay, drop),
            ObjectKind::Index => drop_index(replay, drop),
            ObjectKind::View => drop_view(replay, drop),
            ObjectKind::Trigger => drop_trigger(replay, drop),
        },
        Syntax::Setting { name, value } => {
            if name == "legacy_alter_table" {
                replay.legacy_alter_table = matches!(value.as_str(), "on" | "yes" | "true" | "1");
            }
            Ok(Vec::new())
        }
        Syntax::Mysql(_) | Syntax::Postgres(_) | Syntax::Opaque => Ok(Vec::new()),
    }
}

/// One of the databases of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Database {
    Main,
    Temporary,
}

impl Replay {
    fn database(&self, database: Database) -> &Catalog {
        match database {
            Database::Main => &self.catalog,
            Database::Temporary => &self.temporary,
        }
    }

    /// The changes of the schema; those of temporary objects are applied at once and are none.
    fn changes(&mut self, database: Database, changes: Vec<Change>) -> Result<Vec<Change>, Conflict> {
        match database {
            Database::Main => Ok(changes),
            Database::Temporary => {
                changes.iter().try_for_each(|change| self.temporary.apply(change))?;
                Ok(Vec::new())
            }
        }
    }
}

/// Where a new object goes.
fn new_place(name: &ObjectIdent, temporary: bool) -> Result<Database, Conflict> {
    match name.schema.as_ref().map(Name::key) {
        Some("temp") => Ok(Database::Temporary),
        None | Some("main") => Ok(if temporary { Database::Temporary } else { Database::Main }),
        Some(_) => Err(attached(name)),
    }
}

/// Where the table or view of this name is; temporary ones hide others.
fn find(replay: &Replay, ident: &ObjectIdent) -> Result<Database, Conflict> {
    let name = object(&ident.name);
    let temporary = replay.temporary.schema();
    match ident.schema.as_ref().map(Name::key) {
        Some("temp") => Ok(Database::Temporary),
        Some("main") => Ok(Database::Main),
        Some(_) => Err(attached(ident)),
        None if temporary.tables.contains_key(&name) || temporary.views.contains_key(&name) => Ok(Database::Temporary),
        None => Ok(Database::Main),
    }
}

fn attached(name: &ObjectIdent) -> Conflict {
    let message = format!("`{}` is in a database of its own, which dbmig doesn't follow", name.span.text());
    Conflict::unreadable(&name.span, message)
}

fn object(name: &Name) -> ObjectName {
    ObjectName::unqualified(name.clone())
}

fn table<'a>(catalog: &'a Catalog, ident: &ObjectIdent) -> Result<&'a Table, Conflict> {
    let name = object(&ident.name);
    catalog.schema().tables.get(&name).ok_or_else(|| Conflict::at(&ident.span, ApplyError::NoTable(name)))
}

/// Tables, views and indexes share their names.
fn name_is_free(catalog: &Catalog, ident: &ObjectIdent) -> Result<(), Conflict> {
    let name = object(&ident.name);
    if catalog.schema().tables.contains_key(&name) || catalog.schema().views.contains_key(&name) {
        return Err(Conflict::at(&ident.span, ApplyError::Exists(name)));
    }
    if catalog.find_index(None, &ident.name).is_some() {
        return Err(Conflict::at(&ident.span, ApplyError::IndexExists(ident.name.clone())));
    }
    Ok(())
}

fn create_index(replay: &mut Replay, create: &CreateIndex) -> Result<Vec<Change>, Conflict> {
    // The table is in the database of the index, if one is named.
    let ident = ObjectIdent {
        schema: create.name.schema.clone(),
        name: create.table.name.clone(),
        span: create.table.span.clone(),
    };
    let database = find(replay, &ident)?;
    let catalog = replay.database(database);
    if create.if_not_exists && catalog.find_index(None, &create.name.name).is_some() {
        return Ok(Vec::new());
    }
    let owner = table(catalog, &ident)?;
    name_is_free(catalog, &create.name)?;
    if !owner.columns.is_empty() {
        key_columns(owner, &create.columns)?;
    }
    let index = Index {
        unique: create.unique,
        predicate: create.predicate.clone(),
        ..Index::new(create.name.name.clone(), create.columns.iter().map(|key| key.column.clone()).collect())
    };
    let change = Change::CreateIndex { table: owner.name.clone(), index: Box::new(index) };
    replay.changes(database, vec![change])
}

fn create_view(replay: &mut Replay, create: &CreateView) -> Result<Vec<Change>, Conflict> {
    let database = new_place(&create.name, create.temporary)?;
    let catalog = replay.database(database);
    let name = object(&create.name.name);
    let exists = catalog.schema().views.contains_key(&name) || catalog.schema().tables.contains_key(&name);
    if create.if_not_exists && exists {
        return Ok(Vec::new());
    }
    name_is_free(catalog, &create.name)?;
    replay.changes(database, vec![Change::CreateView(View::new(name, create.sql.clone()))])
}

fn create_trigger(replay: &mut Replay, create: &CreateTrigger) -> Result<Vec<Change>, Conflict> {
    let name = &create.name.name;
    let exists = find_trigger(&replay.catalog, name).is_some() || replay.loose_triggers.contains(name);
    if create.if_not_exists && exists {
        return Ok(Vec::new());
    }
    let ident = ObjectIdent { schema: create.table.schema.clone(), ..create.table.clone() };
    let database = find(replay, &ident)?;
    let temporary = new_place(&create.name, create.temporary)? == Database::Temporary;
    let is_view = replay.database(database).schema().views.contains_key(&object(&ident.name));
    if temporary || database == Database::Temporary || is_view {
        replay.loose_triggers.insert(name.clone());
        return Ok(Vec::new());
    }
    let owner = table(&replay.catalog, &ident)?.name.clone();
    if let Some(other) = find_trigger(&replay.catalog, name) {
        let error = ApplyError::TriggerExists(other.name.clone(), name.clone());
        return Err(Conflict::at(&create.name.span, error));
    }
    let trigger = Trigger { name: name.clone(), sql: create.sql.clone() };
    Ok(vec![Change::CreateTrigger { table: owner, trigger }])
}

/// The table of a trigger; SQLite's names of triggers are unique in a database.
fn find_trigger<'a>(catalog: &'a Catalog, name: &Name) -> Option<&'a Table> {
    catalog.triggered().find(|table| table.triggers.iter().any(|trigger| trigger.name == *name))
}

fn drop_table(replay: &mut Replay, drop: &Drop) -> Result<Vec<Change>, Conflict> {
    let database = find(replay, &drop.name)?;
    let catalog = replay.database(database);
    let name = object(&drop.name.name);
    let Some(table) = catalog.schema().tables.get(&name) else {
        if catalog.schema().views.contains_key(&name) {
            return Err(Conflict::refused(&drop.name.span, format!("`{name}` is a view: it goes by DROP VIEW")));
        }
        return missing(drop);
    };
    let shadows = virtual_table::shadows(table, catalog);
    let gone = shadows.into_iter().chain([table]).map(|table| Change::DropTable(Box::new(table.clone())));
    let changes = gone.collect();
    replay.changes(database, changes)
}

fn drop_index(replay: &mut Replay, drop: &Drop) -> Result<Vec<Change>, Conflict> {
    let databases = match drop.name.schema.as_ref().map(Name::key) {
        None => [Database::Temporary, Database::Main].as_slice(),
        Some("main") => &[Database::Main],
        Some("temp") => &[Database::Temporary],
        Some(_) => return Err(attached(&drop.name)),
    };
    for &database in databases {
        if let Some((table, index)) = replay.database(database).find_index(None, &drop.name.name) {
            let change = Change::DropIndex { table: table.name.clone(), index: Box::new(index.clone()) };
            return replay.changes(database, vec![change]);
        }
    }
    missing(drop)
}

fn drop_view(replay: &mut Replay, drop: &Drop) -> Result<Vec<Change>, Conflict> {
    let database = find(replay, &drop.name)?;
    let name = object(&drop.name.name);
    match replay.database(database).schema().views.get(&name).cloned() {
        Some(view) => replay.changes(database, vec![Change::DropView(view)]),
        None => missing(drop),
    }
}

fn drop_trigger(replay: &mut Replay, drop: &Drop) -> Result<Vec<Change>, Conflict> {
    let name = &drop.name.name;
    if replay.loose_triggers.remove(name) {
        return Ok(Vec::new());
    }
    let Some(table) = find_trigger(&replay.catalog, name) else { return missing(drop) };
    let trigger = table.triggers.iter().find(|trigger| trigger.name == *name).cloned();
    let change = trigger.map(|trigger| Change::DropTrigger { table: table.name.clone(), trigger });
    Ok(change.into_iter().collect())
}

fn missing(drop: &Drop) -> Result<Vec<Change>, Conflict> {
    if drop.if_exists {
        return Ok(Vec::new());
    }
    Err(Conflict::missing(&drop.name.span, drop.kind, &drop.name.name))
}
