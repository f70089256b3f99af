//! The statements that make one table what it is to be.
//!
//! MySQL looks at the end of an `ALTER TABLE` only, and copies a table at most once for it, so that nearly everything
//! is one statement: a key can go and another come while foreign keys and AUTO_INCREMENT always find one. Before it
//! stand new names, which the actions of one statement don't see, and the values of new columns.

use std::collections::BTreeSet;

use dbmig_build::schema::{Check, Column, Constraint, ForeignKey, Name, Table, mentions};

use super::default_collation;
use super::definition::{self, literal};
use super::online::{self, How};
use super::place::{in_order, insert, place, place_of_new};
use super::work::{self, Keys, Work, cancel};
use crate::render::RenderError;
use crate::render::plan::{Direction, Plan};
use crate::render::text::{column, comment, lines};

/// What an `ALTER TABLE` does of several things.
pub(super) struct Action {
    pub(super) sql: String,
    pub(super) how: How,
}

/// The statements for a table, with comments above.
pub(super) struct Alteration<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) work: &'a Work<'a>,
    /// Whether the table bears traffic.
    pub(super) live: bool,
    /// The foreign keys that it gets, later.
    pub(super) coming: &'a [&'a ForeignKey],
    /// The columns that foreign keys use which stay, its own and others'.
    pub(super) referring: &'a BTreeSet<Name>,
    /// What the author should know.
    pub(super) notes: &'a mut Vec<String>,
    pub(super) blocks: Vec<String>,
}

