//! What is built up when everything has its new name: columns, keys, indexes, tables, foreign keys.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Constraint, Deferrable, Expression, Index, IndexColumn, Name, ObjectName, Schema, Table, TableOptions,
    parents_first,
};

use super::super::RenderError;
use super::super::plan::Direction;
use super::alter;
use super::definition::{Lock, drop_index, parameters};
use super::script::Script;
use super::table::{add_constraint, all, comment_on_column, comment_on_table, drop_constraint};
use super::work::{Work, is_inherited, is_inherited_index};

/// Tables leave those that they inherit from no more, which may go.
pub(super) fn leave_parents(script: &mut Script<'_>, works: &[Work<'_>]) -> Result<(), RenderError> {
    for work in works {
        let (table, old, present, after) =
            (work.old.name.sql(), &work.old.options, &work.present.options, &work.after.options);
        for (parent, now) in old.inherits.iter().zip(&present.inherits) {
            if after.inherits.contains(now) {
                continue;
            }
            // Its columns become the table's own, and nothing makes them another table's again.
            if work.old.columns.iter().chain(&work.after.columns).any(|column| column.inherited) {
                let child = &work.old.name;
                let message = format!(
                    "the table `{child}` has columns of `{parent}`, which it can't leave and come back to: write `ALTER TABLE {table} NO INHERIT {}` in a revision of its own first",
                    parent.sql()
                );
                return Err(RenderError::Impossible(message));
            }
            script.push(&[], format!("ALTER TABLE {table} NO INHERIT {};", parent.sql()));
        }
        if let Some(partition) = old.partition_of.as_ref().filter(|_| present.partition_of != after.partition_of) {
            script.push(&[], format!("ALTER TABLE {} DETACH PARTITION {table};", partition.parent.sql()));
            drop_what_stayed(script, work);
        }
    }
    Ok(())
}

/// What a partition has of its parent stays with it, as its own.
fn drop_what_stayed(script: &mut Script<'_>, work: &Work<'_>) {
    let renamed = &script.way.renamed;
    let after: Vec<Constraint> = work.after.constraints().map(|one| one.with_name(None)).collect();
    for (old, present) in work.old.constraints().zip(work.present.constraints()) {
        if is_inherited(renamed, work.present, &present) && !after.contains(&present.with_name(None)) {
            drop_constraint(&work.old.name, &old).into_iter().for_each(|text| script.push(&[], text));
        }
    }
    for (old, present) in work.old.indexes.iter().zip(&work.present.indexes) {
        let stays = work.after.indexes.iter().any(|one| Index { name: one.name.clone(), ..present.clone() } == *one);
        if is_inherited_index(renamed, work.present, present) && !stays {
            script.push(&[], drop_index(&work.old.name, old, Lock::Blocking));
        }
    }
}

/// Columns, then keys and checks, then indexes.
pub(super) fn alter_tables(script: &mut Script<'_>, works: &[Work<'_>]) {
    for work in works {
        let columns = alter::in_order(&work.added);
        for column in columns.iter().filter(|column| column.generated.is_none()) {
            alter::add(script, work, column);
        }
        for (from, to) in &work.altered {
            alter::change(script, work, from, to);
        }
        for column in columns.iter().filter(|column| column.generated.is_some()) {
            alter::add(script, work, column);
        }
    }
    for work in works {
        let table = &work.after.name;
        for one in work.new.iter().filter(|one| !matches!(one, Constraint::ForeignKey(_))) {
            script.add_constraint(table, one);
        }
        for index in &work.new_indexes {
            script.create_index(table, index);
        }
    }
}

/// New tables, parents first, with the foreign keys that find their tables.
pub(super) fn create_tables(script: &mut Script<'_>) {
    let way = script.way;
    let created = way.created();
    let mut missing: BTreeSet<&ObjectName> = created.iter().map(|table| &table.name).collect();
    let mut late = Vec::new();
    for table in origins_first(&way.after, parents_first(&created)) {
        let is_late = |one: &Constraint| match one {
            // An index is made when the table is there.
            Constraint::ForeignKey(key) if key.table == table.name => !has_key(table, &key.referenced),
            Constraint::ForeignKey(key) => missing.contains(&key.table),
            _ => false,
        };
        let comments = match way.direction {
            Direction::Up => Vec::new(),
            Direction::Down => vec![format!("The rows of {} are not brought back.", table.name)],
        };
        script.push(&comments, all(&way.after, table, &way.sequences, is_late).join("\n"));
        late.extend(table.constraints().filter(is_late).map(|one| add_constraint(&table.name, &one)));
        missing.remove(&table.name);
    }
    late.into_iter().for_each(|statement| script.push(&[], statement));
}

/// Whether a table has a key of columns, beside its indexes.
fn has_key(table: &Table, names: &[Name]) -> bool {
    let immediate = |deferrable| deferrable == Deferrable::No;
    let keys = table.primary_key.iter().filter(|key| immediate(key.deferrable)).map(|key| &key.columns);
    let keys = keys.chain(table.uniques.iter().filter(|key| immediate(key.deferrable)).map(|key| &key.columns));
    let wanted: BTreeSet<&Name> = names.iter().collect();
    let mut keys = keys.map(|columns| columns.iter().filter_map(IndexColumn::name).collect::<BTreeSet<_>>());
    names.is_empty() || keys.any(|columns| columns == wanted)
}

