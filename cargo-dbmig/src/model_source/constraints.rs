//! Uniques, indexes, checks and foreign keys as attributes: on the field where one column has it, else on the struct.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;
use dbmig_build::config::ConstraintKind;
use dbmig_build::schema::{
    Deferrable, Exclusion, ForeignKey, Index, IndexColumn, IndexKey, Name, NullsOrder, PrimaryKey, ReferentialAction,
    SortOrder, Table, Unique,
};

use super::Context;

/// What a table's constraints are said with.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    /// By column.
    pub(super) on_field: BTreeMap<Name, Vec<String>>,
    /// On the struct.
    pub(super) on_struct: Vec<String>,
    /// The key, where it needs a word beside Diesel's.
    pub(super) primary_key: Option<String>,
}

/// How models write the actions of foreign keys.
const ACTIONS: [(ReferentialAction, &str); 5] = [
    (ReferentialAction::NoAction, "no_action"),
    (ReferentialAction::Restrict, "restrict"),
    (ReferentialAction::Cascade, "cascade"),
    (ReferentialAction::SetNull, "set_null"),
    (ReferentialAction::SetDefault, "set_default"),
];

/// Words that mean something else than a column in lists of columns.
const WORDS: [&str; 12] = [
    "unique",
    "deferrable",
    "nulls_not_distinct",
    "name",
    "where",
    "using",
    "expr",
    "include",
    "with",
    "asc",
    "desc",
    "references",
];

impl Constraints {
    /// What says the constraints of a table.
    pub(super) fn of(table: &Table, context: &Context<'_>) -> Constraints {
        let mut said = Constraints::default();
        let mut writer = Writer { table, context, names: given(table) };
        said.primary_key = table.primary_key.as_ref().and_then(|key| writer.primary_key(key));
        for unique in &table.uniques {
            writer.unique(unique, &mut said);
        }
        for check in &table.checks {
            let mentioned: Vec<&Name> = table
                .columns
                .iter()
                .map(|column| &column.name)
                .filter(|name| check.expression.mentions(name))
                .collect();
            let only = if let [only] = mentioned.as_slice() { Some((*only).clone()) } else { None };
            let usual = writer.usual(ConstraintKind::Check, only.as_slice());
            let expression = check.expression.to_string();
            let name = writer.name(check.name.as_ref(), usual).map(|name| format!("name = {name:?}"));
            let mut options: Vec<String> = name.into_iter().collect();
            options.push(format!("expr = {expression:?}"));
            options.extend(check.no_inherit.then(|| "no_inherit".to_owned()));
            options.extend(check.not_enforced.then(|| "not_enforced".to_owned()));
            let text = match (&only, options.len()) {
                (Some(_), 1) => format!("check = {expression:?}"),
                _ => format!("check({})", options.join(", ")),
            };
            said.add(only, text);
        }
        let mut writer = Writer { names: given(table), ..writer };
        for reference in &table.foreign_keys {
            writer.reference(reference, &mut said);
        }
        for index in table.indexes.iter().filter(|index| !writer.is_made_by_reference(index)) {
            writer.index(index, &mut said);
        }
        for exclusion in &table.exclusions {
            writer.exclusion(exclusion, &mut said);
        }
        said
    }

    fn add(&mut self, field: Option<Name>, text: String) {
        match field {
            Some(field) => self.on_field.entry(field).or_default().push(text),
            None => self.on_struct.push(text),
        }
    }

    fn has(&self, field: &Name, key: &str) -> bool {
        self.on_field.get(field).is_some_and(|said| said.iter().any(|one| one.starts_with(key)))
    }
}

/// The names that the constraints of a table have.
fn given(table: &Table) -> BTreeSet<String> {
    table.constraints().filter_map(|one| one.name().map(|name| name.key().to_owned())).collect()
}

struct Writer<'a> {
    table: &'a Table,
    context: &'a Context<'a>,
    /// Names that are taken.
    names: BTreeSet<String>,
}

