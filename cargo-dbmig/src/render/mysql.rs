//! The way from one schema to another in MySQL's SQL, which MariaDB understands too.
//!
//! No DDL of MySQL's can be rolled back, so there are as few statements as possible: each is all or nothing, and a
//! runner goes on behind the last one that was done. Foreign keys go first and come last, so that tables can change
//! and refer to each other in a circle; everything else of a table is one `ALTER TABLE` if it can be.

mod alter;
mod check;
mod definition;
mod fill;
mod fit;
mod online;
mod place;
mod values;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Change, Column, ForeignKey, Index, IndexColumn, Name, ObjectName, Schema, SortOrder, Table, TableOptions, Trigger,
    apply_all, aside, parents_first, rename_order,
};

use super::plan::{Direction, Plan};
use super::text::comment;
use super::users::Users;
use super::{Options, Part, RenderError, Rendered};
use alter::Alteration;
use online::How;
use work::Work;

/// Renders the way there and the way back: one revision does it.
pub(super) fn render(plan: &Plan<'_>, options: &Options<'_>) -> Result<Rendered, RenderError> {
    let mut notes = Vec::new();
    let up = script(plan, options.live, &mut notes)?;
    let down = script(&plan.inverse(), options.live, &mut notes)?;
    // What MySQL commits by itself isn't in a transaction whatever is said here; the runner sees to it.
    let part = Part { title: String::new(), up, down, run_in_transaction: true };
    Ok(Rendered { parts: vec![part], notes })
}

/// `CREATE TABLE`, then the table's triggers.
pub(super) fn create_table(table: &Table) -> Vec<String> {
    let mut alone = Schema::default();
    alone.tables.insert(table.name.clone(), table.clone());
    let mut statements = vec![definition::create_table(table, &alone, &[])];
    statements.extend(table.triggers.iter().map(trigger));
    statements
}

fn trigger(trigger: &Trigger) -> String {
    format!("{};", trigger.sql.trim_end().trim_end_matches(';'))
}

/// Renders one script; adds to `notes` what the author should know of it.
fn script(plan: &Plan<'_>, live: bool, notes: &mut Vec<String>) -> Result<String, RenderError> {
    plan.after.tables.values().try_for_each(|table| possible(plan, table))?;
    let works = works(plan)?;
    let renamed = renamed(plan, &works)?;
    let references = References::new(plan, &works, &renamed);
    let mut script = Script { blocks: Vec::new(), plan, live, notes };
    script.blocks.extend(works.values().flat_map(|work| check::of_table(plan, work)));
    let coming = references.coming.iter();
    script.blocks.extend(coming.filter_map(|(table, key)| check::of_reference(plan, &renamed, table, key)));
    script.drop_opaque();
    script.drop_references(&references);
    script.drop_tables();
    script.rename_tables();
    let mut coming_to: BTreeMap<&ObjectName, Vec<&ForeignKey>> = BTreeMap::new();
    for (table, key) in &references.coming {
        coming_to.entry(&table.name).or_default().push(key);
    }
    // All names first: the value of one table's rows may be read from another.
    for names in [true, false] {
        for work in works.values() {
            let none = BTreeSet::new();
            let coming = coming_to.get(&work.after.name).map(Vec::as_slice).unwrap_or_default();
            let referring = references.columns.get(&work.after.name).unwrap_or(&none);
            let (notes, blocks) = (&mut *script.notes, Vec::new());
            let alteration = Alteration { plan, work, live, coming, referring, notes, blocks };
            let blocks = if names { alteration.names()? } else { alteration.rest()? };
            script.blocks.extend(blocks);
        }
    }
    let deferred = script.create_tables();
    script.add_references(references.coming.iter().copied().chain(deferred), &renamed);
    script.create_opaque();
    let Script { blocks, .. } = script;
    Ok(if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" })
}

/// Refuses what MySQL has no word for.
fn possible(plan: &Plan<'_>, table: &Table) -> Result<(), RenderError> {
    if plan.before.tables.get(&table.name).is_some_and(|before| std::ptr::eq(before, table) || before == table) {
        return Ok(());
    }
    let refused = |what: &str| Err(RenderError::Impossible(format!("table `{}`: MySQL has no {what}", table.name)));
    if table.indexes.iter().any(|index| index.predicate.is_some()) {
        return refused("partial indexes");
    }
    if table.indexes.iter().any(|index| !index.include.is_empty()) {
        return refused("indexes that include further columns");
    }
    if !table.exclusions.is_empty() {
        return refused("exclusion constraints");
    }
    Ok(())
}

/// The tables that stay and change, by their new names.
fn works<'a>(plan: &'a Plan<'_>) -> Result<BTreeMap<&'a ObjectName, Work<'a>>, RenderError> {
    let mut works = BTreeMap::new();
    for (name, origin) in &plan.origins {
        let tables = (plan.before.tables.get(&origin.table), plan.after.tables.get(name));
        if let (Some(before), Some(after)) = tables {
            // What nothing touched is shared by both schemas.
            if !std::ptr::eq(before, after) && (before != after || has_other_letters(before, after)) {
                works.insert(name, Work::new(before, after, origin)?);
            }
        }
    }
    Ok(works)
}

