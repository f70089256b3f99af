//! Tables.

use super::{
    Check, Column, ColumnType, Constraint, Exclusion, ForeignKey, Index, IndexColumn, Name, ObjectName, Past,
    PrimaryKey, SortOrder, Unique,
};

/// A table with all that belongs to it and goes with it when it is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: ObjectName,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// Its primary key.
    pub primary_key: Option<PrimaryKey>,
    /// Its unique constraints.
    pub uniques: Vec<Unique>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Its checks.
    pub checks: Vec<Check>,
    /// Its exclusion constraints (PostgreSQL).
    pub exclusions: Vec<Exclusion>,
    /// Its indexes, those of constraints aside.
    pub indexes: Vec<Index>,
    /// Its triggers.
    pub triggers: Vec<Trigger>,
    /// What stands behind its closing parenthesis.
    pub options: TableOptions,
    /// What its comment says (PostgreSQL, MySQL).
    pub comment: Option<String>,
    /// The types that its columns had before, the first one first. PostgreSQL makes an expression that mentions such a
    /// column anew of the form in which it printed it before, casts included.
    pub retyped: Past<Vec<Retyped>>,
}

/// A column that has got another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retyped {
    /// The column.
    pub column: Name,
    /// Its type before.
    pub from: ColumnType,
    /// Whether the default that it has is older: then that has a cast of this type, wherever it was written.
    pub is_of_default: bool,
}

/// What stands behind a table's closing parenthesis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// SQLite's `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// SQLite's `STRICT`.
    pub strict: bool,
    /// The module and arguments of SQLite's `CREATE VIRTUAL TABLE … USING`, as written.
    pub virtual_module: Option<String>,
    /// PostgreSQL's `UNLOGGED`.
    pub unlogged: bool,
    /// The tables that it inherits from, in order (PostgreSQL).
    pub inherits: Vec<ObjectName>,
    /// The table that it is a partition of (PostgreSQL).
    pub partition_of: Option<PartitionOf>,
    /// How its rows are spread over partitions, as written: `range (created_at)`.
    pub partition_by: Option<String>,
    /// PostgreSQL's storage parameters, in the order of their names: `("fillfactor", "70")`.
    pub parameters: Vec<(String, String)>,
    /// MySQL's storage engine, lower case, where one is stated.
    pub engine: Option<String>,
    /// MySQL's character set, lower case, where one is stated.
    pub character_set: Option<String>,
    /// MySQL's collation, lower case, where one is stated.
    pub collation: Option<String>,
}

impl TableOptions {
    /// The tables from which columns come: those that it inherits from, or whose partition it is.
    pub fn parents(&self) -> impl Iterator<Item = &ObjectName> {
        self.inherits.iter().chain(self.partition_of.iter().map(|partition| &partition.parent))
    }

    /// The same, to be changed.
    pub(super) fn parents_mut(&mut self) -> impl Iterator<Item = &mut ObjectName> {
        self.inherits.iter_mut().chain(self.partition_of.iter_mut().map(|partition| &mut partition.parent))
    }
}

/// What makes a table a partition (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionOf {
    /// The table whose rows it holds.
    pub parent: ObjectName,
    /// Which rows, as written: `for values in ('a')`, `default`.
    pub bound: String,
}

/// A trigger; its body is opaque.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trigger {
    /// Its name.
    pub name: Name,
    /// The whole `CREATE TRIGGER` statement.
    pub sql: String,
}

impl Table {
    /// A table without columns.
    pub fn new(name: ObjectName) -> Table {
        Table {
            name,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            options: TableOptions::default(),
            comment: None,
            retyped: Past(Vec::new()),
        }
    }

