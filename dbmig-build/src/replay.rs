//! The chain to the schema: what each statement does, worked out without a database.

mod conflict;
mod history;
mod lower;
mod mysql;
mod postgres;
mod sqlite;

use std::collections::BTreeSet;

use dbmig::Backend;

use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{ApplyError, Catalog, Change, Name, ObjectName, Schema};
use crate::source::Span;
use crate::sql::syntax::Syntax;
use crate::sql::{Directive, Script, Statement, Unreadable, parse, split_part};
use conflict::{Conflict, Reason, Unknown};
use history::History;

/// Diesel's ledger: it is in the database before the first migration, and in no chain.
const LEDGER: &str = "__diesel_schema_migrations";

/// A schema that scripts are replayed on, with the state of the connection that runs them.
#[derive(Clone, Debug)]
pub struct Replay {
    backend: Backend,
    catalog: Catalog,
    /// What lasts as long as the connection and is no part of the schema.
    temporary: Catalog,
    /// Triggers that no table of the schema has: temporary ones, and those of views.
    loose_triggers: BTreeSet<Name>,
    /// SQLite's `PRAGMA legacy_alter_table`.
    legacy_alter_table: bool,
    /// Whether foreign keys are enforced while the script runs.
    foreign_keys: bool,
    mysql: mysql::Session,
    postgres: postgres::Session,
    history: History,
    unknown: Unknown,
}

/// What replaying a script gave.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// The changes that it made, in order.
    pub changes: Vec<Change>,
    /// The statements that made them, parallel to `changes`.
    pub places: Vec<Span>,
    /// The statements that can't be read or don't fit. Those of the script itself (broken tokens, directives) are the
    /// script's own.
    pub diagnostics: Vec<Diagnostic>,
}

impl Replay {
    /// An empty database.
    pub fn new(backend: Backend) -> Replay {
        Replay::from_schema(Schema::default(), backend)
    }

    /// A database of this schema.
    pub fn from_schema(schema: Schema, backend: Backend) -> Replay {
        let begun = !schema.tables.is_empty();
        let catalog = Catalog::from(schema);
        let mysql = if backend == Backend::Mysql { mysql::Session::of(&catalog) } else { mysql::Session::default() };
        Replay {
            backend,
            catalog,
            mysql,
            temporary: Catalog::default(),
            loose_triggers: BTreeSet::new(),
            legacy_alter_table: false,
            foreign_keys: true,
            postgres: postgres::Session::new(begun),
            history: History::default(),
            unknown: Unknown::default(),
        }
    }

    /// The schema as it is now.
    pub fn schema(&self) -> &Schema {
        self.catalog.schema()
    }

    /// The schema as it is now, with what finds its objects.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Where a table was made or renamed, and which of both, in words.
    pub fn place_of_table(&self, name: &ObjectName) -> Option<(Span, String)> {
        self.history.of_table(name)
    }

    /// Replays a script. Each statement that can't be read or doesn't fit gives one diagnostic and changes nothing;
    /// the others are replayed.
    pub fn run(&mut self, script: &Script) -> Replayed {
        let mut replayed = Replayed::default();
        self.foreign_keys = !script.foreign_keys_off();
        if self.backend == Backend::Postgres {
            postgres::begin(self);
        }
        for statement in &script.statements {
            let ddl: Vec<&Option<Span>> = statement.directives.iter().filter_map(replaced).collect();
            if ddl.is_empty() {
                self.statement(statement, &mut replayed);
            }
            for span in ddl.into_iter().flatten() {
                let part = split_part(span, script.backend);
                replayed.diagnostics.extend(part.diagnostics);
                part.statements.iter().for_each(|statement| self.statement(statement, &mut replayed));
            }
            replayed.places.resize(replayed.changes.len(), statement.span.clone());
        }
        replayed
    }

    fn statement(&mut self, statement: &Statement, replayed: &mut Replayed) {
        if statement.is_broken() {
            // A broken token has a diagnostic already; what ran into it may have been about anything.
            return self.unknown.unreadable(None, []);
        }
        match parse(statement.tokens(), statement.span.source(), self.backend) {
            Ok(syntax) => self.syntax(&syntax, &statement.span, replayed),
            Err(unreadable) => {
                replayed.diagnostics.push(unreadable_sql(&unreadable, statement));
                // What ran into it may have been about anything.
                let swallows = is_start_of_another(&unreadable) || unreadable.span.text().contains('\n');
                let about = unreadable.about.filter(|_| !swallows);
                self.unknown.unreadable(about, statement.named(self.backend));
            }
        }
    }

    fn syntax(&mut self, syntax: &Syntax, place: &Span, replayed: &mut Replayed) {
        let outcome = match (self.backend, syntax) {
            (Backend::Sqlite, _) => sqlite::effect(self, syntax)
                .and_then(|changes| self.apply(changes, place))
                .map(|changes| replayed.changes.extend(changes)),
            (Backend::Mysql, Syntax::Mysql(statement)) => mysql::run(self, statement, place, replayed),
            (Backend::Postgres, Syntax::Postgres(statement)) => postgres::run(self, statement, place, replayed),
            (Backend::Postgres | Backend::Mysql, _) => return,
        };
        match outcome {
            Ok(()) => {}
            Err(conflict) => self.failed(&conflict, syntax, place, replayed),
        }
    }

