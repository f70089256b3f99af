//! Versions: the identity of a revision.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The greatest length that Diesel's version table can hold, in characters.
pub const MAX_LENGTH: usize = 50;

/// The identity of a revision: its folder's name up to the first `_`, without `-`.
///
/// This is Diesel's rule, and the order is Diesel's too: plain string order. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(Arc<str>);

impl Version {
    /// The version that a migration folder's name states.
    ///
    /// `2026-11-21-101500_create_users` gives `20261121101500`; a name without `_` is a version as a whole.
    pub fn of_folder(name: &str) -> Version {
        let stem = name.split('_').next().unwrap_or(name);
        Version(stem.replace('-', "").into())
    }

    /// The version as it is written in the ledger.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Version {
    fn from(text: &str) -> Version {
        Version(text.into())
    }
}

impl From<String> for Version {
    fn from(text: String) -> Version {
        Version(text.into())
    }
}

impl Borrow<str> for Version {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Version {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part of a migration folder's name after its version: `create_users`.
pub fn slug_of_folder(name: &str) -> &str {
    name.split_once('_').map_or("", |(_, slug)| slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_diesels() {
        for (folder, version) in [
            ("2026-11-21-101500_my_long-name", "20261121101500"),
            ("2026-11-21-101501-0000_add", "202611211015010000"),
            ("hello", "hello"),
            ("ae1027a6acf_x", "ae1027a6acf"),
            ("_hello", ""),
        ] {
            assert_eq!(Version::of_folder(folder).as_str(), version, "{folder}");
        }
    }

    #[test]
    fn slug_keeps_later_underscores() {
        assert_eq!(slug_of_folder("2026-11-21-101500_my_long-name"), "my_long-name");
        assert_eq!(slug_of_folder("hello"), "");
    }
}
