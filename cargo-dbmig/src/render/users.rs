//! Which views and triggers mention what: their texts are read once, however many tables change.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{Name, ObjectName, Schema, Table, mentioned};

/// The views and triggers of a schema, and what they mention.
pub(super) struct Users {
    users: Vec<User>,
    by_name: BTreeMap<Name, Vec<usize>>,
}

struct User {
    /// In words, for people.
    what: String,
    /// The table that a trigger belongs to.
    owner: Option<ObjectName>,
    names: BTreeSet<Name>,
}

impl Users {
    pub(super) fn of(schema: &Schema) -> Users {
        let views = schema.views.values().map(|view| User {
            what: format!("view `{}`", view.name),
            owner: None,
            names: mentioned(&view.sql, &view.name.name),
        });
        let triggers = schema.tables.values().flat_map(|table| {
            table.triggers.iter().map(|trigger| User {
                what: format!("trigger `{}`", trigger.name),
                owner: Some(table.name.clone()),
                names: mentioned(&trigger.sql, &trigger.name),
            })
        });
        let users: Vec<User> = views.chain(triggers).collect();
        let mut by_name: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        for (at, user) in users.iter().enumerate() {
            for name in &user.names {
                by_name.entry(name.clone()).or_default().push(at);
            }
        }
        Users { users, by_name }
    }

    /// The views, and the triggers of other tables, that mention a table.
    pub(super) fn of_table(&self, table: &Table) -> impl Iterator<Item = &str> {
        let others = self.all_of(table).filter(|user| user.owner.as_ref() != Some(&table.name));
        others.map(|user| user.what.as_str())
    }

    /// What is said of a table that is dropped: what is lost, and what mentions it.
    pub(super) fn told_of_drop(&self, table: &Table) -> Vec<String> {
        let name = &table.name;
        let mention = |what: &str| format!("{what} mentions `{name}`, which is dropped: it won't work any more");
        let lost = format!("`{name}` is dropped with all its rows; down.sql brings it back empty");
        std::iter::once(lost).chain(self.of_table(table).map(mention)).collect()
    }

    /// The views and triggers that mention a table and one of its columns.
    pub(super) fn of_column(&self, table: &Table, column: &Name) -> impl Iterator<Item = &str> {
        self.all_of(table).filter(|user| user.names.contains(column)).map(|user| user.what.as_str())
    }

    fn all_of(&self, table: &Table) -> impl Iterator<Item = &User> {
        let places = self.by_name.get(&table.name.name).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.users.get(*at))
    }
}
