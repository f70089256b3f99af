//! The laws that ARCHITECTURE.md states, on random pairs of schemas.
//!
//! `DBMIG_LAW_CASES` says on how many (500 if it doesn't, 100 chains on each server), `DBMIG_LAW_SEED` where to begin; a failure prints its seed.

mod pairs;
mod servers;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use cargo_dbmig::model_source::{SCHEMA_PATH, write};
use cargo_dbmig::render::{Backfills, Rendered, create_table, render_sqlite};
use dbmig::Backend;
use dbmig_build::config::{DatabaseConfig, SqliteVersion};
use dbmig_build::diff::diff;
use dbmig_build::models::parse;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Column, Name, ObjectName, Schema, Table, apply_all};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_build::target::target;
use dbmig_tests::database::Database;
use dbmig_tests::journey::{Origins, origins};
use dbmig_tests::random::{Pair, ROWS, inserts, pair, value};

/// Where to begin, and on how many cases.
fn cases(usual: u64) -> (u64, u64) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    (number("DBMIG_LAW_SEED").unwrap_or(0), number("DBMIG_LAW_CASES").unwrap_or(usual))
}

/// Runs a law on as many pairs as are asked for, each other one with a SQLite that alters constraints, and says which
/// one breaks it.
fn for_all(law: impl Fn(&Pair, SqliteVersion)) {
    let (start, count) = cases(500);
    for seed in start..start + count {
        let pair = pair(seed);
        let version = SqliteVersion { major: 3, minor: if seed % 2 == 0 { 35 } else { 53 } };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| law(&pair, version))) {
            eprintln!("broken by DBMIG_LAW_SEED={seed} DBMIG_LAW_CASES=1");
            resume_unwind(panic);
        }
    }
}

/// What dbmig manages: no triggers, no views. Names of constraints are left out, since one without a name is as good
/// as the same one with any: that two names differ shows where a diff finds nothing left to do.
fn managed(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    schema.views.clear();
    for table in schema.tables.values_mut() {
        table.triggers.clear();
        table.primary_key.iter_mut().for_each(|one| one.name = None);
        table.uniques.iter_mut().for_each(|one| one.name = None);
        table.foreign_keys.iter_mut().for_each(|one| one.name = None);
        table.checks.iter_mut().for_each(|one| one.name = None);
    }
    schema.normalized()
}

/// Fails on tables that differ, and shows only those.
fn assert_same(found: &Schema, expected: &Schema, show: &dyn Fn() -> String) {
    let names: BTreeSet<_> = found.tables.keys().chain(expected.tables.keys()).collect();
    for name in names {
        let (found, expected) = (found.tables.get(name), expected.tables.get(name));
        assert!(found == expected, "table {name}\n{}\nfound {found:#?}\nexpected {expected:#?}", show());
    }
    assert_eq!(found, expected, "{}", show());
}

#[test]
fn applying_the_difference_gives_the_other_schema() {
    for_all(|pair, _| {
        let changes = diff(&pair.before, &pair.after, &pair.renames);
        let mut schema = pair.before.clone();
        apply_all(&changes, &mut schema).unwrap_or_else(|error| panic!("{error}: {changes:#?}"));
        assert_same(&managed(&schema), &managed(&pair.after), &|| format!("{changes:#?}"));
        assert_eq!(diff(&schema, &pair.after, &pair.renames), [], "nothing is left to do");
    });
}

#[test]
fn replaying_what_is_rendered_is_applying_the_changes() {
    for_all(|pair, version| {
        let rendered = rendered(pair, version);
        let show = || format!("-- up\n{}\n-- down\n{}", rendered.up(), rendered.down());
        let changes = diff(&pair.before, &pair.after, &pair.renames);
        let mut expected = pair.before.clone();
        apply_all(&changes, &mut expected).unwrap();
        let mut replay = Replay::from_schema(pair.before.clone(), Backend::Sqlite);
        replayed(&mut replay, &rendered.up());
        assert_same(&comparable(replay.schema()), &comparable(&expected), &show);
        replayed(&mut replay, &rendered.down());
        assert_same(&comparable(replay.schema()), &comparable(&pair.before), &show);
    });
}

fn replayed(replay: &mut Replay, sql: &str) {
    let script = split(&Source::new("script.sql", sql), Backend::Sqlite);
    assert_eq!(script.diagnostics, []);
    assert_eq!(replay.run(&script).diagnostics, [], "{sql}");
}

/// A schema for comparison: order and the texts of triggers and views, which SQLite keeps as they were written, aside.
fn comparable(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    let triggers = schema.tables.values_mut().flat_map(|table| &mut table.triggers).map(|trigger| &mut trigger.sql);
    for sql in triggers.chain(schema.views.values_mut().map(|view| &mut view.sql)) {
        *sql = sql.replace('"', "");
    }
    schema.normalized()
}