/// Whether a name of two equal tables differs in its case.
fn has_other_letters(before: &Table, after: &Table) -> bool {
    let columns = before.columns.iter().zip(&after.columns);
    before.name.name.as_str() != after.name.name.as_str()
        || columns.into_iter().any(|(a, b)| a.name.as_str() != b.name.as_str())
}

/// The schema with every table that stays, and its columns, under their new names: foreign keys have followed.
fn renamed(plan: &Plan<'_>, works: &BTreeMap<&ObjectName, Work<'_>>) -> Result<Schema, RenderError> {
    let mut schema = plan.before.clone();
    for table in plan.dropped() {
        schema.tables.remove(&table.name);
    }
    for (from, to) in table_renames(plan) {
        let keys = schema.tables.get(&from).map(|table| table.foreign_keys_that_follow(&to.name)).unwrap_or_default();
        let table = to.clone();
        let keys = keys.into_iter().map(|(from, to)| Change::RenameConstraint { table: table.clone(), from, to });
        let changes: Vec<Change> = std::iter::once(Change::RenameTable { from, to }).chain(keys).collect();
        apply_all(&changes, &mut schema)?;
    }
    let changes: Vec<Change> = works.values().flat_map(Work::rename_changes).collect();
    apply_all(&changes, &mut schema)?;
    Ok(schema)
}

fn table_renames(plan: &Plan<'_>) -> Vec<(ObjectName, ObjectName)> {
    let differs = |to: &ObjectName, from: &ObjectName| to != from || to.name.as_str() != from.name.as_str();
    let moved = plan.origins.iter().filter(|(to, origin)| differs(to, &origin.table));
    let moves = moved.map(|(to, origin)| (origin.table.clone(), to.clone())).collect();
    rename_order(moves, |name| ObjectName { name: aside(&name.name), ..name.clone() })
}

/// Foreign keys of tables that stay.
struct References<'a> {
    /// Those that go, with their tables' old names.
    going: Vec<(&'a ObjectName, &'a ForeignKey)>,
    /// Those that come, with their tables.
    coming: Vec<(&'a Table, &'a ForeignKey)>,
    /// The columns of each table that those use which stay, by new names.
    columns: BTreeMap<ObjectName, BTreeSet<Name>>,
}

