//! Constraints of a table, wherever they were written.

use super::{Expression, IndexColumn, Name, ObjectName};

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
}

impl Constraint {
    /// Its name, where it has one.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Constraint::PrimaryKey(key) => key.name.as_ref(),
            Constraint::Unique(unique) => unique.name.as_ref(),
            Constraint::ForeignKey(key) => key.name.as_ref(),
            Constraint::Check(check) => check.name.as_ref(),
        }
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