/// A value for every column that asks for one: what is new and NOT NULL, or takes NULL no more.
fn backfills(pair: &Pair, changes: &[Change]) -> Backfills {
    let mut backfills = Backfills::new();
    let origins = origins(&pair.before, changes);
    for table in pair.after.tables.values() {
        let comes = |column: &Column| {
            changes.iter().any(|change| match change {
                Change::AddColumn { table: of, column: to } | Change::AlterColumn { table: of, to, .. } => {
                    *of == table.name && to.name == column.name
                }
                _ => false,
            })
        };
        let in_key = |column: &Column| {
            table.primary_key.iter().any(|key| key.columns.iter().any(|one| one.name() == Some(&column.name)))
        };
        let origin = |column: &Column| {
            let (old_table, old) = origins.get(&(table.name.clone(), column.name.clone()))?;
            pair.before.tables.get(old_table)?.column(old)
        };
        let asks = |column: &&Column| {
            let had_null = origin(column).is_none_or(|old| old.nullable);
            column.generated.is_none() && (!column.nullable && comes(column) || in_key(column) && had_null)
        };
        for column in table.columns.iter().filter(asks) {
            let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
            // The row that may have NULL in a column is the second, which refers to the second elsewhere; that one may
            // have NULL where it is referred to, the first has not.
            let row = match (refers, origin(column)) {
                (false, _) => ROWS + 1,
                (true, Some(_)) => 2,
                (true, None) => 1,
            };
            backfills.insert((table.name.clone(), column.name.clone()), value(column, row));
        }
    }
    backfills
}

/// For the oldest SQLite that dbmig works with, and for one that alters constraints.
fn rendered(pair: &Pair, version: SqliteVersion) -> Rendered {
    let changes = diff(&pair.before, &pair.after, &pair.renames);
    render_sqlite(&changes, &pair.before, &backfills(pair, &changes), version).unwrap_or_else(|error| panic!("{error}"))
}

/// A database with a schema, and rows in it if they are asked for.
fn database(schema: &Schema, with_rows: bool) -> Database {
    let mut database = Database::new();
    for table in schema.tables.values() {
        let table = Table { triggers: Vec::new(), ..table.clone() };
        database.run(&create_table(&table, Backend::Sqlite).unwrap_or_else(|error| panic!("{error}")));
    }
    if with_rows {
        database.foreign_keys(false);
        inserts(schema).iter().for_each(|insert| database.run(insert));
        assert_eq!(database.violations(), Vec::<String>::new());
    }
    for trigger in schema.tables.values().flat_map(|table| &table.triggers) {
        database.run(&trigger.sql);
    }
    schema.views.values().for_each(|view| database.run(&view.sql));
    database.foreign_keys(true);
    database
}

/// Whether values are lost, or made up for NULL, that foreign keys need when the way is gone back.
fn loses_references(pair: &Pair, origins: &Origins) -> bool {
    let kept: BTreeSet<&(ObjectName, Name)> = origins.values().collect();
    let in_reference = |table: &Table, column: &Name| {
        let is_child = table.foreign_keys.iter().any(|key| key.columns.contains(column));
        is_child || pair.before.tables.values().any(|one| one.foreign_keys.iter().any(|key| key.table == table.name))
    };
    let lost = |table: &Table, column: &Column| !kept.contains(&(table.name.clone(), column.name.clone()));
    let filled = filled(pair, origins);
    let lost = |table: &Table, column: &Column| {
        lost(table, column) || filled.contains(&(table.name.clone(), column.name.clone()))
    };
    let mut tables = pair.before.tables.values();
    tables.any(|table| table.columns.iter().any(|column| lost(table, column) && in_reference(table, &column.name)))
}

#[test]
fn a_database_goes_there_and_back_with_its_rows() {
    for_all(|pair, version| {
        let rendered = rendered(pair, version);
        let changes = diff(&pair.before, &pair.after, &pair.renames);
        let origins = origins(&pair.before, &changes);
        let old_places = origins.values().cloned().collect();
        let show = || {
            let tables = pair.before.tables.values().map(|table| create_table(table, Backend::Sqlite).unwrap());
            let tables: Vec<String> = tables.collect();
            format!("-- before\n{}\n-- up\n{}\n-- down\n{}", tables.join("\n"), rendered.up(), rendered.down())
        };
        let mut live = database(&pair.before, true);
        let expected_before = database(&pair.before, false).structure();
        assert_eq!(live.structure(), expected_before);
        let rows_before = rows(&mut live, &pair.before, &old_places);

        let mut replay = Replay::from_schema(pair.before.clone(), Backend::Sqlite);
        assert_same(&comparable(&live.schema()), &comparable(replay.schema()), &show);

        if let Err(error) = live.upgrade(&rendered.up(), &rendered.down()) {
            // Values that don't convert stop the script. Without that check they stay as they are.
            assert!(error.contains(OTHER_VALUES), "{error}\n{}", show());
            assert_eq!(live.structure(), expected_before);
            let (up, down) = (without_checks_of_types(&rendered.up()), rendered.down());
            live.upgrade(&up, &down).unwrap_or_else(|error| panic!("{error}\n{}", show()));
        }
        replayed(&mut replay, &rendered.up());
        assert_same(&comparable(&live.schema()), &comparable(replay.schema()), &show);
        assert_eq!(live.structure(), database(&pair.after, false).structure(), "{}", show());
        assert_eq!(live.violations(), Vec::<String>::new(), "{}", show());
        assert_rows_are_kept(pair, &origins, &mut live, &rows_before);

        if loses_references(pair, &origins) {
            return;
        }
        let filled = filled(pair, &origins);
        if let Err(error) = live.downgrade() {
            // What was given to rows need not convert.
            assert!(error.contains(OTHER_VALUES) && !filled.is_empty(), "{error}\n{}", show());
            return;
        }
        assert_same(&comparable(&live.schema()), &comparable(&pair.before), &show);
        assert_eq!(live.structure(), expected_before, "{}", show());
        assert_eq!(live.violations(), Vec::<String>::new(), "{}", show());
        let rows_after = rows(&mut live, &pair.before, &old_places);
        for ((table, column), before) in rows_before.iter().filter(|(place, _)| !filled.contains(place)) {
            let after = rows_after.get(&(table.clone(), column.clone()));
            assert_eq!(after, Some(before), "{table}.{column}\n{}", show());
        }
    });
}

