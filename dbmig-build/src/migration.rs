//! Migrations as they lie in their folder: one folder each, with `up.sql`, `down.sql` and `metadata.toml`.

mod dir;
mod metadata;

pub(crate) use dir::text_of;
pub use dir::{Folder, each_up, read, read_as_if, read_one, read_outlines};
pub use metadata::{Metadata, Places, parse as parse_metadata, write as write_metadata};

use std::ops::Deref;

use dbmig::checksum::Checksum;
use dbmig::revision::graph::Node;
use dbmig::version::Version;

use crate::source::Source;
use crate::sql::Script;

/// What the graph needs of a migration: all but its SQL.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The folder's name: `2026-11-21-101500_create_users`.
    pub name: String,
    /// The version that the name states.
    pub version: Version,
    /// The folder's path, relative to the package, with `/`.
    pub path: String,
    /// What its metadata.toml says.
    pub metadata: Box<Metadata>,
    /// Where its metadata.toml says so.
    pub places: Box<Places>,
    /// The text of its metadata.toml.
    pub metadata_source: Source,
}

/// A migration that was read from its folder: its outline, with its scripts.
#[derive(Clone, Debug)]
pub struct Migration {
    /// All but its SQL.
    pub outline: Outline,
    /// Its `up.sql`.
    pub up: Script,
    /// Its `down.sql`.
    pub down: Option<Script>,
}

impl Migration {
    /// The checksum that seals it: over the tokens of both scripts.
    pub fn seal(&self) -> Checksum {
        let up = self.up.checksum().to_string();
        let down = self.down.as_ref().map(|down| down.checksum().to_string());
        Checksum::of_tokens([up.as_str(), down.as_deref().unwrap_or_default()])
    }
}

impl AsRef<Outline> for Outline {
    fn as_ref(&self) -> &Outline {
        self
    }
}

impl AsRef<Outline> for Migration {
    fn as_ref(&self) -> &Outline {
        &self.outline
    }
}

/// A migration is read as its outline in most places.
impl Deref for Migration {
    type Target = Outline;

    fn deref(&self) -> &Outline {
        &self.outline
    }
}

impl Outline {
    /// The revision as the graph sees it.
    pub fn node(&self) -> Node {
        Node {
            version: self.version.clone(),
            name: self.name.clone(),
            message: self.metadata.message.clone(),
            parents: self.metadata.revises.clone(),
            depends_on: self.metadata.depends_on.clone(),
            labels: self.metadata.labels.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
