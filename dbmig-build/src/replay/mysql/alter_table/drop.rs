//! What goes, and what goes with it.

use super::{Alteration, may_be_missing, without};
use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, Change, Check, Constraint, Name, PrimaryKey, Table, Unique};
use crate::source::Span;
use crate::sql::syntax::Ident;
use crate::sql::syntax::mysql::IfExists;

impl Alteration<'_> {
    /// A column goes out of the keys and indexes that have it; those that have no other go, and so do the checks of it
    /// alone. A foreign key keeps it.
    pub(super) fn drop_column(&mut self, ident: &Ident, if_exists: IfExists) -> Result<(), Conflict> {
        let name = &ident.name;
        if may_be_missing(if_exists) && self.table()?.column(name).is_none() {
            return Ok(());
        }
        let column = self.existing(ident)?.clone();
        let before = self.table()?.clone();
        let mut changes = Vec::new();
        let owner = &self.owner;
        let mut replace = |from: Constraint, to: Option<Constraint>| {
            changes.push(Change::DropConstraint { table: owner.clone(), constraint: from });
            changes.extend(to.map(|constraint| Change::AddConstraint { table: owner.clone(), constraint }));
        };
        let is_it = |part: &crate::schema::IndexColumn| part.name() == Some(name);
        if let Some(key) = before.primary_key.clone().filter(|key| key.columns.iter().any(is_it)) {
            let columns: Vec<_> = key.columns.iter().filter(|part| !is_it(part)).cloned().collect();
            let rest = (!columns.is_empty()).then(|| Constraint::PrimaryKey(PrimaryKey { columns, ..key.clone() }));
            replace(Constraint::PrimaryKey(key), rest);
        }
        for unique in before.uniques.iter().filter(|unique| unique.columns.iter().any(is_it)) {
            let columns: Vec<_> = unique.columns.iter().filter(|part| !is_it(part)).cloned().collect();
            let rest = (!columns.is_empty()).then(|| Constraint::Unique(Unique { columns, ..unique.clone() }));
            replace(Constraint::Unique(unique.clone()), rest);
        }
        let alone = |check: &&Check| {
            let mentioned = |one: &Name| check.expression.mentions(one);
            mentioned(name) && !before.columns.iter().any(|other| other.name != *name && mentioned(&other.name))
        };
        for check in before.checks.iter().filter(alone) {
            replace(Constraint::Check(check.clone()), None);
        }
        for index in before.indexes.iter().filter(|index| index.columns.iter().any(is_it)) {
            changes.push(Change::DropIndex { table: owner.clone(), index: Box::new(index.clone()) });
            let rest = without(index, name).map(Box::new);
            changes.extend(rest.map(|index| Change::CreateIndex { table: owner.clone(), index }));
        }
        for change in changes {
            self.make(change)?;
        }
        if let Some(user) = self.table()?.user_of_column(name) {
            let error = ApplyError::ColumnInUse(self.owner.clone(), name.clone(), user);
            return Err(Conflict::at(&ident.span, error));
        }
        self.make(Change::DropColumn { table: self.owner.clone(), column: Box::new(column) })
    }

    pub(super) fn drop_key(&mut self, ident: &Ident, if_exists: IfExists) -> Result<(), Conflict> {
        let table = self.table()?;
        let owner = self.owner.clone();
        let change = match table.index(&ident.name).cloned() {
            Some(index) => Change::DropIndex { table: owner, index: Box::new(index) },
            None => match unique(table, &ident.name) {
                Some(constraint) => Change::DropConstraint { table: owner, constraint },
                None if may_be_missing(if_exists) => return Ok(()),
                None => return Err(Conflict::at(&ident.span, ApplyError::NoIndex(owner, ident.name.clone()))),
            },
        };
        if let Some(names) = self.replay.mysql.generated.get_mut(&self.owner) {
            names.remove(&ident.name);
        }
        self.make(change)
    }

    pub(super) fn drop_primary_key(&mut self, span: &Span) -> Result<(), Conflict> {
        match self.table()?.primary_key.clone() {
            Some(key) => {
                let constraint = Constraint::PrimaryKey(key);
                self.make(Change::DropConstraint { table: self.owner.clone(), constraint })
            }
            None => {
                let error = ApplyError::NoConstraint(self.owner.clone(), "primary key".to_owned());
                Err(Conflict::at(span, error))
            }
        }
    }

    pub(super) fn drop_foreign_key(&mut self, ident: &Ident, if_exists: IfExists) -> Result<(), Conflict> {
        let found = foreign_key(self.table()?, &ident.name);
        self.drop_found(found, "foreign key", ident, if_exists)
    }

    pub(super) fn drop_constraint(&mut self, ident: &Ident, if_exists: IfExists) -> Result<(), Conflict> {
        let table = self.table()?;
        let found = check(table, &ident.name);
        let found = found.or_else(|| foreign_key(table, &ident.name)).or_else(|| unique(table, &ident.name));
        if let Some(Constraint::ForeignKey(_)) = &found {
            if has_unique_text(table) {
                let name = ident.name.sql();
                let message = format!(
                    "MariaDB leaves foreign key `{}` where it is, since `{}` has a unique key over a whole text: write `DROP FOREIGN KEY {name}`",
                    ident.name, self.owner
                );
                return Err(Conflict::refused(&ident.span, message));
            }
        }
        self.drop_found(found, "constraint", ident, if_exists)
    }

    fn drop_found(
        &mut self,
        found: Option<Constraint>,
        what: &str,
        ident: &Ident,
        if_exists: IfExists,
    ) -> Result<(), Conflict> {
        match found {
            Some(constraint) => self.make(Change::DropConstraint { table: self.owner.clone(), constraint }),
            None if may_be_missing(if_exists) => Ok(()),
            None => {
                let error = ApplyError::NoConstraint(self.owner.clone(), format!("{what} `{}`", ident.name));
                Err(Conflict::at(&ident.span, error))
            }
        }
    }
}

/// Whether a unique key takes all of a text, as MariaDB's alone can: on such tables `DROP CONSTRAINT` says that it has
/// dropped a foreign key, and hasn't (tried on 10.11, which keeps a hidden column for the key).
fn has_unique_text(table: &Table) -> bool {
    let is_text = |name: &Name| table.column(name).is_some_and(|column| table.longest_prefix(column).is_some());
    let mut parts = table.uniques.iter().flat_map(|one| &one.columns);
    parts.any(|part| part.length.is_none() && part.name().is_some_and(is_text))
}

fn unique(table: &Table, name: &Name) -> Option<Constraint> {
    table.uniques.iter().find(|unique| unique.name.as_ref() == Some(name)).cloned().map(Constraint::Unique)
}

fn foreign_key(table: &Table, name: &Name) -> Option<Constraint> {
    table.foreign_keys.iter().find(|key| key.name.as_ref() == Some(name)).cloned().map(Constraint::ForeignKey)
}

/// The check of a name; one that has none goes by the name that the database gave it: MariaDB's `CONSTRAINT_2` and
/// MySQL's `t_chk_2` are both the second one without a name.
fn check(table: &Table, name: &Name) -> Option<Constraint> {
    let named = table.checks.iter().find(|check| check.name.as_ref() == Some(name));
    let nameless = || {
        let prefix = format!("{}_chk_", table.name.name.key());
        let number = name.key().strip_prefix("constraint_").or_else(|| name.key().strip_prefix(&prefix))?;
        let at = number.parse::<usize>().ok()?.checked_sub(1)?;
        table.checks.iter().filter(|check| check.name.is_none()).nth(at)
    };
    named.or_else(nameless).cloned().map(Constraint::Check)
}
