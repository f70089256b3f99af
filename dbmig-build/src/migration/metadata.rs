//! `metadata.toml`: what a migration says about itself and its place in the history.

mod plain;

use dbmig::checksum::Checksum;
use dbmig::version::{Version, slug_of_folder};
use toml::Spanned;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use crate::toml_reader::{Reader, Table};

const KEYS: [&str; 7] = ["message", "revises", "labels", "depends_on", "replaces", "irreversible", "sealed"];
const LABEL_HELP: &str = "labels = [\"billing\"]";
/// Words that commands read as selectors.
const RESERVED: [&str; 4] = ["head", "heads", "base", "current"];

/// What a metadata.toml says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Whether the SQL runs in a transaction.
    pub run_in_transaction: bool,
    /// What the revision does; the folder's slug if nothing is said.
    pub message: String,
    /// The revisions that it follows; none for a root.
    pub revises: Vec<Version>,
    /// Branch labels.
    pub labels: Vec<String>,
    /// Revisions that must be applied before without being parents.
    pub depends_on: Vec<Version>,
    /// Revisions that this one stands for since a squash.
    pub replaces: Vec<Version>,
    /// Why there is no way back, where there is none on purpose.
    pub irreversible: Option<String>,
    /// The checksum over both scripts with which it was released.
    pub sealed: Option<Checksum>,
}

/// Where a metadata.toml says what it says; parallel to the lists of [`Metadata`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The whole value of `revises`.
    pub revises: Span,
    /// Each parent.
    pub parents: Vec<Span>,
    /// Each label.
    pub labels: Vec<Span>,
    /// Each dependency.
    pub depends_on: Vec<Span>,
    /// Each revision that it replaces.
    pub replaces: Vec<Span>,
    /// The seal.
    pub sealed: Option<Span>,
}

impl Metadata {
    /// A revision that runs in a transaction and says nothing but its message and parents.
    pub fn new(message: impl Into<String>, revises: Vec<Version>) -> Metadata {
        Metadata {
            run_in_transaction: true,
            message: message.into(),
            revises,
            labels: Vec::new(),
            depends_on: Vec::new(),
            replaces: Vec::new(),
            irreversible: None,
            sealed: None,
        }
    }
}

/// Reads the text of a metadata.toml; `folder` is the name of its migration.
///
/// What can't be read is left at its default and reported.
pub fn parse(source: &Source, folder: &str) -> (Metadata, Places, Vec<Diagnostic>) {
    match plain::read(source, folder) {
        Some((metadata, places)) => (metadata, places, Vec::new()),
        None => parse_toml(source, folder),
    }
}

fn parse_toml(source: &Source, folder: &str) -> (Metadata, Places, Vec<Diagnostic>) {
    let mut metadata = Metadata::new(slug_of_folder(folder).replace('_', " "), Vec::new());
    let start = source.start();
    let mut places = Places {
        revises: start,
        parents: Vec::new(),
        labels: Vec::new(),
        depends_on: Vec::new(),
        replaces: Vec::new(),
        sealed: None,
    };
    let mut reader = Reader::new(source, Code::Metadata);
    let document = match reader.parse() {
        Ok(document) => document,
        Err(error) => {
            let error = error.note("Diesel would take the broken file for `run_in_transaction = true`, in silence");
            return (metadata, places, vec![error]);
        }
    };
    if let Some(transaction) = transaction_mode(&mut reader, source, &document) {
        metadata.run_in_transaction = transaction;
    }
    // Other tools may keep tables of their own here, as Diesel allows; a lone key is most likely a misplaced one.
    let lone = document.iter().filter(|(key, value)| {
        key.get_ref() != "run_in_transaction" && key.get_ref() != "dbmig" && !value.get_ref().is_table()
    });
    for (key, _) in lone {
        let message = format!("unknown key `{}` before the first table", key.get_ref());
        let diagnostic = Diagnostic::error(Code::Metadata, message).at(reader.place(key), "");
        let belongs = KEYS.contains(&key.get_ref().as_ref());
        let near = crate::nearest::nearest(key.get_ref(), ["run_in_transaction", "dbmig"]);
        reader.report(match near {
            _ if belongs => diagnostic.help(format!("`{}` belongs below `[dbmig]`", key.get_ref())),
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("keys of dbmig belong below `[dbmig]`"),
        });
    }
    match document.get("dbmig") {
        Some(_) => {
            if let Some(section) = reader.table(&document, "dbmig") {
                section_of(&mut reader, section, &mut metadata, &mut places);
            }
        }
        None => {
            let message = format!("`{}` has no `[dbmig]` table", source.path());
            let diagnostic = Diagnostic::error(Code::MissingMetadata, message).at(source.start(), "");
            let diagnostic = diagnostic.help("if Diesel's command line made it: cargo dbmig adopt");
            reader.report(diagnostic.help(say_parents()));
        }
    }
    (metadata, places, reader.finish())
}

