//! Whatever the text, reading SQL never panics, never loops and loses nothing.

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::Catalog;
use dbmig_build::source::Source;
use dbmig_build::sql;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// SQL of every kind that replay knows, to be cut up and put together again.
const SAMPLE: &str = r#"
-- dbmig: allow(drop-table) gone since May
CREATE TABLE IF NOT EXISTS main."users" (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL ON CONFLICT FAIL,
    name VARCHAR(64) NOT NULL UNIQUE DEFAULT 'it''s' COLLATE NOCASE, age UNSIGNED BIG INT CHECK (age > (1 + 2) * 3),
    up INT CONSTRAINT fk REFERENCES users (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, [odd name] TEXT[],
    twice INT GENERATED ALWAYS AS (age * 2) STORED, `é` BLOB DEFAULT x'00ff',
    CONSTRAINT u UNIQUE (name, age DESC) ON CONFLICT REPLACE FOREIGN KEY (up) REFERENCES users, CHECK (age <> 7));
CREATE TABLE typed (a ANY PRIMARY KEY, b INT) WITHOUT ROWID, STRICT;
CREATE TEMP TABLE copy AS SELECT id, name AS n FROM users WHERE id > 1; CREATE TABLE other AS SELECT * FROM users;
CREATE UNIQUE INDEX i ON users (lower(name) COLLATE binary DESC, age) WHERE age IS NOT NULL; /* why */
CREATE VIEW v (a, b) AS SELECT name, users.age FROM users JOIN other ON users.id = other.id;
CREATE TRIGGER t AFTER UPDATE OF name, age ON users WHEN NEW.name <> OLD.name BEGIN
    UPDATE users SET age = CASE WHEN age THEN 1 ELSE 2 END WHERE id = NEW.id; INSERT INTO other (name) VALUES (NEW.name); END;
CREATE VIRTUAL TABLE s USING fts5(title, body UNINDEXED, tokenize = 'porter');
ALTER TABLE users ADD COLUMN extra TEXT NOT NULL DEFAULT ''; ALTER TABLE users RENAME COLUMN name TO "full name";
ALTER TABLE users RENAME TO people; ALTER TABLE people DROP COLUMN extra; PRAGMA legacy_alter_table = ON;
ALTER TABLE people ALTER COLUMN age SET NOT NULL; ALTER TABLE people ADD CONSTRAINT c CHECK (age > 0);
ALTER TABLE people DROP CONSTRAINT c; ALTER TABLE s RENAME TO s2; ALTER TABLE people RENAME age TO years;
DROP INDEX IF EXISTS i; DROP TRIGGER t; DROP VIEW v; DROP TABLE other; DROP TABLE people;
-- dbmig: replay CREATE TABLE made (a INT)
SELECT ?1, :a, @b, $c, 1.5e3, .5, 0xff, a->>'$.b' || 'c' FROM x; -- dbmig: todo decide
"#;

/// The words and other pieces of the sample, with the white space between them.
fn pieces() -> Vec<&'static str> {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    let mut pieces = Vec::new();
    let mut rest = SAMPLE;
    while let Some(first) = rest.chars().next() {
        let more = |one: char| if is_word(first) { !is_word(one) } else { one != first || !first.is_whitespace() };
        let end = rest.char_indices().skip(1).find(|&(_, one)| more(one)).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// One edit of the sample's pieces.
#[derive(Clone, Debug)]
enum Edit {
    Drop(Index, usize),
    Copy(Index, Index),
    Swap(Index, Index),
    Insert(Index, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let stray =
        select(vec!["(", ")", ";", "'", "\"", "[", "`", ",", ".", "BEGIN", "END", "--", "/*", "*/", "\0", "é", "AS"]);
    prop_oneof![
        (any::<Index>(), 1..6_usize).prop_map(|(at, count)| Edit::Drop(at, count)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Edit::Copy(from, to)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Edit::Swap(one, other)),
        (any::<Index>(), stray).prop_map(|(at, text)| Edit::Insert(at, text.to_owned())),
        (any::<Index>(), ".{0,3}").prop_map(|(at, text)| Edit::Insert(at, text)),
    ]
}

fn edited(edits: &[Edit]) -> String {
    let mut text: Vec<String> = pieces().into_iter().map(str::to_owned).collect();
    for edit in edits {
        let length = text.len();
        match edit {
            Edit::Drop(at, count) => {
                let at = at.index(length);
                let end = (at + count).min(length - 1);
                text.drain(at.min(end)..end);
            }
            Edit::Copy(from, to) => text.insert(to.index(length), text[from.index(length)].clone()),
            Edit::Swap(one, other) => text.swap(one.index(length), other.index(length)),
            Edit::Insert(at, new) => text.insert(at.index(length), new.clone()),
        }
    }
    text.concat()
}

/// Reads a text in every way, and checks what must hold for any.
fn read(text: &str) {
    let source = Source::new("up.sql", text);
    let script = sql::split(&source, Backend::Sqlite);
    let mut end = 0;
    let mut joined = String::new();
    for statement in &script.statements {
        let range = statement.span.range();
        assert!(end <= range.start && range.start < range.end, "statements follow each other");
        let gap = &text[end..range.start];
        // Nothing but white space, comments and semicolons stands between statements.
        assert!(sql::split(&Source::new("gap", gap), Backend::Sqlite).statements.is_empty(), "{gap:?}");
        joined.push_str(gap);
        joined.push_str(statement.text());
        let tokens = statement.tokens();
        assert_eq!(tokens.first().map(|token| token.start), Some(range.start));
        assert_eq!(tokens.last().map(|token| token.end), Some(range.end));
        assert!(tokens.windows(2).all(|two| two[0].end <= two[1].start && !two[0].text(text).is_empty()));
        end = range.end;
    }
    let rest = &text[end..];
    assert!(sql::split(&Source::new("rest", rest), Backend::Sqlite).statements.is_empty(), "{rest:?}");
    joined.push_str(rest);
    assert_eq!(joined, text);
    script.checksum();
    script.foreign_keys_off();
    script.todos().for_each(drop);
    drop(sql::expression(text, Backend::Sqlite));
    drop(sql::column_type(text, Backend::Sqlite));

    let mut replay = Replay::new(Backend::Sqlite);
    let replayed = replay.run(&script);
    let mut again = Catalog::default();
    for change in &replayed.changes {
        assert_eq!(again.apply(change), Ok(()), "{change:?}");
    }
    assert_eq!(again.schema(), replay.schema());
    for diagnostic in &replayed.diagnostics {
        assert!(diagnostic.span().is_some_and(|span| text.get(span.range()).is_some()), "{diagnostic:?}");
    }
    replay.run(&script);
}

#[test]
fn the_sample_is_read_without_a_diagnostic() {
    let script = sql::split(&Source::new("up.sql", SAMPLE), Backend::Sqlite);
    assert_eq!(script.diagnostics, []);
    let mut replay = Replay::new(Backend::Sqlite);
    assert_eq!(replay.run(&script).diagnostics, []);
    assert_eq!(replay.schema().tables.len(), 8);
    assert_eq!(pieces().concat(), SAMPLE);
    read(SAMPLE);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_pieces_are_read(text in "[ \n;'\"`\\[\\]()\\-/*.,x0-9eé$@?:!|<>=\0a-d]{0,60}") {
        read(&text);
    }

    #[test]
    fn edited_sql_is_read(edits in prop::collection::vec(edit(), 1..12)) {
        read(&edited(&edits));
    }

    #[test]
    fn cut_sql_is_read(from in any::<Index>(), to in any::<Index>()) {
        let border = |index: Index| (0..=index.index(SAMPLE.len())).rev().find(|&at| SAMPLE.is_char_boundary(at));
        let (one, other) = (border(from).unwrap_or(0), border(to).unwrap_or(0));
        read(&SAMPLE[one.min(other)..one.max(other)]);
    }
}
