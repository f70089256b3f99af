//! Foreign keys: `references` on a field, `foreign_key` on a struct, Diesel's `belongs_to`.

use dbmig::Backend;

use super::super::super::facts::{At, Reference, Target, Ways};
use super::super::super::parse::Word;
use super::super::super::rust_type::Kind;
use super::super::names::Names;
use super::super::{Context, Draft, not_found};
use super::mysql;
use crate::config::ConstraintKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{ForeignKey, Name, ObjectName, ReferentialAction};
use crate::source::Span;

/// A foreign key before its names are looked up.
struct Wanted<'d> {
    columns: Vec<Name>,
    /// The field or attribute that says it.
    place: Span,
    target: &'d Target,
    name: Option<&'d At<String>>,
    ways: &'d Ways,
}

/// Gives every table its foreign keys.
pub(super) fn lower(drafts: &mut [Draft<'_>], scopes: &mut [Names], context: &mut Context<'_>) {
    let built: Vec<Vec<(ForeignKey, bool)>> = drafts.iter().map(|draft| of_table(draft, drafts, context)).collect();
    for ((draft, keys), constraints) in drafts.iter_mut().zip(built).zip(scopes) {
        // On PostgreSQL a table has one set of names for all constraints.
        let mut own = Names::default();
        let names = if context.config.backend == Backend::Postgres { constraints } else { &mut own };
        let stated: Vec<At<String>> = draft.facts.foreign_keys.iter().filter_map(|key| key.name.clone()).collect();
        stated.iter().for_each(|name| names.state(name, &draft.table.name.name, context));
        for (mut key, is_stated) in keys {
            if !is_stated {
                let columns = key.columns.clone();
                key.name = Some(names.name(None, ConstraintKind::ForeignKey, &columns, draft, context));
            }
            draft.table.foreign_keys.push(key);
        }
    }
}

/// The foreign keys of a table, and whether their names are stated; the others have none yet.
fn of_table(draft: &Draft<'_>, drafts: &[Draft<'_>], context: &mut Context<'_>) -> Vec<(ForeignKey, bool)> {
    let mut keys = Vec::new();
    for said in &draft.facts.foreign_keys {
        let Some(columns) = draft.resolve_all(&said.columns, &mut context.diagnostics) else { continue };
        let (place, name) = (said.place.clone(), said.name.as_ref());
        let wanted = Wanted { columns, place, target: &said.target, name, ways: &said.ways };
        keys.extend(key(wanted, draft, drafts, context));
    }
    let parents = parents(draft, drafts);
    for field in &draft.fields {
        let facts = &field.facts;
        let parent = parents.iter().find(|(column, _)| *column == field.name).map(|(_, target)| target);
        let said_on_struct = keys.iter().any(|key| key.columns == [field.name.clone()]);
        let target = match (&facts.references, parent) {
            (Some(said), _) => Some((&said.value, said.place.clone())),
            (None, Some(target)) if !said_on_struct => Some((target, target.table.place.clone())),
            _ => None,
        };
        let Some((target, place)) = target else {
            for (word, place) in facts.ways.said() {
                let problem = format!("`{word}` without `references`");
                let help = format!("references = parents(id), {word} = …");
                context.fault(Code::ModelAttribute, problem, place, help);
            }
            continue;
        };
        let wanted = Wanted { columns: vec![field.name.clone()], place, target, name: None, ways: &facts.ways };
        keys.extend(key(wanted, draft, drafts, context));
    }
    let with_name = |key: ForeignKey| {
        let is_stated = key.name.is_some();
        (key, is_stated)
    };
    keys.into_iter().map(with_name).collect()
}

/// MySQL's RESTRICT is its NO ACTION: an error at once.
fn action(said: Option<&At<ReferentialAction>>, backend: Backend) -> ReferentialAction {
    match said.map(|said| said.value) {
        Some(ReferentialAction::Restrict) if backend == Backend::Mysql => ReferentialAction::NoAction,
        said => said.unwrap_or_default(),
    }
}

/// What `belongs_to` says, where the parent is a model with a key of one column.
fn parents(draft: &Draft<'_>, drafts: &[Draft<'_>]) -> Vec<(Name, Target)> {
    let said = draft.declared.diesel.belongs_to.iter();
    said.filter_map(|said| {
        let parent = drafts.iter().find(|other| other.declared.name.text == said.parent.text)?;
        let single = parent.table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
        let column = said.foreign_key.as_ref().map_or_else(|| default_column(&said.parent), |word| word.text.clone());
        let field = draft.find_rust_name(&column).filter(|_| single)?;
        let Word { text, place } = said.parent.clone();
        let table = Reference { text, is_sql: false, place };
        Some((field.name.clone(), Target { table, columns: Vec::new() }))
    })
    .collect()
}

