//! The form in which nearly every metadata.toml is written, read in one pass: a key and its value a line, nothing escaped.
//!
//! TOML's parser takes more time than the graph of thousands of revisions may. It reads whatever isn't plain, and finds
//! all that is wrong: what is read here has no fault and means the same there.

use std::ops::Range;

use dbmig::checksum::Checksum;
use dbmig::version::{Version, slug_of_folder};

use super::{Metadata, Places, is_label};
use crate::source::{Source, Span};

/// Reads a text that is plain and without fault; `folder` is the name of its migration.
pub(super) fn read(source: &Source, folder: &str) -> Option<(Metadata, Places)> {
    let mut lines = Lines { text: source.text(), at: 0 };
    // No comment may stand before this.
    if source.text().trim_start().starts_with('#') {
        return None;
    }
    let (key, value) = lines.entry()?;
    let run_in_transaction = match (key, value.text) {
        ("run_in_transaction", "true") => true,
        ("run_in_transaction", "false") => false,
        _ => return None,
    };
    if lines.next()?.text != "[dbmig]" {
        return None;
    }
    let mut found = Found::default();
    while !lines.rest().is_empty() {
        let (key, value) = lines.entry()?;
        match key {
            "message" => once(&mut found.message, value.string()?)?,
            "revises" => once(&mut found.revises, (value.range(), value.versions()?))?,
            "labels" => once(&mut found.labels, value.strings(is_label)?)?,
            "depends_on" => once(&mut found.depends_on, value.versions()?)?,
            "replaces" => once(&mut found.replaces, value.versions()?)?,
            "irreversible" => once(&mut found.irreversible, value.string().filter(|why| !why.text.trim().is_empty())?)?,
            "sealed" => once(&mut found.sealed, (value.range(), Checksum::parse(value.string()?.text)?))?,
            _ => return None,
        }
    }
    let (list, revises) = found.revises?;
    let spans = |words: &[Word<'_>]| -> Vec<Span> { words.iter().map(|word| source.span(word.quoted())).collect() };
    let versions = |words: &[Word<'_>]| -> Vec<Version> { words.iter().map(|word| word.text.into()).collect() };
    let [labels, depends_on, replaces] =
        [found.labels, found.depends_on, found.replaces].map(Option::unwrap_or_default);
    let message = found.message.map(|word| word.text.to_owned());
    let metadata = Metadata {
        run_in_transaction,
        message: message.unwrap_or_else(|| slug_of_folder(folder).replace('_', " ")),
        revises: versions(&revises),
        labels: labels.iter().map(|word| word.text.to_owned()).collect(),
        depends_on: versions(&depends_on),
        replaces: versions(&replaces),
        irreversible: found.irreversible.map(|word| word.text.to_owned()),
        sealed: found.sealed.as_ref().map(|(_, checksum)| *checksum),
    };
    let places = Places {
        revises: source.span(list),
        parents: spans(&revises),
        labels: spans(&labels),
        depends_on: spans(&depends_on),
        replaces: spans(&replaces),
        sealed: found.sealed.map(|(place, _)| source.span(place)),
    };
    Some((metadata, places))
}

/// What stands below `[dbmig]`.
#[derive(Default)]
struct Found<'a> {
    message: Option<Word<'a>>,
    revises: Option<(Range<usize>, Vec<Word<'a>>)>,
    labels: Option<Vec<Word<'a>>>,
    depends_on: Option<Vec<Word<'a>>>,
    replaces: Option<Vec<Word<'a>>>,
    irreversible: Option<Word<'a>>,
    sealed: Option<(Range<usize>, Checksum)>,
}

/// Sets what may be stated once.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    let is_first = place.is_none();
    *place = Some(value);
    is_first.then_some(())
}

/// The lines that say something.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    /// What is left, from the next line on that is neither blank nor a comment.
    fn rest(&mut self) -> &'a str {
        loop {
            let rest = self.text[self.at..].trim_start_matches([' ', '\t', '\n']);
            self.at = self.text.len() - rest.len();
            let line = rest.split('\n').next().unwrap_or_default();
            if !line.starts_with('#') || line.contains(char::is_control) {
                return rest;
            }
            self.at += line.len();
        }
    }

    fn next(&mut self) -> Option<Word<'a>> {
        let line = self.rest().split('\n').next().filter(|line| !line.is_empty())?;
        let word = Word { text: line, at: self.at };
        self.at += line.len();
        Some(word.trim())
    }

    /// `key = value`
    fn entry(&mut self) -> Option<(&'a str, Word<'a>)> {
        let line = self.next()?;
        let (key, value) = line.text.split_once('=')?;
        let value = Word { text: value, at: line.at + key.len() + 1 };
        Some((key.trim_matches([' ', '\t']), value.trim()))
    }
}

