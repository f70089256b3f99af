//! The part of dbmig that ships in a program: the embedded chain of migrations and what runs it.
//!
//! Without features this crate is pure data and graph code (that is how `dbmig-build` uses it); a
//! backend feature adds the drivers and the runner, `clap` adds the `--migrate` arguments.
//!
//! ```ignore
//! mod db {
//!     dbmig::embed!(); // pub mod schema, pub static MIGRATIONS
//! }
//!
//! let mut conn = SqliteConnection::establish("app.db")?;
//! db::MIGRATIONS.upgrade(&mut conn, "heads")?;
//! ```

pub mod backend;
pub mod bundle;
pub mod checksum;
pub mod revision;
pub mod version;

#[cfg(feature = "diesel")]
pub mod enums;

#[cfg(feature = "diesel")]
mod source;

#[cfg(feature = "diesel")]
pub mod driver;

#[cfg(feature = "diesel")]
mod ledger;

#[cfg(feature = "diesel")]
mod journal;

#[cfg(feature = "diesel")]
mod lock;

#[cfg(feature = "diesel")]
mod situation;

#[cfg(feature = "diesel")]
pub mod runner;

#[cfg(feature = "diesel")]
pub mod position;

#[cfg(feature = "diesel")]
pub mod status;

#[cfg(feature = "diesel")]
pub mod error;

#[cfg(all(feature = "diesel", feature = "clap"))]
pub mod cli;

pub use backend::Backend;
pub use bundle::{Bundle, Revision, Script, Statement};
#[cfg(feature = "diesel")]
pub use dbmig_derive::Enum;
pub use dbmig_derive::Model;
#[cfg(feature = "diesel")]
pub use enums::Enum;
#[cfg(feature = "diesel")]
pub use error::{CheckFailed, Error, Failed, Found};
#[cfg(feature = "diesel")]
pub use runner::{Event, Options, Report, Request, TransactionMode};
#[cfg(feature = "diesel")]
pub use status::Status;

#[doc(hidden)]
#[cfg(feature = "diesel")]
pub use diesel;

/// Without a backend there are no columns: nothing is said of the type.
#[cfg(not(feature = "diesel"))]
#[macro_export]
macro_rules! enum_type {
    ($($any:tt)*) => {};
}

/// Includes what the build script wrote: `pub mod schema` and `pub static MIGRATIONS: dbmig::Bundle`.
///
/// `embed!()` takes the default database's chain, `embed!("analytics")` that of
/// `[package.metadata.dbmig.databases.analytics]`.
#[macro_export]
macro_rules! embed {
    () => {
        include!(concat!(env!("OUT_DIR"), "/dbmig.rs"));
    };
    ($database:literal) => {
        include!(concat!(env!("OUT_DIR"), "/dbmig_", $database, ".rs"));
    };
}
