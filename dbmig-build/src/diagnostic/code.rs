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
