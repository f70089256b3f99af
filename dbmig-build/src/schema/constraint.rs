//! Constraints of a table, wherever they were written.

use super::{Expression, FirstColumns, Index, IndexColumn, Name, ObjectName, Past};

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryKey {
    /// Its constraint name, where it has one.
    pub name: Option<Name>,
    /// Its columns in order.
    pub columns: Vec<IndexColumn>,
    /// What a violation does (SQLite).
    pub on_conflict: Option<Conflict>,
    /// Whether it was written `DESC` on an `INTEGER` column itself: then it is no rowid (SQLite's documented quirk).
    /// Otherwise order stands with the columns.
    pub inline_desc: bool,
    /// Whether and how it can be checked later (PostgreSQL).
    pub deferrable: Deferrable,
    /// Further columns that its index carries (PostgreSQL's INCLUDE).
    pub include: Vec<Name>,
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unique {
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// Its columns in order.
    pub columns: Vec<IndexColumn>,
    /// What a violation does (SQLite).
    pub on_conflict: Option<Conflict>,
    /// Whether and how it can be checked later (PostgreSQL).
    pub deferrable: Deferrable,
    /// Further columns that its index carries (PostgreSQL's INCLUDE).
    pub include: Vec<Name>,
    /// Whether NULLs count as equal (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// What its index was made of, where columns have got other names since.
    pub first_columns: FirstColumns,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// The referring columns.
    pub columns: Vec<Name>,
    /// The table referred to; it need not exist yet on SQLite.
    pub table: ObjectName,
    /// The columns referred to, parallel to `columns`; empty for the other table's primary key.
    pub referenced: Vec<Name>,
    /// What deleting a row that is referred to does.
    pub on_delete: ReferentialAction,
    /// What changing its key does.
    pub on_update: ReferentialAction,
    /// Whether and how it can be checked later.
    pub deferrable: Deferrable,
    /// `MATCH FULL` and the like, upper case.
    pub match_type: Option<String>,
    /// The columns that `SET NULL` or `SET DEFAULT` on delete is about, where not all (PostgreSQL 15).
    pub on_delete_columns: Vec<Name>,
    /// Whether rows from before it was added may violate it (PostgreSQL's NOT VALID).
    pub not_valid: bool,
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Check {
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// What must not be false.
    pub expression: Expression,
    /// What a violation does (SQLite parses it and ignores it).
    pub on_conflict: Option<Conflict>,
    /// Whether rows from before it was added may violate it (PostgreSQL's NOT VALID).
    pub not_valid: bool,
    /// Whether tables that inherit from this one are free of it (PostgreSQL).
    pub no_inherit: bool,
    /// Whether it is stated but not enforced (MySQL's NOT ENFORCED).
    pub not_enforced: bool,
    /// The column that it was written on, of which it has no name: MariaDB drops it when that is restated without it.
    pub column: Past<Option<Name>>,
}

/// An exclusion constraint (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion {
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// The access method of its index, lower case; none for the default.
    pub method: Option<String>,
    /// What is compared, and the operator of each as written: `&&`.
    pub elements: Vec<(IndexColumn, String)>,
    /// The rows that it is about, where not all.
    pub predicate: Option<Expression>,
    /// Whether and how it can be checked later.
    pub deferrable: Deferrable,
    /// Further columns that its index carries.
    pub include: Vec<Name>,
    /// What it was made of, where columns have got other names since.
    pub first_columns: FirstColumns,
}

impl PrimaryKey {
    /// A key without a name.
    pub fn new(columns: Vec<IndexColumn>) -> PrimaryKey {
        let (name, on_conflict, deferrable) = (None, None, Deferrable::No);
        PrimaryKey { name, columns, on_conflict, inline_desc: false, deferrable, include: Vec::new() }
    }
}

impl Unique {
    /// A constraint without a name.
    pub fn new(columns: Vec<IndexColumn>) -> Unique {
        let (name, on_conflict, deferrable) = (None, None, Deferrable::No);
        Unique {
            name,
            columns,
            on_conflict,
            deferrable,
            include: Vec::new(),
            nulls_not_distinct: false,
            first_columns: Past(None),
        }
    }
}

impl ForeignKey {
    /// A reference without a name or actions; no `referenced` columns for the other table's primary key.
    pub fn new(columns: Vec<Name>, table: ObjectName, referenced: Vec<Name>) -> ForeignKey {
        ForeignKey {
            name: None,
            columns,
            table,
            referenced,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            deferrable: Deferrable::No,
            match_type: None,
            on_delete_columns: Vec::new(),
            not_valid: false,
        }
    }

    /// Whether an index is as MySQL makes it for this key. Nothing tells it from one that was stated.
    pub fn may_have_made(&self, index: &Index) -> bool {
        let is_named = self.name.as_ref() == Some(&index.name) || self.columns.first() == Some(&index.name);
        let columns = self.columns.iter().cloned().map(IndexColumn::column);
        is_named && index.method.is_none() && index.columns.iter().cloned().eq(columns)
    }
}

impl Check {
    /// A check without a name.
    pub fn new(expression: Expression) -> Check {
        let (name, on_conflict) = (None, None);
        Check {
            name,
            expression,
            on_conflict,
            not_valid: false,
            no_inherit: false,
            not_enforced: false,
            column: Past(None),
        }
    }
}

/// Any constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// The primary key.
    PrimaryKey(PrimaryKey),
    /// A unique constraint.
    Unique(Unique),
    /// A foreign key.
    ForeignKey(ForeignKey),
    /// A check.
    Check(Check),
    /// An exclusion constraint.
    Exclusion(Exclusion),
}