/// What to write where nothing says what a revision follows.
pub(super) fn say_parents() -> String {
    "add `[dbmig]` and below it `revises = [\"VERSION\"]` with the version of the revision before this one, or `revises \
     = []` if it is the first"
        .to_owned()
}

/// `run_in_transaction`, which must be the first thing in the file for Diesel's sake.
fn transaction_mode(reader: &mut Reader<'_>, source: &Source, document: &Table<'_>) -> Option<bool> {
    const HELP: &str = "the first line: `run_in_transaction = true`";
    let Some((key, _)) = document.get_key_value("run_in_transaction") else {
        let inner = document.get("dbmig").and_then(|value| value.get_ref().as_table());
        let misplaced = inner.and_then(|table| table.get_key_value("run_in_transaction"));
        let diagnostic = match misplaced {
            Some((key, _)) => {
                let message = "`run_in_transaction` stands below `[dbmig]`, where Diesel doesn't see it";
                Diagnostic::error(Code::RunInTransaction, message).at(reader.place(key), "move this to the first line")
            }
            None => {
                let message = format!("`{}` doesn't say `run_in_transaction`", source.path());
                Diagnostic::error(Code::RunInTransaction, message).at(source.start(), "")
            }
        };
        reader.report(diagnostic.note("Diesel takes a missing key for `false`, in silence").help(HELP));
        return None;
    };
    let before = source.text().get(..key.span().start).unwrap_or_default();
    if !before.trim_start_matches('\u{feff}').trim().is_empty() {
        let message = "`run_in_transaction` is not on the first line";
        reader.report(Diagnostic::error(Code::RunInTransaction, message).at(reader.place(key), "").help(HELP));
    }
    let value = document.get("run_in_transaction")?;
    let boolean = value.get_ref().as_bool();
    if boolean.is_none() {
        let message = "`run_in_transaction` must be `true` or `false`";
        let diagnostic = Diagnostic::error(Code::RunInTransaction, message).at(reader.place(value), "");
        reader.report(diagnostic.note("Diesel takes any other value for `true`, in silence").help(HELP));
    }
    boolean
}

fn section_of(reader: &mut Reader<'_>, section: &Table<'_>, metadata: &mut Metadata, places: &mut Places) {
    let known: Vec<&str> =
        KEYS.into_iter().chain(section.contains_key("run_in_transaction").then_some("run_in_transaction")).collect();
    reader.only_known_keys(section, "dbmig", &known);
    if let Some(message) = reader.string(section, "message") {
        metadata.message = message.into_inner();
    }
    match reader.strings(section, "revises") {
        Some(revises) => {
            places.revises = reader.place(&revises);
            (metadata.revises, places.parents) = versions(reader, "revises", revises.get_ref());
        }
        None if section.contains_key("revises") => {}
        None => {
            let diagnostic =
                Diagnostic::error(Code::MissingMetadata, "`[dbmig]` doesn't say what the revision `revises`");
            let place = section.keys().map(|key| reader.place(key)).min();
            let diagnostic = match place.or_else(|| Some(places.revises.clone())) {
                Some(place) => diagnostic.at(place, ""),
                None => diagnostic,
            };
            let help = "`revises = [\"VERSION\"]` with the version of the revision before this one, or `revises = []` if it \
                        is the first";
            reader.report(diagnostic.help(help));
        }
    }
    if let Some(depends_on) = reader.strings(section, "depends_on") {
        (metadata.depends_on, places.depends_on) = versions(reader, "depends_on", depends_on.get_ref());
    }
    if let Some(replaces) = reader.strings(section, "replaces") {
        (metadata.replaces, places.replaces) = versions(reader, "replaces", replaces.get_ref());
    }
    if let Some(labels) = reader.strings(section, "labels") {
        for label in labels.into_inner() {
            check_label(reader, &label);
            places.labels.push(reader.place(&label));
            metadata.labels.push(label.into_inner());
        }
    }
    if let Some(why) = reader.string(section, "irreversible") {
        if why.get_ref().trim().is_empty() {
            reader.fault(
                &why,
                "`irreversible` must say why there is no way back",
                "this is empty",
                "irreversible = \"the old rows are gone\"",
            );
        }
        metadata.irreversible = Some(why.into_inner());
    }
    if let Some(digits) = reader.string(section, "sealed") {
        metadata.sealed = Checksum::parse(digits.get_ref());
        places.sealed = Some(reader.place(&digits));
        if metadata.sealed.is_none() {
            let help = "delete the line, or take it back from git";
            reader.fault(&digits, "`sealed` is no checksum", "32 hexadecimal digits are expected", help);
        }
    }
}

