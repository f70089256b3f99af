//! The way from one schema to another in SQLite's SQL.
//!
//! Everything gets its new name first, by `ALTER TABLE … RENAME`: SQLite then carries the names into foreign keys of
//! other tables, into triggers and views. What ALTER can do for certain follows, and one rebuild for each table that
//! needs more.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_build::schema::{
    Catalog, Change, Column, ForeignKey, Name, ObjectName, ReferentialAction, Schema, Table, aside, parents_first,
    rename_order,
};

use super::plan::{Direction, Plan};
use super::sqlite_create::{self, column_without_constraints, create_index, drop_index};
use super::sqlite_moves::{Moves, renamed};
use super::sqlite_native::{self, Native};
use super::text::{column, comment};
use super::users::Users;
use super::{Part, RenderError, Rendered};
use super::{sqlite_check, sqlite_fill, sqlite_reason, sqlite_rebuild};

/// Renders the way there and the way back: one revision does it.
pub(super) fn render(plan: &Plan<'_>) -> Result<Rendered, RenderError> {
    let mut notes = Vec::new();
    let up = script(plan, &mut notes)?;
    let down = script(&plan.inverse(), &mut notes)?;
    let part = Part { title: String::new(), up, down, run_in_transaction: true };
    Ok(Rendered { parts: vec![part], notes })
}

/// Renders one script; adds to `notes` what the author should know of it.
fn script(plan: &Plan<'_>, notes: &mut Vec<String>) -> Result<String, RenderError> {
    let mut script = Script { blocks: Vec::new(), guarded: false, middle: plan.before.clone(), plan, notes };
    script.drop_opaque();
    script.drop_tables();
    script.rename_tables()?;
    let users = Users::of(&script.middle);
    let works = script.works(&users)?;
    for work in &works {
        script.take_down(work, &users);
    }
    script.rename_columns(&works)?;
    let users = Users::of(&script.middle);
    for work in &works {
        script.build_up(work, &users);
    }
    script.create_tables();
    for work in works.iter().filter(|work| work.reasons.is_empty()) {
        script.create_indexes(work);
    }
    script.create_opaque();
    let Script { mut blocks, guarded, .. } = script;
    if guarded {
        blocks.insert(0, sqlite_rebuild::guard());
    }
    blocks.splice(0..0, sqlite_check::checks(plan));
    Ok(if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" })
}

struct Script<'a> {
    /// Statements that belong together, with the comment over them.
    blocks: Vec<String>,
    /// Whether foreign keys must be off.
    guarded: bool,
    /// The schema as it is after the blocks so far.
    middle: Schema,
    plan: &'a Plan<'a>,
    notes: &'a mut Vec<String>,
}

/// What is to be done to a table that stays.
struct Work<'a> {
    after: &'a Table,
    /// Columns that go, by their old names.
    dropped: Vec<Name>,
    /// Column renames in an order that works, those included that only move a column that goes out of the way.
    renames: Vec<(Name, Name)>,
    /// Columns that come.
    added: Vec<Name>,
    /// Constraints that are altered in place, unless the table is rebuilt.
    native: Native,
    /// Why the table has to be rebuilt; empty if ALTER can do all of it.
    reasons: Vec<String>,
}

impl<'a> Script<'a> {
    fn push(&mut self, comments: &[String], statement: impl AsRef<str>) {
        let lines = comments.iter().map(|text| comment(text)).chain([statement.as_ref().to_owned()]);
        self.blocks.push(lines.collect::<Vec<_>>().join("\n"));
    }

