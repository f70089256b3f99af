//! Uniques, indexes, checks and foreign keys as attributes: on the field where one column has it, else on the struct.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;
use dbmig_build::config::ConstraintKind;
use dbmig_build::schema::{
    ForeignKey, Index, IndexColumn, IndexKey, Name, ReferentialAction, SortOrder, Table, Unique,
};

use super::Context;

/// What a table's constraints are said with.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    /// By column.
    pub(super) on_field: BTreeMap<Name, Vec<String>>,
    /// On the struct.
    pub(super) on_struct: Vec<String>,
}

/// How models write the actions of foreign keys.
const ACTIONS: [(ReferentialAction, &str); 5] = [
    (ReferentialAction::NoAction, "no_action"),
    (ReferentialAction::Restrict, "restrict"),
    (ReferentialAction::Cascade, "cascade"),
    (ReferentialAction::SetNull, "set_null"),
    (ReferentialAction::SetDefault, "set_default"),
];

/// Words that mean something else than a column in `index(…)`.
const INDEX_WORDS: [&str; 2] = ["unique", "desc"];

impl Constraints {
    /// What says the constraints of a table.
    pub(super) fn of(table: &Table, context: &Context<'_>) -> Constraints {
        let mut said = Constraints::default();
        let mut writer = Writer { table, context, names: given(table) };
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
            // Over no single column it is the table's.
            let usual = if only.is_some() { usual } else { usual.replace("__", "_") };
            let expression = check.expression.to_string();
            let text = match writer.name(check.name.as_ref(), usual) {
                Some(name) => format!("check(name = {name:?}, expr = {expression:?})"),
                None => match &only {
                    Some(_) => format!("check = {expression:?}"),
                    None => format!("check(expr = {expression:?})"),
                },
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
        self.context.config.naming.name(kind, self.table.name.name.as_str(), columns)
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

    fn unique(&mut self, unique: &Unique, said: &mut Constraints) {
        let columns: Vec<Name> = unique.columns.iter().filter_map(|column| column.name().cloned()).collect();
        let usual = self.usual(ConstraintKind::Unique, &columns);
        let name = self.name(unique.name.as_ref(), usual).map(|name| format!("name = {name:?}"));
        match columns.as_slice() {
            [only] if !said.has(only, "unique") => {
                let text = name.map_or_else(|| "unique".to_owned(), |name| format!("unique({name})"));
                said.add(Some(only.clone()), text);
            }
            columns => {
                let parts = columns.iter().map(|column| self.field(column)).chain(name);
                said.add(None, format!("unique({})", parts.collect::<Vec<_>>().join(", ")));
            }
        }
    }

    fn reference(&mut self, reference: &ForeignKey, said: &mut Constraints) {
        let usual = self.usual(ConstraintKind::ForeignKey, &reference.columns);
        let name = self.name(reference.name.as_ref(), usual);
        let mut options = vec![format!("references = {}", self.target(reference))];
        for (key, action) in [("on_delete", reference.on_delete), ("on_update", reference.on_update)] {
            let word = ACTIONS.iter().find(|(one, _)| *one == action).map_or("no_action", |(_, word)| word);
            options.extend((action != ReferentialAction::NoAction).then(|| format!("{key} = {word}")));
        }
        match reference.columns.as_slice() {
            [only] if name.is_none() && !said.has(only, "references") => {
                said.add(Some(only.clone()), options.join(", "))
            }
            columns => {
                let parts = columns.iter().map(|column| self.field(column)).chain(options);
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
        let include: Vec<String> = index.include.iter().map(|column| self.field(column)).collect();
        options.extend((!include.is_empty()).then(|| format!("include({})", include.join(", "))));
        if let [IndexColumn { key: IndexKey::Column(only), order, .. }] = index.columns.as_slice() {
            if *order == SortOrder::Descending {
                options.insert(0, "desc".to_owned());
            }
            let text = if options.is_empty() { "index".to_owned() } else { format!("index({})", options.join(", ")) };
            return said.add(Some(only.clone()), text);
        }
        let keys = index.columns.iter().map(|column| match (&column.key, column.order) {
            (IndexKey::Expression(expression), _) => format!("expr = {:?}", expression.to_string()),
            (IndexKey::Column(name), SortOrder::Ascending) => self.index_field(name),
            (IndexKey::Column(name), SortOrder::Descending) => format!("desc({})", self.field(name)),
        });
        said.add(None, format!("index({})", keys.chain(options).collect::<Vec<_>>().join(", ")));
    }

    fn index_field(&self, column: &Name) -> String {
        let field = self.field(column);
        if INDEX_WORDS.contains(&field.as_str()) { format!("{:?}", column.as_str()) } else { field }
    }

    /// What an index is named after: an expression counts as `expr`.
    fn part(&self, column: &IndexColumn) -> Name {
        column.name().cloned().unwrap_or_else(|| self.table.name.name.renamed("expr"))
    }
}
