//! Texts that are almost SQL.

use dbmig::Backend;
use dbmig_build::source::Source;
use dbmig_build::sql::split;

use super::random::Random;

/// Characters and words that mean something to a lexer, or nothing at all.
const STRAY: [&str; 44] = [
    "(",
    ")",
    "()",
    ";",
    "'",
    "\"",
    "[",
    "]",
    "`",
    ",",
    ".",
    "..",
    "::",
    "=",
    "$$",
    "$a$",
    "$1",
    "--",
    "-- dbmig: replay ",
    "#",
    "/*",
    "*/",
    "/*!",
    "\\",
    "\\'",
    "\0",
    "\r",
    "\n",
    "\u{feff}",
    "é",
    "𝄞",
    "E'",
    "U&'",
    "x'",
    "b'",
    "N'",
    "0x",
    "1e",
    ".5",
    "@",
    ":",
    "?",
    "*",
    "<>",
];

/// Words that open, close or join what a parser reads.
const WORDS: [&str; 64] = [
    "CREATE",
    "ALTER",
    "DROP",
    "TABLE",
    "INDEX",
    "VIEW",
    "TYPE",
    "SCHEMA",
    "SEQUENCE",
    "TRIGGER",
    "FUNCTION",
    "BEGIN",
    "END",
    "CASE",
    "IF",
    "NOT",
    "EXISTS",
    "COLUMN",
    "ADD",
    "RENAME",
    "TO",
    "AS",
    "SELECT",
    "FROM",
    "WHERE",
    "WITH",
    "ON",
    "USING",
    "REFERENCES",
    "PRIMARY",
    "KEY",
    "UNIQUE",
    "CHECK",
    "CONSTRAINT",
    "FOREIGN",
    "DEFAULT",
    "NULL",
    "GENERATED",
    "ALWAYS",
    "IDENTITY",
    "COLLATE",
    "CASCADE",
    "RESTRICT",
    "SET",
    "ATOMIC",
    "LANGUAGE",
    "DO",
    "EXECUTE",
    "LIKE",
    "INCLUDING",
    "ALL",
    "INHERITS",
    "PARTITION",
    "OF",
    "FOR",
    "VALUES",
    "ENUM",
    "MODIFY",
    "CHANGE",
    "FIRST",
    "AFTER",
    "DELIMITER",
    "LOOP",
    "DOMAIN",
];

pub(super) struct Mutator {
    random: Random,
    /// Statements, and whole inputs that showed something new.
    pool: Vec<String>,
    seeds: String,
}

impl Mutator {
    pub(super) fn new(seeds: &str, backend: Backend, seed: u64) -> Mutator {
        let script = split(&Source::new("seeds.sql", seeds), backend);
        let mut pool: Vec<String> = script.statements.iter().map(|one| one.text().to_owned()).collect();
        if pool.is_empty() {
            pool.push(seeds.to_owned());
        }
        Mutator { random: Random(seed), pool, seeds: seeds.to_owned() }
    }

    /// Remembers an input that showed something new.
    pub(super) fn learn(&mut self, input: String) {
        if self.pool.len() < 4_000 {
            self.pool.push(input);
        } else {
            let at = self.random.below(self.pool.len());
            self.pool[at] = input;
        }
    }

    /// What is tried without chance: each statement, and each cut off behind each of its characters.
    pub(super) fn systematic(&self) -> Vec<String> {
        let mut inputs = vec![self.seeds.clone()];
        for statement in &self.pool {
            inputs.push(format!("{statement};"));
        }
        let mut cuts: Vec<String> = Vec::new();
        for statement in &self.pool {
            cuts.extend(statement.char_indices().skip(1).map(|(at, _)| statement[..at].to_owned()));
        }
        // From everywhere, where there is no time for all of them.
        let stride = 7;
        inputs.extend((0..stride).flat_map(|first| cuts.iter().skip(first).step_by(stride).cloned()));
        inputs
    }

    pub(super) fn next(&mut self) -> String {
        let mut pieces: Vec<String> = Vec::new();
        for _ in 0..=self.random.below(4) {
            let one = self.random.one(&self.pool).clone();
            pieces.extend(split_pieces(&one).into_iter().map(str::to_owned));
            pieces.push(self.random.one(&[";\n", ";", "\n", " "]).to_string());
        }
        for _ in 0..=self.random.below(8) {
            self.edit(&mut pieces);
        }
        let mut text = pieces.concat();
        if self.random.below(12) == 0 {
            text = self.cut(&text);
        }
        text
    }

    fn edit(&mut self, pieces: &mut Vec<String>) {
        let length = pieces.len();
        if length == 0 {
            pieces.push(self.random.one(&WORDS).to_string());
            return;
        }
        let at = self.random.below(length);
        let end = (at + 1 + self.random.below(6)).min(length);
        match self.random.below(10) {
            0 => drop(pieces.drain(at..end)),
            1 => {
                let copy = pieces[at..end].to_vec();
                let to = self.random.below(length);
                pieces.splice(to..to, copy);
            }
            2 => {
                let other = self.random.below(length);
                pieces.swap(at, other);
            }
            3 => pieces[at] = self.random.one(&STRAY).to_string(),
            4 => pieces.insert(at, self.random.one(&STRAY).to_string()),
            5 => pieces.insert(at, format!(" {} ", self.random.one(&WORDS))),
            6 => pieces[at] = self.random.one(&WORDS).to_string(),
            7 => {
                // A run of another statement in the place of one of this.
                let other = self.random.one(&self.pool).clone();
                let other = split_pieces(&other);
                let from = self.random.below(other.len());
                let to = (from + 1 + self.random.below(12)).min(other.len());
                pieces.splice(at..end, other[from..to].iter().map(|piece| (*piece).to_owned()));
            }
            8 => {
                let times = 1 << self.random.below(6);
                let (open, close) = *self.random.one(&[
                    ("(", ")"),
                    ("CASE WHEN ", " END"),
                    ("/*", "*/"),
                    ("BEGIN ", " END"),
                    ("[", "]"),
                ]);
                pieces.insert(end, close.repeat(times));
                pieces.insert(at, open.repeat(times));
            }
            _ => {
                let bytes: Vec<u8> = (0..self.random.below(6)).map(|_| self.random.next() as u8).collect();
                pieces.insert(at, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }

    /// A part of a text.
    fn cut(&mut self, text: &str) -> String {
        let border = |at: usize| (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        let (one, other) = (border(self.random.below(text.len())), border(self.random.below(text.len())));
        text[one.min(other)..one.max(other)].to_owned()
    }
}

/// The words and other pieces of a text, with the white space between them.
fn split_pieces(text: &str) -> Vec<&str> {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let more = |one: char| if is_word(first) { !is_word(one) } else { one != first || !first.is_whitespace() };
        let end = rest.char_indices().skip(1).find(|&(_, one)| more(one)).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
