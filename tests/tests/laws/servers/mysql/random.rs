//! `down ∘ up = identity` on MariaDB: random pairs of schemas, with rows in the tables and foreign keys enforced.

use std::collections::{BTreeMap, BTreeSet};

use cargo_dbmig::render::{Backfills, Options, Rendered, render};
use dbmig_build::diff::diff;
use dbmig_build::schema::{
    Autoincrement, Change, Column, Name, ObjectName, Renames, Schema, Table, mentions, parents_first,
};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use dbmig_tests::journey::{Origins, origins};
use dbmig_tests::random::Pair;
use dbmig_tests::random::chain::{pair_of, steps};
use diesel::connection::SimpleConnection;

use super::*;

type MariaDb = Server<diesel::MysqlConnection>;

/// How far a pair came with its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// There were none, or a check found some that stand in the way.
    None,
    There,
    Back,
}

#[test]
fn random_schemas_become_each_other_with_their_rows() {
    let shares = shared(500, |seeds| {
        let mut server = Server::mysql();
        seeds.map(|seed| (seed, holds(&mut server, seed))).collect::<Vec<_>>()
    });
    let ways: Vec<_> = shares.into_iter().flatten().collect();
    let broken: Vec<String> = (ways.iter())
        .filter_map(|(seed, way)| Some(format!("DBMIG_LAW_SEED={seed} DBMIG_LAW_CASES=1\n{}", way.as_ref().err()?)))
        .collect();
    let (count, shown) = (ways.len(), broken.iter().take(9).cloned().collect::<Vec<_>>().join("\n\n"));
    assert!(broken.is_empty(), "{} of {count} pairs:\n{shown}", broken.len());
    let back = ways.iter().filter(|(_, way)| *way == Ok(Rows::Back)).count();
    assert!(count < 100 || back * 3 > count, "rows came back in {back} of {count} pairs only");
}

/// How far the pair of a seed comes.
fn holds(server: &mut MariaDb, seed: u64) -> Result<Rows, String> {
    let stranger = if seed % 4 == 3 { made(server, seed - 1).1.after } else { Schema::default() };
    let (chain, mut pair) = made(server, seed);
    if seed % 4 == 3 {
        // Names that chains like make pairs of strangers have much in common.
        pair = Pair { after: stranger, renames: Renames::default(), ..pair };
    }
    for table in pair.before.tables.values_mut().chain(pair.after.tables.values_mut()) {
        // The server's own, whether it is stated or not; nothing says "whichever it is".
        table.options.engine = Some("innodb".to_owned());
    }
    let way =
        Journey::new(&pair, seed % 3 > 0).and_then(|journey| match journey.there_and_back(server, &chain, true) {
            // Only what computes a value tells from which ones it can't: no query fails by it.
            Err(fault) if fault.starts_with("Incorrect ") && fault.contains(" GENERATED ALWAYS AS ") => {
                journey.there_and_back(server, &chain, false)
            }
            // Nor does an insert ask what is computed when it is read; what copies the rows does.
            Err(fault) if fault.starts_with("Truncated incorrect ") && computes(&pair.before) => {
                journey.there_and_back(server, &chain, false)
            }
            way => way,
        });
    match way {
        Err(fault) if fault.contains("has no name that") => Ok(Rows::None),
        // MySQL lets views and triggers be broken, dbmig doesn't.
        Err(fault) if fault.contains("is dropped, but the ") || fault.contains(": CREATE VIEW") => Ok(Rows::None),
        // One that is broken stops statements that fire it, too.
        Err(fault) if fault.contains("in 'OLD': ") || fault.contains("in 'NEW': ") => Ok(Rows::None),
        way => way.map_err(|fault| format!("{fault}\n-- before\n{}", chain.join(";\n"))),
    }
}

fn computes(schema: &Schema) -> bool {
    schema.tables.values().flat_map(|table| &table.columns).any(|column| column.generated.is_some())
}

/// A chain as far as it makes the first schema of a pair, and the pair.
fn made(server: &mut MariaDb, seed: u64) -> (Vec<String>, Pair) {
    reset(server);
    let steps = steps(BACKEND, seed, &mut |sql| server.connection.batch_execute(sql).is_ok());
    let (cut, pair) = pair_of(&steps, seed);
    (steps.into_iter().take(cut).map(|step| step.sql).collect(), pair)
}