/// Diesel's rule: the parent's name in snake case, a `_` before every capital, and `_id`.
fn default_column(parent: &Word) -> String {
    let plural = super::super::diesel_table_name(&parent.text);
    format!("{}_id", plural.strip_suffix('s').unwrap_or(&plural))
}

fn key(wanted: Wanted<'_>, draft: &Draft<'_>, drafts: &[Draft<'_>], context: &mut Context<'_>) -> Option<ForeignKey> {
    let Target { table, columns } = wanted.target;
    // Of two tables of one name in several schemas the one in this table's schema is meant.
    let is_near = |one: &&Draft<'_>| one.table.name.schema == draft.table.name.schema;
    let meant = || drafts.iter().filter(|one| is_meant(one, table, context.config.backend));
    let parent = meant().find(is_near).or_else(|| meant().next());
    let (name, referenced) = match parent {
        Some(parent) => (parent.table.name.clone(), referenced(&wanted, draft, parent, context)?),
        None if table.is_sql && table.text.contains('(') => {
            let problem = format!("`{}` is the name of no table", table.text);
            let help = format!("without quotes: references = {}", table.text);
            context.fault(Code::ModelAttribute, problem, &table.place, help);
            return None;
        }
        // A table that isn't a model can be unmanaged; only its SQL name can be known.
        None if table.is_sql => (
            sql_name(&table.text, draft, context.config.backend),
            columns.iter().map(|one| wanted.columns[0].renamed(&one.text)).collect(),
        ),
        None => {
            let problem = format!("no model has the table `{}`", table.text);
            let known = drafts.iter().flat_map(|one| [one.rust_name.as_str(), one.declared.name.text.as_str()]);
            let help = format!("a table without a model stands in quotes: references = \"{}\"(…)", table.text);
            context.diagnostics.push(not_found(problem, table, known).help(help));
            return None;
        }
    };
    let backend = context.config.backend;
    let on_delete = action(wanted.ways.on_delete.as_ref(), backend);
    let on_update = action(wanted.ways.on_update.as_ref(), backend);
    let some = draft.resolve_all(&wanted.ways.on_delete_columns, &mut context.diagnostics)?;
    for (word, action) in [("on_delete", on_delete), ("on_update", on_update)] {
        let about = if word == "on_delete" && !some.is_empty() { &some } else { &wanted.columns };
        let fixed = about.iter().filter_map(|name| draft.table.column(name)).find(|column| !column.nullable);
        if let Some(column) = fixed.filter(|_| action == ReferentialAction::SetNull) {
            let problem = format!("`{word} = set_null`, but `{}` can't be NULL", column.name);
            // MySQL refuses it; the others do when it comes to it.
            let fault = match backend {
                Backend::Mysql => Diagnostic::error(Code::ModelAttribute, problem),
                Backend::Sqlite | Backend::Postgres => Diagnostic::warning(Code::SetNullOnNotNull, problem),
            };
            context.diagnostics.push(fault.at(wanted.place.clone(), "").help("make the field an `Option`"));
        }
    }
    if let Some(said) = wanted.ways.deferrable.as_ref().filter(|_| backend == Backend::Mysql) {
        context.without_effect("deferrable foreign keys", &said.place, Backend::Postgres);
    }
    if let Some(said) =
        wanted.ways.match_type.as_ref().filter(|one| backend != Backend::Postgres && one.value != "SIMPLE")
    {
        context.without_effect(&format!("`match = {}`", said.value.to_lowercase()), &said.place, Backend::Postgres);
    }
    if let Some(first) = wanted.ways.on_delete_columns.first().filter(|_| backend != Backend::Postgres) {
        context.without_effect("actions for some columns of a foreign key", &first.place, Backend::Postgres);
    }
    let deferrable = wanted.ways.deferrable.as_ref().filter(|_| backend != Backend::Mysql);
    let match_type =
        wanted.ways.match_type.as_ref().filter(|said| backend == Backend::Postgres && said.value != "SIMPLE");
    let made = ForeignKey {
        name: wanted.name.map(|name| draft.table.name.name.renamed(&name.value)),
        on_delete,
        on_update,
        on_delete_columns: if backend == Backend::Postgres { some } else { Vec::new() },
        deferrable: deferrable.map(|said| said.value).unwrap_or_default(),
        match_type: match_type.map(|said| said.value.clone()),
        ..ForeignKey::new(wanted.columns, name, referenced)
    };
    if backend == Backend::Mysql {
        mysql::report_action(&made, &wanted.place, draft, context);
    }
    Some(made)
}

/// Whether a bare name means the `table!` or the struct, and a string the SQL table.
fn is_meant(draft: &Draft<'_>, table: &Reference, backend: Backend) -> bool {
    match table.is_sql {
        true => {
            draft.table.name == sql_name(&table.text, draft, backend) || draft.table.name.name.as_str() == table.text
        }
        false => draft.rust_name == table.text || draft.declared.name.text == table.text,
    }
}

/// The table that a string names: `"users"`, on PostgreSQL also `"app.users"`.
fn sql_name(text: &str, draft: &Draft<'_>, backend: Backend) -> ObjectName {
    let new = |text: &str| draft.table.name.name.renamed(text);
    match text.split_once('.').filter(|_| backend == Backend::Postgres) {
        Some(("public", name)) => ObjectName::unqualified(new(name)),
        Some((schema, name)) => ObjectName { schema: Some(new(schema)), name: new(name) },
        None => ObjectName::unqualified(new(text)),
    }
}

/// Whether a database takes a foreign key between columns of two types that differ. MySQL compares them to the byte.
/// Source: <https://dev.mysql.com/doc/refman/8.0/en/create-table-foreign-keys.html>.
fn takes(backend: Backend, one: Kind, other: Kind) -> bool {
    match backend {
        Backend::Sqlite => true,
        Backend::Postgres => one == Kind::Integer && other == Kind::Integer,
        Backend::Mysql => false,
    }
}

/// The columns referred to: as many as refer, unique, and of the same types, or they can't be joined in Diesel.
fn referenced(
    wanted: &Wanted<'_>,
    draft: &Draft<'_>,
    parent: &Draft<'_>,
    context: &mut Context<'_>,
) -> Option<Vec<Name>> {
    // A parent without a key has its own diagnostic.
    let key = parent.table.primary_key.as_ref()?;
    let key: Vec<Name> = key.columns.iter().filter_map(|column| column.name().cloned()).collect();
    let columns = match wanted.target.columns.is_empty() {
        true => key.clone(),
        false => parent.resolve_all(&wanted.target.columns, &mut context.diagnostics)?,
    };
    let (own, theirs) = (wanted.columns.len(), columns.len());
    if own != theirs {
        let problem = format!("{own} column{} can't refer to {theirs}", if own == 1 { "" } else { "s" });
        let list = columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let fault = Diagnostic::error(Code::ModelAttribute, problem).at(wanted.place.clone(), "");
        let help = format!("the key is ({list}): foreign_key(…, references = {}({list}))", parent.rust_name);
        context.diagnostics.push(if own < theirs { fault.help(help) } else { fault });
        return None;
    }
    // The order of a unique key's columns doesn't matter to a database.
    let same = |other: &[Name]| other.len() == theirs && other.iter().all(|name| columns.contains(name));
    let names = |list: &[crate::schema::IndexColumn]| -> Vec<Name> {
        list.iter().filter_map(|column| column.name().cloned()).collect()
    };
    let by_index = parent.table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let is_unique = same(&key)
        || parent.table.uniques.iter().any(|unique| same(&names(&unique.columns)))
        || by_index.into_iter().any(|index| same(&names(&index.columns)));
    if !is_unique {
        let list = columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let problem = format!("`{}` ({list}) is referred to, but isn't unique", parent.table.name);
        let fault = Diagnostic::error(Code::ModelAttribute, problem).at(wanted.place.clone(), "refers to it");
        let fault = fault.at(parent.declared.name.place.clone(), "has it");
        let help = if theirs == 1 { "#[dbmig(unique)]".to_owned() } else { format!("#[dbmig(unique({list}))]") };
        context.diagnostics.push(fault.help(help));
    }
    for (mine, other) in wanted.columns.iter().zip(&columns) {
        let mine = draft.fields.iter().find(|field| field.name == *mine)?;
        let other = parent.fields.iter().find(|field| field.name == *other)?;
        let (Some(one), Some(two)) = (mine.field_type.known, other.field_type.known) else { continue };
        if one.name != two.name {
            let takes = takes(context.config.backend, one.kind, two.kind);
            let (one, two) = (&mine.field_type.shown, &other.field_type.shown);
            let problem = format!("`{}` is `{one}`, but `{}.{}` is `{two}`", mine.name, parent.table.name, other.name);
            let fault = match takes {
                true => Diagnostic::warning(Code::ReferenceTypes, problem),
                false => Diagnostic::error(Code::RustType, problem),
            };
            let fault = fault.at(mine.field.type_place.clone(), "refers");
            let fault = fault.at(other.field.type_place.clone(), "is referred to");
            context.diagnostics.push(fault.help(format!("make it `{two}`")));
        }
    }
    Some(columns)
}