impl Constraint {
    /// Its name, where it has one.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Constraint::PrimaryKey(key) => key.name.as_ref(),
            Constraint::Unique(unique) => unique.name.as_ref(),
            Constraint::ForeignKey(key) => key.name.as_ref(),
            Constraint::Check(check) => check.name.as_ref(),
            Constraint::Exclusion(exclusion) => exclusion.name.as_ref(),
        }
    }

    /// Whether an index of its name stands behind it, which PostgreSQL lists among indexes.
    pub fn has_index(&self) -> bool {
        matches!(self, Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_))
    }

    /// The same constraint under another name.
    #[must_use]
    pub fn with_name(mut self, name: Option<Name>) -> Constraint {
        let place = match &mut self {
            Constraint::PrimaryKey(key) => &mut key.name,
            Constraint::Unique(unique) => &mut unique.name,
            Constraint::ForeignKey(key) => &mut key.name,
            Constraint::Check(check) => &mut check.name,
            Constraint::Exclusion(exclusion) => &mut exclusion.name,
        };
        *place = name;
        self
    }

    /// The constraint in words: "unique constraint `users_email_key`", "foreign key (owner)".
    pub fn describe(&self) -> String {
        let names = |columns: &[IndexColumn]| -> String {
            let part = |column: &IndexColumn| column.name().map_or_else(|| "…".to_owned(), Name::to_string);
            columns.iter().map(part).collect::<Vec<_>>().join(", ")
        };
        let (kind, what) = match self {
            Constraint::PrimaryKey(key) => ("primary key", names(&key.columns)),
            Constraint::Unique(unique) => ("unique constraint", names(&unique.columns)),
            Constraint::ForeignKey(key) => {
                ("foreign key", key.columns.iter().map(Name::to_string).collect::<Vec<_>>().join(", "))
            }
            Constraint::Check(check) => ("check", check.expression.to_string()),
            Constraint::Exclusion(exclusion) => {
                let columns: Vec<IndexColumn> = exclusion.elements.iter().map(|(column, _)| column.clone()).collect();
                ("exclusion constraint", names(&columns))
            }
        };
        match self.name() {
            Some(name) => format!("{kind} `{name}`"),
            None => format!("{kind} ({what})"),
        }
    }
}

/// What a change to a row that is referred to does to the rows that refer to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferentialAction {
    /// An error at the end of the statement; the default.
    #[default]
    NoAction,
    /// An error at once.
    Restrict,
    /// They follow.
    Cascade,
    /// Their columns become NULL.
    SetNull,
    /// Their columns get their defaults.
    SetDefault,
}

impl ReferentialAction {
    /// `CASCADE`, `SET NULL`, …
    pub const fn sql(self) -> &'static str {
        match self {
            ReferentialAction::NoAction => "NO ACTION",
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        }
    }
}

/// When a constraint is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deferrable {
    /// At each statement.
    #[default]
    No,
    /// At each statement unless the transaction defers it.
    InitiallyImmediate,
    /// At the end of the transaction.
    InitiallyDeferred,
}

/// SQLite's `ON CONFLICT` of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// Roll the transaction back.
    Rollback,
    /// Undo the statement; what happens without the clause.
    Abort,
    /// Stop the statement, keep what it did.
    Fail,
    /// Skip the row.
    Ignore,
    /// Replace the row that is in the way.
    Replace,
}

impl Conflict {
    /// `ROLLBACK`, `ABORT`, …
    pub const fn sql(self) -> &'static str {
        match self {
            Conflict::Rollback => "ROLLBACK",
            Conflict::Abort => "ABORT",
            Conflict::Fail => "FAIL",
            Conflict::Ignore => "IGNORE",
            Conflict::Replace => "REPLACE",
        }
    }
}
