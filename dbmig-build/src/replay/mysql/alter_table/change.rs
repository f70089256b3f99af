//! Columns that are restated, and what is said of a table: texts get other types and character sets.

use super::{Alteration, is_text};
use crate::replay::conflict::Conflict;
use crate::replay::mysql::create_table::set_options;
use crate::replay::mysql::key;
use crate::schema::{
    Change, Check, Column, ColumnType, Constraint, Index, IndexColumn, PrimaryKey, TableOptions, Unique,
    character_bytes,
};
use crate::sql::syntax::mysql::{ColumnSyntax, Options};

impl Alteration<'_> {
    /// States a whole column anew: what isn't said of it is no more.
    pub(super) fn change_column(&mut self, syntax: &ColumnSyntax) -> Result<(), Conflict> {
        let table = self.table()?;
        let from = self.existing(&syntax.name)?.clone();
        let mut to = syntax.column.clone().unlike(&table.options);
        let in_key = |one: &PrimaryKey| one.columns.iter().any(|part| part.mentions(&to.name));
        if table.primary_key.as_ref().is_some_and(in_key) {
            to.nullable = false;
        }
        // MariaDB keeps of the column's checks what is stated again; MySQL keeps them all.
        let own = |check: &&Check| check.column.0.as_ref() == Some(&from.name);
        let own: Vec<Check> = self.table()?.checks.iter().filter(own).cloned().collect();
        for check in own {
            let (table, constraint) = (self.owner.clone(), Constraint::Check(check));
            self.make(Change::DropConstraint { table, constraint })?;
        }
        let retyped = (from.column_type != to.column_type).then(|| to.clone());
        self.alter_column(from, to)?;
        retyped.map_or(Ok(()), |column| self.fit_keys(&column))
    }

    /// A key on the beginning of a text is one on all of it when it is no longer than that.
    fn fit_keys(&mut self, column: &Column) -> Result<(), Conflict> {
        let before = self.table()?.clone();
        let fitted = |parts: &[IndexColumn], is_index: bool| {
            let mut parts = parts.to_vec();
            for part in parts.iter_mut().filter(|part| part.name() == Some(&column.name)) {
                part.length = part.length.filter(|length| is_longer(&column.column_type, *length));
                if is_index {
                    key::shorten(part, &before);
                    let most = before.longest_prefix(column).unwrap_or(u32::MAX);
                    part.length = part.length.map(|length| length.min(most));
                }
            }
            parts
        };
        let table = || self.owner.clone();
        let mut changes = Vec::new();
        if let Some(key) = &before.primary_key {
            let to = PrimaryKey { columns: fitted(&key.columns, false), ..key.clone() };
            if to != *key {
                let constraint = Constraint::PrimaryKey(key.clone());
                changes.push(Change::DropConstraint { table: table(), constraint });
                changes.push(Change::AddConstraint { table: table(), constraint: Constraint::PrimaryKey(to) });
            }
        }
        for unique in &before.uniques {
            let columns = key::unordered(fitted(&unique.columns, false), &before);
            let to = Unique { columns, ..unique.clone() };
            if to != *unique {
                let constraint = Constraint::Unique(unique.clone());
                changes.push(Change::DropConstraint { table: table(), constraint });
                changes.push(Change::AddConstraint { table: table(), constraint: Constraint::Unique(to) });
            }
        }
        for index in before.indexes.iter().filter(|index| index.method.is_none()) {
            let to = Index { columns: fitted(&index.columns, true), ..index.clone() };
            if to != *index {
                changes.push(Change::DropIndex { table: table(), index: Box::new(index.clone()) });
                changes.push(Change::CreateIndex { table: table(), index: Box::new(to) });
            }
        }
        changes.into_iter().try_for_each(|change| self.make(change))
    }

    pub(super) fn alter_options(&mut self, options: &Options) -> Result<(), Conflict> {
        let mut after = self.table()?.clone();
        set_options(&mut after, options);
        let (from, comment) = (self.table()?.options.clone(), self.table()?.comment.clone());
        let table = self.owner.clone();
        if (&from.character_set, &from.collation) != (&after.options.character_set, &after.options.collation) {
            for held in self.table()?.columns.clone() {
                let stays = pinned(&held, &from).unlike(&after.options);
                self.alter_column(held, stays)?;
            }
        }
        if from != after.options {
            let (from, to) = (Box::new(from), Box::new(after.options));
            self.make(Change::AlterOptions { table: table.clone(), from, to })?;
        }
        if comment != after.comment {
            self.make(Change::CommentTable { table, from: comment, to: after.comment })?;
        }
        Ok(())
    }

    /// All texts get the table's character set; those whose characters need more bytes then get a wider type.
    pub(super) fn convert(&mut self, character_set: Option<&str>, collation: Option<&str>) -> Result<(), Conflict> {
        let set = character_set.or_else(|| collation.and_then(|name| name.split('_').next()));
        let before = self.table()?.options.character_set.clone();
        let mut converted = Vec::new();
        for column in self.table()?.columns.iter().filter(|column| is_text(&column.column_type)) {
            let held = column.collation.as_ref().and_then(|name| name.key().split('_').next());
            let held = column.character_set.as_deref().or(held).or(before.as_deref());
            let grows = held.zip(set).is_some_and(|(from, to)| character_bytes(from) < character_bytes(to));
            let mut to = Column { collation: None, character_set: None, ..column.clone() };
            if grows {
                to.column_type = wider(&column.column_type);
            }
            converted.push(to);
        }
        let stated = Options {
            character_set: set.map(str::to_owned),
            collation: collation.map(str::to_owned),
            ..Options::default()
        };
        self.alter_options(&stated)?;
        for to in converted {
            if let Some(from) = self.table()?.column(&to.name).cloned() {
                self.alter_column(from, to.clone())?;
                self.fit_keys(&to)?;
            }
        }
        Ok(())
    }
}

/// A text keeps its character set when its table gets another one; which it is isn't known where nobody said.
fn pinned(column: &Column, options: &TableOptions) -> Column {
    let is_unsaid = column.collation.is_none() && column.character_set.is_none() && is_text(&column.column_type);
    let mut column = column.clone();
    if is_unsaid {
        column.collation = options.collation.as_ref().map(|text| column.name.renamed(text));
        column.character_set = options.character_set.clone().filter(|_| column.collation.is_none());
    }
    column
}

/// Whether values may be longer than this.
fn is_longer(column_type: &ColumnType, length: u32) -> bool {
    match column_type.name.as_str() {
        "char" | "varchar" | "binary" | "varbinary" => {
            column_type.arguments.first().and_then(|text| text.parse::<u32>().ok()).is_some_and(|most| most > length)
        }
        name => name == "json" || name.ends_with("text") || name.ends_with("blob"),
    }
}

fn wider(column_type: &ColumnType) -> ColumnType {
    let name = match column_type.name.as_str() {
        "tinytext" => "text",
        "text" => "mediumtext",
        "mediumtext" => "longtext",
        _ => return column_type.clone(),
    };
    ColumnType::plain(name)
}
