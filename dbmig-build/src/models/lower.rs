//! Structs to tables: the desired schema.

mod column;
mod computed;
mod constraints;
mod counter;
mod default;
mod enumeration;
mod expression;
mod function;
mod key;
mod limits;
mod names;
mod several;
mod sql_type;
mod unknown_columns;

use std::collections::BTreeMap;

use dbmig::Backend;

use super::Models;
use super::facts::{self, At, FieldFacts, Reference, StructFacts};
use super::parse::{Field, Parsed, Struct};
use super::rust_type::FieldType;
use crate::config::DatabaseConfig;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::nearest::nearest;
use crate::schema::{Name, ObjectName, Sequence, Table, TableOptions, rust_name};
use crate::source::Span;
use enumeration::DraftEnum;

/// A table in the making.
struct Draft<'a> {
    declared: &'a Struct,
    facts: StructFacts,
    /// The name of the emitted `table!`.
    rust_name: String,
    table: Table,
    /// In the order of the table's columns.
    fields: Vec<DraftField<'a>>,
    /// Those that give out its values (PostgreSQL).
    sequences: Vec<Sequence>,
    /// Constraints and indexes that nobody has named.
    unstated: Vec<Name>,
}

/// A field that is a column.
struct DraftField<'a> {
    field: &'a Field,
    facts: FieldFacts,
    field_type: FieldType,
    /// The name of the column in the emitted `table!`.
    rust_name: String,
    name: Name,
    /// The check that goes with its type: an enum's labels on SQLite.
    implied_check: Option<String>,
    /// The enum, of all of them, whose labels it holds.
    labels_of: Option<usize>,
}

/// What all parts of lowering look at.
struct Context<'a> {
    config: &'a DatabaseConfig,
    structs: &'a [Struct],
    enums: Vec<DraftEnum<'a>>,
    diagnostics: Vec<Diagnostic>,
}

/// Lowers the models among the structs.
///
/// # Errors
///
/// All that is wrong with them.
pub(super) fn lower(parsed: &Parsed, config: &DatabaseConfig) -> Result<Models, Vec<Diagnostic>> {
    let structs = &parsed.structs;
    let mut context = Context { config, structs, enums: Vec::new(), diagnostics: Vec::new() };
    context.enums = enumeration::lower(&parsed.enums, &mut context);
    let declared = structs.iter().filter(|one| one.is_model);
    let drafts: Vec<Draft<'_>> = declared.map(|model| draft(model, &mut context)).collect();
    let mut drafts = several::models(drafts, &mut context);
    renamed_twice(&drafts, &mut context);
    for draft in &mut drafts {
        key::lower(draft, &mut context);
    }
    constraints::lower(&mut drafts, &mut context);
    if context.diagnostics.iter().any(|one| one.level == Level::Error) {
        context.diagnostics.retain(|one| one.level == Level::Error);
        return Err(context.diagnostics);
    }
    let mut models = Models { warnings: context.diagnostics, ..Models::default() };
    enumeration::finish(&context.enums, config.backend, &mut models);
    drafts.into_iter().for_each(|draft| finish(draft, &context.enums, config.backend, &mut models));
    let used = models.schema.tables.keys().chain(models.schema.types.keys()).filter_map(|name| name.schema.clone());
    models.schema.namespaces = used.collect();
    Ok(models)
}

/// Reports tables that two others were.
fn renamed_twice(drafts: &[Draft<'_>], context: &mut Context<'_>) {
    let mut first: BTreeMap<ObjectName, Span> = BTreeMap::new();
    for draft in drafts {
        let Some(said) = &draft.facts.renamed_from else { continue };
        let old = former(&said.value, &draft.table.name, context.config.backend);
        if let Some(other) = first.insert(old, said.place.clone()) {
            let problem = format!("two models were table `{}`", said.value);
            let fault = Diagnostic::error(Code::ModelAttribute, problem).at(said.place.clone(), "the second");
            context.diagnostics.push(fault.at(other, "the first").help("take one away"));
        }
    }
}

/// The name that a table or type had, as `renamed_from` says it: in the schema that it has now, or in another one of
/// PostgreSQL's (`old.users`).
fn former(said: &str, now: &ObjectName, backend: Backend) -> ObjectName {
    match said.split_once('.').filter(|_| backend == Backend::Postgres) {
        Some((schema, name)) => {
            let schema = Some(now.name.renamed(schema)).filter(|schema| schema.as_str() != "public");
            ObjectName { schema, name: now.name.renamed(name) }
        }
        None => ObjectName { schema: now.schema.clone(), name: now.name.renamed(said) },
    }
}

/// Puts a table among what the models say.
fn finish(draft: Draft<'_>, enums: &[DraftEnum<'_>], backend: Backend, models: &mut Models) {
    let table = draft.table.name.clone();
    if let Some(old) = &draft.facts.renamed_from {
        let old = former(&old.value, &table, backend);
        models.renames.tables.insert(table.clone(), old);
    }
    for field in &draft.fields {
        let key = (table.clone(), field.name.clone());
        if let Some(old) = &field.facts.renamed_from {
            models.renames.columns.insert(key.clone(), field.name.renamed(&old.value));
        }
        if let Some(holds) = field.labels_of.and_then(|at| enums.get(at)) {
            holds.of_column(&key, models);
        }
        models.columns.insert(key, field.field.name.place.clone());
    }
    if draft.declared.is_positional && draft.holds_all_fields() {
        let fields = draft.fields.iter().map(|field| (field.name.clone(), field.field_type.shown.clone()));
        models.positional.insert(table.clone(), fields.collect());
    }
    models.renames.unstated.extend(draft.unstated.into_iter().map(|name| (table.clone(), name)));
    models.tables.insert(table.clone(), draft.declared.name.place.clone());
    models.schema.sequences.extend(draft.sequences.into_iter().map(|one| (one.name.clone(), one)));
    models.schema.tables.insert(table, draft.table);
}

