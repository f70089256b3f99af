//! The way for tables that bear traffic: nothing keeps others out while rows are read or written.
//!
//! Indexes are built and dropped concurrently, each in a revision of its own. Foreign keys and checks come unvalidated
//! and are validated later, by a statement that locks nobody out. Keys take over an index that is there. NOT NULL comes
//! when a validated check has proved it. Tables that are made on the way need none of it.
//! Sources: <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes; `sql-createindex.html`, CONCURRENTLY.

use std::collections::BTreeSet;

use dbmig_build::schema::{
    Check, Constraint, Expression, ExpressionToken, ForeignKey, Index, IndexColumn, Name, ObjectName, Schema, Table,
};

use super::super::RenderError;
use super::super::text::column as place;
use super::alter::alter;
use super::definition::{Lock, from_index};
use super::fill::{Fill, defers, kept_value, new_value};
use super::route::{Leg, is_taken};
use super::sequences::is_identity;
use super::table::{add_constraint, reference_targets};
use super::types::is_row;
use super::way::Way;
use super::work::{Work, is_inherited, is_retyped, works};

/// What is taken out of the main leg, to come in others.
#[derive(Default)]
struct Later {
    /// Indexes that go before the main leg, with their tables' names before.
    early: Vec<(ObjectName, Index)>,
    /// Indexes that come, some of which become keys.
    indexes: Vec<(ObjectName, Index)>,
    /// Indexes that go after all else.
    late: Vec<(ObjectName, Index)>,
    /// Columns that become NOT NULL, with the names of the checks that prove it.
    not_null: Vec<(ObjectName, Name, Name)>,
    /// What their rows get.
    fills: Vec<(ObjectName, Name, Fill)>,
    /// Constraints whose rows are looked at later.
    validated: Vec<(ObjectName, Name)>,
    /// Foreign keys that lean on a key which comes late, whose rows are looked at last.
    leaning: Vec<(ObjectName, Name)>,
}

impl Later {
    /// Whether everything is in the main leg.
    fn is_empty(&self) -> bool {
        let indexes = self.early.len() + self.indexes.len() + self.late.len();
        indexes + self.not_null.len() + self.validated.len() + self.leaning.len() == 0
    }
}

/// The legs of a way.
pub(super) fn legs(way: Way) -> Result<Vec<Leg>, RenderError> {
    let mut later = Later::default();
    let mut main = way.after.clone();
    let found = works(&way);
    let parents: BTreeSet<&ObjectName> = way.after.tables.values().flat_map(|one| one.options.parents()).collect();
    for work in &found {
        let is_plain = work.after.options.partition_by.is_none() && work.after.options.parents().next().is_none();
        if is_plain && !parents.contains(&work.after.name) {
            take_out(&way, work, &mut main, &mut later)?;
        }
    }
    take_out_leaning(&way, &mut main, &mut later);
    drop(found);
    assemble(way, main, &later)
}

fn assemble(way: Way, main: Schema, later: &Later) -> Result<Vec<Leg>, RenderError> {
    let mut legs = Vec::new();
    let mut at = way.before.clone();
    for (table, index) in &later.early {
        let mut next = at.clone();
        next.tables.change(table, |one| one.indexes.retain(|one| one.name != index.name));
        legs.push(index_leg(&at, &next, format!("drop index {}", index.name))?);
        at = next;
    }
    let desired = way.after.clone();
    let mut leg = Leg::new("", way.rebased(at, main.clone())?, Lock::Blocking);
    leg.way.soon = later.validated.iter().cloned().collect();
    let filled =
        |table: &ObjectName, column: &Name| later.fills.iter().any(|(one, name, _)| one == table && name == column);
    leg.way.backfills.retain(|(table, column), _| !filled(table, column));
    let is_alone = later.is_empty();
    if leg.way.changes_something() || is_alone {
        legs.push(leg);
    }
    let mut at = main;
    if !later.not_null.is_empty() {
        let next = with_proofs(&at, &later.not_null);
        legs.push(fill_leg(&at, &next, later)?);
        at = next;
    }
    for (table, index) in &later.indexes {
        let mut next = at.clone();
        next.tables.change(table, |one| one.indexes.push(index.clone()));
        legs.push(index_leg(&at, &next, format!("index {}", index.name))?);
        at = next;
    }
    let mut wanted = with_exempt(&desired, &later.leaning);
    for (table, index) in &later.late {
        wanted.tables.change(table, |one| one.indexes.push(index.clone()));
    }
    finish(&mut legs, &mut at, wanted, "validate", later)?;
    if !later.leaning.is_empty() {
        let wanted = without_exempt(at.clone(), &later.leaning);
        finish(&mut legs, &mut at, wanted, "validate foreign keys", later)?;
    }
    for (table, index) in &later.late {
        let mut next = at.clone();
        next.tables.change(table, |one| one.indexes.retain(|one| one.name != index.name));
        legs.push(index_leg(&at, &next, format!("drop index {}", index.name))?);
        at = next;
    }
    Ok(legs)
}

