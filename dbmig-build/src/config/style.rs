//! How careful the migrations are that dbmig writes: `style = "simple"`.

/// The form of the SQL that alters tables which exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// The form that a database in use bears: short locks, indexes that are built beside traffic, constraints that are
    /// validated later, in several revisions where it must be.
    #[default]
    Live,
    /// The shortest form, in one revision.
    Simple,
}

impl Style {
    /// The words of the configuration.
    pub const WORDS: [&'static str; 2] = ["live", "simple"];

    /// The style that a word names.
    pub fn of_word(word: &str) -> Option<Style> {
        match word {
            "live" => Some(Style::Live),
            "simple" => Some(Style::Simple),
            _ => None,
        }
    }
}
