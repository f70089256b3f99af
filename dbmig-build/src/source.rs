//! Texts and places in them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text that was read from a file, cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source(Arc<Inner>);

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Inner {
    path: String,
    text: String,
}

impl Source {
    /// A text with the path that diagnostics print: relative to the package, with `/`.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        Source(Arc::new(Inner { path: path.into(), text: text.into() }))
    }

    /// The path, relative to the package, with `/`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// A place in the text, as a range of bytes.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.clone(), start: range.start, end: range.end.max(range.start) }
    }

    /// The place before the first character, for what concerns the whole file.
    pub fn start(&self) -> Span {
        self.span(0..0)
    }

    /// The line and column of a byte offset, both counted from 1; columns count characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text().get(..offset).unwrap_or(self.text());
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.path())
    }
}

/// A place in a text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    source: Source,
    start: usize,
    end: usize,
}

impl Span {
    /// The text that it is a place in.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The bytes that it covers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The text that it covers.
    pub fn text(&self) -> &str {
        self.source.text().get(self.range()).unwrap_or_default()
    }

    /// The line on which it begins, counted from 1.
    pub fn line(&self) -> usize {
        self.source.position(self.start).0
    }

    /// From the start of this place to the end of another one in the same text.
    pub fn to(&self, other: &Span) -> Span {
        Span { source: self.source.clone(), start: self.start, end: other.end.max(self.start) }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}..{}]", self.source.path(), self.start, self.end)
    }
}

impl fmt::Display for Span {
    /// `migrations/…/up.sql:3:5`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.source.position(self.start);
        write!(f, "{}:{line}:{column}", self.source.path())
    }
}