fn draft<'a>(declared: &'a Struct, context: &mut Context<'a>) -> Draft<'a> {
    let backend = context.config.backend;
    let facts = facts::on_struct(&declared.attributes, backend, &mut context.diagnostics);
    let said = declared.diesel.table_name.as_ref();
    let rust_table = said.map_or_else(|| diesel_table_name(&declared.name.text), |word| word.text.clone());
    let sql_name = match &facts.table {
        Some(name) => name.value.clone(),
        None => rust_name::sql_name(&rust_table, rust_name::table).to_owned(),
    };
    let place = facts.table.as_ref().map(|name| &name.place).or(said.map(|word| &word.place));
    let place = place.unwrap_or(&declared.name.place);
    let emitted = rust_name::table(&sql_name);
    if said.is_some() && emitted != rust_table {
        let problem = format!("the schema calls table `{sql_name}` `{emitted}`, not `{rust_table}`");
        let fault = Diagnostic::error(Code::Model, problem).at(place.clone(), "");
        context.diagnostics.push(fault.help(format!("#[diesel(table_name = {emitted})]")));
    }
    if backend == Backend::Sqlite && is_left_out(&sql_name) {
        let problem = format!("a table can't be called `{sql_name}`: Diesel's schema leaves such names out");
        context.diagnostics.push(Diagnostic::error(Code::Model, problem).at(place.clone(), ""));
    }
    if let Some(said) = facts.schema.as_ref().filter(|_| backend != Backend::Postgres) {
        context.without_effect("schemas", &said.place, Backend::Postgres);
    }
    let schema = facts.schema.as_ref().filter(|_| backend == Backend::Postgres);
    let schema = schema.map(|name| Name::new(&name.value, backend));
    let mut table = Table::new(ObjectName { schema, name: Name::new(&sql_name, backend) });
    // What stands in another backend's section isn't among these facts.
    table.options = TableOptions {
        strict: facts.strict.is_some(),
        without_rowid: facts.without_rowid.is_some(),
        unlogged: facts.unlogged,
        parameters: facts.parameters.clone(),
        engine: facts.engine.as_ref().map(|one| one.value.to_ascii_lowercase()),
        character_set: facts.charset.as_ref().map(|one| one.value.to_ascii_lowercase()),
        collation: facts.collate.as_ref().map(|one| one.value.to_ascii_lowercase()),
        ..TableOptions::default()
    };
    if let Some(collation) = &table.options.collation {
        // It is of one character set.
        table.options.character_set = collation.split('_').next().map(str::to_owned);
    }
    table.comment = context.comment(facts.comment.as_ref(), declared.docs.as_ref());
    let is_same = |old: &&At<String>| former(&old.value, &table.name, context.config.backend) == table.name;
    if let Some(old) = facts.renamed_from.as_ref().filter(is_same) {
        let problem = format!("table `{sql_name}` can't be renamed from itself");
        context.fault(Code::ModelAttribute, problem, &old.place, "say the name that the table had before");
    }
    let (fields, sequences, unstated) = (Vec::new(), Vec::new(), Vec::new());
    let mut draft = Draft { declared, facts, rust_name: emitted, table, fields, sequences, unstated };
    column::lower(declared, &mut draft, context);
    draft
}

/// A database's name as its makers write it.
fn title(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
        Backend::Mysql => "MySQL",
    }
}