/// Versions with their places. A folder's name is no version: the difference is pointed out here rather than as a
/// missing parent.
fn versions(reader: &mut Reader<'_>, key: &str, list: &[Spanned<String>]) -> (Vec<Version>, Vec<Span>) {
    let mut seen: Vec<&str> = Vec::new();
    for written in list {
        let text = written.get_ref().as_str();
        let version = Version::of_folder(text);
        if version.as_str() != text {
            let diagnostic = Diagnostic::error(Code::Metadata, format!("`{text}` is no version"));
            let diagnostic = diagnostic.at(reader.place(written), "");
            reader.report(diagnostic.help(format!("{key} = [\"{version}\"]")));
        } else if text.is_empty() {
            reader.fault(written, format!("`{key}` has an empty entry"), "", format!("{key} = []"));
        } else if seen.contains(&text) {
            reader.fault(written, format!("`{key}` names `{text}` twice"), "", "name it once");
        }
        seen.push(text);
    }
    list.iter().map(|written| (Version::of_folder(written.get_ref()), reader.place(written))).unzip()
}

fn check_label(reader: &mut Reader<'_>, label: &Spanned<String>) {
    let text = label.get_ref();
    if is_label(text) {
        return;
    }
    let why = match RESERVED.contains(&text.as_str()) {
        true => "commands read this word as a selector",
        false => "a letter, then letters, digits, `_`, `-`, `.` and `/`",
    };
    reader.fault(label, format!("`{text}` can't be a label"), why, LABEL_HELP);
}

fn is_label(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    !RESERVED.contains(&text) && text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.chars().all(plain)
}

/// The text of a metadata.toml.
pub fn write(metadata: &Metadata) -> String {
    let list = |key: &str, items: &mut dyn Iterator<Item = &str>| {
        let items: Vec<String> = items.map(quoted).collect();
        format!("{key} = [{}]\n", items.join(", "))
    };
    let mut text = format!("run_in_transaction = {}\n\n[dbmig]\n", metadata.run_in_transaction);
    text.push_str(&format!("message = {}\n", quoted(&metadata.message)));
    text.push_str(&list("revises", &mut metadata.revises.iter().map(Version::as_str)));
    if !metadata.labels.is_empty() {
        text.push_str(&list("labels", &mut metadata.labels.iter().map(String::as_str)));
    }
    if !metadata.depends_on.is_empty() {
        text.push_str(&list("depends_on", &mut metadata.depends_on.iter().map(Version::as_str)));
    }
    if !metadata.replaces.is_empty() {
        text.push_str(&list("replaces", &mut metadata.replaces.iter().map(Version::as_str)));
    }
    if let Some(why) = &metadata.irreversible {
        text.push_str(&format!("irreversible = {}\n", quoted(why)));
    }
    if let Some(sealed) = &metadata.sealed {
        text.push_str(&format!("sealed = \"{sealed}\"\n"));
    }
    text
}

/// A TOML basic string. Source: <https://toml.io/en/v1.0.0#string>.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
