//! Names of SQL objects: written one way, compared the way their database compares them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dbmig::Backend;

use super::keyword;

/// An identifier, without quotes. Shown as it was written, compared as its database compares it; cheap to clone.
#[derive(Clone)]
pub struct Name {
    text: Arc<str>,
    /// The same text, shared, where nothing is folded.
    key: Arc<str>,
    backend: Backend,
}

impl Name {
    /// A name with its backend's rule of comparison.
    ///
    /// SQLite folds ASCII case, MySQL folds case, PostgreSQL compares exactly once the parser has folded what wasn't
    /// quoted.
    pub fn new(text: &str, backend: Backend) -> Name {
        let is_folded = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let key = match backend {
            Backend::Sqlite if !is_folded => Some(text.to_ascii_lowercase().into()),
            Backend::Mysql if !is_folded || !text.is_ascii() => Some(text.to_lowercase().into()),
            _ => None,
        };
        let text: Arc<str> = text.into();
        Name { key: key.unwrap_or_else(|| text.clone()), text, backend }
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same rule of comparison for another text.
    #[must_use]
    pub fn renamed(&self, text: &str) -> Name {
        Name::new(text, self.backend)
    }

    /// The name as SQL: quoted where its backend needs quotes.
    pub fn sql(&self) -> String {
        if keyword::is_plain(&self.text, self.backend) { self.text.to_string() } else { self.quoted() }
    }

    /// The name as SQL in quotes, whether it needs them or not.
    pub fn quoted(&self) -> String {
        match self.backend {
            Backend::Sqlite | Backend::Postgres => format!("\"{}\"", self.text.replace('"', "\"\"")),
            Backend::Mysql => format!("`{}`", self.text.replace('`', "``")),
        }
    }

    /// The backend whose rules it follows.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The name as it is compared.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.key == other.key
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

/// The name of a table, view, type or sequence, with its schema where that isn't the connection's default.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// The schema, unless it is the default one: none is `main` on SQLite, `public` on PostgreSQL, the connection's
    /// database on MySQL.
    pub schema: Option<Name>,
    /// The name within the schema.
    pub name: Name,
}

impl ObjectName {
    /// A name in the default schema.
    pub fn unqualified(name: Name) -> ObjectName {
        ObjectName { schema: None, name }
    }

    /// The name as SQL: each part quoted where its backend needs quotes.
    pub fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", schema.sql(), self.name.sql()),
            None => self.name.sql(),
        }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}
