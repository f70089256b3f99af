//! What a command works on: the package, its configuration, its chain, its database.

mod applied;
pub mod database;
pub mod package;

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::PathBuf;

use dbmig::revision::order::IdSet;
use dbmig::revision::{Graph, Id};
use dbmig_build::config::{self, DatabaseConfig};
use dbmig_build::diagnostic::{Code, Diagnostic, Level};
use dbmig_build::link::{self, Chain};
use dbmig_build::migration::{self, Migration, Outline};
use dbmig_build::models::{self, Models};
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, ObjectName, Schema};
use dbmig_build::source::Source;
use dbmig_build::sql::Script;

use crate::cli::{Answer, Global};
use crate::error::{Error, Kind};
use crate::ui::Ui;
use package::Package;

/// What a command works on.
#[derive(Debug)]
pub struct Context<'a> {
    /// How it talks.
    pub ui: &'a Ui,
    /// The host package.
    pub package: Package,
    /// The configuration of the database that `-d` names, or of the only one.
    pub config: DatabaseConfig,
}

impl<'a> Context<'a> {
    /// Finds the package and reads its configuration.
    ///
    /// # Errors
    ///
    /// No package, a broken configuration, an unknown `-d NAME`.
    pub fn load(global: &Global, ui: &'a Ui) -> Result<Context<'a>, Error> {
        let package = package::find(global)?;
        let source = Source::new("Cargo.toml", package.manifest.as_str());
        let configuration = config::read(&package.root, &source)
            .map_err(|diagnostics| Error::of_diagnostics(Kind::Config, diagnostics))?;
        let database = configuration.database(global.database.as_deref());
        let config = database.map_err(|diagnostic| Error::of_diagnostics(Kind::Config, vec![diagnostic]))?.clone();
        let said = configuration.warnings.iter().filter_map(|one| configuration.default.lint.apply(one.clone()));
        let (denied, said): (Vec<_>, Vec<_>) = said.partition(|one| one.level == Level::Error);
        if !denied.is_empty() {
            return Err(Error::of_diagnostics(Kind::Config, denied));
        }
        ui.warnings(&said);
        Ok(Context { ui, package, config })
    }

    /// The migrations folder.
    pub fn migrations(&self) -> PathBuf {
        self.package.root.join(&self.config.migrations)
    }

    /// Reads and links the chain. Several heads are no error here.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the folder or the graph.
    pub fn chain(&self) -> Result<Chain, Error> {
        let folder = migration::read(&self.package.root, &self.config.migrations, self.config.backend);
        self.refuse_errors(folder.diagnostics)?;
        link::chain(folder.migrations).map_err(|diagnostics| Error::of_diagnostics(Kind::Chain, diagnostics))
    }

    /// The same with what is wrong with the text of single scripts, for commands that may answer all the same.
    ///
    /// # Errors
    ///
    /// Everything else that is wrong with the folder or the graph.
    pub fn chain_and_faults(&self) -> Result<(Chain, Vec<Diagnostic>), Error> {
        let folder = migration::read(&self.package.root, &self.config.migrations, self.config.backend);
        let faults = self.refuse_others(folder.diagnostics)?;
        let chain = link::chain(folder.migrations);
        Ok((chain.map_err(|diagnostics| Error::of_diagnostics(Kind::Chain, diagnostics))?, faults))
    }

    /// Reads and links the chain without its SQL, for commands that need the graph alone.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the folder, the metadata or the graph.
    pub fn graph(&self) -> Result<Graph, Error> {
        let folder = migration::read_outlines(&self.package.root, &self.config.migrations);
        self.refuse_errors(folder.diagnostics)?;
        link::link(&folder.migrations).map_err(|diagnostics| Error::of_diagnostics(Kind::Chain, diagnostics))
    }

    /// Reads and links the chain without its SQL, for commands that need the SQL of a part of it.
    ///
    /// # Errors
    ///
    /// As [`Context::graph`].
    pub fn outlines(&self) -> Result<Chain<Outline>, Error> {
        let folder = migration::read_outlines(&self.package.root, &self.config.migrations);
        self.refuse_errors(folder.diagnostics)?;
        link::chain(folder.migrations).map_err(|diagnostics| Error::of_diagnostics(Kind::Chain, diagnostics))
    }

    /// Reads a migration, and what is wrong with the text of its scripts.
    ///
    /// # Errors
    ///
    /// Everything else that is wrong with its folder.
    pub fn migration(&self, outline: &Outline) -> Result<(Migration, Vec<Diagnostic>), Error> {
        let (migration, faults) = migration::read_one(&self.package.root, outline, self.config.backend);
        let faults = self.refuse_others(faults)?;
        let gone = || Error::new(Kind::Chain, format!("`{}` can't be read", outline.path));
        Ok((migration.ok_or_else(gone)?, faults))
    }

    /// Shows warnings; errors end the command.
    fn refuse_errors(&self, diagnostics: Vec<Diagnostic>) -> Result<(), Error> {
        let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(|one| one.level == Level::Error);
        if !errors.is_empty() {
            return Err(Error::of_diagnostics(Kind::Chain, errors));
        }
        self.ui.warnings(&warnings);
        Ok(())
    }

    /// The same, but for what is wrong with the text of single scripts, which is given back.
    fn refuse_others(&self, diagnostics: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, Error> {
        let (faults, others) = of_texts(diagnostics);
        self.refuse_errors(others)?;
        Ok(faults)
    }

    /// The chain and the schema that it builds.
    ///
    /// # Errors
    ///
    /// As [`Context::chain`], and everything that replay can't read or that doesn't fit together.
    pub fn replayed(&self) -> Result<(Chain, Replay), Error> {
        let chain = self.chain()?;
        let replay = self.replay(&chain, chain.graph.ids())?;
        Ok((chain, replay))
    }

    /// The same, and what the models say; they are read meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Context::replayed`]; models at fault are for those to refuse who want them.
    pub fn replayed_beside_models(&self) -> Result<(Chain, Replay, Result<Models, Error>), Error> {
        let (replayed, models) = std::thread::scope(|scope| {
            // Models are read on the main thread, whose stack is larger: syn goes as deep as a text does.
            let replayed = scope.spawn(|| self.replayed());
            let models = self.models();
            (replayed.join().unwrap_or_else(|panic| resume_unwind(panic)), models)
        });
        let (chain, replay) = replayed?;
        Ok((chain, replay, models))
    }

    /// What the models say.
    ///
    /// # Errors
    ///
    /// Models at fault.
    pub fn models(&self) -> Result<Models, Error> {
        models::read(&self.package.root, &self.config)
            .map_err(|diagnostics| Error::of_diagnostics(Kind::Models, diagnostics))
    }

    /// The schema that some revisions build.
    ///
    /// # Errors
    ///
    /// Everything that replay can't read or that doesn't fit together.
    pub fn schema_at(&self, chain: &Chain, revisions: &IdSet) -> Result<Schema, Error> {
        Ok(self.replay(chain, revisions.iter(&chain.graph))?.schema().clone())
    }

    /// The same, and every table that stood at the end of one of the revisions, dropped and renamed ones too.
    ///
    /// # Errors
    ///
    /// Everything that replay can't read or that doesn't fit together.
    pub fn tables_at(&self, chain: &Chain, revisions: &IdSet) -> Result<(Schema, BTreeSet<ObjectName>), Error> {
        let mut ever = BTreeSet::new();
        let replay = self.replay_with(chain, revisions.iter(&chain.graph), |schema, changes| {
            let made = changes.into_iter().filter_map(|change| match change {
                Change::CreateTable(table) => Some(table.name),
                Change::RenameTable { to, .. } => Some(to),
                _ => None,
            });
            ever.extend(made.filter(|name| schema.tables.contains_key(name)));
        })?;
        Ok((replay.schema().clone(), ever))
    }

    /// Replays the ups of some revisions, given in the chain's order.
    ///
    /// # Errors
    ///
    /// Everything that replay can't read or that doesn't fit together.
    pub fn replay(&self, chain: &Chain, revisions: impl Iterator<Item = Id>) -> Result<Replay, Error> {
        self.replay_with(chain, revisions, |_, _| ())
    }

    /// The same, and shows what each of them came to.
    ///
    /// # Errors
    ///
    /// As [`Context::replay`].
    pub fn replay_with(
        &self,
        chain: &Chain,
        revisions: impl Iterator<Item = Id>,
        show: impl FnMut(&Schema, Vec<Change>),
    ) -> Result<Replay, Error> {
        let ups = revisions.map(|id| &chain.migration(id).up);
        let (replay, errors) = self.replay_known(ups, &[], show);
        if errors.is_empty() { Ok(replay) } else { Err(Error::of_diagnostics(Kind::Chain, errors)) }
    }

    /// Replays what can be replayed of some scripts, whose texts have these faults, and tells what can't.
    pub fn replay_known<'s>(
        &self,
        ups: impl IntoIterator<Item = &'s Script>,
        faults: &[Diagnostic],
        mut show: impl FnMut(&Schema, Vec<Change>),
    ) -> (Replay, Vec<Diagnostic>) {
        let mut replay = Replay::new(self.config.backend);
        let mut errors = Vec::new();
        for up in ups {
            let changes = replay_up(&mut replay, up, faults, &mut errors);
            show(replay.schema(), changes);
        }
        (replay, errors)
    }

    /// Reads and replays what can be replayed of some revisions, and tells what can't; no other's SQL is read.
    ///
    /// # Errors
    ///
    /// A script that isn't there or can't be read at all.
    pub fn replay_known_at(
        &self,
        chain: &Chain<Outline>,
        revisions: impl Iterator<Item = Id>,
    ) -> Result<(Replay, Vec<Diagnostic>), Error> {
        let outlines: Vec<&Outline> = revisions.map(|id| chain.migration(id)).collect();
        let (mut replay, mut errors, mut others) = (Replay::new(self.config.backend), Vec::new(), Vec::new());
        migration::each_up(&self.package.root, &outlines, self.config.backend, |ups, faults| {
            let (faults, rest) = of_texts(faults);
            others.extend(rest);
            for up in ups {
                replay_up(&mut replay, &up, &faults, &mut errors);
            }
        });
        self.refuse_errors(others)?;
        Ok((replay, errors))
    }

    /// Ends a command that answered as far as the chain is known: with these errors it is no full answer.
    ///
    /// # Errors
    ///
    /// The errors, if there are any; with `--json` the answer has to hold them.
    pub fn unless_incomplete(&self, errors: Vec<Diagnostic>) -> Result<Answer, Error> {
        if errors.is_empty() {
            return Ok(Answer::Yes);
        }
        if self.ui.json {
            return Err(Error::answered(Kind::Chain));
        }
        let what = match errors.len() {
            1 => "what a statement does that can't be replayed is missing from it".to_owned(),
            several => format!("what {several} statements do that can't be replayed is missing from it"),
        };
        self.ui.status("Incomplete", what);
        Err(Error::of_diagnostics(Kind::Chain, errors))
    }

    /// The database's URL, with `${VAR}` replaced.
    ///
    /// # Errors
    ///
    /// A variable that is set nowhere, a URL of another kind of database.
    pub fn url(&self) -> Result<database::Url, Error> {
        database::locate(&self.config.url, &self.package.root, self.config.backend)
    }
}

/// What is wrong with the text of single scripts, and everything else.
fn of_texts(diagnostics: Vec<Diagnostic>) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let is_texts = |one: &Diagnostic| one.level == Level::Error && one.code == Code::UnreadableSql;
    diagnostics.into_iter().partition(is_texts)
}

/// Replays what can be replayed of a script, and adds what can't.
fn replay_up(replay: &mut Replay, up: &Script, faults: &[Diagnostic], errors: &mut Vec<Diagnostic>) -> Vec<Change> {
    errors.extend(faults_in(up, faults).cloned());
    let replayed = replay.run(up);
    errors.extend(replayed.diagnostics.into_iter().filter(|one| one.level == Level::Error));
    replayed.changes
}

/// Those among faults of scripts that stand in this one.
pub fn faults_in<'f>(script: &'f Script, faults: &'f [Diagnostic]) -> impl Iterator<Item = &'f Diagnostic> {
    faults.iter().filter(|one| one.span().is_some_and(|at| at.source().path() == script.source.path()))
}
