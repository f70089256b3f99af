//! Structs to tables: the desired schema.

mod column;
mod constraints;
mod counter;
mod default;
mod key;

pub use counter::serial_default;

use std::collections::BTreeMap;

use dbmig::Backend;

use super::Models;
use super::facts::{self, FieldFacts, Reference, StructFacts};
use super::parse::{Field, Struct};
use super::rust_type::FieldType;
use crate::config::DatabaseConfig;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{Name, ObjectName, Table, rust_name};
use crate::source::Span;

/// A table in the making.
struct Draft<'a> {
    declared: &'a Struct,
    facts: StructFacts,
    /// The name of the emitted `table!`.
    rust_name: String,
    table: Table,
    /// In the order of the table's columns.
    fields: Vec<DraftField<'a>>,
}

/// A field that is a column.
struct DraftField<'a> {
    field: &'a Field,
    facts: FieldFacts,
    field_type: FieldType,
    /// The name of the column in the emitted `table!`.
    rust_name: String,
    name: Name,
}

/// What all parts of lowering look at.
struct Context<'a> {
    config: &'a DatabaseConfig,
    structs: &'a [Struct],
    diagnostics: Vec<Diagnostic>,
}

/// Lowers the models among the structs.
///
/// # Errors
///
/// All that is wrong with them.
pub(super) fn lower(structs: &[Struct], config: &DatabaseConfig) -> Result<Models, Vec<Diagnostic>> {
    let mut context = Context { config, structs, diagnostics: Vec::new() };
    let models = structs.iter().filter(|one| one.is_model);
    let mut drafts: Vec<Draft<'_>> = models.map(|model| draft(model, &mut context)).collect();
    report_shared_tables(&drafts, &mut context);
    for draft in &mut drafts {
        key::lower(draft, &mut context);
    }
    constraints::lower(&mut drafts, &mut context);
    if !context.diagnostics.is_empty() {
        return Err(context.diagnostics);
    }
    let mut models = Models::default();
    for draft in drafts {
        let table = draft.table.name.clone();
        if let Some(old) = &draft.facts.renamed_from {
            let old = ObjectName { schema: table.schema.clone(), name: table.name.renamed(&old.value) };
            models.renames.tables.insert(table.clone(), old);
        }
        for field in &draft.fields {
            let key = (table.clone(), field.name.clone());
            if let Some(old) = &field.facts.renamed_from {
                models.renames.columns.insert(key.clone(), field.name.renamed(&old.value));
            }
            models.columns.insert(key, field.field.name.place.clone());
        }
        models.tables.insert(table.clone(), draft.declared.name.place.clone());
        models.schema.tables.insert(table, draft.table);
    }
    Ok(models)
}

fn draft<'a>(declared: &'a Struct, context: &mut Context<'a>) -> Draft<'a> {
    let backend = context.config.backend;
    let facts = facts::on_struct(&declared.attributes, &mut context.diagnostics);
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
    let schema = facts.schema.as_ref().filter(|_| backend == Backend::Postgres);
    let schema = schema.map(|name| Name::new(&name.value, backend));
    let mut table = Table::new(ObjectName { schema, name: Name::new(&sql_name, backend) });
    table.options.strict = facts.strict.is_some() && backend == Backend::Sqlite;
    table.options.without_rowid = facts.without_rowid.is_some() && backend == Backend::Sqlite;
    table.comment = facts.comment.as_ref().filter(|_| backend != Backend::Sqlite).map(|text| text.value.clone());
    if let Some(old) = facts.renamed_from.as_ref().filter(|old| table.name.name == table.name.name.renamed(&old.value))
    {
        let problem = format!("table `{sql_name}` can't be renamed from itself");
        context.diagnostics.push(Diagnostic::error(Code::ModelAttribute, problem).at(old.place.clone(), ""));
    }
    let mut draft = Draft { declared, facts, rust_name: emitted, table, fields: Vec::new() };
    column::lower(declared, &mut draft, context);
    draft
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

fn report_shared_tables(drafts: &[Draft<'_>], context: &mut Context<'_>) {
    let mut first: BTreeMap<&ObjectName, &Draft<'_>> = BTreeMap::new();
    for draft in drafts {
        let Some(other) = first.get(&draft.table.name) else {
            first.insert(&draft.table.name, draft);
            continue;
        };
        let problem = format!("table `{}` has two models", draft.table.name);
        let fault = Diagnostic::error(Code::Model, problem)
            .at(draft.declared.name.place.clone(), "the second")
            .at(other.declared.name.place.clone(), "the first")
            .help("derive `dbmig::Model` on the struct that has all columns, and not on the others");
        context.diagnostics.push(fault);
    }
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
            diagnostics.push(not_found(problem, reference, known));
        }
        found
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
    fn fault(&mut self, code: Code, problem: impl Into<String>, place: &Span, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, problem).at(place.clone(), "").help(help));
    }
}