    /// Reports why a statement did nothing, unless that follows from what was reported.
    fn failed(&mut self, conflict: &Conflict, syntax: &Syntax, place: &Span, replayed: &mut Replayed) {
        let is_conflict = !matches!(conflict.reason, Reason::Unreadable(_));
        let follows = is_conflict && self.unknown.is_about(|| names_in(place, self.backend));
        if follows || self.unknown.explains(conflict) {
            self.unknown.undone(names_in(place, self.backend));
        } else {
            replayed.diagnostics.push(self.diagnostic(conflict, place));
        }
        if matches!((self.backend, &conflict.reason), (Backend::Postgres, Reason::Unreadable(_))) {
            // It may have been about anything.
            self.unknown.unreadable(None, []);
        }
        self.unknown.learn(conflict, syntax);
    }

    /// Applies the changes of a statement, all or none.
    fn apply(&mut self, changes: Vec<Change>, place: &Span) -> Result<Vec<Change>, Conflict> {
        for (at, change) in changes.iter().enumerate() {
            if let Err(error) = self.catalog.apply(change) {
                let undone = changes[..at].iter().rev().try_for_each(|done| self.catalog.apply(&done.inverse()));
                debug_assert_eq!(undone, Ok(()), "a change that was applied can be undone");
                return Err(error.into());
            }
        }
        self.record(&changes, place);
        Ok(changes)
    }

    /// Remembers what a statement did.
    fn record(&mut self, changes: &[Change], place: &Span) {
        for change in changes {
            self.history.record(change, place);
            self.unknown.made(change);
        }
    }

    fn diagnostic(&self, conflict: &Conflict, place: &Span) -> Diagnostic {
        let at = conflict.span.clone().unwrap_or_else(|| place.clone());
        let code = match conflict.reason {
            Reason::Unreadable(_) => Code::UnreadableSql,
            _ => Code::ReplayConflict,
        };
        let diagnostic = Diagnostic::error(code, conflict.reason.to_string()).at(at, "");
        let diagnostic = match &conflict.reason {
            Reason::Apply(_) | Reason::Missing(..) => match self.history.about(&conflict.reason) {
                Some((span, text)) => diagnostic.at(span, text),
                None => diagnostic,
            },
            Reason::Second(first, _) => diagnostic.at(first.clone(), "the first one is here"),
            Reason::Unreadable(_) | Reason::Refused(_) => diagnostic,
        };
        diagnostic.help(match &conflict.reason {
            Reason::Unreadable(_) => REPLAY_HELP,
            Reason::Refused(_) | Reason::Second(..) => "mend the statement: the database refuses it as it is",
            reason if reason.is_missing() => {
                "take the statement out, or mend the name; what is made outside of the chain is stated on the line before: \
                 `-- dbmig: replay CREATE TABLE …`"
            }
            Reason::Apply(ApplyError::ColumnInUse(..)) => "first drop what uses it",
            _ => "take one of the two out, or give it another name",
        })
    }
}

const REPLAY_HELP: &str = "say what it does to the structure on the line before it: `-- dbmig: replay CREATE TABLE …` (or \
                           ALTER, DROP …), or `-- dbmig: replay nothing`";

fn unreadable_sql(unreadable: &Unreadable, statement: &Statement) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnreadableSql, &*unreadable.message).at(unreadable.span.clone(), "");
    let is_statement = statement.tokens().first().is_some_and(|first| first.start < unreadable.span.range().start);
    diagnostic.help(match is_statement {
        true if is_start_of_another(unreadable) => "end the statement before it with `;`",
        true => REPLAY_HELP,
        false => "mend the statement, or take it out",
    })
}

/// Whether what isn't understood is another statement, where one isn't ended: it begins a line with its word.
fn is_start_of_another(unreadable: &Unreadable) -> bool {
    const STARTS: [&str; 8] = ["ALTER", "CREATE", "COMMENT", "DELETE", "DROP", "INSERT", "SELECT", "UPDATE"];
    let span = &unreadable.span;
    let before = span.source().text().get(..span.range().start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    before.len() > line.len()
        && line.trim().is_empty()
        && STARTS.iter().any(|one| span.text().eq_ignore_ascii_case(one))
}

/// The diagnostic for a part of a statement that can't be read.
fn unreadable_part(message: &str, span: &Span) -> Diagnostic {
    Diagnostic::error(Code::UnreadableSql, message).at(span.clone(), "").help(REPLAY_HELP)
}

/// All the names in a statement, whatever they stand for.
fn names_in(statement: &Span, backend: Backend) -> Vec<Name> {
    split_part(statement, backend).statements.iter().flat_map(|one| one.named(backend)).collect()
}

fn replaced(directive: &Directive) -> Option<&Option<Span>> {
    match directive {
        Directive::Replay { ddl, .. } => Some(ddl),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
