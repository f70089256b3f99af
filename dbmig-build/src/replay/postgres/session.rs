//! What lasts as long as a connection: the search path; and the functions that migrations made.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Name, ObjectName};
use crate::sql::syntax::postgres::CreateRoutine;

/// What lasts as long as a connection, and the functions, which are no part of the schema.
#[derive(Clone, Debug, Default)]
pub(in crate::replay) struct Session {
    /// The schemas in which names are looked for; none for the default: `"$user", public`.
    pub(super) search_path: Option<Vec<Name>>,
    /// The path that holds again when the revision ends.
    pub(super) outer_path: Option<Option<Vec<Name>>>,
    /// The functions and procedures that migrations made, those of one name in the order in which they were made.
    pub(super) routines: BTreeMap<ObjectName, Vec<CreateRoutine>>,
    /// The numbers of the columns that tables have lost: PostgreSQL gives them to no other column.
    pub(super) lost_columns: BTreeMap<ObjectName, BTreeSet<usize>>,
    /// Whether the schema was there before the chain: then it isn't known what its tables have lost.
    pub(super) begun: bool,
    /// Temporary tables that go when the transaction ends.
    pub(super) on_commit_drop: Vec<ObjectName>,
}

impl Session {
    /// A session on a schema that was there before, or an empty one.
    pub(in crate::replay) fn new(begun: bool) -> Session {
        Session { begun, ..Session::default() }
    }

    /// A revision begins, in a transaction of its own.
    pub(in crate::replay) fn begin(&mut self) {
        if let Some(path) = self.outer_path.take() {
            self.search_path = path;
        }
        // A path without any schema would make the next revision fail; a new connection doesn't have it.
        if self.search_path.as_ref().is_some_and(Vec::is_empty) {
            self.search_path = None;
        }
    }
}
