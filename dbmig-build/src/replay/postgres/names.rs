//! The names that PostgreSQL gives to what has none, which nothing else may have.

use crate::schema::{Name, ObjectName, automatic};

use super::work::Work;

impl Work<'_> {
    /// A name for a new relation: an index or a sequence.
    pub(super) fn relation_name(&self, table: &ObjectName, second: Option<&str>, label: &str) -> Name {
        self.free(table, second, label, |name| self.has_relation(name))
    }

    /// A name for a new constraint with an index.
    pub(super) fn key_name(&self, table: &ObjectName, second: Option<&str>, label: &str) -> Name {
        self.free(table, second, label, |name| self.has_relation(name) || self.has_constraint(name))
    }

    /// A name for a new constraint without an index.
    pub(super) fn constraint_name(&self, table: &ObjectName, second: Option<&str>, label: &str) -> Name {
        self.free(table, second, label, |name| self.has_constraint(name))
    }

    fn free(
        &self,
        table: &ObjectName,
        second: Option<&str>,
        label: &str,
        is_taken: impl Fn(&ObjectName) -> bool,
    ) -> Name {
        let mut pass = 0_usize;
        loop {
            let number = if pass == 0 { String::new() } else { pass.to_string() };
            let name = table.name.renamed(&automatic::joined(table.name.as_str(), second, &format!("{label}{number}")));
            let object = ObjectName { schema: table.schema.clone(), name };
            if !is_taken(&object) {
                return object.name;
            }
            pass += 1;
        }
    }

    fn has_constraint(&self, name: &ObjectName) -> bool {
        self.catalog(name).constrained(name.schema.as_ref(), &name.name).next().is_some()
    }
}
