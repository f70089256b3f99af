//! Whatever the text, reading SQL never panics, never loops and loses nothing.

use std::ops::Range;

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::Catalog;
use dbmig_build::source::Source;
use dbmig_build::sql;
use dbmig_build::sql::syntax::postgres::Step;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// SQL of every kind that replay knows, to be cut up and put together again.
const DIALECTS: [(Backend, &str); 3] = [
    (Backend::Sqlite, include_str!("any_sql/sqlite.sql")),
    (Backend::Mysql, include_str!("any_sql/mysql.sql")),
    (Backend::Postgres, include_str!("any_sql/postgres.sql")),
];

/// The words and other pieces of a sample, with the white space between them.
fn pieces(sample: &str) -> Vec<&str> {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    let mut pieces = Vec::new();
    let mut rest = sample;
    while let Some(first) = rest.chars().next() {
        let more = |one: char| if is_word(first) { !is_word(one) } else { one != first || !first.is_whitespace() };
        let end = rest.char_indices().skip(1).find(|&(_, one)| more(one)).map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// One edit of a sample's pieces.
#[derive(Clone, Debug)]
enum Edit {
    Drop(Index, usize),
    Copy(Index, Index),
    Swap(Index, Index),
    Insert(Index, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let stray = select(vec![
        "(",
        ")",
        ";",
        "'",
        "\"",
        "[",
        "`",
        ",",
        ".",
        "BEGIN",
        "END",
        "--",
        "/*",
        "*/",
        "\0",
        "é",
        "AS",
        "/*!",
        "\\",
        "#",
        "CASE",
        "IF",
        "DELIMITER",
        "$$",
        "E'",
        "::",
        "CASCADE",
        "EXCEPTION",
        "LOOP",
    ]);
    prop_oneof![
        (any::<Index>(), 1..6_usize).prop_map(|(at, count)| Edit::Drop(at, count)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Edit::Copy(from, to)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Edit::Swap(one, other)),
        (any::<Index>(), stray).prop_map(|(at, text)| Edit::Insert(at, text.to_owned())),
        (any::<Index>(), ".{0,3}").prop_map(|(at, text)| Edit::Insert(at, text)),
    ]
}

fn edited(sample: &str, edits: &[Edit]) -> String {
    let mut text: Vec<String> = pieces(sample).into_iter().map(str::to_owned).collect();
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
fn read(text: &str, backend: Backend) {
    let source = Source::new("up.sql", text);
    let script = sql::split(&source, backend);
    let mut end = 0;
    let mut joined = String::new();
    for statement in &script.statements {
        let range = statement.span.range();
        assert!(end <= range.start && range.start < range.end, "statements follow each other");
        let gap = &text[end..range.start];
        // Nothing but white space, comments and semicolons stands between statements.
        assert!(sql::split(&Source::new("gap", gap), backend).statements.is_empty(), "{gap:?}");
        joined.push_str(gap);
        joined.push_str(statement.text());
        let tokens = statement.tokens();
        assert_eq!(tokens.first().map(|token| token.start), Some(range.start));
        assert_eq!(tokens.last().map(|token| token.end), Some(range.end));
        assert!(tokens.windows(2).all(|two| two[0].end <= two[1].start && !two[0].text(text).is_empty()));
        end = range.end;
    }
    let rest = &text[end..];
    assert!(sql::split(&Source::new("rest", rest), backend).statements.is_empty(), "{rest:?}");
    joined.push_str(rest);
    assert_eq!(joined, text);
    script.checksum();
    script.foreign_keys_off();
    script.todos().for_each(drop);
    drop(sql::expression(text, backend));
    if backend == Backend::Postgres {
        read_bodies(&source, &script);
    }
    drop(sql::column_type(text, backend));

    let mut replay = Replay::new(backend);
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

/// Reads all that stands in a text as PL/pgSQL, and all that stands in strings: bodies of functions and of DO blocks.
/// Returns how many of them are blocks.
fn read_bodies(source: &Source, script: &sql::Script) -> usize {
    let mut blocks = 0;
    let mut bodies = vec![source.span(0..source.text().len())];
    for statement in &script.statements {
        catalog_test(statement);
        for token in statement.tokens().iter().filter(|token| token.kind == sql::TokenKind::String) {
            bodies.extend(
                unquoted(token.text(source.text()))
                    .map(|inner| source.span(token.start + inner.start..token.start + inner.end)),
            );
        }
    }
    for body in bodies {
        match sql::plpgsql(&body) {
            Ok(block) => {
                assert!(body.range().start <= block.span.range().start && block.span.range().end <= body.range().end);
                read_steps(&block.steps);
                block.handlers.iter().for_each(|handler| read_steps(&handler.steps));
                blocks += 1;
            }
            Err(fault) => assert!(source.text().get(fault.span.range()).is_some(), "{fault:?}"),
        }
    }
    blocks
}

/// What stands in a string's quotes.
fn unquoted(string: &str) -> Option<Range<usize>> {
    let quote = match string.strip_prefix('$') {
        Some(tag) => tag.find('$')? + 2,
        None => 1,
    };
    let end = string.len().checked_sub(quote)?;
    (quote <= end && string.is_char_boundary(quote) && string.is_char_boundary(end)).then_some(quote..end)
}

fn read_steps(steps: &[Step]) {
    for step in steps {
        match step {
            Step::If { branches, otherwise, .. } => {
                for branch in branches {
                    catalog_test(&branch.condition);
                    read_steps(&branch.steps);
                }
                read_steps(otherwise);
            }
            Step::Case { branches, .. } => branches.iter().for_each(|steps| read_steps(steps)),
            Step::Block(block) => read_steps(&block.steps),
            Step::Loop { steps, .. } => read_steps(steps),
            _ => {}
        }
    }
}

/// A test that a condition was read as says something that stands in its text.
fn catalog_test(condition: &sql::Statement) {
    let mut parts = vec![sql::condition(condition)];
    while let Some(part) = parts.pop() {
        match part {
            sql::Condition::Test(test) => {
                let text = condition.text().to_lowercase();
                assert!(test.catalogs.iter().all(|one| text.contains(&one.to_lowercase())), "{test:?}");
            }
            sql::Condition::Not(inner) => parts.push(*inner),
            sql::Condition::All(inner) | sql::Condition::Any(inner) => parts.extend(inner),
            sql::Condition::Known(_) | sql::Condition::Other => {}
        }
    }
}

#[test]
fn the_samples_are_read_without_a_diagnostic() {
    for (backend, sample) in DIALECTS {
        let script = sql::split(&Source::new("up.sql", sample), backend);
        assert_eq!(script.diagnostics, []);
        let mut replay = Replay::new(backend);
        assert_eq!(replay.run(&script).diagnostics, []);
        assert!(replay.schema().tables.len() >= 8, "{:?}", replay.schema().tables.keys());
        assert_eq!(pieces(sample).concat(), sample);
        if backend == Backend::Postgres {
            assert_eq!(read_bodies(&Source::new("up.sql", sample), &script), 5);
        }
        read(sample, backend);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        DIALECTS.iter().for_each(|(backend, _)| read(&text, *backend));
    }

    #[test]
    fn any_pieces_are_read(text in "[ \n;'\"`\\[\\]()\\-/*.,x0-9eé$@?:!|<>=\0a-d#\\\\]{0,60}") {
        DIALECTS.iter().for_each(|(backend, _)| read(&text, *backend));
    }

    #[test]
    fn edited_sql_is_read(edits in prop::collection::vec(edit(), 1..12)) {
        DIALECTS.iter().for_each(|(backend, sample)| read(&edited(sample, &edits), *backend));
    }

    #[test]
    fn cut_sql_is_read(from in any::<Index>(), to in any::<Index>()) {
        for (backend, sample) in DIALECTS {
            let border = |index: Index| {
                (0..=index.index(sample.len())).rev().find(|&at| sample.is_char_boundary(at)).unwrap_or(0)
            };
            let (one, other) = (border(from), border(to));
            read(&sample[one.min(other)..one.max(other)], backend);
        }
    }
}