impl Alteration<'_> {
    /// Gives the columns their names.
    pub(super) fn names(mut self) -> Result<Vec<String>, RenderError> {
        self.make_way()?;
        self.rename_columns();
        Ok(self.blocks)
    }

    /// Renders the rest, by these names.
    pub(super) fn rest(mut self) -> Result<Vec<String>, RenderError> {
        let mut present = self.work.present.clone();
        self.set_options(&mut present);
        self.relabel(&mut present);
        self.fill(&mut present);
        self.restate_referring(&mut present);
        self.main(&present)?;
        self.partition_late();
        Ok(self.blocks)
    }

    fn push(&mut self, comments: &[String], statement: String) {
        let texts = comments.iter().map(|text| comment(text)).chain([statement]);
        self.blocks.push(texts.collect::<Vec<_>>().join("\n"));
    }

    pub(super) fn alter(&mut self, comments: &[String], actions: Vec<Action>) {
        if actions.is_empty() {
            return;
        }
        let mut comments = comments.to_vec();
        let mut clause = online::Clause::default();
        if self.live {
            let hows: Vec<&How> = actions.iter().map(|action| &action.how).collect();
            clause = online::clause(&hows, &self.work.start, self.work.after);
        }
        comments.extend(clause.comment);
        let table = self.work.after.name.sql();
        let items: Vec<String> = actions.into_iter().map(|action| action.sql).collect();
        let statement = match (items.as_slice(), clause.words) {
            ([only], None) => format!("ALTER TABLE {table} {only};"),
            ([only], Some(words)) => format!("ALTER TABLE {table} {only}, {words};"),
            (_, words) => {
                let words = words.map(|words| format!(",\n    {words}")).unwrap_or_default();
                format!("ALTER TABLE {table}\n{}{words};", lines(&items))
            }
        };
        self.push(&comments, statement);
    }

    fn make_way(&mut self) -> Result<(), RenderError> {
        let shed = &self.work.shed;
        let mut actions = Vec::new();
        for check in &shed.checks {
            actions.push(self.drop_check(check)?);
        }
        actions.extend(shed.primary_key.then(|| action("DROP PRIMARY KEY", How::drop_primary_key())));
        actions.extend(shed.keys.iter().map(drop_key));
        let columns = shed.columns.iter();
        actions.extend(columns.rev().map(|name| action(format!("DROP COLUMN {}", name.sql()), How::Unstated)));
        let comments: Vec<String> = match actions.is_empty() {
            true => Vec::new(),
            false => {
                vec!["Makes way: MySQL renames or drops no column that these mention. They come back below.".into()]
            }
        };
        let freed = self.work.freed.iter().map(|one| {
            let sql = restated(one, &self.work.start.checks);
            action(sql, How::copies(format!("{} is computed no more", one.name)))
        });
        actions.extend(freed);
        self.alter(&comments, actions);
        Ok(())
    }

    /// `DROP CONSTRAINT` is what MariaDB and MySQL (8.0.19) both know; the names that they give checks have nothing in
    /// common.
    fn drop_check(&self, check: &Check) -> Result<Action, RenderError> {
        let Some(name) = &check.name else {
            let (table, what) = (&self.work.after.name, Constraint::Check(check.clone()).describe());
            return Err(RenderError::Impossible(format!(
                "table `{table}`: {what} has no name that MySQL and MariaDB share: drop it in a revision of its own, \
                 `ALTER TABLE {} DROP CONSTRAINT …` with the name that `SHOW CREATE TABLE` tells",
                table.sql()
            )));
        };
        Ok(action(format!("DROP CONSTRAINT {}", name.sql()), How::Unstated))
    }

    fn rename_columns(&mut self) {
        let renames = self.work.renames.iter();
        let actions =
            renames.map(|(from, to)| action(format!("RENAME COLUMN {} TO {}", from.sql(), to.sql()), How::InPlace));
        self.alter(&[], actions.collect());
    }

    /// Options come first: columns that say nothing of their collation get the table's when they are restated.
    fn set_options(&mut self, present: &mut Table) {
        let (from, to) = (&present.options, &self.work.after.options);
        let mut items = Vec::new();
        if let Some(engine) = to.engine.as_ref().filter(|engine| from.engine.as_ref() != Some(*engine)) {
            items.push((format!("ENGINE={}", definition::engine_name(engine)), How::copies("the engine changes")));
        }
        if (&from.character_set, &from.collation) != (&to.character_set, &to.collation) {
            let set = to.character_set.as_deref().unwrap_or("DEFAULT");
            let collation = to.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
            items.push((format!("DEFAULT CHARACTER SET {set}{collation}"), How::Unstated));
        }
        for one in to.parameters.iter().filter(|one| !from.parameters.contains(one)) {
            items.push((definition::parameter(one), How::Unstated));
        }
        for (name, _) in from.parameters.iter().filter(|(name, _)| !to.parameters.iter().any(|(one, _)| one == name)) {
            items.push((format!("{}=DEFAULT", name.to_uppercase()), How::Unstated));
        }
        let partitions = (from.partition_by != to.partition_by).then(|| match &to.partition_by {
            Some(rule) if !self.waits(rule) => Some(format!("PARTITION BY {rule}")),
            Some(_) | None => from.partition_by.as_ref().map(|_| "REMOVE PARTITIONING".to_owned()),
        });
        let partitions = partitions.flatten();
        if (&from.character_set, &from.collation) != (&to.character_set, &to.collation) {
            let (set, collation) = (from.character_set.clone(), from.collation.clone());
            for column in &mut present.columns {
                pin(column, &set, &collation);
                default_collation(column, to);
            }
        }
        present.options = to.clone();
        self.alter(&[], items.into_iter().map(|(sql, how)| Action { sql, how }).collect());
        self.alter(
            &[],
            partitions.map(|sql| action(sql, How::copies("rows move to their partitions"))).into_iter().collect(),
        );
    }

    /// Whether a rule mentions columns that come, or get the type that it wants.
    fn waits(&self, rule: &str) -> bool {
        let is_there = |wanted: &Column| {
            self.work.present.column(&wanted.name).is_some_and(|one| one.column_type == wanted.column_type)
        };
        self.work.after.columns.iter().any(|one| !is_there(one) && mentions(rule, &one.name))
    }

    /// Rows are spread by columns that have come.
    fn partition_late(&mut self) {
        let (from, to) = (&self.work.present.options.partition_by, &self.work.after.options.partition_by);
        if let Some(rule) = to.as_ref().filter(|rule| from.as_ref() != Some(*rule) && self.waits(rule)) {
            let how = How::copies("rows move to their partitions");
            self.alter(&[], vec![action(format!("PARTITION BY {rule}"), how)]);
        }
    }

    fn main(&mut self, present: &Table) -> Result<(), RenderError> {
        let (work, after) = (self.work, self.work.after);
        let mut actions = Vec::new();
        let mut comments = Vec::new();

        let mut old: Vec<&Check> = present.checks.iter().collect();
        let mut new: Vec<&Check> = after.checks.iter().collect();
        cancel(&mut old, &mut new, |a, b| a == b);
        cancel(&mut old, &mut new, |a, b| {
            (a.name.is_none() || b.name.is_none()) && Check { name: b.name.clone(), ..(**a).clone() } == **b
        });
        for check in old {
            actions.push(self.drop_check(check)?);
        }

        let Keys { dropped, renamed, uniques, indexes } = work::keys(present, after);
        actions.extend(dropped.iter().map(drop_key));
        let key_differs = present.primary_key != after.primary_key;
        if key_differs && present.primary_key.is_some() {
            let how = if after.primary_key.is_some() { How::InPlace } else { How::drop_primary_key() };
            actions.push(action("DROP PRIMARY KEY", how));
        }
        for name in &work.dropped {
            if work.lost.contains(name) {
                comments.push(format!(
                    "Destructive: drops the column {} with its values.",
                    column(&after.name, &self.old_name(name))
                ));
                self.note_lost(name);
            }
            let how = present.column(name).map_or(How::Unstated, online::drop_column);
            actions.push(Action { sql: format!("DROP COLUMN {}", name.sql()), how });
        }
        for (from, to) in renamed {
            actions.push(action(format!("RENAME KEY {} TO {}", from.sql(), to.sql()), How::InPlace));
        }

        let is_new = |name: &Name| work.added.contains(name) && present.column(name).is_none();
        if after.columns.iter().any(|one| is_new(&one.name)) {
            comments.extend(self.not_brought_back());
        }
        actions.extend(self.columns(present));

        if let Some(key) = after.primary_key.as_ref().filter(|_| key_differs) {
            let nullable = |name: &Name| present.column(name).is_none_or(|column| column.nullable);
            let how = if key.columns.iter().filter_map(|one| one.name()).any(nullable) {
                How::Unstated
            } else {
                How::InPlace
            };
            actions.push(action(format!("ADD {}", definition::primary_key(key)), how));
        }
        for constraint in &uniques {
            if let Constraint::Unique(unique) = constraint {
                actions.push(Action {
                    sql: format!("ADD {}", definition::unique(unique)),
                    how: online::add_key(&unique.columns, None, present),
                });
            }
        }
        for index in indexes.iter().filter(|one| !definition::is_made_by_one_of(after, one, self.coming)) {
            actions.push(Action {
                sql: format!("ADD {}", definition::index(index)),
                how: online::add_key(&index.columns, index.method.as_deref(), present),
            });
        }
        for check in new {
            actions.push(action(format!("ADD {}", definition::check(check)), How::copies("a check looks at all rows")));
        }
        if present.comment != after.comment {
            let text = after.comment.as_deref().unwrap_or_default();
            actions.push(action(format!("COMMENT={}", literal(text)), How::Unstated));
        }
        self.alter(&comments, actions);
        Ok(())
    }

    /// What becomes of columns, in the order in which they are to stand: each finds those before it at their places.
    fn columns(&self, present: &Table) -> Vec<Action> {
        let (work, after) = (self.work, self.work.after);
        let mut order: Table = present.clone();
        order.columns.retain(|column| !work.dropped.contains(&column.name));
        let staying = in_order(&order, after);
        let mut actions = Vec::new();
        for wanted in &after.columns {
            let Some(now) = order.column(&wanted.name).cloned() else {
                let place = place_of_new(&order, after, &wanted.name);
                actions.push(add_column(wanted, &place));
                insert(&mut order, wanted.clone(), after);
                continue;
            };
            let moves = !staying.contains(&wanted.name);
            if !moves && !differs(&now, wanted) {
                continue;
            }
            let mut sql = self.modify(wanted);
            if moves {
                order.columns.retain(|column| column.name != wanted.name);
                sql.push_str(&place(&order, after, &wanted.name));
                insert(&mut order, now.clone(), after);
            }
            actions.push(Action { sql, how: online::modify(&now, wanted, &after.options) });
        }
        actions
    }

    pub(super) fn modify(&self, column: &Column) -> String {
        restated(column, &self.work.present.checks)
    }

    pub(super) fn not_brought_back(&self) -> Vec<String> {
        if self.plan.direction == Direction::Up {
            return Vec::new();
        }
        let is_back = |name: &&Name| {
            let column = self.work.after.column(name);
            !self.work.shed.columns.contains(name)
                && !self.work.heirs.contains_key(*name)
                && column.is_some_and(|one| one.generated.is_none())
        };
        let names: Vec<String> = self.work.added.iter().filter(is_back).map(Name::to_string).collect();
        if names.is_empty() {
            Vec::new()
        } else {
            vec![format!("The values of {} are not brought back.", names.join(", "))]
        }
    }

    fn note_lost(&mut self, name: &Name) {
        if self.plan.direction == Direction::Up {
            let what = column(&self.work.after.name, &self.old_name(name));
            self.notes.push(format!("`{what}` is dropped with its values; down.sql can't bring them back"));
        }
    }

    fn old_name(&self, name: &Name) -> Name {
        let renamed = self.work.renames.iter().find(|(_, to)| to == name);
        renamed.map_or(name, |(from, _)| from).clone()
    }
}