/// A leg of one statement.
fn index_leg(from: &Schema, to: &Schema, title: String) -> Result<Leg, RenderError> {
    Ok(Leg::new(title, Way::between(from, to)?, Lock::Concurrent))
}

/// Takes out of the main leg what of one table comes later.
fn take_out(way: &Way, work: &Work<'_>, main: &mut Schema, later: &mut Later) -> Result<(), RenderError> {
    let table = &work.after.name;
    let Some(own) = main.tables.get_mut(table) else { return Ok(()) };
    for index in &work.new_indexes {
        own.indexes.retain(|one| one.name != index.name);
        later.indexes.push((table.clone(), (*index).clone()));
    }
    for index in &work.lost_indexes {
        let shaken =
            work.altered.iter().filter(|(from, to)| from.column_type != to.column_type || is_retyped(way, from, to));
        let shaken = shaken.filter_map(|(_, to)| way.tables.get(table)?.columns.get(&to.name));
        let mut shaken = shaken.chain(work.dropped.iter().map(|column| &column.name));
        if shaken.any(|name| index.mentions(name)) {
            // The table is locked for the column anyway.
            continue;
        }
        let comes_again = |name: &Name| work.after.index(name).is_some() || work.after.constraint(name).is_some();
        let present = work.old.indexes.iter().position(|one| one.name == index.name);
        match present.and_then(|at| work.present.indexes.get(at)) {
            Some(present) if !comes_again(&index.name) => {
                own.indexes.push(present.clone());
                later.late.push((table.clone(), present.clone()));
            }
            _ => later.early.push((work.old.name.clone(), (*index).clone())),
        }
    }
    for one in &work.new {
        take_out_constraint(way, own, one, later);
    }
    for name in &work.validated {
        exempt(own, name);
        later.validated.push((table.clone(), name.clone()));
    }
    take_out_not_null(way, work, own, later)
}

fn take_out_constraint(way: &Way, own: &mut Table, one: &Constraint, later: &mut Later) {
    let (table, Some(name)) = (own.name.clone(), one.name().cloned()) else { return };
    match one {
        Constraint::PrimaryKey(key) => {
            own.primary_key = None;
            let index = Index { unique: true, include: key.include.clone(), ..Index::new(name, key.columns.clone()) };
            later.indexes.push((table, index));
        }
        Constraint::Unique(key) => {
            own.uniques.retain(|one| one != key);
            let nulls_not_distinct = key.nulls_not_distinct;
            let index = Index {
                unique: true,
                include: key.include.clone(),
                nulls_not_distinct,
                ..Index::new(name, key.columns.clone())
            };
            later.indexes.push((table, index));
        }
        Constraint::ForeignKey(key) if !key.not_valid => {
            let is_partitioned = |table: &Table| table.options.partition_by.is_some();
            if !way.after.tables.get(&key.table).is_some_and(is_partitioned) {
                exempt(own, &name);
                later.validated.push((table, name));
            }
        }
        Constraint::Check(check) if !check.not_valid => {
            exempt(own, &name);
            later.validated.push((table, name));
        }
        _ => {}
    }
}

fn take_out_not_null(way: &Way, work: &Work<'_>, own: &mut Table, later: &mut Later) -> Result<(), RenderError> {
    let table = &work.after.name;
    let mut waits = |own: &mut Table, name: &Name, fill: Fill| {
        if let Some(column) = own.column_mut(name) {
            column.nullable = true;
        }
        let check = proof_name(&way.after, work.after, name);
        later.not_null.push((table.clone(), name.clone(), check));
        later.fills.push((table.clone(), name.clone(), fill));
    };
    for (from, to) in work.altered.iter().filter(|(from, to)| from.nullable && !to.nullable) {
        if !is_identity(to) && !is_identity(from) && to.generated.is_none() {
            waits(own, &to.name, kept_value(way, work.after, to));
        }
    }
    for column in work.added.iter().filter(|one| !one.nullable && one.default.is_none() && one.generated.is_none()) {
        let fill = new_value(way, work.after, column);
        if !is_identity(column) && !fill.is_constant() {
            waits(own, &column.name, fill);
        }
    }
    Ok(())
}