/// Diesel's own rule where no `table_name` is said: `_` before every capital, `s` behind.
/// Source: `diesel_derives/src/{model,util}.rs`.
fn diesel_table_name(name: &str) -> String {
    let mut table = String::with_capacity(name.len() + 4);
    for (at, letter) in name.chars().enumerate() {
        if at > 0 && letter.is_uppercase() {
            table.push('_');
        }
        table.extend(letter.to_lowercase());
    }
    table.push('s');
    table
}

/// What print-schema leaves out on SQLite; `LIKE` takes no notice of case.
fn is_left_out(name: &str) -> bool {
    name.starts_with("__") || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("sqlite"))
}

impl<'a> Draft<'a> {
    /// The field that a name in an attribute means.
    fn find(&self, reference: &Reference) -> Option<&DraftField<'a>> {
        if reference.is_sql {
            return self.fields.iter().find(|field| field.name == field.name.renamed(&reference.text));
        }
        let by_field = self.fields.iter().find(|field| field.field.name.text == reference.text);
        by_field.or_else(|| self.find_rust_name(&reference.text))
    }

    /// Whether each field of the struct is a column of its own.
    fn holds_all_fields(&self) -> bool {
        let fields = &self.declared.fields;
        fields.len() == self.fields.len() && !fields.iter().any(Field::embeds)
    }

    /// The field of a column by its name in the emitted `table!`.
    fn find_rust_name(&self, name: &str) -> Option<&DraftField<'a>> {
        self.fields.iter().find(|field| field.rust_name == name)
    }

    /// The column that a name in an attribute means, or a diagnostic.
    fn resolve(&self, reference: &Reference, diagnostics: &mut Vec<Diagnostic>) -> Option<Name> {
        let found = self.find(reference).map(|field| field.name.clone());
        if found.is_none() {
            let what = if reference.is_sql { "column" } else { "field" };
            let problem = format!("`{}` has no {what} `{}`", self.declared.name.text, reference.text);
            let known = self.fields.iter().map(|field| match reference.is_sql {
                true => field.name.as_str(),
                false => field.field.name.text.as_str(),
            });
            let known: Vec<&str> = known.collect();
            let fault = match self.meant(reference) {
                Some(help) => {
                    Diagnostic::error(Code::ModelAttribute, problem).at(reference.place.clone(), "").help(help)
                }
                None => not_found(problem, reference, known.iter().copied()),
            };
            diagnostics.push(match fault.help.is_empty() {
                true => fault.help(format!("it has `{}`", known.join("`, `"))),
                false => fault,
            });
        }
        found
    }

    /// What is certainly meant by a name that no column has.
    fn meant(&self, reference: &Reference) -> Option<String> {
        let was =
            |field: &&DraftField<'_>| field.facts.renamed_from.as_ref().is_some_and(|old| old.value == reference.text);
        if let Some(field) = self.fields.iter().find(was) {
            return Some(format!("it is `{}` now", field.field.name.text));
        }
        let is_expression = reference.is_sql && reference.text.contains('(');
        is_expression.then(|| format!("an index over an expression: index(expr = \"{}\")", reference.text))
    }

    fn resolve_all(&self, references: &[Reference], diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Name>> {
        let found: Vec<_> = references.iter().map(|one| self.resolve(one, diagnostics)).collect();
        found.into_iter().collect()
    }
}

/// Says that a name means nothing, and which was probably meant.
fn not_found<'n>(problem: String, reference: &Reference, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let fault = Diagnostic::error(Code::ModelAttribute, problem).at(reference.place.clone(), "");
    match nearest(&reference.text, known) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault,
    }
}

impl Context<'_> {
    /// What a comment says: what is stated, or the doc comment where the configuration wants it. SQLite has none; a
    /// model that serves several backends may say them all the same.
    fn comment(&self, said: Option<&At<String>>, docs: Option<&String>) -> Option<String> {
        let docs = docs.filter(|_| self.config.comments);
        let text = said.map(|said| &said.value).or(docs);
        text.filter(|_| self.config.backend != Backend::Sqlite).cloned()
    }

    fn fault(&mut self, code: Code, problem: impl Into<String>, place: &Span, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, problem).at(place.clone(), "").help(help));
    }

    /// Says that this database has nothing of the sort, which means more than that something is kept otherwise.
    fn without_effect(&mut self, what: &str, place: &Span, only: Backend) {
        let problem = format!("{} has no {what}: it is left out", title(self.config.backend));
        let warning = Diagnostic::warning(Code::WithoutEffect, problem).at(place.clone(), "");
        let help = format!("say it for {} alone, within `backend({only}(…))`", title(only));
        self.diagnostics.push(warning.help(help));
    }
}
