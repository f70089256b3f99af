//! Tables that inherit from others, partitions above all (PostgreSQL): what they have of a parent is the parent's to say.
//!
//! No database alters it in the heir, so it follows the parent, whether the heir has a model or not. What is the heir's
//! own (its further columns, checks, indexes, its comments) stays as its model, or without one the chain, says.

use crate::schema::{
    Autoincrement, Check, Column, Constraint, ForeignKey, Index, IndexColumn, Name, ObjectName, PrimaryKey, Schema,
    Table, Unique, automatic, parents_first,
};

/// Lets heirs follow their parents. `present` is the chain's schema, with the renames made.
pub(super) fn follow(chain: &Schema, present: &Schema, desired: &Schema, schema: &mut Schema) {
    let is_heir = |table: &&Table| table.options.parents().next().is_some();
    if !schema.tables.values().any(|table| is_heir(&table)) {
        return;
    }
    let tables: Vec<&Table> = schema.tables.values().collect();
    let heirs: Vec<ObjectName> =
        parents_first(&tables).into_iter().filter(is_heir).map(|table| table.name.clone()).collect();
    for name in heirs {
        let (Some(own), Some(wanted)) = (present.tables.get(&name), schema.tables.get(&name)) else { continue };
        let both = |parent: &ObjectName| Some((present.tables.get(parent)?, schema.tables.get(parent)?));
        let parents: Vec<(&Table, &Table)> = wanted.options.parents().filter_map(both).collect();
        let has_model = desired.tables.contains_key(&name);
        if parents.is_empty() || !has_model && parents.iter().all(|(before, after)| before == after) {
            continue;
        }
        // What a column was called in the chain is no column of its own.
        let was_inherited = |column: &Name| {
            own.column(column).is_none()
                && chain.tables.get(&name).and_then(|old| old.column(column)).is_some_and(|old| old.inherited)
        };
        let heir = Heir { own, wanted, parents, has_model };
        let mut table = wanted.clone();
        table.columns = heir.columns(was_inherited);
        heir.checks(&mut table);
        if table.options.partition_of.is_some() {
            heir.keys(&mut table);
        }
        schema.tables.insert(name, table);
    }
}

struct Heir<'a> {
    /// As it is.
    own: &'a Table,
    /// As its model says, or as it is.
    wanted: &'a Table,
    /// Before and after.
    parents: Vec<(&'a Table, &'a Table)>,
    has_model: bool,
}

impl Heir<'_> {
    fn columns(&self, was_inherited: impl Fn(&Name) -> bool) -> Vec<Column> {
        let after = |name: &Name| self.parents.iter().find_map(|(_, after)| after.column(name));
        let before = |name: &Name| self.parents.iter().find_map(|(before, _)| before.column(name));
        let mut columns: Vec<Column> = Vec::new();
        for own in &self.own.columns {
            let said = self.wanted.column(&own.name);
            match after(&own.name) {
                Some(to) => {
                    let mut column = followed(own, before(&own.name), to);
                    column.comment = said.map_or_else(|| own.comment.clone(), |said| said.comment.clone());
                    columns.push(column);
                }
                None if own.inherited => {}
                None => columns.extend(said.cloned()),
            }
        }
        let is_new = |columns: &[Column], name: &Name| columns.iter().all(|one| one.name != *name);
        for to in self.parents.iter().flat_map(|(_, after)| &after.columns) {
            if is_new(&columns, &to.name) {
                let comment = self.wanted.column(&to.name).and_then(|said| said.comment.clone());
                columns.push(Column { inherited: true, autoincrement: Autoincrement::No, comment, ..to.clone() });
            }
        }
        // A partition has no columns of its own.
        if self.wanted.options.partition_of.is_none() {
            for said in &self.wanted.columns {
                if is_new(&columns, &said.name) && !was_inherited(&said.name) {
                    columns.push(said.clone());
                }
            }
        }
        columns
    }

    fn checks(&self, table: &mut Table) {
        let handed = |parent: &Table| parent.checks.iter().filter(|one| !one.no_inherit).cloned().collect::<Vec<_>>();
        let before: Vec<Check> = self.parents.iter().flat_map(|(before, _)| handed(before)).collect();
        let after: Vec<Check> = self.parents.iter().flat_map(|(_, after)| handed(after)).collect();
        let named = |checks: &[Check], name: &Option<Name>| checks.iter().any(|one| one.name == *name);
        table.checks.retain(|one| !named(&after, &one.name) && (self.has_model || !named(&before, &one.name)));
        table.checks.retain(|one| self.has_all(&table.columns, &|name| one.expression.mentions(name)));
        for check in after {
            if named(&table.checks, &check.name) {
                continue;
            }
            let kept = self.own.checks.iter().find(|one| one.name == check.name && one.expression == check.expression);
            table.checks.push(kept.unwrap_or(&check).clone());
        }
    }

    /// What a partition has of its parent under names of its own.
    fn keys(&self, table: &mut Table) {
        let columns = &table.columns;
        let there = |mentions: &dyn Fn(&Name) -> bool| self.has_all(columns, mentions);
        table.indexes.retain(|one| there(&|name| one.mentions(name)));
        table.uniques.retain(|one| there(&|name| one.columns.iter().any(|column| column.mentions(name))));
        table.foreign_keys.retain(|one| there(&|name| one.columns.contains(name)));
        let parts = |of: fn(&Table) -> Vec<Part>| Parts {
            own: of(self.own),
            before: self.parents.iter().flat_map(|(before, _)| of(before)).collect(),
            after: self.parents.iter().flat_map(|(_, after)| of(after)).collect(),
            keeps_other: self.has_model,
        };
        let indexes = parts(|table| table.indexes.iter().cloned().map(Part::Index).collect());
        let wanted = table.indexes.drain(..).map(Part::Index).collect();
        for part in indexes.followed(wanted, &table.name) {
            if let Part::Index(one) = part {
                table.indexes.push(one);
            }
        }
        let constraints = parts(|table| table.constraints().filter(is_handed).map(Part::Constraint).collect());
        let wanted = table.constraints().filter(is_handed).map(Part::Constraint).collect();
        table.primary_key = None;
        table.uniques.clear();
        table.foreign_keys.clear();
        for part in constraints.followed(wanted, &table.name) {
            match part {
                Part::Constraint(Constraint::PrimaryKey(one)) => table.primary_key = Some(one),
                Part::Constraint(Constraint::Unique(one)) => table.uniques.push(one),
                Part::Constraint(Constraint::ForeignKey(one)) => table.foreign_keys.push(one),
                _ => {}
            }
        }
    }

    /// Whether what mentions columns finds them among those that there will be.
    fn has_all(&self, columns: &[Column], mentions: &dyn Fn(&Name) -> bool) -> bool {
        let stays = |one: &Column| columns.iter().any(|column| column.name == one.name);
        self.own.columns.iter().chain(&self.wanted.columns).all(|one| stays(one) || !mentions(&one.name))
    }
}