    /// The column of this name.
    pub fn column(&self, name: &Name) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// The column of this name.
    pub fn column_mut(&mut self, name: &Name) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == *name)
    }

    /// The index of this name.
    pub fn index(&self, name: &Name) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == *name)
    }

    /// The name of the column that is SQLite's rowid: the sole key, declared `INTEGER`, not `DESC` on the column, in a
    /// table with rowids. Source: <https://sqlite.org/lang_createtable.html#rowid>.
    pub fn rowid_alias(&self) -> Option<&Name> {
        let key = self.primary_key.as_ref().filter(|key| !key.inline_desc && !self.options.without_rowid)?;
        let [only] = key.columns.as_slice() else { return None };
        let column = self.column(only.name()?)?;
        (column.column_type.name == "integer" && column.column_type.arguments.is_empty()).then_some(&column.name)
    }

    /// The constraint of this name.
    pub fn constraint(&self, name: &Name) -> Option<Constraint> {
        let is_it = |own: &Option<Name>| own.as_ref() == Some(name);
        let key = || Some(Constraint::PrimaryKey(self.primary_key.as_ref().filter(|one| is_it(&one.name))?.clone()));
        let unique = || Some(Constraint::Unique(self.uniques.iter().find(|one| is_it(&one.name))?.clone()));
        let reference = || Some(Constraint::ForeignKey(self.foreign_keys.iter().find(|one| is_it(&one.name))?.clone()));
        let check = || Some(Constraint::Check(self.checks.iter().find(|one| is_it(&one.name))?.clone()));
        let exclusion = || Some(Constraint::Exclusion(self.exclusions.iter().find(|one| is_it(&one.name))?.clone()));
        key().or_else(unique).or_else(reference).or_else(check).or_else(exclusion)
    }

    /// Every constraint: the primary key, uniques, foreign keys, checks.
    pub fn constraints(&self) -> impl Iterator<Item = Constraint> {
        let key = self.primary_key.iter().cloned().map(Constraint::PrimaryKey);
        let uniques = self.uniques.iter().cloned().map(Constraint::Unique);
        let foreign_keys = self.foreign_keys.iter().cloned().map(Constraint::ForeignKey);
        let exclusions = self.exclusions.iter().cloned().map(Constraint::Exclusion);
        let checks = self.checks.iter().cloned().map(Constraint::Check);
        key.chain(uniques).chain(foreign_keys).chain(checks).chain(exclusions)
    }

    /// The names of its constraints.
    pub(super) fn constraint_names(&self) -> impl Iterator<Item = &Name> {
        let key = self.primary_key.iter().filter_map(|key| key.name.as_ref());
        let uniques = self.uniques.iter().filter_map(|unique| unique.name.as_ref());
        let foreign_keys = self.foreign_keys.iter().filter_map(|key| key.name.as_ref());
        let checks = self.checks.iter().filter_map(|check| check.name.as_ref());
        let exclusions = self.exclusions.iter().filter_map(|one| one.name.as_ref());
        key.chain(uniques).chain(foreign_keys).chain(checks).chain(exclusions)
    }

    /// What in the table itself refers to a column, in words; `None` if it can go.
    pub fn user_of_column(&self, name: &Name) -> Option<String> {
        let uses = |columns: &[IndexColumn]| columns.iter().any(|column| column.mentions(name));
        let excludes = |one: &&Exclusion| {
            one.elements.iter().any(|(column, _)| column.mentions(name))
                || one.predicate.as_ref().is_some_and(|predicate| predicate.mentions(name))
        };
        let key = self.primary_key.iter().find(|key| uses(&key.columns)).cloned().map(Constraint::PrimaryKey);
        let constraint = key
            .or_else(|| self.uniques.iter().find(|one| uses(&one.columns)).cloned().map(Constraint::Unique))
            .or_else(|| {
                self.foreign_keys.iter().find(|key| key.columns.contains(name)).cloned().map(Constraint::ForeignKey)
            })
            .or_else(|| self.checks.iter().find(|one| one.expression.mentions(name)).cloned().map(Constraint::Check))
            .or_else(|| self.exclusions.iter().find(excludes).cloned().map(Constraint::Exclusion));
        if let Some(constraint) = constraint {
            return Some(constraint.describe());
        }
        let in_predicate = |index: &Index| index.predicate.as_ref().is_some_and(|predicate| predicate.mentions(name));
        let by = |index: &&Index| uses(&index.columns) || in_predicate(index) || index.include.contains(name);
        if let Some(index) = self.indexes.iter().find(by) {
            return Some(format!("index `{}`", index.name));
        }
        let computes = |column: &&Column| {
            let computed = column.generated.as_ref().filter(|_| column.name != *name);
            computed.is_some_and(|one| one.expression.mentions(name))
        };
        self.columns.iter().find(computes).map(|column| format!("generated column `{}`", column.name))
    }

    /// The foreign keys that get other names when the table gets one (MySQL): those that have the server's own.
    pub fn foreign_keys_that_follow(&self, to: &Name) -> Vec<(Name, Name)> {
        let prefix = format!("{}_ibfk_", self.name.name.key());
        let follows = |from: &Name| {
            let number = from.key().strip_prefix(&prefix)?.parse::<u32>().ok()?;
            Some((from.clone(), from.renamed(&format!("{to}_ibfk_{number}"))))
        };
        self.foreign_keys.iter().filter_map(|key| follows(key.name.as_ref()?)).collect()
    }

    /// The index that MySQL makes for a foreign key with a name; none where a key or another index serves.
    pub fn foreign_key_index(&self, reference: &ForeignKey) -> Option<Index> {
        let columns: Vec<IndexColumn> = reference.columns.iter().cloned().map(IndexColumn::column).collect();
        let keys = self.primary_key.iter().map(|key| &key.columns).chain(self.uniques.iter().map(|one| &one.columns));
        let indexes = self.indexes.iter().filter(|index| index.method.is_none()).map(|index| &index.columns);
        let is_served = keys.chain(indexes).any(|other| begins_with(other, &columns));
        reference.name.clone().filter(|_| !is_served).map(|name| Index::new(name, columns))
    }

    pub(super) fn normalize(&mut self) {
        self.columns.sort_by(|a, b| a.name.cmp(&b.name));
        self.uniques.sort();
        self.foreign_keys.sort();
        self.checks.sort();
        self.exclusions.sort();
        self.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        self.triggers.sort();
    }
}

/// Whether an index begins with the columns of another, in whatever order it sorts them: MySQL's foreign keys need no
/// other index then.
pub fn begins_with(index: &[IndexColumn], columns: &[IndexColumn]) -> bool {
    let sorted = |one: &IndexColumn| IndexColumn { order: SortOrder::Ascending, ..one.clone() };
    index.len() >= columns.len() && index.iter().zip(columns).all(|(one, other)| sorted(one) == sorted(other))
}