fn reset(server: &mut MariaDb) {
    let name = server.name().to_owned();
    server.run(&format!("DROP DATABASE {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}"));
}

/// By table and column, the sorted values.
type Cells = BTreeMap<(ObjectName, Name), Vec<String>>;

/// The way from one schema to another and back.
struct Journey<'a> {
    pair: &'a Pair,
    changes: Vec<Change>,
    origins: Origins,
    rendered: Rendered,
}

impl<'a> Journey<'a> {
    fn new(pair: &'a Pair, live: bool) -> Result<Journey<'a>, String> {
        let (before, after) = (&pair.before.views, &pair.after.views);
        let gone = before.values().filter(|one| after.get(&one.name) != Some(one));
        let new = after.values().filter(|one| before.get(&one.name) != Some(one));
        // diff leaves views alone.
        let mut changes: Vec<Change> = gone.cloned().map(Change::DropView).collect();
        changes.extend(diff(&pair.before, &pair.after, &pair.renames));
        changes.extend(new.cloned().map(Change::CreateView));
        let origins = origins(&pair.before, &changes);
        let asks = asking(pair, &origins);
        let backfill = |(table, column): &(ObjectName, Name)| {
            Some(((table.clone(), column.clone()), value(pair.after.tables.get(table)?.column(column)?, 1)))
        };
        let backfills: Backfills = asks.iter().filter_map(backfill).collect();
        let options = Options { backend: BACKEND, live, backfills: &backfills };
        let rendered = render(&changes, &pair.before, &options).map_err(|error| format!("{error}: {changes:#?}"))?;
        Ok(Journey { pair, changes, origins, rendered })
    }

    fn there_and_back(&self, server: &mut MariaDb, chain: &[String], with_rows: bool) -> Result<Rows, String> {
        let (before, after) = (&self.pair.before, &self.pair.after);
        reset(server);
        chain.iter().for_each(|sql| server.run(sql));
        let mut way = Rows::None;
        if with_rows && !self.new_values_may_not_fit() {
            fill(server, before);
            way = Rows::There;
        }
        let rows = cells(server, before);

        let (up, down) = (self.rendered.up(), self.rendered.down());
        let mut chain = Replay::from_schema(before.clone(), BACKEND);
        if !run(server, &up)? {
            empty(server, before);
            way = Rows::None;
            run(server, &up)?;
        }
        self.agrees(server, &mut chain, &up, after)?;
        if way == Rows::There {
            self.survive(&rows, &cells(server, after), &self.origins)?;
        }

        if way == Rows::None || self.old_values_may_not_fit() {
            empty(server, after);
        } else {
            way = Rows::Back;
        }
        if !run(server, &down)? {
            empty(server, after);
            way = Rows::None;
            run(server, &down)?;
        }
        self.agrees(server, &mut chain, &down, before)?;
        if way == Rows::Back {
            let same = self.origins.values().map(|place| (place.clone(), place.clone())).collect();
            self.survive(&rows, &cells(server, before), &same)?;
        }
        Ok(way)
    }

    fn agrees(&self, server: &mut MariaDb, chain: &mut Replay, script: &str, wanted: &Schema) -> Result<(), String> {
        let show = |faults: String| {
            let (up, down) = (self.rendered.up(), self.rendered.down());
            let which = if script == up { "up" } else { "down" };
            Err(format!("after {which}: {faults}\n-- up\n{up}\n-- down\n{down}\n{:?}", self.pair.renames))
        };
        let faults = replay(chain, script, BACKEND);
        if !faults.is_empty() {
            return show(faults.join("\n"));
        }
        let left = diff(chain.schema(), wanted, &Renames::default());
        if !left.is_empty() {
            return show(format!("replay lacks {left:#?}"));
        }
        let found = differences(&mut server.connection, chain.schema());
        if found.is_empty() { Ok(()) } else { show(found.join("\n")) }
    }

    /// Whether rows get values by what is stated or by default, which keys, foreign keys and checks needn't like.
    fn new_values_may_not_fit(&self) -> bool {
        let Pair { before, after, .. } = self.pair;
        let is_filled = |(table, column): (&Table, &Column)| {
            let Some((old, name)) = self.origins.get(&(table.name.clone(), column.name.clone())) else {
                let is_made = |change: &Change| matches!(change, Change::CreateTable(made) if made.name == table.name);
                let gives = !column.nullable || column.default.is_some() || column.generated.is_some();
                // No partition need be there for NULL.
                let gives = gives || spreads(table, &column.name);
                return gives && !self.changes.iter().any(is_made);
            };
            let old = before.tables.get(old).and_then(|table| table.column(name));
            old.is_some_and(|old| old.nullable && !column.nullable)
        };
        // Keys that go are there still when rows get values.
        let was_constrained = |table: &Table, column: &Column| {
            let origin = self.origins.get(&(table.name.clone(), column.name.clone()));
            let old = origin.and_then(|(old, name)| Some((before.tables.get(old)?, name)));
            old.is_some_and(|(table, name)| is_constrained(before, table, name))
        };
        after.tables.values().any(|table| {
            table.columns.iter().any(|column| {
                let constrained = is_constrained(after, table, &column.name) || was_constrained(table, column);
                constrained && is_filled((table, column))
            })
        })
    }

    /// Whether values are gone that the way back needs.
    fn old_values_may_not_fit(&self) -> bool {
        let before = &self.pair.before;
        let kept: BTreeSet<_> = self.origins.values().collect();
        let lost = |table: &Table, column: &Name| !kept.contains(&(table.name.clone(), column.clone()));
        before.tables.values().any(|table| {
            table.columns.iter().any(|column| lost(table, &column.name) && is_constrained(before, table, &column.name))
        })
    }

    /// What stays and keeps its type is what it was; NULL may be something else.
    fn survive(&self, then: &Cells, now: &Cells, origins: &Origins) -> Result<(), String> {
        let column = |schema: &Schema, (table, name): &(ObjectName, Name)| {
            schema.tables.get(table).and_then(|table| table.column(name)).cloned()
        };
        for (origin, place) in self.origins.iter().map(|(place, origin)| (origin, place)) {
            let (Some(old), Some(new)) = (column(&self.pair.before, origin), column(&self.pair.after, place)) else {
                return Err(format!("{place:?} doesn't come from {origin:?}"));
            };
            let Some((seen, _)) = origins.iter().find(|(_, from)| *from == origin) else { continue };
            let (Some(then), Some(now)) = (then.get(origin), now.get(seen)) else { continue };
            let known = |values: &[String]| values.iter().filter(|one| *one != "NULL").cloned().collect::<Vec<_>>();
            let same = old.column_type == new.column_type && old.generated.is_none() && new.generated.is_none();
            let kept = known(then).iter().all(|one| now.contains(one));
            if then.len() != now.len()
                || (same && old.collation == new.collation && old.character_set == new.character_set && !kept)
            {
                let (up, down) = (self.rendered.up(), self.rendered.down());
                return Err(format!(
                    "{}.{}: {then:?} became {now:?}\n{:#?}\n-- up\n{up}\n-- down\n{down}",
                    seen.0, seen.1, self.changes
                ));
            }
        }
        Ok(())
    }
}

/// The columns of after whose rows need a value that nobody knows.
fn asking(pair: &Pair, origins: &Origins) -> Vec<(ObjectName, Name)> {
    let mut asking = Vec::new();
    for table in pair.after.tables.values() {
        for column in table.columns.iter().filter(|one| !one.nullable && one.generated.is_none()) {
            let place = (table.name.clone(), column.name.clone());
            let old = origins.get(&place).and_then(|(old, name)| pair.before.tables.get(old)?.column(name));
            if column.default.is_none() && old.is_none_or(|old| old.nullable) {
                asking.push(place);
            }
        }
    }
    asking
}

/// Whether rows are spread over partitions by the values that these list of a column; no other is welcome.
fn spreads(table: &Table, column: &Name) -> bool {
    let is_list = |rule: &&String| rule.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("list"));
    table.options.partition_by.as_ref().filter(is_list).is_some_and(|rule| mentions(rule, column))
}

