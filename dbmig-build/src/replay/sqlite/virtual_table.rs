//! Virtual tables, and the tables that FTS5 keeps its index in.

use super::{find, name_is_free, new_place, object};
use crate::replay::conflict::Conflict;
use crate::replay::{Replay, lower};
use crate::schema::{Catalog, Change, Column, ColumnType, Name, ObjectName, SHADOWS, Table};
use crate::source::Source;
use crate::sql::syntax::{CreateVirtualTable, Syntax, TableBody};
use crate::sql::{parse, split, unquote};

pub(super) fn create_virtual_table(replay: &mut Replay, create: &CreateVirtualTable) -> Result<Vec<Change>, Conflict> {
    let database = new_place(&create.name, false)?;
    if create.if_not_exists && find(replay, &create.name)? == database {
        let existing = replay.database(database).schema().tables.contains_key(&object(&create.name.name));
        if existing {
            return Ok(Vec::new());
        }
    }
    name_is_free(replay.database(database), &create.name)?;
    let mut table = Table::new(object(&create.name.name));
    table.options.virtual_module = Some(create.using.clone());
    let mut changes = Vec::new();
    if create.module == "fts5" {
        let options = Fts5::read(&create.arguments, &create.name.name);
        table.columns = options.columns.iter().map(|name| Column::new(name.clone(), ColumnType::default())).collect();
        let shadows = options.shadows(&create.name.name);
        changes.extend(shadows.into_iter().map(|table| Change::CreateTable(Box::new(table))));
    }
    changes.insert(0, Change::CreateTable(Box::new(table)));
    replay.changes(database, changes)
}

/// The tables that go with a virtual table.
pub(super) fn shadows<'a>(table: &Table, catalog: &'a Catalog) -> Vec<&'a Table> {
    if table.options.virtual_module.is_none() {
        return Vec::new();
    }
    let names = SHADOWS.iter().map(|suffix| shadow_name(&table.name, suffix));
    names.filter_map(|name| catalog.schema().tables.get(&name)).collect()
}

pub(super) fn shadow_name(table: &ObjectName, suffix: &str) -> ObjectName {
    object(&table.name.renamed(&format!("{}_{suffix}", table.name)))
}

/// What matters of FTS5's arguments. Source: <https://sqlite.org/fts5.html>.
struct Fts5 {
    columns: Vec<Name>,
    /// Whether it keeps the texts itself: without `content=…`.
    keeps_content: bool,
    /// Without `columnsize=0`.
    keeps_sizes: bool,
}

impl Fts5 {
    fn read(arguments: &[String], table: &Name) -> Fts5 {
        let mut read = Fts5 { columns: Vec::new(), keeps_content: true, keeps_sizes: true };
        for argument in arguments {
            let argument = argument.trim();
            match argument.split_once('=') {
                Some((option, value)) if !argument.starts_with(['"', '`', '[', '\'']) => {
                    match option.trim().to_ascii_lowercase().as_str() {
                        "content" => read.keeps_content = false,
                        "columnsize" => read.keeps_sizes = unquote(value.trim()) != "0",
                        _ => {}
                    }
                }
                _ => {
                    let name = Source::new("", argument);
                    let first = split(&name, dbmig::Backend::Sqlite);
                    let token = first.statements.first().and_then(|statement| statement.tokens().first());
                    let written = token.map_or(argument, |token| token.text(argument));
                    read.columns.push(table.renamed(&unquote(written)));
                }
            }
        }
        read
    }

    /// The tables as FTS5 itself creates them.
    fn shadows(&self, table: &Name) -> Vec<Table> {
        let columns: String = (0..self.columns.len()).map(|at| format!(", c{at}")).collect();
        let definition = |suffix: &str| match suffix {
            "data" => Some("(id INTEGER PRIMARY KEY, block BLOB)".to_owned()),
            "idx" => Some("(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID".to_owned()),
            "content" => self.keeps_content.then(|| format!("(id INTEGER PRIMARY KEY{columns})")),
            "docsize" => self.keeps_sizes.then(|| "(id INTEGER PRIMARY KEY, sz BLOB)".to_owned()),
            _ => Some("(k PRIMARY KEY, v) WITHOUT ROWID".to_owned()),
        };
        let shadow = |suffix: &&str| {
            let name = shadow_name(&object(table), suffix);
            let source = Source::new("", format!("CREATE TABLE x {}", definition(suffix)?));
            let script = split(&source, dbmig::Backend::Sqlite);
            let statement = script.statements.first()?;
            match parse(statement.tokens(), &source, dbmig::Backend::Sqlite) {
                Ok(Syntax::CreateTable(create)) => match create.body {
                    TableBody::Definition { columns, constraints, options } => {
                        lower::table(name, &columns, &constraints, options).ok()
                    }
                    TableBody::Select(_) => None,
                },
                _ => None,
            }
        };
        SHADOWS.iter().filter_map(shadow).collect()
    }
}
