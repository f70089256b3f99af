//! What adopting a folder means: the chain as it would be, read with the eyes of the build before anything is written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use dbmig::version::{Version, slug_of_folder};
use dbmig_build::config::DatabaseConfig;
use dbmig_build::diagnostic::{Code, Diagnostic, Level};
use dbmig_build::diff::diff;
use dbmig_build::link::{self, Chain};
use dbmig_build::migration::{self, Metadata, Migration, Outline};
use dbmig_build::models;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Renames, Schema};
use dbmig_build::source::Source;
use dbmig_build::target::target;

use super::metadata;

/// What adopting a folder means.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The migrations that get their place, in order.
    pub(super) adopted: Vec<Adopted>,
    /// The migrations that others came in before.
    pub(super) moved: Vec<Moved>,
    /// How many have theirs.
    pub(super) standing: usize,
    /// What must be mended first.
    pub(super) faults: Vec<Diagnostic>,
    /// Statements that can't be replayed, or that don't fit what is before them.
    pub(super) unreadable: Vec<Diagnostic>,
    /// What is worth knowing.
    pub(super) notes: Vec<Diagnostic>,
    /// How many tables the chain builds.
    pub(super) tables: usize,
    /// The schema at its end, as far as it could be replayed.
    pub(super) schema: Schema,
    /// The tables that adopted migrations made and that have no model.
    pub(super) unmanaged: Vec<String>,
}

/// A migration that gets its place in the chain.
#[derive(Debug)]
pub(super) struct Adopted {
    pub(super) version: Version,
    /// Its metadata.toml, relative to the package.
    pub(super) path: String,
    /// What that is to hold.
    pub(super) text: String,
    pub(super) message: String,
    /// The version before; none for the first.
    pub(super) revises: Option<Version>,
    pub(super) run_in_transaction: bool,
}

/// A migration of the chain that gets another parent, because one came in before it.
#[derive(Debug)]
pub(super) struct Moved {
    /// Its metadata.toml, relative to the package.
    pub(super) path: String,
    /// What that is to hold.
    pub(super) text: String,
    /// The version before.
    pub(super) revises: Version,
}

const ELSEWHERE: &str = "if another crate's migrations make it: state it on the line before, and the statement itself on \
                         a second such line";

/// Stands in for a metadata.toml that isn't written yet. What is sealed gets no warnings.
const UNWRITTEN: &str =
    "run_in_transaction = true\n\n[dbmig]\nrevises = []\nsealed = \"00000000000000000000000000000000\"\n";

/// Works out what adopting the configured folder means.
pub(super) fn plan(root: &Path, config: &DatabaseConfig) -> Plan {
    let mut plan = Plan::default();
    let written: Mutex<BTreeMap<String, Option<Source>>> = Mutex::default();
    let kept: Mutex<BTreeMap<String, Source>> = Mutex::default();
    let folder = migration::read_as_if(root, &config.migrations, config.backend, &|name, text| {
        let keep = text.as_ref().is_some_and(|source| is_kept(source.text()));
        if keep {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(text.clone().map(|source| (name.to_owned(), source)));
            return text;
        }
        written.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), text);
        Some(Source::new(format!("{}/{name}/metadata.toml", config.migrations), UNWRITTEN))
    });
    let written = written.into_inner().unwrap_or_else(PoisonError::into_inner);
    for diagnostic in folder.diagnostics {
        plan.sort(diagnostic);
    }
    let (mut new, standing): (Vec<Migration>, Vec<Migration>) =
        folder.migrations.into_iter().partition(|one| written.contains_key(&one.name));
    let everything: Vec<Outline> = new.iter().chain(&standing).map(unlinked).collect();
    plan.faults.extend(link::link(&everything).err().unwrap_or_default());
    new.sort_by(|a, b| (&a.version, &a.name).cmp(&(&b.version, &b.name)));
    plan.standing = standing.len();
    let standing = match Standing::of(standing) {
        Ok(standing) => standing,
        Err(faults) => {
            plan.faults.extend(faults);
            return plan;
        }
    };
    for migration in &new {
        let text = written.get(&migration.name).and_then(Option::as_ref).map(Source::text);
        plan.note(migration, text);
        let parent = standing.parent(&migration.version).max(plan.adopted.last().map(|one| &one.version)).cloned();
        plan.adopted.push(adopted(migration, text, parent));
    }
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    plan.moved = standing.moved(&plan.adopted, &kept, &config.migrations);
    plan.note_missing_downs(&new);
    if plan.faults.is_empty() {
        plan.prove(root, config);
    }
    plan
}

/// A migration without its place, so that nothing but its version can be at fault.
fn unlinked(migration: &Migration) -> Outline {
    Outline { metadata: Metadata::new(String::new(), Vec::new()).into(), ..migration.outline.clone() }
}

