//! What becomes of warnings: `lint = { out-of-date = "deny" }`.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Level};

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintLevel {
    /// It is dropped.
    Allow,
    /// It stays a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl LintLevel {
    /// The words of the configuration.
    pub const WORDS: [&'static str; 3] = ["allow", "warn", "deny"];

    /// The level that a word names.
    pub fn of_word(word: &str) -> Option<LintLevel> {
        [LintLevel::Allow, LintLevel::Warn, LintLevel::Deny]
            .into_iter()
            .zip(LintLevel::WORDS)
            .find_map(|(level, name)| (name == word).then_some(level))
    }
}

/// The levels that the configuration sets, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintLevels(pub BTreeMap<Code, LintLevel>);

impl LintLevels {
    /// What becomes of a diagnostic: dropped, or with its level as configured. Errors stay errors.
    pub fn apply(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        match self.0.get(&diagnostic.code) {
            Some(_) if diagnostic.level == Level::Error => Some(diagnostic),
            Some(LintLevel::Allow) => None,
            Some(LintLevel::Deny) => Some(Diagnostic { level: Level::Error, ..diagnostic }),
            Some(LintLevel::Warn) | None => Some(diagnostic),
        }
    }
}