impl Writer<'_> {
    /// The name that the configured convention gives.
    fn usual(&self, kind: ConstraintKind, columns: &[Name]) -> String {
        let columns = columns.iter().map(Name::as_str);
        let config = self.context.config;
        config.naming.name(kind, self.table.name.name.as_str(), columns, config.backend)
    }

    /// The name to say: none where the convention gives the one that it has. What has no name in the schema may have
    /// any, as long as nothing else has it.
    fn name(&mut self, name: Option<&Name>, usual: String) -> Option<String> {
        let key = |text: &str| self.table.name.name.renamed(text).key().to_owned();
        match name {
            Some(name) => (name.key() != key(&usual)).then(|| name.as_str().to_owned()),
            None => {
                let numbered = (1..).map(|number| format!("{usual}{number}"));
                let candidates = std::iter::once(usual.clone()).chain(numbered);
                let free = candidates.into_iter().find(|name| !self.names.contains(&key(name)))?;
                self.names.insert(key(&free));
                (free != usual).then_some(free)
            }
        }
    }

    fn field(&self, column: &Name) -> String {
        let field = self.context.names.table(&self.table.name).map(|names| names.field(column).to_owned());
        field.unwrap_or_else(|| format!("{:?}", column.as_str()))
    }

    fn primary_key(&mut self, key: &PrimaryKey) -> Option<String> {
        let columns = columns_of(&key.columns);
        let usual = self.usual(ConstraintKind::PrimaryKey, &columns);
        let usual_name = self.table.name.name.renamed(&usual);
        let is_rowid = self.context.config.backend == Backend::Sqlite && self.table.rowid_alias().is_some();
        let name = key.name.as_ref().filter(|name| **name != usual_name && !is_rowid);
        let mut options: Vec<String> = name.map(|name| format!("name = {:?}", name.as_str())).into_iter().collect();
        options.extend(deferrable(key.deferrable));
        options.extend(self.include(&key.include));
        let nullable = |name: &Name| self.table.column(name).is_some_and(|one| one.nullable);
        let is_odd = key.columns.iter().any(|part| !part_options(part).is_empty());
        if columns.iter().any(nullable) || is_odd && !key.inline_desc {
            let parts: Vec<String> = key.columns.iter().map(|part| self.part_text(part)).collect();
            return Some(format!("primary_key({})", parts.into_iter().chain(options).collect::<Vec<_>>().join(", ")));
        }
        (!options.is_empty()).then(|| format!("primary_key({})", options.join(", ")))
    }

    fn unique(&mut self, unique: &Unique, said: &mut Constraints) {
        let columns = columns_of(&unique.columns);
        let usual = self.usual(ConstraintKind::Unique, &columns);
        let name = self.name(unique.name.as_ref(), usual).map(|name| format!("name = {name:?}"));
        let mut options: Vec<String> = name.into_iter().collect();
        options.extend(unique.nulls_not_distinct.then(|| "nulls_not_distinct".to_owned()));
        options.extend(deferrable(unique.deferrable));
        options.extend(self.include(&unique.include));
        match unique.columns.as_slice() {
            [only] if part_options(only).is_empty() && !columns.is_empty() && !said.has(&columns[0], "unique") => {
                let text =
                    if options.is_empty() { "unique".to_owned() } else { format!("unique({})", options.join(", ")) };
                said.add(Some(columns[0].clone()), text);
            }
            parts => {
                let parts = parts.iter().map(|part| self.part_text(part)).chain(options);
                said.add(None, format!("unique({})", parts.collect::<Vec<_>>().join(", ")));
            }
        }
    }

    fn exclusion(&mut self, exclusion: &Exclusion, said: &mut Constraints) {
        let keys: Vec<IndexColumn> = exclusion.elements.iter().map(|(key, _)| key.clone()).collect();
        let usual = self.usual(ConstraintKind::Exclusion, &columns_of(&keys));
        let name = self.name(exclusion.name.as_ref(), usual);
        let element = |(key, operator): &(IndexColumn, String)| format!("{} = {operator:?}", self.part_text(key));
        let mut parts: Vec<String> = exclusion.elements.iter().map(element).collect();
        parts.extend(name.map(|name| format!("name = {name:?}")));
        parts.extend(exclusion.method.as_ref().map(|method| format!("using = {method:?}")));
        parts.extend(exclusion.predicate.as_ref().map(|predicate| format!("where = {:?}", predicate.to_string())));
        parts.extend(deferrable(exclusion.deferrable));
        parts.extend(self.include(&exclusion.include));
        said.add(None, format!("exclude({})", parts.join(", ")));
    }

    fn include(&self, columns: &[Name]) -> Option<String> {
        let columns: Vec<String> = columns.iter().map(|column| self.listed(column)).collect();
        (!columns.is_empty()).then(|| format!("include({})", columns.join(", ")))
    }

    /// A key of an index among others.
    fn part_text(&self, part: &IndexColumn) -> String {
        let options = part_options(part).join(", ");
        match (&part.key, options.is_empty()) {
            (IndexKey::Column(name), true) => self.listed(name),
            (IndexKey::Column(name), false) => format!("{}({options})", self.listed(name)),
            (IndexKey::Expression(expression), true) => format!("expr({:?})", expression.to_string()),
            (IndexKey::Expression(expression), false) => format!("expr({:?}, {options})", expression.to_string()),
        }
    }

    /// A field in a list of columns.
    fn listed(&self, column: &Name) -> String {
        let field = self.field(column);
        if WORDS.contains(&field.as_str()) { format!("{:?}", column.as_str()) } else { field }
    }

    fn reference(&mut self, reference: &ForeignKey, said: &mut Constraints) {
        let usual = self.usual(ConstraintKind::ForeignKey, &reference.columns);
        let name = self.name(reference.name.as_ref(), usual);
        let mut options = vec![format!("references = {}", self.target(reference))];
        for (key, action) in [("on_delete", reference.on_delete), ("on_update", reference.on_update)] {
            let word = ACTIONS.iter().find(|(one, _)| *one == action).map_or("no_action", |(_, word)| word);
            let some = if key == "on_delete" { &reference.on_delete_columns[..] } else { &[] };
            let some: Vec<String> = some.iter().map(|column| self.listed(column)).collect();
            let some = if some.is_empty() { String::new() } else { format!("({})", some.join(", ")) };
            options.extend((action != ReferentialAction::NoAction).then(|| format!("{key} = {word}{some}")));
        }
        options.extend(deferrable(reference.deferrable));
        let is_postgres = self.context.config.backend == Backend::Postgres;
        let match_type = reference.match_type.as_ref().filter(|_| is_postgres);
        options.extend(match_type.map(|word| format!("match = {}", word.to_ascii_lowercase())));
        match reference.columns.as_slice() {
            [only] if name.is_none() && !said.has(only, "references") => {
                said.add(Some(only.clone()), options.join(", "))
            }
            columns => {
                let parts = columns.iter().map(|column| self.listed(column)).chain(options);
                let parts = parts.chain(name.map(|name| format!("name = {name:?}")));
                said.add(None, format!("foreign_key({})", parts.collect::<Vec<_>>().join(", ")));
            }
        }
    }

    /// A model is named by its `table!` and fields, any other table by its SQL names.
    fn target(&self, reference: &ForeignKey) -> String {
        let context = self.context;
        let is_model = !context.plain.contains_key(&reference.table);
        let names = context.names.table(&reference.table).filter(|_| is_model);
        let rust = context.macros.of_table(&reference.table);
        let (table, columns): (String, Vec<String>) = match (names, rust) {
            (Some(names), Some(rust)) => {
                let columns = reference.referenced.iter().map(|name| names.field(name).to_owned());
                // Tables of several schemas may have one name, structs have not.
                let is_only = context.macros.tables.iter().filter(|one| one.rust_name == rust.rust_name).count() == 1;
                let name = if is_only { &rust.rust_name } else { &names.structure };
                (name.clone(), columns.collect())
            }
            _ => {
                let columns = reference.referenced.iter().map(|name| format!("{:?}", name.as_str()));
                let is_far = self.table.name.schema.is_some() && reference.table.schema.is_none();
                let name = if is_far { format!("public.{}", reference.table) } else { reference.table.to_string() };
                (format!("{name:?}"), columns.collect())
            }
        };
        if columns.is_empty() { table } else { format!("{table}({})", columns.join(", ")) }
    }

    /// Whether it is the index that MySQL makes for a foreign key anyway.
    fn is_made_by_reference(&self, index: &Index) -> bool {
        if self.context.config.backend != Backend::Mysql {
            return false;
        }
        let first = |key: &ForeignKey| index.columns.first().and_then(IndexColumn::name) == key.columns.first();
        let mut keys = self.table.foreign_keys.iter().filter(|key| first(key));
        let (Some(key), None) = (keys.next(), keys.next()) else { return false };
        let indexes = self.table.indexes.iter().filter(|one| one.name != index.name).cloned().collect();
        let without = Table { indexes, ..self.table.clone() };
        without.foreign_key_index(key).as_ref() == Some(index)
    }

    fn index(&self, index: &Index, said: &mut Constraints) {
        let parts: Vec<Name> = index.columns.iter().map(|column| self.part(column)).collect();
        let usual = self.usual(ConstraintKind::Index, &parts);
        let usual = self.table.name.name.renamed(&usual);
        let mut options = Vec::new();
        options.extend((usual != index.name).then(|| format!("name = {:?}", index.name.as_str())));
        options.extend(index.unique.then(|| "unique".to_owned()));
        options.extend(index.method.as_ref().map(|method| format!("using = {method:?}")));
        options.extend(index.predicate.as_ref().map(|predicate| format!("where = {:?}", predicate.to_string())));
        options.extend(self.include(&index.include));
        options.extend(index.nulls_not_distinct.then(|| "nulls_not_distinct".to_owned()));
        options.extend(super::table::parameters(&index.parameters));
        if let [only] = index.columns.as_slice() {
            if let IndexKey::Column(column) = &only.key {
                let options: Vec<String> = part_options(only).into_iter().chain(options).collect();
                let text =
                    if options.is_empty() { "index".to_owned() } else { format!("index({})", options.join(", ")) };
                return said.add(Some(column.clone()), text);
            }
        }
        let keys = index.columns.iter().map(|column| match &column.key {
            IndexKey::Expression(expression) if part_options(column).is_empty() => {
                format!("expr = {:?}", expression.to_string())
            }
            _ => self.part_text(column),
        });
        said.add(None, format!("index({})", keys.chain(options).collect::<Vec<_>>().join(", ")));
    }

    /// What an index is named after: an expression counts as `expr`.
    fn part(&self, column: &IndexColumn) -> Name {
        column.name().cloned().unwrap_or_else(|| self.table.name.name.renamed("expr"))
    }
}

/// What is special about a key of an index.
fn part_options(part: &IndexColumn) -> Vec<String> {
    let mut options = Vec::new();
    options.extend((part.order == SortOrder::Descending).then(|| "desc".to_owned()));
    options.extend(part.nulls.map(|nulls| match nulls {
        NullsOrder::First => "nulls = first".to_owned(),
        NullsOrder::Last => "nulls = last".to_owned(),
    }));
    options.extend(part.operator_class.as_ref().map(|class| format!("ops = {class:?}")));
    options.extend(part.collation.as_ref().map(|collation| format!("collate = {:?}", collation.as_str())));
    options.extend(part.length.map(|length| format!("length = {length}")));
    options
}

fn deferrable(when: Deferrable) -> Option<String> {
    match when {
        Deferrable::No => None,
        Deferrable::InitiallyImmediate => Some("deferrable".to_owned()),
        Deferrable::InitiallyDeferred => Some("deferrable = deferred".to_owned()),
    }
}

/// The columns among the keys.
fn columns_of(keys: &[IndexColumn]) -> Vec<Name> {
    keys.iter().filter_map(|key| key.name().cloned()).collect()
}