/// Whether not every value of a column is welcome.
fn is_constrained(schema: &Schema, table: &Table, column: &Name) -> bool {
    let primary = table.primary_key.iter().map(|key| &key.columns);
    let mut keys = primary.chain(table.uniques.iter().map(|key| &key.columns));
    let mut all = schema.tables.values().flat_map(|one| &one.foreign_keys);
    keys.any(|key| key.iter().any(|part| part.mentions(column)))
        || spreads(table, column)
        || table.checks.iter().any(|check| check.expression.mentions(column))
        || table.foreign_keys.iter().any(|key| key.columns.contains(column))
        || table.columns.iter().any(|one| {
            let computed = one.generated.as_ref().is_some_and(|generated| generated.expression.mentions(column));
            computed && one.name != *column && is_constrained(schema, table, &one.name)
        })
        || all.any(|key| key.table == table.name && (key.referenced.contains(column) || key.referenced.is_empty()))
}

/// Puts as many rows into the tables as these take.
fn fill(server: &mut MariaDb, schema: &Schema) {
    let tables: Vec<&Table> = schema.tables.values().collect();
    for table in parents_first(&tables) {
        for row in 0..6 {
            for with_references in [true, false] {
                let sql = insert(table, row, with_references);
                if server.connection.batch_execute(&sql).is_ok() {
                    break;
                }
            }
        }
    }
}

