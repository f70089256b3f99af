//! Enums to types: PostgreSQL's own, MySQL's `ENUM('a', 'b')`, text with a check on SQLite.

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;
use heck::ToSnakeCase;

use super::super::Models;
use super::super::facts::{self, At};
use super::super::parse::Enum;
use super::super::rust_type::FieldType;
use super::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{ColumnType, Name, ObjectName, UserType, UserTypeKind};
use crate::source::Span;

/// A type in the making.
pub(super) struct DraftEnum<'a> {
    pub(super) declared: &'a Enum,
    /// Its name on PostgreSQL.
    pub(super) name: ObjectName,
    /// What its comment says.
    comment: Option<String>,
    renamed_from: Option<At<String>>,
    /// In the order of the variants.
    labels: Vec<Label>,
}

/// A variant's label.
struct Label {
    variant: String,
    text: String,
    renamed_from: Option<At<String>>,
}

/// Lowers every enum of the files: a type that no column has may be a function's.
pub(super) fn lower<'a>(enums: &'a [Enum], context: &mut Context<'a>) -> Vec<DraftEnum<'a>> {
    let drafts: Vec<DraftEnum<'a>> = enums.iter().map(|declared| draft(declared, context)).collect();
    if context.config.backend == Backend::Postgres {
        let mut first: BTreeMap<&ObjectName, &Span> = BTreeMap::new();
        for one in &drafts {
            let place = &one.declared.name.place;
            match first.get(&one.name) {
                None => drop(first.insert(&one.name, place)),
                Some(other) => {
                    let fault = Diagnostic::error(Code::Model, format!("type `{}` is two enums", one.name));
                    let fault = fault.at(place.clone(), "the second").at((*other).clone(), "the first");
                    context.diagnostics.push(fault.help("#[dbmig(name = \"…\")]"));
                }
            }
        }
    }
    drafts
}

fn draft<'a>(declared: &'a Enum, context: &mut Context<'a>) -> DraftEnum<'a> {
    let backend = context.config.backend;
    let facts = facts::on_enum(&declared.attributes, &mut context.diagnostics);
    let text = facts.name.map_or_else(|| declared.name.text.to_snake_case(), |name| name.value);
    let schema = facts.schema.filter(|_| backend == Backend::Postgres).map(|name| Name::new(&name.value, backend));
    let name = ObjectName { schema, name: Name::new(&text, backend) };
    let mut labels: Vec<(Label, Span)> = Vec::new();
    for variant in &declared.variants {
        let facts = facts::on_variant(&variant.attributes, &mut context.diagnostics);
        let place = facts.rename.as_ref().map_or(&variant.name.place, |said| &said.place).clone();
        let text = facts.rename.map_or_else(|| variant.name.text.to_snake_case(), |label| label.value);
        if let Some((_, other)) = labels.iter().find(|(other, _)| other.text == text) {
            let fault = Diagnostic::error(Code::Model, format!("two variants have the label `{text}`"));
            let fault = fault.at(place.clone(), "the second").at(other.clone(), "the first");
            context.diagnostics.push(fault.help("#[dbmig(rename = \"…\")]"));
        }
        // Source: https://www.postgresql.org/docs/current/datatype-enum.html#DATATYPE-ENUM-IMPLEMENTATION-DETAILS
        if text.len() > 63 && backend == Backend::Postgres {
            let problem = format!("the label `{text}` has {} bytes, and PostgreSQL takes 63", text.len());
            context.fault(Code::Model, problem, &place, "#[dbmig(rename = \"…\")]");
        }
        let was = |(one, _): &&(Label, Span)| {
            let old = |said: &Option<At<String>>| said.as_ref().map(|old| old.value.clone());
            one.renamed_from.is_some() && old(&one.renamed_from) == old(&facts.renamed_from)
        };
        if let (Some(said), Some((_, other))) = (&facts.renamed_from, labels.iter().find(was)) {
            let problem = format!("two variants had the label `{}`", said.value);
            let fault = Diagnostic::error(Code::ModelAttribute, problem).at(said.place.clone(), "the second");
            context.diagnostics.push(fault.at(other.clone(), "the first").help("take one away"));
        }
        if let Some(old) = facts.renamed_from.as_ref().filter(|old| old.value == text) {
            let help = "say the label that the variant had before";
            context.fault(Code::ModelAttribute, format!("`{text}` can't be renamed from itself"), &old.place, help);
        }
        let (variant, renamed_from) = (variant.name.text.clone(), facts.renamed_from);
        labels.push((Label { variant, text, renamed_from }, place));
    }
    let old_of = |text: &str| {
        let (label, place) = labels.iter().find(|(label, _)| label.text == text)?;
        Some((label.renamed_from.as_ref()?, place))
    };
    for (label, _) in &labels {
        let Some(old) = &label.renamed_from else { continue };
        let mut known = BTreeSet::from([label.text.as_str()]);
        let mut at = old;
        while known.insert(&at.value) {
            match old_of(&at.value) {
                Some((next, _)) => at = next,
                None => break,
            }
        }
        // The rest of the round says the same.
        if at.value == label.text && known.iter().all(|other| label.text.as_str() <= *other) && known.len() > 1 {
            let problem =
                format!("`{}` and `{}` change places, and nothing would tell whether they did", label.text, old.value);
            let help = "go over a third label, in two migrations";
            context.fault(Code::ModelAttribute, problem, &old.place, help);
        }
    }
    if let Some(old) = facts.renamed_from.as_ref().filter(|old| old.value == text) {
        let help = "say the name that the type had before";
        context.fault(Code::ModelAttribute, format!("type `{text}` can't be renamed from itself"), &old.place, help);
    }
    let comment = context.comment(facts.comment.as_ref(), declared.docs.as_ref());
    let labels = labels.into_iter().map(|(label, _)| label).collect();
    DraftEnum { declared, name, comment, renamed_from: facts.renamed_from, labels }
}