impl<'a> References<'a> {
    /// One whose columns change goes, too, and comes back: MySQL lets nobody alter what a foreign key compares.
    fn new(plan: &'a Plan<'_>, works: &BTreeMap<&ObjectName, Work<'a>>, renamed: &Schema) -> References<'a> {
        let dropped: BTreeSet<&ObjectName> = plan.dropped().iter().map(|table| &table.name).collect();
        let mut references = References { going: Vec::new(), coming: Vec::new(), columns: BTreeMap::new() };
        for (name, origin) in &plan.origins {
            let tables = (plan.before.tables.get(&origin.table), plan.after.tables.get(name), renamed.tables.get(name));
            let (Some(before), Some(after), Some(renamed)) = tables else { continue };
            let mut wanted: Vec<&ForeignKey> = after.foreign_keys.iter().collect();
            for (old, now) in before.foreign_keys.iter().zip(&renamed.foreign_keys) {
                let breaks = dropped.contains(&old.table)
                    || works.get(name).is_some_and(|work| alters(work, &now.columns))
                    || works.get(&now.table).is_some_and(|work| alters(work, &now.referenced));
                match wanted.iter().position(|one| same_reference(one, now)).filter(|_| !breaks) {
                    Some(at) => {
                        wanted.remove(at);
                        references.columns.entry(name.clone()).or_default().extend(now.columns.iter().cloned());
                        references.columns.entry(now.table.clone()).or_default().extend(now.referenced.iter().cloned());
                    }
                    None => references.going.push((&before.name, old)),
                }
            }
            references.coming.extend(wanted.into_iter().map(|key| (after, key)));
        }
        references
    }
}

/// Names that one of the two doesn't state make no difference, nor does the order of what has none.
fn same_reference(wanted: &ForeignKey, now: &ForeignKey) -> bool {
    let nameless = |key: &ForeignKey| ForeignKey { name: None, ..key.clone() };
    wanted == now || (wanted.name.is_none() && nameless(wanted) == nameless(now))
}

/// Whether one of the columns is dropped, made anew, or changes its type or collation.
fn alters(work: &Work<'_>, columns: &[Name]) -> bool {
    let texts_change = work.start.options.collation != work.after.options.collation
        || work.start.options.character_set != work.after.options.character_set;
    columns.iter().any(|name| match work.kept(name) {
        Some((from, to)) => {
            let collation = |column: &Column| (column.collation.clone(), column.character_set.clone());
            from.column_type != to.column_type
                || from.generated != to.generated
                || (online::is_text(&to.column_type) && (texts_change || collation(from) != collation(to)))
        }
        None => true,
    })
}

/// A column says nothing of its collation where it is the table's.
fn default_collation(column: &mut Column, options: &TableOptions) {
    if column.collation.is_some() && column.collation.as_ref().map(Name::key) == options.collation.as_deref() {
        column.collation = None;
    }
    if column.collation.is_none() && column.character_set == options.character_set {
        column.character_set = None;
    }
}

/// An index that was made for a foreign key and is to stay when that comes back under a name of its own: unless it is
/// stated, a server makes another one in its place.
fn kept_index<'t>(before: &Table, after: &'t Table, key: &ForeignKey) -> Option<&'t Index> {
    let name = key.columns.first()?;
    let index =
        after.index(name).filter(|one| key.name.as_ref() != Some(&one.name) && before.index(name) == Some(one))?;
    let is_made = |part: &IndexColumn| part.length.is_none() && part.order == SortOrder::Ascending;
    let names: Option<Vec<&Name>> = index.columns.iter().map(|part| part.name().filter(|_| is_made(part))).collect();
    (names? == key.columns.iter().collect::<Vec<_>>() && index.method.is_none()).then_some(index)
}

struct Script<'a> {
    /// Statements that belong together, with the comment over them.
    blocks: Vec<String>,
    plan: &'a Plan<'a>,
    live: bool,
    notes: &'a mut Vec<String>,
}

impl<'a> Script<'a> {
    fn push(&mut self, comments: &[String], statement: impl AsRef<str>) {
        let lines = comments.iter().map(|text| comment(text)).chain([statement.as_ref().to_owned()]);
        self.blocks.push(lines.collect::<Vec<_>>().join("\n"));
    }

    fn drop_opaque(&mut self) {
        let plan = self.plan;
        for change in &plan.opaque {
            match change {
                Change::DropView(view) => self.push(&[], format!("DROP VIEW {};", view.name.sql())),
                Change::RenameView { from, to } => {
                    self.push(&[], format!("RENAME TABLE {} TO {};", from.sql(), to.sql()));
                }
                Change::DropTrigger { trigger, .. } => {
                    // One that belongs to a table which goes, or came and goes, needs no word.
                    let is_it = |table: &Table| table.triggers.iter().any(|one| one.name == trigger.name);
                    let owner = plan.before.tables.values().find(|table| is_it(table));
                    let stays = |table: &Table| plan.origins.values().any(|origin| origin.table == table.name);
                    if owner.is_some_and(stays) {
                        self.push(&[], format!("DROP TRIGGER {};", trigger.name.sql()));
                    }
                }
                _ => {}
            }
        }
    }

