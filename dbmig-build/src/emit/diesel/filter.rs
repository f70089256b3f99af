//! Regular expressions of the configuration, compiled once for each section.

use regex_lite::Regex;

use crate::config::TableFilter;

/// Patterns of which any may match.
pub(super) struct Patterns(Vec<Regex>);

impl Patterns {
    /// Those that compile; the reader of the configuration has reported the others.
    pub(super) fn new(patterns: &[String]) -> Patterns {
        Patterns(patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect())
    }

    pub(super) fn match_in(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(text))
    }
}

/// Whether a table's name passes a filter.
pub(super) fn passes(filter: &TableFilter) -> impl Fn(&str) -> bool {
    let (patterns, wanted) = match filter {
        TableFilter::All => (Patterns(Vec::new()), false),
        TableFilter::Only(patterns) => (Patterns::new(patterns), true),
        TableFilter::Except(patterns) => (Patterns::new(patterns), false),
    };
    move |name| patterns.match_in(name) == wanted
}
