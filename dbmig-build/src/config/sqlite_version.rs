//! The oldest SQLite that runs a project's migrations: `sqlite_version = "3.53"`.

use std::fmt;

/// A release of SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SqliteVersion {
    /// `3`.
    pub major: u32,
    /// `53` of `3.53.1`; what comes after it never changes the language.
    pub minor: u32,
}

impl SqliteVersion {
    /// The oldest that dbmig works with, which is what a project has that says nothing.
    pub const OLDEST: SqliteVersion = SqliteVersion { major: 3, minor: 35 };

    /// Whether `ALTER TABLE` adds and drops NOT NULL and checks. Source: <https://sqlite.org/releaselog/3_53_0.html>.
    pub fn alters_constraints(self) -> bool {
        self >= SqliteVersion { major: 3, minor: 53 }
    }

    /// A version as it is written: `3.53` or `3.53.1`.
    pub fn of_text(text: &str) -> Option<SqliteVersion> {
        let mut numbers = text.split('.').map(|part| part.parse::<u32>().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let patch = numbers.next().unwrap_or(Some(0));
        (patch.is_some() && numbers.next().is_none()).then_some(SqliteVersion { major, minor })
    }
}

impl Default for SqliteVersion {
    fn default() -> SqliteVersion {
        SqliteVersion::OLDEST
    }
}

impl fmt::Display for SqliteVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