/// Tables from which columns or their numbers come before those that take them; otherwise as they stand.
pub(super) fn origins_first<'a>(schema: &Schema, tables: Vec<&'a Table>) -> Vec<&'a Table> {
    let places: BTreeMap<&ObjectName, usize> = tables.iter().enumerate().map(|(at, one)| (&one.name, at)).collect();
    let mut owners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for sequence in schema.sequences.values() {
        let owner = sequence.owner.as_ref().and_then(|(table, _)| places.get(table));
        owners.entry(sequence.name.name.as_str()).or_default().extend(owner);
    }
    let mut takers: Vec<Vec<usize>> = vec![Vec::new(); tables.len()];
    let mut missing: Vec<usize> = Vec::with_capacity(tables.len());
    for (at, table) in tables.iter().enumerate() {
        let parents = table.options.parents().filter_map(|parent| places.get(parent));
        let counted = table.columns.iter().filter_map(|column| column.default.as_ref()).flat_map(sequences);
        let origins: BTreeSet<usize> =
            parents.chain(counted.filter_map(|name| owners.get(name)).flatten()).copied().collect();
        let origins: Vec<usize> = origins.into_iter().filter(|&origin| origin != at).collect();
        missing.push(origins.len());
        origins.into_iter().for_each(|origin| takers[origin].push(at));
    }
    let mut ready: BTreeSet<usize> = (0..tables.len()).filter(|&at| missing[at] == 0).collect();
    let mut waiting: BTreeSet<usize> = (0..tables.len()).collect();
    let mut ordered = Vec::with_capacity(tables.len());
    // Where they wait for each other, the first goes ahead.
    while let Some(at) = ready.pop_first().or_else(|| waiting.first().copied()) {
        if !waiting.remove(&at) {
            continue;
        }
        ordered.push(tables[at]);
        for &taker in &takers[at] {
            missing[taker] -= 1;
            if missing[taker] == 0 {
                ready.insert(taker);
            }
        }
    }
    ordered
}

/// The names, without their schemas, of the sequences that an expression counts by.
fn sequences(expression: &Expression) -> impl Iterator<Item = &str> {
    let keys = || expression.tokens().iter().map(|token| &*token.key);
    let counts = keys().any(|key| key == "nextval");
    let literals = keys().filter_map(move |key| key.strip_prefix('\'')?.strip_suffix('\'').filter(|_| counts));
    literals.map(|literal| match literal.strip_suffix('"') {
        Some(quoted) => quoted.rsplit('"').next().unwrap_or(quoted),
        None => literal.rsplit('.').next().unwrap_or(literal),
    })
}

/// The foreign keys of tables that were there.
pub(super) fn add_references(script: &mut Script<'_>, works: &[Work<'_>]) {
    for work in works {
        for one in work.new.iter().filter(|one| matches!(one, Constraint::ForeignKey(_))) {
            script.add_constraint(&work.after.name, one);
        }
    }
}

/// Comments, and what stands behind a table's closing parenthesis.
pub(super) fn alter_options(script: &mut Script<'_>, works: &[Work<'_>]) -> Result<(), RenderError> {
    for work in works {
        let (present, after) = (work.present, work.after);
        for name in &work.validated {
            script.push(&[], format!("ALTER TABLE {} VALIDATE CONSTRAINT {};", after.name.sql(), name.sql()));
        }
        if present.comment != after.comment {
            script.push(&[], comment_on_table(&after.name, after.comment.as_ref()));
        }
        for column in after.columns.iter().filter(|column| column.inherited) {
            if present.column(&column.name).is_some_and(|old| old.comment != column.comment) {
                script.push(&[], comment_on_column(&after.name, &column.name, column.comment.as_ref()));
            }
        }
        if present.options != after.options {
            options(script, &after.name, &present.options, &after.options)?;
        }
    }
    Ok(())
}

fn options(
    script: &mut Script<'_>,
    name: &ObjectName,
    from: &TableOptions,
    to: &TableOptions,
) -> Result<(), RenderError> {
    let table = name.sql();
    if from.partition_by != to.partition_by {
        let message = format!("PostgreSQL can't change how the table `{name}` is partitioned: make a new one");
        return Err(RenderError::Impossible(message));
    }
    if from.unlogged != to.unlogged {
        script.push(&[], format!("ALTER TABLE {table} SET {};", if to.unlogged { "UNLOGGED" } else { "LOGGED" }));
    }
    let gone = from.parameters.iter().filter(|(name, _)| !to.parameters.iter().any(|(other, _)| other == name));
    let gone: Vec<&str> = gone.map(|(name, _)| name.as_str()).collect();
    if !gone.is_empty() {
        script.push(&[], format!("ALTER TABLE {table} RESET ({});", gone.join(", ")));
    }
    let new: Vec<_> = to.parameters.iter().filter(|one| !from.parameters.contains(one)).cloned().collect();
    if !new.is_empty() {
        script.push(&[], format!("ALTER TABLE {table} SET ({});", parameters(&new)));
    }
    for parent in to.inherits.iter().filter(|one| !from.inherits.contains(one)) {
        script.push(&[], format!("ALTER TABLE {table} INHERIT {};", parent.sql()));
    }
    if let Some(partition) = to.partition_of.as_ref().filter(|_| from.partition_of != to.partition_of) {
        let parent = partition.parent.sql();
        script.push(&[], format!("ALTER TABLE {parent} ATTACH PARTITION {table} {};", partition.bound));
    }
    Ok(())
}