    fn create_opaque(&mut self) {
        let plan = self.plan;
        for change in &plan.opaque {
            match change {
                Change::CreateView(view) if plan.after.views.contains_key(&view.name) => {
                    self.push(&[], format!("{};", view.sql.trim_end().trim_end_matches(';')));
                }
                Change::CreateTrigger { trigger: made, .. } => {
                    let is_it = |table: &Table| table.triggers.iter().any(|one| one.name == made.name);
                    // A table that is made in this script brings its triggers along.
                    let owner = plan.after.tables.values().find(|table| is_it(table));
                    if owner.is_some_and(|table| plan.origins.contains_key(&table.name)) {
                        self.push(&[], trigger(made));
                    }
                }
                _ => {}
            }
        }
    }

    fn drop_references(&mut self, references: &References<'_>) {
        let dropped = parents_first(&self.plan.dropped());
        let mut going: Vec<(&ObjectName, &ForeignKey)> = references.going.clone();
        // Of tables that go and refer to each other, the later ones let go of the earlier.
        let place: BTreeMap<&ObjectName, usize> =
            dropped.iter().rev().enumerate().map(|(at, table)| (&table.name, at)).collect();
        for table in &dropped {
            let later = |key: &&ForeignKey| place.get(&key.table).is_some_and(|at| Some(at) < place.get(&table.name));
            going.extend(table.foreign_keys.iter().filter(later).map(|key| (&table.name, key)));
        }
        let staying: BTreeSet<&ObjectName> = self.plan.origins.values().map(|origin| &origin.table).collect();
        for (owner, key) in going {
            let Some(name) = &key.name else { continue };
            let words = match self.plan.before.tables.get(owner).filter(|_| self.live && staying.contains(owner)) {
                Some(table) => online::clause(&[&How::InPlace], table, table).words,
                None => None,
            };
            let words = words.map(|words| format!(", {words}")).unwrap_or_default();
            self.push(&[], format!("ALTER TABLE {} DROP FOREIGN KEY {}{words};", owner.sql(), name.sql()));
        }
    }

    fn drop_tables(&mut self) {
        let plan = self.plan;
        let dropped = plan.dropped();
        let users = Users::of(&plan.before);
        for table in parents_first(&dropped).into_iter().rev() {
            let loss = format!("Destructive: drops the table {} with all its rows.", table.name);
            if plan.direction == Direction::Up {
                self.notes.extend(users.told_of_drop(table));
            }
            self.push(&[loss], format!("DROP TABLE {};", table.name.sql()));
        }
    }

    fn rename_tables(&mut self) {
        for (from, to) in table_renames(self.plan) {
            self.push(&[], format!("ALTER TABLE {} RENAME TO {};", from.sql(), to.sql()));
        }
    }

    /// Makes the tables that come; gives the foreign keys between them that have to wait.
    fn create_tables(&mut self) -> Vec<(&'a Table, &'a ForeignKey)> {
        let plan = self.plan;
        let created = plan.created();
        let mut waiting: BTreeSet<&ObjectName> = created.iter().map(|table| &table.name).collect();
        let mut deferred = Vec::new();
        for table in parents_first(&created) {
            waiting.remove(&table.name);
            let later: Vec<&ForeignKey> =
                table.foreign_keys.iter().filter(|key| waiting.contains(&key.table)).collect();
            let comments = match plan.direction {
                Direction::Up => Vec::new(),
                Direction::Down => vec![format!("The rows of {} are not brought back.", table.name)],
            };
            self.push(&comments, definition::create_table(table, &plan.after, &later));
            table.triggers.iter().for_each(|one| self.push(&[], trigger(one)));
            deferred.extend(later.into_iter().map(|key| (table, key)));
        }
        deferred
    }

    fn add_references(&mut self, references: impl Iterator<Item = (&'a Table, &'a ForeignKey)>, renamed: &Schema) {
        for (table, key) in references {
            let bears_traffic = self.live && self.plan.origins.contains_key(&table.name);
            let how = How::copies("a foreign key looks at all rows");
            let comments: Vec<String> = match bears_traffic {
                true => online::clause(&[&how], table, table).comment.into_iter().collect(),
                false => Vec::new(),
            };
            let index = renamed.tables.get(&table.name).and_then(|before| kept_index(before, table, key));
            let index = index.map(|one| format!("DROP KEY {}, ADD {}, ", one.name.sql(), definition::index(one)));
            let key = definition::foreign_key(key, &self.plan.after);
            self.push(&comments, format!("ALTER TABLE {} {}ADD {key};", table.name.sql(), index.unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests;