fn empty(server: &mut MariaDb, schema: &Schema) {
    let deletes: Vec<String> = schema.tables.keys().map(|name| format!("DELETE FROM {};", name.sql())).collect();
    server.run(&format!("SET foreign_key_checks = 0; {} SET foreign_key_checks = 1", deletes.join(" ")));
}

fn insert(table: &Table, row: usize, with_references: bool) -> String {
    let refers = |column: &Column| table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let given = |column: &&Column| column.generated.is_none() && (with_references || !refers(column));
    let columns: Vec<&Column> = table.columns.iter().filter(given).collect();
    let names: Vec<String> = columns.iter().map(|column| column.name.sql()).collect();
    let values: Vec<String> = columns.iter().map(|column| cell(column, row)).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name.sql(), names.join(", "), values.join(", "))
}

fn cell(column: &Column, row: usize) -> String {
    let is_null = row == 2 && column.nullable && column.autoincrement == Autoincrement::No;
    if is_null { "NULL".to_owned() } else { value(column, row) }
}

/// The value of a column in a row, the same for all columns of a kind, so that references find their rows.
fn value(column: &Column, row: usize) -> String {
    let one_of = |values: [&str; 6]| values[row % 6].to_owned();
    let word = column.column_type.name.split(' ').next().unwrap_or_default();
    match word {
        "tinyint" => one_of(["1", "0", "1", "0", "1", "0"]),
        "decimal" | "double" | "float" => one_of(["2.5", "1", "4", "0.75", "8", "1"]),
        "datetime" | "timestamp" => format!("'2021-0{}-01 10:00:00'", row + 1),
        "date" => format!("'2021-0{}-01'", row + 1),
        "enum" | "set" => column.column_type.arguments.get(row % 2).cloned().unwrap_or_else(|| "''".to_owned()),
        "time" => format!("'0{row}:30:00'"),
        "year" => format!("{}", 2000 + row),
        "bit" => one_of(["2", "1", "4", "5", "8", "7"]),
        "json" => format!("'[{row}]'"),
        word if word.contains("int") => one_of(["2", "1", "4", "5", "8", "7"]),
        _ => one_of(["'abc'", "'xyz'", "'a1'", "'5'", "'b'", "'it''s'"]),
    }
}

/// Runs a script; false if one of its checks found rows, before anything was done.
fn run(server: &mut MariaDb, sql: &str) -> Result<bool, String> {
    let script = split(&Source::new("script.sql", sql), BACKEND);
    let mut done = 0;
    for statement in &script.statements {
        let text = statement.text();
        let fault = |error: diesel::result::Error| format!("{error}: {text}\n-- all\n{sql}");
        if statement.check().is_none() {
            server.connection.batch_execute(text).map_err(fault)?;
            done += 1;
        } else if !server
            .connection
            .lines(&format!("SELECT 'row' AS line FROM ({text}) AS found"))
            .map_err(fault)?
            .is_empty()
        {
            return if done == 0 { Ok(false) } else { Err(format!("a check stands behind changes: {sql}")) };
        }
    }
    Ok(true)
}

fn cells(server: &mut MariaDb, schema: &Schema) -> Cells {
    let mut cells = Cells::new();
    for table in schema.tables.values() {
        for column in &table.columns {
            let query = format!(
                "SELECT coalesce(hex({}), 'NULL') AS line FROM {} ORDER BY 1",
                column.name.sql(),
                table.name.sql()
            );
            cells.insert((table.name.clone(), column.name.clone()), server.lines(&query));
        }
    }
    cells
}