const OTHER_VALUES: &str = ", but rows hold other values";

fn without_checks_of_types(up: &str) -> String {
    let is_other = |block: &&str| !(block.starts_with("-- dbmig: check") && block.contains(OTHER_VALUES));
    up.split("\n\n").filter(is_other).collect::<Vec<_>>().join("\n\n")
}

/// Old columns in which NULL became something else, or whose values were computed for a while.
fn filled(pair: &Pair, origins: &Origins) -> BTreeSet<(ObjectName, Name)> {
    let column = |schema: &Schema, (table, name): &(ObjectName, Name)| {
        schema.tables.get(table).and_then(|one| one.column(name).cloned())
    };
    let changed = origins.iter().filter(|(after, before)| {
        let (after, before) = (column(&pair.after, after), column(&pair.before, before));
        let is_filled = |after: Column, before: Column| {
            before.nullable && !after.nullable || before.generated.is_none() && after.generated.is_some()
        };
        after.zip(before).is_some_and(|(after, before)| is_filled(after, before))
    });
    changed.map(|(_, before)| before.clone()).collect()
}

/// The sorted values of each of the columns.
fn rows(
    live: &mut Database,
    schema: &Schema,
    places: &BTreeSet<(ObjectName, Name)>,
) -> BTreeMap<(ObjectName, Name), Vec<String>> {
    let plain = |(table, name): &&(ObjectName, Name)| {
        let column = schema.tables.get(table).and_then(|one| one.column(name));
        column.is_some_and(|column| column.generated.is_none())
    };
    let values = |place: &(ObjectName, Name)| (place.clone(), live.values(&place.0, &place.1));
    places.iter().filter(plain).map(values).collect()
}

/// The values of columns that stay and keep their types are what they were.
fn assert_rows_are_kept(
    pair: &Pair,
    origins: &Origins,
    live: &mut Database,
    before: &BTreeMap<(ObjectName, Name), Vec<String>>,
) {
    let filled = filled(pair, origins);
    for (after, origin) in origins {
        let column =
            |schema: &Schema, (table, name): &(ObjectName, Name)| schema.tables.get(table)?.column(name).cloned();
        let (Some(new), Some(old)) = (column(&pair.after, after), column(&pair.before, origin)) else {
            panic!("{after:?} doesn't come from {origin:?}")
        };
        let found = live.values(&after.0, &after.1);
        let Some(values) = before.get(origin).filter(|_| new.generated.is_none()) else { continue };
        assert_eq!(found.len(), values.len(), "rows of {}", after.0);
        if new.column_type == old.column_type && !filled.contains(origin) {
            assert_eq!(found, *values, "{}.{}", after.0, after.1);
        }
    }
}

/// What `cargo dbmig models` writes says what the schema says.
#[test]
fn models_that_are_written_say_the_schema() {
    let config = DatabaseConfig::default();
    let (models, plain) = (Cell::new(0), Cell::new(0));
    for_all(|pair, _| {
        let written = write(&pair.before, &config, None, SCHEMA_PATH).unwrap_or_else(|error| panic!("{error}"));
        let source = Source::new("models.rs", written.text.as_str());
        let read = parse(&source, &config).unwrap_or_else(|faults| panic!("{faults:#?}\n{}", written.text));
        let kept = target(&pair.before, &read.schema, &read.renames, &[], &BTreeSet::new());
        assert_eq!(diff(&pair.before, &kept.schema, &read.renames), [], "{}", written.text);
        models.set(models.get() + read.schema.tables.len());
        // A table without a key, or with a type that Diesel doesn't know, can be no model.
        let sayable = |table: &&Table| {
            let known = |column: &Column| !matches!(column.column_type.name.as_str(), "any" | "");
            table.primary_key.is_some() && table.columns.iter().all(known)
        };
        plain.set(plain.get() + pair.before.tables.values().filter(sayable).count());
    });
    let (models, plain) = (models.get(), plain.get());
    assert!(models * 5 > plain * 4, "{models} of {plain} tables that models can say are said");
}