fn is_handed(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_))
}

/// A column as it is, and what comes of it where its parent's becomes another.
fn followed(own: &Column, before: Option<&Column>, to: &Column) -> Column {
    let mut column = own.clone();
    let Some(before) = before else {
        column.nullable &= to.nullable;
        return column;
    };
    column.column_type.clone_from(&to.column_type);
    column.collation.clone_from(&to.collation);
    if before.generated != to.generated {
        column.generated.clone_from(&to.generated);
    }
    if before.nullable != to.nullable {
        column.nullable = to.nullable;
    }
    if before.default != to.default {
        column.default.clone_from(&to.default);
    }
    column
}

/// What a parent hands on to its partitions, each of which gives it a name of its own.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Index(Index),
    Constraint(Constraint),
}

impl Part {
    /// The same under another name.
    fn named(&self, name: &Name) -> Part {
        match self.clone() {
            Part::Index(one) => Part::Index(Index { name: name.clone(), ..one }),
            Part::Constraint(one) => Part::Constraint(one.with_name(Some(name.clone()))),
        }
    }

    fn name(&self) -> Option<&Name> {
        match self {
            Part::Index(one) => Some(&one.name),
            Part::Constraint(one) => one.name(),
        }
    }

    fn is_like(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Index(one), Part::Index(other)) => Index { name: other.name.clone(), ..one.clone() } == *other,
            (Part::Constraint(one), Part::Constraint(other)) => {
                one.clone().with_name(None) == other.clone().with_name(None)
            }
            _ => false,
        }
    }

    /// What PostgreSQL calls it in a partition, or almost: names that are taken get a number there.
    fn automatic(&self, table: &ObjectName) -> Name {
        let alone = |label| table.name.renamed(&automatic::joined(table.name.as_str(), None, label));
        let of_keys = |columns: &[IndexColumn], include: &[Name], label| {
            let columns = automatic::index_columns(columns, include);
            let columns = automatic::addition(columns.iter().map(String::as_str));
            table.name.renamed(&automatic::joined(table.name.as_str(), Some(&columns), label))
        };
        match self {
            Part::Index(one) => of_keys(&one.columns, &one.include, "idx"),
            Part::Constraint(Constraint::PrimaryKey(PrimaryKey { .. })) => alone("pkey"),
            Part::Constraint(Constraint::Unique(Unique { columns, include, .. })) => of_keys(columns, include, "key"),
            Part::Constraint(Constraint::ForeignKey(ForeignKey { name: Some(name), .. })) => name.clone(),
            Part::Constraint(_) => alone("fkey"),
        }
    }
}

struct Parts {
    own: Vec<Part>,
    before: Vec<Part>,
    after: Vec<Part>,
    /// Whether a model says what is left of its own.
    keeps_other: bool,
}

impl Parts {
    /// What a partition is to have.
    fn followed(&self, wanted: Vec<Part>, table: &ObjectName) -> Vec<Part> {
        let mut left = wanted;
        let mut found = Vec::new();
        for part in &self.after {
            let said = left.iter().position(|one| one.is_like(part)).map(|at| left.remove(at));
            let own = self.own.iter().find(|one| one.is_like(part)).cloned();
            let name = || part.automatic(table);
            let known = own.or(said).and_then(|one| one.name().cloned());
            found.push(part.named(&known.unwrap_or_else(name)));
        }
        if !self.keeps_other {
            for part in &self.before {
                if let Some(at) = left.iter().position(|one| one.is_like(part)) {
                    left.remove(at);
                }
            }
        }
        found.extend(left);
        found
    }
}