/// `MODIFY`, with the check that was written on the column: MariaDB drops it otherwise, and MySQL would make another
/// one of it, so that the one reads it and the other doesn't.
fn restated(column: &Column, checks: &[Check]) -> String {
    let own = checks.iter().find(|check| check.column.0.as_ref() == Some(&column.name));
    let own = own.map(|check| format!(" /*M! CHECK ({}) */", check.expression)).unwrap_or_default();
    format!("MODIFY {}{own}", definition::column(column))
}

pub(super) fn action(sql: impl Into<String>, how: How) -> Action {
    Action { sql: sql.into(), how }
}

pub(super) fn add_column(column: &Column, place: &str) -> Action {
    Action { sql: format!("ADD COLUMN {}{place}", definition::column(column)), how: online::add_column(column) }
}

fn drop_key(name: &Name) -> Action {
    action(format!("DROP KEY {}", name.sql()), How::InPlace)
}

/// Whether a column has to be restated.
fn differs(now: &Column, wanted: &Column) -> bool {
    now != wanted || now.name.as_str() != wanted.name.as_str()
}

/// A column keeps the collation that it has when its table gets another one.
fn pin(column: &mut Column, set: &Option<String>, collation: &Option<String>) {
    let is_unsaid = column.collation.is_none() && column.character_set.is_none();
    if is_unsaid && online::is_text(&column.column_type) {
        // Where nobody said, it is the database's, which is nothing that could be restated.
        let known = collation.as_deref().or(set.is_none().then_some("unknown"));
        column.collation = known.map(|text| column.name.renamed(text));
        column.character_set = set.clone().filter(|_| collation.is_none());
    }
}