/// Whether a metadata.toml is left as it is: it says its place already, or can't be read at all.
fn is_kept(text: &str) -> bool {
    metadata::is_adopted(text) || text.parse::<toml_edit::DocumentMut>().is_err()
}

/// The migrations that are in a chain already.
struct Standing {
    head: Option<Version>,
    /// Their versions and folders, where each revises the one before: then another can come between two of them.
    line: Vec<(Version, String)>,
}

impl Standing {
    fn of(standing: Vec<Migration>) -> Result<Standing, Vec<Diagnostic>> {
        let chain = link::chain(standing)?;
        let ambiguities = link::ambiguities(&chain);
        if !ambiguities.is_empty() {
            return Err(ambiguities);
        }
        let head = chain.graph.heads().last().map(|&id| chain.graph.version(id).clone());
        let parents = std::iter::once(None).chain(chain.migrations.iter().map(|one| Some(&one.version)));
        let is_line =
            chain.migrations.iter().zip(parents).all(|(one, parent)| parent.into_iter().eq(&one.metadata.revises));
        let line = chain.migrations.iter().filter(|_| is_line).map(|one| (one.version.clone(), one.name.clone()));
        Ok(Standing { head, line: line.collect() })
    }

    /// What a new migration revises, if no other new one is between.
    fn parent(&self, version: &Version) -> Option<&Version> {
        if self.line.is_empty() {
            return self.head.as_ref();
        }
        self.line.iter().map(|(standing, _)| standing).rev().find(|standing| *standing < version)
    }

    /// Those before which new ones come, in Diesel's order.
    fn moved(&self, adopted: &[Adopted], kept: &BTreeMap<String, Source>, folder: &str) -> Vec<Moved> {
        let mut moved = Vec::new();
        let mut before: Option<&Version> = None;
        for (version, name) in &self.line {
            let between = adopted.iter().rev().map(|one| &one.version).find(|one| *one < version);
            let between = between.filter(|one| before.is_none_or(|before| *one > before));
            let text = |parent| kept.get(name).and_then(|source| metadata::with_parent(source.text(), parent));
            if let Some((revises, text)) = between.and_then(|parent| Some((parent.clone(), text(parent)?))) {
                moved.push(Moved { path: format!("{folder}/{name}/metadata.toml"), text, revises });
            }
            before = Some(version);
        }
        moved
    }
}

fn adopted(migration: &Migration, text: Option<&str>, revises: Option<Version>) -> Adopted {
    let mode = metadata::run_in_transaction(text);
    let slug = slug_of_folder(&migration.name);
    let message = if slug.is_empty() { migration.name.as_str() } else { slug }.replace('_', " ");
    let said = Metadata {
        run_in_transaction: mode.run_in_transaction,
        sealed: Some(migration.seal()),
        ..Metadata::new(message, revises.iter().cloned().collect())
    };
    Adopted {
        version: migration.version.clone(),
        path: format!("{}/metadata.toml", migration.path),
        text: metadata::merged(text, &said),
        message: said.message,
        revises,
        run_in_transaction: mode.run_in_transaction,
    }
}

impl Plan {
    /// Puts a diagnostic where it belongs. What a build would only warn of isn't adopt's business.
    fn sort(&mut self, diagnostic: Diagnostic) {
        let is_missing = diagnostic.code == Code::ReplayConflict && diagnostic.message.starts_with("there is no table");
        let diagnostic = match is_missing {
            true => diagnostic.note(ELSEWHERE),
            false => diagnostic,
        };
        match (diagnostic.code, diagnostic.level) {
            (Code::UnreadableSql | Code::ReplayConflict | Code::Directive, Level::Error) => {
                self.unreadable.push(diagnostic);
            }
            (_, Level::Error) => self.faults.push(diagnostic),
            (_, _) => {}
        }
    }

    /// What is worth knowing of a migration as Diesel left it.
    fn note(&mut self, migration: &Migration, text: Option<&str>) {
        let path = &migration.path;
        let whole = |path: String| Source::new(path, "").start();
        if text.is_some() && !metadata::run_in_transaction(text).is_said {
            let message = format!("`{path}/metadata.toml` doesn't say `run_in_transaction`");
            let note =
                Diagnostic::warning(Code::RunInTransaction, message).at(whole(format!("{path}/metadata.toml")), "");
            self.notes.push(
                note.note("Diesel takes a missing key for `false`, in silence, and so it stays")
                    .help("if it is to run in a transaction, write `run_in_transaction = true` on the first line"),
            );
        }
        if migration.up.statements.is_empty() && migration.up.diagnostics.is_empty() {
            let message = format!("`{path}/up.sql` holds no statement");
            let note = Diagnostic::warning(Code::EmptyScript, message).at(migration.up.source.start(), "");
            self.notes.push(note.help("it is adopted as it is; if it is to do nothing everywhere: `SELECT 1;`"));
        }
    }

