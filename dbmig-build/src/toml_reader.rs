//! TOML texts with places: what configuration and metadata are read with.
//!
//! Both want every fault of a text at once, each at its place, which serde doesn't give.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::source::{Source, Span};

/// A value with its place.
pub(crate) type Value<'a> = Spanned<DeValue<'a>>;
/// A table's entries, sorted by key.
pub(crate) type Table<'a> = DeTable<'a>;

/// Reads values of one text and gathers what is wrong with them.
pub(crate) struct Reader<'a> {
    source: &'a Source,
    code: Code,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader of a text whose faults have one code.
    pub(crate) fn new(source: &'a Source, code: Code) -> Reader<'a> {
        Reader { source, code, diagnostics: Vec::new() }
    }

    /// The text as a table.
    ///
    /// # Errors
    ///
    /// What TOML doesn't allow, at its place.
    pub(crate) fn parse(&self) -> Result<Table<'a>, Diagnostic> {
        DeTable::parse(self.source.text()).map(Spanned::into_inner).map_err(|error| {
            let path = self.source.path();
            let diagnostic = Diagnostic::error(self.code, format!("`{path}` is not valid TOML"));
            let message = error.message().trim().replace('\n', ", ");
            let diagnostic = diagnostic.at(self.source.span(error.span().unwrap_or(0..0)), message);
            diagnostic.help(format!("mend the line; `cargo dbmig explain {}` shows what the file may say", self.code))
        })
    }

    /// The place of a key or value.
    pub(crate) fn place<T>(&self, spanned: &Spanned<T>) -> Span {
        self.source.span(spanned.span())
    }

    /// Notes a fault.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Notes a fault at a place, and what to write there.
    pub(crate) fn fault<T>(
        &mut self,
        at: &Spanned<T>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::error(self.code, message).at(self.place(at), label);
        self.diagnostics.push(diagnostic.help(help));
    }

    /// Reports each key of a table, called `table`, that isn't `known`, with the one that was probably meant.
    pub(crate) fn only_known_keys(&mut self, entries: &Table<'_>, table: &str, known: &[&str]) {
        for key in entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let unknown = key.get_ref();
            let message = format!("unknown key `{unknown}` in `[{table}]`");
            let diagnostic = Diagnostic::error(self.code, message).at(self.place(key), "");
            let diagnostic = match nearest(unknown, known.iter().copied()) {
                Some(word) => diagnostic.help(format!("did you mean `{word}`?")),
                None => diagnostic.help(format!("known keys: {}", known.join(", "))),
            };
            self.diagnostics.push(diagnostic);
        }
    }

    /// The value of a key as a string.
    pub(crate) fn string(&mut self, entries: &Table<'_>, key: &str) -> Option<Spanned<String>> {
        let value = entries.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "a string", "\"…\"");
            return None;
        };
        Some(Spanned::new(value.span(), text.to_owned()))
    }

    /// The value of a key as a list of strings.
    pub(crate) fn strings(&mut self, entries: &Table<'_>, key: &str) -> Option<Spanned<Vec<Spanned<String>>>> {
        let value = entries.get(key)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of strings", "[\"…\"]");
            return None;
        };
        let mut strings = Vec::new();
        for element in array.iter() {
            match element.get_ref().as_str() {
                Some(text) => strings.push(Spanned::new(element.span(), text.to_owned())),
                None => self.wrong_type(key, element, "a list of strings", "[\"…\"]"),
            }
        }
        Some(Spanned::new(value.span(), strings))
    }

    /// The value of a key as `true` or `false`.
    pub(crate) fn boolean(&mut self, entries: &Table<'_>, key: &str) -> Option<bool> {
        let value = entries.get(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(key, value, "`true` or `false`", "true");
        }
        boolean
    }

    /// The value of a key as a table.
    pub(crate) fn table<'t, 'i>(&mut self, entries: &'t Table<'i>, key: &str) -> Option<&'t Table<'i>> {
        let value = entries.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(key, value, "a table", "{ … }");
        }
        table
    }

    fn wrong_type(&mut self, key: &str, value: &Value<'_>, wanted: &str, example: &str) {
        let found = describe(value.get_ref());
        // A list that was written without its brackets needs nothing else.
        let example = match value.get_ref().as_str() {
            Some(text) if example.starts_with('[') => format!("[\"{text}\"]"),
            _ => example.to_owned(),
        };
        let help = format!("{key} = {example}");
        self.fault(value, format!("`{key}` must be {wanted}"), format!("this is {found}"), help);
    }

    /// Everything reported, in the order of the text.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|one| one.span().map(|span| span.range().start));
        self.diagnostics
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