    fn drop_opaque(&mut self) {
        for change in &self.plan.opaque {
            match change {
                Change::DropView(view) if self.middle.views.remove(&view.name).is_some() => {
                    self.push(&[], format!("DROP VIEW {};", view.name.sql()));
                }
                Change::DropTrigger { trigger, .. } => {
                    let has_it = |table: &&Table| table.triggers.iter().any(|one| one.name == trigger.name);
                    let owners: Vec<ObjectName> =
                        self.middle.tables.values().filter(has_it).map(|table| table.name.clone()).collect();
                    for owner in &owners {
                        self.middle.tables.change(owner, |one| one.triggers.retain(|one| one.name != trigger.name));
                    }
                    if !owners.is_empty() {
                        self.push(&[], format!("DROP TRIGGER {};", trigger.name.sql()));
                    }
                }
                _ => {}
            }
        }
    }

    fn create_opaque(&mut self) {
        for change in &self.plan.opaque {
            match change {
                Change::CreateView(view) if self.plan.after.views.contains_key(&view.name) => {
                    self.push(&[], format!("{};", view.sql));
                }
                Change::CreateTrigger { trigger, .. } => {
                    let is_it = |table: &Table| table.triggers.iter().any(|one| one.name == trigger.name);
                    // A table that is made in this script brings its triggers along.
                    let owner = self.plan.after.tables.values().find(|table| is_it(table));
                    if owner.is_some_and(|table| self.plan.origins.contains_key(&table.name)) {
                        self.push(&[], format!("{};", trigger.sql));
                    }
                }
                _ => {}
            }
        }
    }

    fn drop_tables(&mut self) {
        let plan = self.plan;
        let dropped = plan.dropped();
        let mut referrers: BTreeMap<&ObjectName, BTreeSet<&ObjectName>> = BTreeMap::new();
        for table in plan.before.tables.values() {
            let self_safe = |key: &&ForeignKey| key.table != table.name || key.on_delete == ReferentialAction::Restrict;
            for key in table.foreign_keys.iter().filter(self_safe) {
                referrers.entry(&key.table).or_default().insert(&table.name);
            }
        }
        let users = Users::of(&self.middle);
        for table in parents_first(&dropped).into_iter().rev() {
            // With foreign keys on, DROP TABLE deletes its rows first, and what refers to them is deleted or refuses.
            self.guarded |= referrers.get(&table.name).is_some_and(|tables| !tables.is_empty());
            for key in &table.foreign_keys {
                referrers.entry(&key.table).and_modify(|tables| {
                    tables.remove(&table.name);
                });
            }
            let loss = format!("Destructive: drops the table {} with all its rows.", table.name);
            if plan.direction == Direction::Up {
                self.notes.extend(users.told_of_drop(table));
            }
            self.push(&[loss], format!("DROP TABLE {};", table.name.sql()));
            self.middle.tables.remove(&table.name);
        }
    }

    fn rename_tables(&mut self) -> Result<(), RenderError> {
        let differs = |to: &ObjectName, from: &ObjectName| to != from || to.name.as_str() != from.name.as_str();
        let moved = self.plan.origins.iter().filter(|(to, origin)| differs(to, &origin.table));
        let moves = moved.map(|(to, origin)| (origin.table.clone(), to.clone())).collect();
        let parked = |name: &ObjectName| ObjectName { name: aside(&name.name), ..name.clone() };
        let mut middle = Catalog::from(self.middle.clone());
        for (from, to) in rename_order(moves, parked) {
            self.push(&[], format!("ALTER TABLE {} RENAME TO {};", from.sql(), to.name.sql()));
            middle.apply(&Change::RenameTable { from, to })?;
        }
        self.middle = middle.into_schema();
        Ok(())
    }