/// A free name for the check that proves NOT NULL, in at most 63 bytes.
fn proof_name(schema: &Schema, table: &Table, column: &Name) -> Name {
    let mut base = format!("{}_{column}", table.name.name);
    while base.len() > 50 {
        base.pop();
    }
    let mut name = column.renamed(&format!("{base}_present"));
    let mut number = 0;
    while is_taken(schema, &table.name, &name) {
        number += 1;
        name = column.renamed(&format!("{base}_present{number}"));
    }
    name
}

/// Foreign keys, of new tables too, that lean on a key which the main leg doesn't have.
fn take_out_leaning(way: &Way, main: &mut Schema, later: &mut Later) {
    let missing = |key: &ForeignKey, main: &Schema| {
        let (Some(parent), Some(after)) = (main.tables.get(&key.table), way.after.tables.get(&key.table)) else {
            return false;
        };
        if std::ptr::eq(parent, after) {
            return false;
        }
        let own =
            || after.primary_key.iter().flat_map(|key| &key.columns).filter_map(IndexColumn::name).cloned().collect();
        let wanted: Vec<Name> = if key.referenced.is_empty() { own() } else { key.referenced.clone() };
        let is_it = |columns: &[IndexColumn]| {
            columns.len() == wanted.len()
                && wanted.iter().all(|name| columns.iter().any(|one| one.name() == Some(name)))
        };
        !reference_targets(parent).any(is_it)
    };
    let names: Vec<ObjectName> = main.tables.keys().cloned().collect();
    for name in names {
        let keys = main.tables.get(&name).map(|table| table.foreign_keys.as_slice()).unwrap_or_default();
        if !keys.iter().any(|key| missing(key, main)) {
            continue;
        }
        let (gone, kept): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(|key| missing(key, main));
        for key in gone.iter().filter(|_| way.tables.contains_key(&name)) {
            let own = key.name.clone();
            later.validated.retain(|(table, one)| (table, Some(one)) != (&name, own.as_ref()));
            let Some(after) = way.after.tables.get(&name) else { continue };
            let stated = after.foreign_keys.iter().find(|one| one.name == own);
            // A partitioned table's can't be NOT VALID, nor can what partitions have of it.
            let may_wait = after.options.partition_by.is_none()
                && !is_inherited(&way.after, after, &Constraint::ForeignKey(key.clone()));
            if may_wait && stated.is_some_and(|one| !one.not_valid) {
                later.leaning.extend(own.map(|own| (name.clone(), own)));
            }
        }
        main.tables.change(&name, |table| table.foreign_keys = kept);
    }
}

/// Lets a constraint exempt the rows that are there.
fn exempt(table: &mut Table, name: &Name) {
    set_exempt(table, name, true);
}

fn set_exempt(table: &mut Table, name: &Name, not_valid: bool) {
    let keys = table.foreign_keys.iter_mut().filter(|key| key.name.as_ref() == Some(name));
    keys.for_each(|key| key.not_valid = not_valid);
    let checks = table.checks.iter_mut().filter(|check| check.name.as_ref() == Some(name));
    checks.for_each(|check| check.not_valid = not_valid);
}

fn with_exempt(schema: &Schema, names: &[(ObjectName, Name)]) -> Schema {
    let mut schema = schema.clone();
    for (table, name) in names {
        schema.tables.change(table, |one| exempt(one, name));
    }
    schema
}

fn without_exempt(mut schema: Schema, names: &[(ObjectName, Name)]) -> Schema {
    for (table, name) in names {
        schema.tables.change(table, |one| set_exempt(one, name, false));
    }
    schema
}

/// The schema with the checks that prove NOT NULL, rows exempt.
fn with_proofs(schema: &Schema, columns: &[(ObjectName, Name, Name)]) -> Schema {
    let mut schema = schema.clone();
    for (table, column, name) in columns {
        let check =
            Check { name: Some(name.clone()), not_valid: true, ..Check::new(is_not_null(&schema, table, column)) };
        schema.tables.change(table, |one| one.checks.push(check));
    }
    schema
}

