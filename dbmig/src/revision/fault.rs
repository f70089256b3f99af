//! What can be wrong with a set of revisions.

use std::fmt;

use crate::version::Version;

/// What is wrong with a set of revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Two folders state one version; Diesel would drop one of them.
    DuplicateVersion {
        /// The version.
        version: Version,
        /// The names of the folders, sorted.
        names: Vec<String>,
    },
    /// A parent (or dependency) that doesn't exist.
    UnknownParent {
        /// The revision that names it.
        version: Version,
        /// The version that is missing.
        parent: Version,
        /// Whether it stands in `depends_on` instead of `revises`.
        dependency: bool,
    },
    /// Revisions that are each other's ancestors.
    Cycle {
        /// The cycle, each revising the next and the last revising the first.
        versions: Vec<Version>,
    },
    /// A version that is not above that of a parent or dependency; stock Diesel would run it first.
    NotAscending {
        /// The revision.
        version: Version,
        /// The parent or dependency whose version is not below.
        parent: Version,
    },
    /// One label given to two revisions.
    DuplicateLabel {
        /// The label.
        label: String,
        /// The revisions that have it, sorted.
        versions: Vec<Version>,
    },
    /// Several heads that labels don't tell apart.
    SeveralHeads {
        /// The heads, sorted.
        versions: Vec<Version>,
    },
    /// Several roots that labels don't tell apart.
    SeveralRoots {
        /// The roots, sorted.
        versions: Vec<Version>,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |versions: &[Version]| versions.iter().map(Version::as_str).collect::<Vec<_>>().join(", ");
        match self {
            Fault::DuplicateVersion { version, names } => {
                write!(f, "several folders state the version {version}: {}", names.join(", "))
            }
            Fault::UnknownParent { version, parent, dependency: false } => {
                write!(f, "{version} revises {parent}, which doesn't exist")
            }
            Fault::UnknownParent { version, parent, .. } => {
                write!(f, "{version} depends on {parent}, which doesn't exist")
            }
            Fault::Cycle { versions } => write!(f, "each of these stands on the next: {}", list(versions)),
            Fault::NotAscending { version, parent } => {
                write!(f, "{version} stands on {parent}, which is not below it in string order")
            }
            Fault::DuplicateLabel { label, versions } => {
                write!(f, "the label `{label}` is given to several revisions: {}", list(versions))
            }
            Fault::SeveralHeads { versions } => write!(f, "several heads without labels: {}", list(versions)),
            Fault::SeveralRoots { versions } => write!(f, "several roots without labels: {}", list(versions)),
        }
    }
}

impl std::error::Error for Fault {}
