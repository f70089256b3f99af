//! One statement of a project's chain that can't be read: it is said once, at its place, and what follows from it isn't.

use dbmig::Backend;
use dbmig_build::diagnostic::render::{Style, render};
use dbmig_build::diagnostic::{Diagnostic, Level};
use dbmig_build::replay::Replay;
use dbmig_build::source::Source;
use dbmig_build::sql::syntax::Syntax;
use dbmig_build::sql::{Script, Statement, parse, split};
use dbmig_build::{link, migration};

use super::chain;
use super::list::Project;

/// What came of it.
#[derive(Debug, Default)]
pub struct Broken {
    /// How many statements were broken, each in every way.
    pub statements: usize,
    /// How often one diagnostic was given, at the statement.
    pub once: usize,
    /// How often the statement did no harm as it was then.
    pub silent: usize,
    /// What was said more than once or elsewhere.
    pub wrong: Vec<String>,
}

/// How a statement is broken.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Its second half is missing.
    Cut,
    /// A word too many.
    Word,
    /// A string that doesn't end.
    String,
    /// It stands in a text that is executed and isn't known.
    Executed,
}

const WAYS: [Way; 4] = [Way::Cut, Way::Word, Way::String, Way::Executed];

impl Way {
    fn breaks(self, statement: &Statement, backend: Backend) -> String {
        let (text, tokens) = (statement.text(), statement.tokens());
        let start = statement.span.range().start;
        let end_of = |at: usize| tokens.get(at).map_or(text.len(), |token| token.end - start);
        match self {
            Way::Cut => text[..end_of(tokens.len() / 2)].to_owned(),
            Way::Word => format!("{} frobnicate {}", &text[..end_of(2)], &text[end_of(2)..]),
            Way::String => format!("{text} '"),
            Way::Executed => match backend {
                Backend::Postgres => "DO $$ BEGIN EXECUTE (SELECT ddl FROM planned); END $$".to_owned(),
                Backend::Mysql => "PREPARE planned FROM @ddl; EXECUTE planned".to_owned(),
                Backend::Sqlite => format!("{} ?1", &text[..end_of(1)]),
            },
        }
    }
}

/// Breaks the statements of a chain one after the other.
///
/// # Errors
///
/// A chain that can't be read as it is, or that has a fault without one of these.
pub fn broken(project: &Project) -> Result<Broken, String> {
    let folder = tempfile::Builder::new().prefix("dbmig-corpus-").tempdir().map_err(|error| error.to_string())?;
    chain::copy(project, folder.path())?;
    chain::adopt(project, folder.path())?;
    let folder = migration::read(folder.path(), "migrations", project.backend);
    let chain = link::chain(folder.migrations).map_err(|errors| render(&errors, Style::Plain))?;
    let scripts: Vec<&Script> = chain.migrations.iter().map(|one| &one.up).collect();
    let mut before = Replay::new(project.backend);
    let mut broken = Broken::default();
    for (at, script) in scripts.iter().enumerate() {
        for statement in &script.statements {
            if matches!(parse(statement.tokens(), statement.span.source(), project.backend), Ok(Syntax::Opaque)) {
                continue;
            }
            broken.statements += 1;
            for way in WAYS {
                let said = said(script, statement, way, before.clone(), &scripts[at + 1..]);
                judge(&mut broken, statement, way, &said);
            }
        }
        if let Some(fault) = errors(before.run(script).diagnostics).first() {
            return Err(format!("it has a fault of its own: {}", fault.message));
        }
    }
    Ok(broken)
}

/// All that is said of a chain with a broken statement, from its script on.
fn said(script: &Script, statement: &Statement, way: Way, mut replay: Replay, later: &[&Script]) -> Vec<Diagnostic> {
    let (text, range) = (script.source.text(), statement.span.range());
    let text = [&text[..range.start], &way.breaks(statement, script.backend), &text[range.end..]].concat();
    let script = split(&Source::new(script.source.path(), text), script.backend);
    let mut said = script.diagnostics.clone();
    said.extend(replay.run(&script).diagnostics);
    for later in later {
        said.extend(replay.run(later).diagnostics);
    }
    errors(said)
}

fn errors(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.retain(|one| one.level == Level::Error);
    diagnostics
}

fn judge(broken: &mut Broken, statement: &Statement, way: Way, said: &[Diagnostic]) {
    let place = &statement.span;
    let lines = place.line()..=place.line() + place.text().matches('\n').count();
    let is_there = |one: &Diagnostic| {
        one.span().is_some_and(|at| at.source().path() == place.source().path() && lines.contains(&at.line()))
    };
    match said {
        [] => broken.silent += 1,
        [one] if is_there(one) && !one.help.is_empty() => broken.once += 1,
        several => broken.wrong.push(format!(
            "{}:{} {way:?}: {}\n{}",
            place.source().path(),
            place.line(),
            place.text().lines().next().unwrap_or_default(),
            render(several, Style::Plain)
        )),
    }
}
