//! The codes of diagnostics, each with the long text that `cargo dbmig explain CODE` prints.

use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($variant:ident $name:literal $explanation:literal)*) => {
        /// A kind of fault; its name stands in brackets behind `error` or `warning`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $name] $variant,)*
        }

        impl Code {
            /// Every code, grouped by the phase that reports it.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// Its name: `unknown-parent`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }

            /// The long text: what it means, why it matters, what to do.
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Code::$variant => $explanation,)*
                }
            }
        }
    };
}

codes! {
    Config "config"
"The configuration in Cargo.toml, `[package.metadata.dbmig]`, can't be understood.

Every key has a default, so that the table may be left out. A key that dbmig doesn't know is an
error, because a misspelt one would change nothing in silence."
    UnreadableSql "unreadable-sql"
"A statement that alters the structure of the database can't be read.

dbmig computes the schema at every revision without a database, by replaying the SQL of the chain.
It never guesses: a statement that it can't read would leave it with a wrong schema. Mend the SQL
where the database would refuse it as well; otherwise state the statement's effect in a comment on
the line before it, and replay takes that in its place:

    -- dbmig: replay ALTER TABLE users ADD COLUMN email TEXT
    -- dbmig: replay nothing"
    Directive "directive"
"A comment that begins with `-- dbmig:` is no directive that dbmig knows, or belongs to nothing.

The directives are `-- dbmig: allow(rule-name) reason` (a lint rule doesn't look at the statement
that follows), `-- dbmig: replay <DDL>` (what the statement that follows does to the structure) and
`-- dbmig: todo …` (what a person must still decide). A misspelt one would do nothing in silence."
    ReplayConflict "replay-conflict"
"A statement doesn't fit the schema that the statements before it have made.

It creates what exists already, or alters or drops what doesn't exist. The database would refuse it
when the migration runs; the labels say where the object was created, dropped or renamed. Change the
migration that is not yet released; if the object comes from outside the chain, state its DDL before
with `-- dbmig: replay CREATE TABLE …`."
    UnsupportedBackend "unsupported-backend"
"dbmig can't read the SQL of this backend yet.

Set `backend` in `[package.metadata.dbmig]` to one that it reads."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode(pub String);

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no diagnostic has the code `{}`", self.0)
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Code, UnknownCode> {
        Code::ALL.iter().copied().find(|code| code.name() == name).ok_or_else(|| UnknownCode(name.to_owned()))
    }
}