    /// What has no way back, said once.
    fn note_missing_downs(&mut self, new: &[Migration]) {
        let without: Vec<&Migration> = new.iter().filter(|one| one.down.is_none()).collect();
        let message = match without.as_slice() {
            [] => return,
            [one] => format!("`{}` has no `down.sql`", one.path),
            several => format!("{} migrations have no `down.sql`", several.len()),
        };
        let places = without.iter().map(|one| Source::new(&one.path, "").start());
        let note = places.fold(Diagnostic::warning(Code::MissingDown, message), |note, place| note.at(place, ""));
        self.notes.push(note.help("they are adopted as they are: there is no way back over them"));
    }

    /// Reads the folder as if the plan were carried out, and replays it.
    fn prove(&mut self, root: &Path, config: &DatabaseConfig) {
        let adopted = self.adopted.iter().map(|one| (one.path.as_str(), one.text.as_str()));
        let moved = self.moved.iter().map(|one| (one.path.as_str(), one.text.as_str()));
        let texts: BTreeMap<&str, &str> = adopted.chain(moved).collect();
        let folder = migration::read_as_if(root, &config.migrations, config.backend, &|name, text| {
            let path = format!("{}/{name}/metadata.toml", config.migrations);
            texts.get(path.as_str()).map(|text| Source::new(path.clone(), *text)).or(text)
        });
        let errors: Vec<Diagnostic> = folder.diagnostics.into_iter().filter(|one| one.level == Level::Error).collect();
        self.unreadable.clear();
        errors.into_iter().for_each(|one| self.sort(one));
        match link::chain(folder.migrations) {
            Ok(chain) => self.replay(root, config, &chain),
            Err(faults) => self.faults.extend(faults.into_iter().map(out_of_order)),
        }
    }

    fn replay(&mut self, root: &Path, config: &DatabaseConfig, chain: &Chain) {
        let mut replay = Replay::new(config.backend);
        let first = self.adopted.first().map(|one| one.version.clone());
        let mut before = Schema::default();
        for migration in &chain.migrations {
            if first.as_ref() == Some(&migration.version) {
                before = replay.schema().clone();
            }
            let said = replay.run(&migration.up).diagnostics;
            said.into_iter().for_each(|one| self.sort(one));
        }
        self.schema = replay.schema().clone();
        self.tables = self.schema.tables.len();
        self.note_other_order(config, chain);
        if first.is_none() {
            return;
        }
        let (models, faults) = match models::read(root, config) {
            Ok(models) => (models, Vec::new()),
            Err(faults) => (models::Models::default(), faults),
        };
        self.notes.extend(faults.into_iter().map(|one| Diagnostic { level: Level::Warning, ..one }));
        let kept = target(&self.schema, &models.schema, &models.renames, &config.unmanaged, &Default::default());
        let is_new = |name: &&dbmig_build::schema::ObjectName| !before.tables.contains_key(*name);
        self.unmanaged = kept.unmodelled.iter().filter(is_new).map(ToString::to_string).collect();
    }
}

impl Plan {
    /// Databases that have what is behind a new migration already run it last: whether that comes to the same.
    fn note_other_order(&mut self, config: &DatabaseConfig, chain: &Chain) {
        let Some(moved) = self.moved.first() else { return };
        let is_new = |one: &&Migration| self.adopted.iter().any(|adopted| adopted.version == one.version);
        let (new, standing): (Vec<&Migration>, Vec<&Migration>) = chain.migrations.iter().partition(is_new);
        let mut replay = Replay::new(config.backend);
        let faults: usize = standing.into_iter().chain(new).map(|one| replay.run(&one.up).diagnostics.len()).sum();
        if faults == self.unreadable.len() && diff(&self.schema, replay.schema(), &Renames::default()).is_empty() {
            return;
        }
        let message = format!("`{}` comes to something else in databases that have what is behind it", moved.revises);
        let place = Source::new(moved.path.clone(), moved.text.as_str()).start();
        self.notes.push(
            Diagnostic::warning(Code::NotAscending, message)
                .at(place, "this runs before it there")
                .help("give its folder a version above the head's, unless every database has it"),
        );
    }
}

/// A migration that Diesel ran below one that is in the chain already can't stand behind it.
fn out_of_order(fault: Diagnostic) -> Diagnostic {
    match fault.code {
        Code::NotAscending => fault.note("it was added below the head of the chain: Diesel's tools take any order"),
        _ => fault,
    }
}