/// A piece of the text, and where it begins.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Word<'a> {
    fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// The place of a string, with its quotes.
    fn quoted(self) -> Range<usize> {
        self.at - 1..self.at + self.text.len() + 1
    }

    fn trim(self) -> Word<'a> {
        let text = self.text.trim_start_matches([' ', '\t']);
        Word { text: text.trim_end_matches([' ', '\t']), at: self.at + self.text.len() - text.len() }
    }

    /// What stands between two quotes.
    fn string(self) -> Option<Word<'a>> {
        let text = self.text.strip_prefix('"')?.strip_suffix('"')?;
        let is_plain = !text.contains(|letter: char| letter == '"' || letter == '\\' || letter.is_control());
        is_plain.then_some(Word { text, at: self.at + 1 })
    }

    /// `["…", "…"]` of strings that are as they must be.
    fn strings(self, is_valid: impl Fn(&str) -> bool) -> Option<Vec<Word<'a>>> {
        let inner = self.text.strip_prefix('[')?.strip_suffix(']')?;
        let mut at = self.at + 1;
        let mut words = Vec::new();
        if inner.trim_matches([' ', '\t']).is_empty() {
            return Some(words);
        }
        for element in inner.split(',') {
            let word = Word { text: element, at }.trim().string()?;
            if !is_valid(word.text) {
                return None;
            }
            words.push(word);
            at += element.len() + 1;
        }
        Some(words)
    }

    /// The same of versions, each stated once.
    fn versions(self) -> Option<Vec<Word<'a>>> {
        let words = self.strings(|text| !text.is_empty() && !text.contains(['-', '_']))?;
        let is_new = |at: usize| !words[..at].iter().any(|before| before.text == words[at].text);
        (0..words.len()).all(is_new).then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{parse_toml, write};
    use super::*;

    /// Pieces of which most texts are nearly plain.
    const PIECES: [&str; 40] = [
        "run_in_transaction = true\n",
        "run_in_transaction=false\n",
        "[dbmig]\n",
        " [dbmig] \n",
        "[other]\n",
        "message = \"add users\"\n",
        "message = \"say \\\"hi\\\"\"\n",
        "message = \"\"\n",
        "message = 'a'\n",
        "message = \"\"\"\na\"\"\"\n",
        "message = \"a\" # b\n",
        "message = \"ä\tb\"\n",
        "revises = []\n",
        "revises = [\"1\"]\n",
        "\trevises = [ \"1\" , \"22\" ]\t\n",
        "revises = [\"1\", \"1\"]\n",
        "revises = [\"1\", ]\n",
        "revises = [\"1,2\"]\n",
        "revises = [\"2026-11-21-101500_a\"]\n",
        "revises = [\"\"]\n",
        "revises = [\"1\"\n]\n",
        "revises = \"1\"\n",
        "labels = [\"billing\", \"a/b\"]\n",
        "labels = [\"head\"]\n",
        "labels = [\"4\"]\n",
        "depends_on = [\"3\"]\n",
        "replaces = [\"4\", \"5\"]\n",
        "irreversible = \"the rows are gone\"\n",
        "irreversible = \" \"\n",
        "sealed = \"0123456789abcdef0123456789abcdef\"\n",
        "sealed = \"12\"\n",
        "# a comment = \"x\"\n",
        "  # [dbmig]\n",
        "\n",
        " \t\n",
        "\r\n",
        "\u{feff}",
        "\u{7}",
        "\"revises\" = []\n",
        "a.b = 1\n",
    ];

    proptest! {
        #[test]
        fn what_is_plain_means_what_toml_says(
            first in 0..4_usize,
            pieces in prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..6),
        ) {
            let begin = ["", "run_in_transaction = true\n[dbmig]\n", "\nrun_in_transaction = false\n\n[dbmig]\n", "# a\n"];
            let source = Source::new("m/metadata.toml", begin[first].to_owned() + &pieces.concat());
            if let Some(plain) = read(&source, "1_add_users") {
                let (metadata, places, faults) = parse_toml(&source, "1_add_users");
                prop_assert!(faults.is_empty(), "{}\n{faults:?}", source.text());
                prop_assert_eq!(plain, (metadata, places), "{}", source.text());
            }
        }
    }

    #[test]
    fn what_is_written_here_is_plain() {
        let mut metadata = Metadata::new("add users", vec!["1".into(), "2".into()]);
        metadata.labels = vec!["billing".to_owned(), "a/b".to_owned()];
        metadata.depends_on = vec!["3".into()];
        metadata.replaces = vec!["4".into()];
        metadata.irreversible = Some("the rows are gone".to_owned());
        metadata.sealed = Checksum::parse("0123456789abcdef0123456789abcdef");
        for text in [write(&metadata), write(&metadata).replace("\n", "\n\n# a comment\n")[..].replacen("#", " #", 3)] {
            let (read, places) = read(&Source::new("m", text.as_str()), "1_a").unwrap();
            assert_eq!(read, metadata);
            assert_eq!(places.parents[1].text(), "\"2\"");
        }
    }
}
