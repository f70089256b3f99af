//! Names of constraints and indexes: what is stated, and what the naming convention makes of the rest.

use std::collections::BTreeMap;

use super::super::facts::At;
use super::{Context, Draft};
use crate::config::ConstraintKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Name;
use crate::source::Span;

/// Names that must differ.
#[derive(Default)]
pub(super) struct Names(BTreeMap<Name, Option<Span>>);

impl Names {
    /// Takes a name that is stated; what isn't stated gives way to it.
    pub(super) fn state(&mut self, said: &At<String>, like: &Name, context: &mut Context<'_>) {
        let name = like.renamed(&said.value);
        if let Some(Some(other)) = self.0.get(&name) {
            let fault = Diagnostic::error(Code::ModelAttribute, format!("two of these are called `{name}`"));
            let fault = fault.at(said.place.clone(), "the second").at(other.clone(), "the first");
            context.diagnostics.push(fault.help(format!("give one of them another name: `name = \"{name}2\"`")));
        }
        self.0.insert(name, Some(said.place.clone()));
    }

    /// Takes a name that something else has.
    pub(super) fn take(&mut self, name: &Name) {
        self.0.entry(name.clone()).or_default();
    }

    /// The name that is stated, or the convention's with a number behind it if that is taken, as PostgreSQL does it.
    pub(super) fn name(
        &mut self,
        said: Option<&At<String>>,
        kind: ConstraintKind,
        columns: &[Name],
        draft: &mut Draft<'_>,
        context: &Context<'_>,
    ) -> Name {
        let table = &draft.table.name.name;
        if let Some(said) = said {
            return table.renamed(&said.value);
        }
        let (naming, backend) = (&context.config.naming, context.config.backend);
        let usual = naming.name(kind, table.as_str(), columns.iter().map(Name::as_str), backend);
        let numbered = (1..).map(|number| crate::config::kept(&format!("{usual}{number}"), backend));
        let mut candidates = std::iter::once(usual.clone()).chain(numbered).map(|name| table.renamed(&name));
        let free = candidates.find(|name| !self.0.contains_key(name)).unwrap_or_else(|| table.renamed(&usual));
        self.take(&free);
        draft.unstated.push(free.clone());
        free
    }
}