    /// What is to be done to each table that stays; tables have their new names by now.
    fn works(&self, users: &Users) -> Result<Vec<Work<'a>>, RenderError> {
        let mut works = Vec::new();
        let mut renamed = Catalog::from(self.middle.clone());
        for (name, origin) in &self.plan.origins {
            let tables = (self.middle.tables.get(name), self.plan.after.tables.get(name));
            let (Some(present), Some(after)) = tables else { continue };
            // What nothing touched is shared by both schemas.
            if std::ptr::eq(present, after) {
                continue;
            }
            let moves = Moves::new(present, after, origin);
            for (from, to) in moves.away.iter().chain(&moves.renames) {
                let (table, from, to) = (name.clone(), from.clone(), to.clone());
                renamed.apply(&Change::RenameColumn { table, from, to })?;
            }
            works.push((present, after, moves));
        }
        // References follow the columns of other tables, so tables are compared when all columns have their names.
        let works = works.into_iter().filter_map(|(present, after, moves)| {
            let renamed = renamed.schema().tables.get(&after.name)?;
            let is_touched = renamed != after || !moves.is_empty();
            is_touched.then(|| self.work(users, present, renamed, after, moves))
        });
        works.collect()
    }

    fn work(
        &self,
        users: &Users,
        present: &Table,
        renamed: &Table,
        after: &'a Table,
        moves: Moves,
    ) -> Result<Work<'a>, RenderError> {
        if present.options.virtual_module.is_some() {
            return Err(RenderError::Impossible(format!("the virtual table `{}` can't be altered", after.name)));
        }
        let Moves { dropped, added, away, renames } = moves;
        let new_name =
            |name: &Name| away.iter().find(|(from, _)| from == name).map_or(name.clone(), |(_, to)| to.clone());
        let gone: Vec<(Name, Name)> = dropped.iter().map(|name| (name.clone(), new_name(name))).collect();
        let mut native = Native::new(self.plan, renamed, after, &added);
        let reasons = sqlite_reason::reasons(self.plan, users, renamed, after, &gone, &added, &native);
        if reasons.is_empty() {
            sqlite_reason::leave_inline(self.plan, after, &added, &mut native);
        }
        let renames = if reasons.is_empty() { renames } else { away.into_iter().chain(renames).collect() };
        Ok(Work { after, dropped, renames, added, native, reasons })
    }

    /// Takes away what ALTER can take away, before anything gets its new name.
    fn take_down(&mut self, work: &Work<'_>, users: &Users) {
        let name = &work.after.name;
        let Some(present) = self.middle.tables.get(name).cloned() else { return };
        for dropped in &work.dropped {
            if self.plan.direction == Direction::Up {
                let what = column(name, dropped);
                self.notes.push(format!("`{what}` is dropped with its values; down.sql can't bring them back"));
                for user in users.of_column(&present, dropped) {
                    self.notes.push(format!("{user} mentions `{what}`, which is dropped: it won't work any more"));
                }
            }
        }
        if !work.reasons.is_empty() {
            return;
        }
        let renamed = renamed(&present, &work.renames).unwrap_or_else(|_| present.clone());
        for (index, renamed) in present.indexes.iter().zip(&renamed.indexes) {
            if work.after.index(&index.name) != Some(renamed) {
                self.push(&[], drop_index(name, index));
                self.middle.tables.change(name, |one| one.indexes.retain(|one| one.name != index.name));
            }
        }
        for lost in &work.native.lost {
            self.push(&[], sqlite_native::drop_check(name, lost));
        }
        for dropped in &work.dropped {
            let loss = format!("Destructive: drops the column {} with its values.", column(name, dropped));
            self.push(&[loss], format!("ALTER TABLE {} DROP COLUMN {};", name.sql(), dropped.sql()));
            self.middle.tables.change(name, |one| one.columns.retain(|one| one.name != *dropped));
        }
    }

    fn rename_columns(&mut self, works: &[Work<'_>]) -> Result<(), RenderError> {
        let mut middle = Catalog::from(self.middle.clone());
        for work in works {
            let table = &work.after.name;
            for (from, to) in &work.renames {
                self.push(&[], format!("ALTER TABLE {} RENAME COLUMN {} TO {};", table.sql(), from.sql(), to.sql()));
                let (table, from, to) = (table.clone(), from.clone(), to.clone());
                middle.apply(&Change::RenameColumn { table, from, to })?;
            }
        }
        self.middle = middle.into_schema();
        Ok(())
    }

    fn build_up(&mut self, work: &Work<'_>, users: &Users) {
        let Some(present) = self.middle.tables.get(&work.after.name).cloned() else { return };
        if work.reasons.is_empty() {
            for name in &work.added {
                if let Some(column) = work.after.column(name) {
                    self.add_column(&present, work, column);
                }
            }
            self.constrain(work);
            return;
        }
        self.guarded = true;
        let fill = sqlite_fill::fill(self.plan, &present, work.after, &work.added, self.notes);
        let way = match users.of_table(&present).next().is_none() {
            true => sqlite_rebuild::Way::Rename,
            false => sqlite_rebuild::Way::Aside,
        };
        let mut comments = vec![format!(
            "Rebuilds {}, since ALTER TABLE can't do all of this: {}.",
            present.name,
            work.reasons.join("; ")
        )];
        if !work.dropped.is_empty() {
            let names = work.dropped.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
            comments.push(format!("Destructive: the values of {names} are lost."));
        }
        comments.extend(fill.comments.iter().cloned());
        self.push(&comments, sqlite_rebuild::rebuild(&present, work.after, &fill, way));
        self.middle.tables.insert(work.after.name.clone(), Table { triggers: present.triggers, ..work.after.clone() });
    }

    fn add_column(&mut self, present: &Table, work: &Work<'_>, column: &Column) {
        let table = &work.after.name;
        let is_filled = work.native.filled.contains(&column.name);
        let mut comments = Vec::new();
        let value = match is_filled {
            true => sqlite_fill::new_value(self.plan, present, work.after, column, &mut comments, self.notes),
            false => self.plan.backfill(table, &column.name).map(str::to_owned),
        };
        if self.plan.direction == Direction::Down && comments.is_empty() {
            comments.push(format!("The values of {} are not brought back.", column.name));
        }
        let later = &work.native.new;
        let mut parts = vec![match is_filled {
            true => column_without_constraints(&sqlite_native::without_not_null(column)),
            false => column_without_constraints(column),
        }];
        parts.extend(sqlite_reason::inline_constraints(present, work.after, &work.added, later, &column.name));
        self.push(&comments, format!("ALTER TABLE {} ADD COLUMN {};", table.sql(), parts.join(" ")));
        if let Some(value) = value {
            self.push(&[], sqlite_native::update(table, &column.name, &value, false));
        }
        if is_filled {
            self.push(&[], sqlite_native::set_not_null(table, column));
        }
    }

    /// Alters constraints in place.
    fn constrain(&mut self, work: &Work<'_>) {
        let (after, native) = (work.after, &work.native);
        for column in native.not_null.iter().filter_map(|name| after.column(name)) {
            let mut comments = Vec::new();
            let value = sqlite_fill::in_place_of_null(self.plan, after, column, &mut comments, self.notes);
            self.push(&comments, sqlite_native::update(&after.name, &column.name, &value, true));
            self.push(&[], sqlite_native::set_not_null(&after.name, column));
        }
        for name in &native.nullable {
            self.push(&[], sqlite_native::drop_not_null(&after.name, name));
        }
        for check in &native.new {
            self.push(&[], sqlite_native::add_check(&after.name, check));
        }
    }

    fn create_tables(&mut self) {
        for table in parents_first(&self.plan.created()) {
            let comments = match self.plan.direction {
                Direction::Up => Vec::new(),
                Direction::Down => vec![format!("The rows of {} are not brought back.", table.name)],
            };
            self.push(&comments, sqlite_create::all(table).join("\n"));
        }
    }

    /// The indexes of a table that isn't rebuilt. Last, since an index may take the name of one that has gone.
    fn create_indexes(&mut self, work: &Work<'_>) {
        let name = &work.after.name;
        let Some(present) = self.middle.tables.get(name).cloned() else { return };
        for index in work.after.indexes.iter().filter(|index| present.index(&index.name) != Some(index)) {
            self.push(&[], create_index(name, index));
        }
    }
}