fn is_not_null(schema: &Schema, table: &ObjectName, column: &Name) -> Expression {
    let sql = column.sql();
    let own = schema.tables.get(table).and_then(|table| table.column(column));
    let is_row = own.is_some_and(|own| is_row(schema, &own.column_type));
    let token =
        |text: &str, name| ExpressionToken { gap: true, text: text.into(), key: text.to_lowercase().into(), name };
    let named = ExpressionToken { key: sql.as_str().into(), ..token(&sql, Some(column.clone())) };
    let words = if is_row { ["IS", "DISTINCT", "FROM", "NULL"].as_slice() } else { &["IS", "NOT", "NULL"] };
    Expression::new(std::iter::once(named).chain(words.iter().map(|word| token(word, None))).collect())
}

/// The leg that gives rows values, and lets no others come.
fn fill_leg(from: &Schema, to: &Schema, later: &Later) -> Result<Leg, RenderError> {
    let title = match later.fills.as_slice() {
        [(table, column, _)] => format!("fill {}", place(table, column)),
        _ => "fill".to_owned(),
    };
    let mut leg = Leg::new(title, Way::between(from, to)?, Lock::Blocking);
    let mut settles = false;
    for (table, column, fill) in &later.fills {
        let comment = fill.comment.as_ref().map(|text| super::super::text::comment(text) + "\n").unwrap_or_default();
        leg.first.push(comment + &fill.update(table, column));
        leg.todos.extend(fill.todo.as_ref().map(|_| place(table, column)));
        settles |= from.tables.get(table).is_some_and(|one| defers(from, one));
    }
    leg.first.extend(settles.then(|| "SET CONSTRAINTS ALL IMMEDIATE;".to_owned()));
    leg.way.soon = later.not_null.iter().map(|(table, _, name)| (table.clone(), name.clone())).collect();
    Ok(leg)
}

/// The leg that looks at rows, then takes what needs none.
fn finish(legs: &mut Vec<Leg>, at: &mut Schema, to: Schema, title: &str, later: &Later) -> Result<(), RenderError> {
    if *at == to && later.not_null.is_empty() {
        return Ok(());
    }
    let way = Way::between(at, &to)?;
    let mut looks = Vec::new();
    let mut takes = Vec::new();
    let found = works(&way);
    for work in &found {
        let table = &work.after.name;
        let validate = |name: &Name| format!("ALTER TABLE {} VALIDATE CONSTRAINT {};", table.sql(), name.sql());
        looks.extend(work.validated.iter().map(validate));
        for (_, column, name) in later.not_null.iter().filter(|(one, ..)| one == table) {
            if at.tables.get(table).is_some_and(|one| one.constraint(name).is_some()) {
                looks.push(validate(name));
                // Each in a statement of its own: PostgreSQL would drop the check first, and look at the rows.
                takes.push(alter(table, &[format!("ALTER COLUMN {} SET NOT NULL", column.sql())]));
                takes.push(alter(table, &[format!("DROP CONSTRAINT {}", name.sql())]));
            }
        }
        let is_reference = |one: &&Constraint| matches!(one, Constraint::ForeignKey(_));
        for one in work.new.iter().filter(|one| !is_reference(one)) {
            let index = work.lost_indexes.iter().find(|index| Some(&index.name) == one.name());
            takes.push(match index {
                Some(index) => format!("ALTER TABLE {} ADD {};", table.sql(), from_index(one, &index.name)),
                None => add_constraint(table, one),
            });
        }
    }
    for work in &found {
        let references = work.new.iter().filter(|one| matches!(one, Constraint::ForeignKey(_)));
        takes.extend(references.map(|one| add_constraint(&work.after.name, one)));
    }
    drop(found);
    if looks.is_empty() && takes.is_empty() {
        *at = to;
        return Ok(());
    }
    let mut blocks = Vec::new();
    if !looks.is_empty() {
        let why = super::super::text::comment("Looks at the rows while others read and write.");
        blocks.push(format!("{why}\n{}", looks.join("\n")));
    }
    if !takes.is_empty() {
        let why = super::super::text::comment("What these need is proved or built by now, so their locks are short.");
        blocks.push(format!("{why}\n{}", takes.join("\n")));
    }
    let title = if looks.is_empty() { "constraints" } else { title };
    let leg = Leg::new(title, way, Lock::Blocking);
    legs.push(Leg { up: Some(blocks.join("\n\n") + "\n"), ..leg });
    *at = to;
    Ok(())
}
