//! Several structs of one table: one is its model, the others are views on it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Draft, DraftField};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Name, ObjectName};
use crate::source::Span;

/// Keeps of each table the struct that has all columns; the others may lack some, and must not contradict it.
pub(super) fn models<'a>(drafts: Vec<Draft<'a>>, context: &mut Context<'a>) -> Vec<Draft<'a>> {
    let mut by_table: BTreeMap<ObjectName, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        by_table.entry(draft.table.name.clone()).or_default().push(at);
    }
    let mut views = BTreeSet::new();
    for group in by_table.values().filter(|group| group.len() > 1) {
        let of_group: Vec<&Draft<'a>> = group.iter().map(|&at| &drafts[at]).collect();
        let widest = widest(&of_group);
        for (at, draft) in group.iter().zip(&of_group) {
            if !std::ptr::eq(*draft, widest) {
                compare(widest, draft, context);
                views.insert(*at);
            }
        }
    }
    let kept = drafts.into_iter().enumerate().filter(|(at, _)| !views.contains(at));
    kept.map(|(_, draft)| draft).collect()
}

/// The struct with the most columns, of those that are read from the database if there are such; the first of equals.
fn widest<'d, 'a>(drafts: &[&'d Draft<'a>]) -> &'d Draft<'a> {
    let rank = |draft: &Draft<'_>| (!draft.declared.is_written_only, draft.fields.len());
    let mut widest = drafts[0];
    for draft in drafts {
        if rank(draft) > rank(widest) {
            widest = draft;
        }
    }
    widest
}

fn compare(model: &Draft<'_>, view: &Draft<'_>, context: &mut Context<'_>) {
    let fault = |problem: String, here: &Span, there: &Span| {
        Diagnostic::error(Code::Model, problem).at(here.clone(), "here").at(there.clone(), "the model")
    };
    let facts = &view.facts;
    let says = !facts.uniques.is_empty()
        || !facts.indexes.is_empty()
        || !facts.foreign_keys.is_empty()
        || !facts.checks.is_empty()
        || !facts.exclusions.is_empty();
    let names = (&view.declared.name, &model.declared.name);
    if says {
        let problem =
            format!("`{}` is the model of table `{}`, and says its constraints", names.1.text, view.table.name);
        let fault = fault(problem, &names.0.place, &names.1.place);
        context.diagnostics.push(fault.help(format!("say them on `{}`", names.1.text)));
    }
    for field in &view.fields {
        let Some(other) = model.fields.iter().find(|other| other.name == field.name) else {
            let problem = format!("`{}` is a column here, and not in the table's model", field.name);
            let fault = fault(problem, &field.field.name.place, &names.1.place);
            let help = format!("add it to `{}`, or say `#[dbmig(skip)]`", names.1.text);
            context.diagnostics.push(fault.help(help));
            continue;
        };
        let here = &field.field.type_place;
        if let Some(problem) = contradiction(field, other, view, model) {
            let fault = fault(problem, here, &other.field.type_place);
            context.diagnostics.push(fault.help("say the same in both, or leave it to the model"));
        }
    }
}

/// In what a field of a view says something else than the model's.
fn contradiction(view: &DraftField<'_>, model: &DraftField<'_>, of: &Draft<'_>, models: &Draft<'_>) -> Option<String> {
    let name = &view.name;
    let (one, other) = (&view.field_type, &model.field_type);
    let differs = match (one.known, other.known) {
        (Some(one), Some(other)) => one.name != other.name,
        _ => one.name != other.name || one.element_name != other.element_name,
    };
    if differs {
        return Some(format!("`{name}` is `{}` here and `{}` in the table's model", one.shown, other.shown));
    }
    if !of.declared.is_written_only && one.nullable != other.nullable {
        let said = |nullable: bool| if nullable { "may be NULL" } else { "can't be NULL" };
        return Some(format!("`{name}` {} here and {} in the table's model", said(one.nullable), said(other.nullable)));
    }
    let facts = &view.facts;
    let says_type = facts.length.is_some() || facts.sql_type.is_some() || facts.precision.is_some();
    let column = |draft: &Draft<'_>, name: &Name| draft.table.column(name).cloned();
    let (mine, theirs) = (column(of, name)?, column(models, name)?);
    if says_type && mine.column_type != theirs.column_type {
        return Some(format!("`{name}` is {} here and {} in the table's model", mine.column_type, theirs.column_type));
    }
    let said: [(&str, bool); 7] = [
        ("default", facts.default.is_some() && mine.default != theirs.default),
        ("generated", facts.generated.is_some() && mine.generated != theirs.generated),
        ("collate", facts.collate.is_some() && mine.collation != theirs.collation),
        ("unique", facts.unique.is_some() && model.facts.unique.is_none()),
        ("index", facts.indexes.len() > model.facts.indexes.len()),
        ("references", facts.references.is_some() && model.facts.references.is_none()),
        ("check", facts.checks.len() > model.facts.checks.len()),
    ];
    let (word, _) = said.into_iter().find(|(_, differs)| *differs)?;
    Some(format!("`{name}` has a `{word}` here that the table's model hasn't"))
}
