//! The model of a database's structure: plain values that replay, models, diff, render and introspection share.

mod apply;
pub mod automatic;
mod catalog;
mod change;
mod column;
mod column_type;
mod constraint;
mod expression;
mod index;
mod keyword;
mod mention;
mod name;
mod objects;
mod order;
mod past;
pub mod rust_name;
mod sequence;
mod table;
mod text_prefix;
mod user_type;

pub use apply::{ApplyError, apply, apply_all};
pub use catalog::Catalog;
pub use change::Change;
pub use column::{Autoincrement, Column, Generated, Storage};
pub use column_type::{ColumnType, POSTGRES_TYPES, PostgresType, postgres_type};
pub use constraint::{
    Check, Conflict, Constraint, Deferrable, Exclusion, ForeignKey, PrimaryKey, ReferentialAction, Unique,
};
pub use expression::{Expression, ExpressionToken};
pub use index::{FirstColumns, Index, IndexColumn, IndexKey, NullsOrder, SortOrder};
pub(crate) use mention::casts_to;
pub use mention::{may_use_column, mentioned, mentions, mentions_table, uses_column, uses_table};
pub use name::{Name, ObjectName};
pub use objects::Objects;
pub use order::{aside, parents_first, rename_order, types_in_order};
pub use past::Past;
pub use sequence::{Sequence, sequence_literal};
pub use table::{PartitionOf, Retyped, Table, TableOptions, Trigger, begins_with};
pub use text_prefix::character_bytes;
pub use user_type::{Attribute, Domain, UserType, UserTypeKind};

use std::collections::{BTreeMap, BTreeSet};

/// The structure of a database: all that dbmig knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The tables by name.
    pub tables: Objects<Table>,
    /// The views by name.
    pub views: Objects<View>,
    /// Types that migrations made, by name (PostgreSQL).
    pub types: Objects<UserType>,
    /// Sequences by name, those of columns included (PostgreSQL).
    pub sequences: Objects<Sequence>,
    /// The names of schemas that migrations made, the default one not among them (PostgreSQL).
    pub namespaces: BTreeSet<Name>,
}

/// Which names of the desired schema stand for which of the present one: what `renamed_from` says.
///
/// A rename that was made already (its old name is gone) may stay listed: it is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames {
    /// New name to old name.
    pub tables: BTreeMap<ObjectName, ObjectName>,
    /// The table's new name and the column's new name to the column's old name.
    pub columns: BTreeMap<(ObjectName, Name), Name>,
    /// Types: new name to old name.
    pub types: BTreeMap<ObjectName, ObjectName>,
    /// Labels of enums: the type's new name and the label's new text to its old text.
    pub enum_values: BTreeMap<(ObjectName, String), String>,
    /// Labels of enums that are no types of their own: the table's new name, the column's new name and the label's new
    /// text to its old text.
    pub values: BTreeMap<(ObjectName, Name, String), String>,
    /// Constraints and indexes, by their table's new name, that nobody has named: the naming convention did. One of
    /// them that the present schema has under another name keeps that name.
    pub unstated: BTreeSet<(ObjectName, Name)>,
}

/// A view; its query is opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: ObjectName,
    /// The whole `CREATE VIEW` statement.
    pub sql: String,
    /// Whether it keeps its rows (PostgreSQL's materialized views).
    pub materialized: bool,
    /// The indexes of a materialized view.
    pub indexes: Vec<Index>,
}

impl View {
    /// A view without rows of its own.
    pub fn new(name: ObjectName, sql: String) -> View {
        View { name, sql, materialized: false, indexes: Vec::new() }
    }
}

/// The suffixes of the tables in which SQLite's FTS5 keeps its index.
pub(crate) const SHADOWS: [&str; 5] = ["data", "idx", "content", "docsize", "config"];

impl Schema {
    /// Whether a table is virtual.
    pub fn is_virtual(&self, name: &ObjectName) -> bool {
        self.tables.get(name).is_some_and(|table| table.options.virtual_module.is_some())
    }

    /// The virtual table that keeps its data in a table, if one does (SQLite). It makes, renames and drops that one.
    pub fn shadowed_by(&self, name: &ObjectName) -> Option<ObjectName> {
        let (owner, suffix) = name.name.as_str().rsplit_once('_')?;
        let owner = ObjectName { schema: name.schema.clone(), name: name.name.renamed(owner) };
        (SHADOWS.contains(&suffix) && self.is_virtual(&owner)).then_some(owner)
    }

    /// The table that has an index of this name, and the index.
    pub fn find_index(&self, name: &Name) -> Option<(&Table, &Index)> {
        self.tables.values().find_map(|table| table.index(name).map(|index| (table, index)))
    }

    /// A type that is made of another one.
    pub fn type_with_type(&self, name: &ObjectName) -> Option<&UserType> {
        self.types.values().find(|one| match &one.kind {
            UserTypeKind::Domain(domain) => domain.base.names(name),
            UserTypeKind::Composite(attributes) => attributes.iter().any(|one| one.column_type.names(name)),
            UserTypeKind::Range(subtype, _) => subtype.names(name),
            UserTypeKind::Enum(_) | UserTypeKind::Other(_) => false,
        })
    }

    /// Shares with `other` what is equal in both, so that comparing them, and what each was made of, costs little.
    pub fn share_equal(&mut self, other: &Schema) {
        self.tables.share_equal(&other.tables);
        self.views.share_equal(&other.views);
        self.types.share_equal(&other.types);
        self.sequences.share_equal(&other.sequences);
    }

    /// Puts what has an order of no meaning (columns aside from emit, constraints, indexes) into one order, so that
    /// two schemas that mean the same are equal.
    #[must_use]
    pub fn normalized(&self) -> Schema {
        let mut schema = self.clone();
        for table in schema.tables.values_mut() {
            table.normalize();
        }
        let is_unsorted =
            |one: &&UserType| matches!(&one.kind, UserTypeKind::Domain(domain) if !domain.checks.is_sorted());
        let names: Vec<ObjectName> = schema.types.values().filter(is_unsorted).map(|one| one.name.clone()).collect();
        for name in names {
            if let Some(UserTypeKind::Domain(domain)) = schema.types.get_mut(&name).map(|one| &mut one.kind) {
                domain.checks.sort();
            }
        }
        schema
    }
}
