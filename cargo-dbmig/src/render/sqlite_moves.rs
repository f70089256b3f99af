//! Which columns of a SQLite table come, go and get other names.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Change, Name, Schema, Table, apply, aside, rename_order};

use super::RenderError;
use super::plan::Origin;

/// Which columns come, go and get other names.
pub(super) struct Moves {
    pub(super) dropped: Vec<Name>,
    pub(super) added: Vec<Name>,
    /// Columns that go and hold a name that another column gets.
    pub(super) away: Vec<(Name, Name)>,
    /// In an order that works when those are out of the way.
    pub(super) renames: Vec<(Name, Name)>,
}

impl Moves {
    pub(super) fn new(present: &Table, after: &Table, origin: &Origin) -> Moves {
        let kept: BTreeSet<&Name> = origin.columns.values().collect();
        let names = |table: &Table| table.columns.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let dropped: Vec<Name> = names(present).into_iter().filter(|name| !kept.contains(name)).collect();
        let added: Vec<Name> = names(after).into_iter().filter(|name| !origin.columns.contains_key(name)).collect();
        // A change of case alone is a rename too, so names are compared as they are written.
        let written = |table: &Table, name: &Name| table.column(name).map(|column| column.name.clone());
        let moves: BTreeMap<Name, Name> = (origin.columns.iter())
            .filter_map(|(to, from)| Some((written(present, from)?, written(after, to)?)))
            .filter(|(from, to)| from.as_str() != to.as_str())
            .collect();
        let wanted: BTreeSet<&Name> = moves.values().chain(&added).collect();
        let in_the_way = dropped.iter().filter(|name| wanted.contains(name));
        let away = in_the_way.map(|name| (name.clone(), parked(name))).collect();
        Moves { away, renames: rename_order(moves, aside), dropped, added }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.dropped.is_empty() && self.added.is_empty() && self.renames.is_empty()
    }
}

/// A name for a column that goes, while another one takes its name.
fn parked(name: &Name) -> Name {
    name.renamed(&format!("__dbmig_old_{name}"))
}

/// The table with its columns renamed.
pub(super) fn renamed<'a>(
    table: &Table,
    renames: impl IntoIterator<Item = &'a (Name, Name)>,
) -> Result<Table, RenderError> {
    let mut alone = Schema::default();
    alone.tables.insert(table.name.clone(), table.clone());
    for (from, to) in renames {
        let (from, to) = (from.clone(), to.clone());
        apply(&Change::RenameColumn { table: table.name.clone(), from, to }, &mut alone)?;
    }
    Ok(alone.tables.remove(&table.name).unwrap_or_else(|| table.clone()))
}