/// Puts the types among what the models say.
pub(super) fn finish(drafts: &[DraftEnum<'_>], backend: Backend, models: &mut Models) {
    for draft in drafts.iter().filter(|_| backend == Backend::Postgres) {
        let name = draft.name.clone();
        if let Some(old) = &draft.renamed_from {
            let old = super::former(&old.value, &name, backend);
            models.renames.types.insert(name.clone(), old);
        }
        for label in &draft.labels {
            if let Some(old) = &label.renamed_from {
                models.renames.enum_values.insert((name.clone(), label.text.clone()), old.value.clone());
            }
        }
        let kind = UserTypeKind::Enum(draft.labels.iter().map(|label| label.text.clone()).collect());
        models.types.insert(name.clone(), draft.declared.name.place.clone());
        let comment = draft.comment.clone();
        models.schema.types.insert(name.clone(), UserType { name, kind, comment });
    }
}

impl<'a> DraftEnum<'a> {
    /// The type of a column that holds its labels; on SQLite there is a check beside it.
    pub(super) fn column_type(&self, length: Option<u32>, backend: Backend) -> ColumnType {
        match backend {
            Backend::Postgres => {
                let name = self.name.name.as_str().to_owned();
                ColumnType { name, schema: self.name.schema.clone(), ..ColumnType::default() }
            }
            Backend::Mysql => ColumnType::with_arguments("enum", self.labels.iter().map(Label::quoted)),
            Backend::Sqlite => match length {
                Some(length) => ColumnType::with_arguments("varchar", [length]),
                None => ColumnType::plain("text"),
            },
        }
    }

    /// `role IN ('member', 'admin')`
    pub(super) fn check(&self, column: &Name) -> String {
        let labels: Vec<String> = self.labels.iter().map(Label::quoted).collect();
        format!("{} IN ({})", column.sql(), labels.join(", "))
    }

    /// Says of a column that it holds the labels, and which of its rows' have another text now.
    pub(super) fn of_column(&self, column: &(ObjectName, Name), models: &mut Models) {
        models.enums.entry(self.name.clone()).or_default().push(column.clone());
        if self.name.name.backend() == Backend::Postgres {
            return;
        }
        for label in &self.labels {
            if let Some(old) = &label.renamed_from {
                let place = (column.0.clone(), column.1.clone(), label.text.clone());
                models.renames.values.insert(place, old.value.clone());
            }
        }
    }

    /// The label of a variant, as a literal.
    pub(super) fn literal(&self, variant: &str) -> Option<String> {
        self.labels.iter().find(|label| label.variant == variant).map(Label::quoted)
    }

    /// The names of the variants.
    pub(super) fn variants(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.variant.as_str())
    }
}

impl Label {
    fn quoted(&self) -> String {
        format!("'{}'", self.text.replace('\'', "''"))
    }
}

/// The enum that a field's type is, or whose array it is; of several of one name that of the field's own file.
pub(super) fn of_field(field_type: &FieldType, place: &Span, context: &mut Context<'_>) -> Option<(usize, bool)> {
    let found = |name: &Option<String>| -> Vec<usize> {
        let is_it = |one: &DraftEnum<'_>| name.as_ref().is_some_and(|name| one.declared.name.text == *name);
        (0..context.enums.len()).filter(|&at| is_it(&context.enums[at])).collect()
    };
    let (candidates, is_array) = match found(&field_type.name) {
        own if own.is_empty() => (found(&field_type.element_name), true),
        own => (own, false),
    };
    let path = |at: usize| context.enums[at].declared.name.place.source().path().to_owned();
    let near = candidates.iter().copied().find(|&at| path(at) == place.source().path());
    match (near, candidates.as_slice()) {
        (Some(at), _) | (None, &[at]) => Some((at, is_array)),
        (None, [one, two, ..]) => {
            let name = &context.enums[*one].declared.name;
            let fault = Diagnostic::error(Code::Model, format!("two enums are called `{}`", name.text));
            let fault = fault.at(place.clone(), "which of them?").at(name.place.clone(), "the first");
            let fault = fault.at(context.enums[*two].declared.name.place.clone(), "the second");
            context.diagnostics.push(fault.help("give one of them another name, and import it by `as`"));
            Some((*one, is_array))
        }
        (None, []) => None,
    }
}
