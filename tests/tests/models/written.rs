//! What `cargo dbmig models` writes of a schema lowers to that schema again, without the chain's help.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_dbmig::model_source::{SCHEMA_PATH, write};
use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::schema::{Name, ObjectName, Renames, Schema, Sequence, Table, TableOptions, UserTypeKind};

use super::{config, lowered, replayed};

const BACKENDS: [(&str, Backend); 3] =
    [("sqlite", Backend::Sqlite), ("postgres", Backend::Postgres), ("mysql", Backend::Mysql)];

/// Why a table is no model: what Diesel can't read or write, and what no declaration in Rust can say.
const NO_MODEL: [&str; 7] = [
    "has no primary key, and Diesel needs one",
    "can't be an `Option`",
    // Columns without a type.
    "its struct can't say all: column",
    // References that SQLite refuses when it is to follow them.
    "can't refer to",
    "is referred to, but isn't unique",
    "the schema calls column",
    // The tables of FTS5.
    "keeps its data in it",
];

/// What isn't said of a schema, and what differs although it is said.
fn written(schema: &Schema, backend: Backend) -> (Vec<String>, Vec<String>) {
    let config = config(backend);
    let source = write(schema, &config, None, SCHEMA_PATH).unwrap_or_else(|problem| panic!("{problem}"));
    let models = lowered(&source.text, &config).schema;
    let noted: BTreeSet<&ObjectName> = source.unsaid.iter().map(|(name, _)| name).collect();
    let mut after = schema.clone();
    for (name, table) in models.tables.iter().filter(|(name, _)| !noted.contains(name)) {
        let triggers = schema.tables.get(name).map(|one| one.triggers.clone()).unwrap_or_default();
        let mut table = Table { triggers, ..table.clone() };
        if let Some(before) = schema.tables.get(name) {
            // Nobody says of every table how it is stored.
            let said = std::mem::take(&mut table.options);
            let (strict, without_rowid) = (said.strict, said.without_rowid);
            let of_mysql = backend == Backend::Mysql;
            let parameters = if of_mysql { before.options.parameters.clone() } else { said.parameters };
            let unlogged = said.unlogged;
            table.options = TableOptions { strict, without_rowid, unlogged, parameters, ..before.options.clone() };
        }
        after.tables.insert(name.clone(), table);
    }
    let mut wrong: Vec<String> = diff(&settled(schema), &settled(&after), &Renames::default())
        .iter()
        .map(|change| format!("{change:#?}"))
        .collect();
    let said = |name: &ObjectName| models.tables.contains_key(name) && !noted.contains(name);
    for one in models.schema_sequences(said) {
        if schema.sequences.get(&one.name) != Some(&one) {
            wrong.push(format!("{one:#?}\n{:#?}", schema.sequences.get(&one.name)));
        }
    }
    for (name, one) in &models.types {
        if schema.types.get(name) != Some(one) {
            wrong.push(format!("{one:#?}\n{:#?}", schema.types.get(name)));
        }
    }
    let enums =
        schema.types.values().filter(|one| matches!(&one.kind, UserTypeKind::Enum(labels) if !labels.is_empty()));
    wrong.extend(enums.filter(|one| !models.types.contains_key(&one.name)).map(|one| format!("no enum {}", one.name)));
    let unsaid = source.unsaid.iter().map(|(name, what)| format!("{name}: {what}")).collect();
    (unsaid, wrong)
}

/// The schema with what SQLite takes for granted: a reference to a table is one to its key, and the key of a STRICT
/// or WITHOUT ROWID table takes no NULL.
fn settled(schema: &Schema) -> Schema {
    let key = |table: &Table| -> Vec<Name> {
        table.primary_key.iter().flat_map(|key| &key.columns).filter_map(|one| one.name().cloned()).collect()
    };
    let mut settled = schema.clone();
    for table in settled.tables.values_mut() {
        for reference in table.foreign_keys.iter_mut().filter(|one| one.referenced.is_empty()) {
            reference.referenced = schema.tables.get(&reference.table).map(key).unwrap_or_default();
        }
        let key = if table.options.strict || table.options.without_rowid { key(table) } else { Vec::new() };
        for column in table.columns.iter_mut().filter(|column| key.contains(&column.name)) {
            column.nullable = false;
        }
    }
    settled
}

/// The sequences of some tables.
trait Sequences {
    fn schema_sequences(&self, of: impl Fn(&ObjectName) -> bool) -> Vec<Sequence>;
}

impl Sequences for Schema {
    fn schema_sequences(&self, of: impl Fn(&ObjectName) -> bool) -> Vec<Sequence> {
        let owned = |one: &&Sequence| one.owner.as_ref().is_some_and(|(table, _)| of(table));
        self.sequences.values().filter(owned).cloned().collect()
    }
}

/// The scripts that are stored for other tests, each with its backend.
fn scripts() -> Vec<(PathBuf, Backend)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut scripts = Vec::new();
    for (name, backend) in BACKENDS {
        scripts.push((cases.join(format!("fuzz/{name}.sql")), backend));
    }
    for entry in std::fs::read_dir(cases.join("print_schema")).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            scripts.push((path.clone(), Backend::Sqlite));
        }
        for (name, backend) in BACKENDS {
            let script = path.join(format!("{name}.sql"));
            scripts.extend(script.exists().then_some((script, backend)));
        }
    }
    scripts.sort_by(|(one, _), (other, _)| one.cmp(other));
    scripts
}

#[test]
fn stored_schemas_are_said() {
    let (mut wrong, mut tables, mut plain) = (String::new(), 0, Vec::new());
    for (path, backend) in scripts() {
        let schema = replayed(&std::fs::read_to_string(&path).expect("UTF-8"), backend);
        let (unsaid, differing) = written(&schema, backend);
        tables += schema.tables.len();
        plain.extend(unsaid.into_iter().filter(|what| what.contains("it is no model")));
        differing.iter().for_each(|one| wrong += &format!("== {}\n{one}\n", path.display()));
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tables > 100, "{tables}");
    let is_known = |what: &String| NO_MODEL.iter().any(|known| what.contains(known));
    plain.retain(|what| !is_known(what));
    assert_eq!(plain, Vec::<String>::new());
}

#[test]
fn what_stays_unsaid_is_told() {
    let sql = "
        CREATE TYPE pair AS (a INT, b INT);
        CREATE DOMAIN email AS TEXT;
        CREATE TYPE nothing AS ENUM ();
        CREATE SEQUENCE tickets;
        CREATE TABLE users (id INT PRIMARY KEY, a INT CHECK (a > 0), b nothing);
        CREATE VIEW adults AS SELECT id FROM users;
        ALTER TABLE users ADD CONSTRAINT later CHECK (a < 9) NOT VALID;
        CREATE TABLE logs (id INT PRIMARY KEY) PARTITION BY RANGE (id);
    ";
    let (unsaid, wrong) = written(&replayed(sql, Backend::Postgres), Backend::Postgres);
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(
        unsaid,
        [
            "logs: how it is partitioned",
            "users: options of the check `later`",
            "adults: a view, which stays as the migrations have it",
            "email: a domain, which stays as the migrations have it",
            "nothing: an enum without labels, which stays as the migrations have it",
            "pair: a composite type, which stays as the migrations have it",
            "tickets: a sequence of no column, which stays as the migrations have it",
        ]
    );
}
