//! What a name means: the search path, and the name space that relations of a schema share.

use crate::replay::LEDGER;
use crate::replay::conflict::Conflict;
use crate::schema::{ApplyError, ColumnType, Name, ObjectName, POSTGRES_TYPES, UserTypeKind, postgres_type};
use crate::source::Span;
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::TypeSyntax;

use super::work::{TEMPORARY, Work, temporary};

/// What a relation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Table,
    View,
    MaterializedView,
    Sequence,
    Composite,
    /// An index of this table or materialized view.
    Index(ObjectName),
    /// The index of a constraint of this table.
    Key(ObjectName),
}

impl Relation {
    /// What it is, in words.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Relation::Table => "table",
            Relation::View => "view",
            Relation::MaterializedView => "materialized view",
            Relation::Sequence => "sequence",
            Relation::Composite => "composite type",
            Relation::Index(_) | Relation::Key(_) => "index",
        }
    }
}

/// A schema as the model has it: none for `public`.
pub(super) fn schema_name(name: &Name) -> Option<Name> {
    match name.as_str() {
        "public" => None,
        text if text.starts_with("pg_temp") => Some(temporary()),
        _ => Some(name.clone()),
    }
}

/// Whether Diesel's ledger is meant.
pub(super) fn is_ledger(ident: &ObjectIdent) -> bool {
    let schema = ident.schema.as_ref().and_then(schema_name);
    schema.is_none() && ident.name.as_str() == LEDGER
}

impl Work<'_> {
    /// The schemas in which a name without one is looked for, in order, without PostgreSQL's own.
    pub(super) fn path(&self) -> Vec<Option<Name>> {
        let mut path = vec![Some(temporary())];
        path.extend(self.creation_path());
        path
    }

    /// The same, without that of temporary objects unless it is stated.
    fn creation_path(&self) -> Vec<Option<Name>> {
        match &self.session().search_path {
            None => vec![None],
            Some(names) => names.iter().map(schema_name).filter(|schema| self.has_schema(schema.as_ref())).collect(),
        }
    }

    pub(super) fn has_schema(&self, schema: Option<&Name>) -> bool {
        schema.is_none_or(|name| name.as_str() == TEMPORARY || self.permanent().schema().namespaces.contains(name))
    }

    /// What relation has a name, if any.
    pub(super) fn relation(&self, name: &ObjectName) -> Option<Relation> {
        let catalog = self.catalog(name);
        let schema = catalog.schema();
        if schema.tables.contains_key(name) {
            return Some(Relation::Table);
        }
        if let Some(view) = schema.views.get(name) {
            return Some(if view.materialized { Relation::MaterializedView } else { Relation::View });
        }
        if schema.sequences.contains_key(name) {
            return Some(Relation::Sequence);
        }
        let is_composite = |kind: &UserTypeKind| matches!(kind, UserTypeKind::Composite(_));
        if schema.types.get(name).is_some_and(|one| is_composite(&one.kind)) {
            return Some(Relation::Composite);
        }
        let index = catalog.index_owner(name.schema.as_ref(), &name.name).cloned().map(Relation::Index);
        let key = || catalog.find_key(name.schema.as_ref(), &name.name);
        index.or_else(|| key().map(|(table, _)| Relation::Key(table.name.clone())))
    }

    pub(super) fn has_relation(&self, name: &ObjectName) -> bool {
        self.relation(name).is_some()
    }

    /// The relation that a name means.
    pub(super) fn find(&self, ident: &ObjectIdent) -> Option<(ObjectName, Relation)> {
        self.candidates(ident).into_iter().find_map(|name| {
            let relation = self.relation(&name)?;
            Some((name, relation))
        })
    }

    /// The names that a name may mean, in the order in which they are tried.
    pub(super) fn candidates(&self, ident: &ObjectIdent) -> Vec<ObjectName> {
        let in_schema = |schema| ObjectName { schema, name: ident.name.clone() };
        match &ident.schema {
            Some(schema) => vec![in_schema(schema_name(schema))],
            None => self.path().into_iter().map(in_schema).collect(),
        }
    }

    /// The name that stands for a name which means nothing: in the first schema of the path.
    pub(super) fn unresolved(&self, ident: &ObjectIdent) -> ObjectName {
        let schema = match &ident.schema {
            Some(schema) => schema_name(schema),
            None => self.creation_path().into_iter().next().flatten(),
        };
        ObjectName { schema, name: ident.name.clone() }
    }

    /// The table that a name means.
    pub(super) fn find_table(&self, ident: &ObjectIdent) -> Result<ObjectName, Conflict> {
        match self.find(ident) {
            Some((name, Relation::Table)) => Ok(name),
            Some((name, other)) => {
                Err(Conflict::refused(&ident.span, format!("`{name}` is a {}, not a table", other.noun())))
            }
            None => Err(Conflict::at(&ident.span, ApplyError::NoTable(self.unresolved(ident)))),
        }
    }

    /// The name of a new object.
    pub(super) fn new_name(&self, ident: &ObjectIdent, is_temporary: bool) -> Result<ObjectName, Conflict> {
        let schema = match &ident.schema {
            _ if is_temporary => Some(temporary()),
            Some(schema) => schema_name(schema),
            None => match self.creation_path().into_iter().next() {
                Some(schema) => schema,
                None => {
                    let message = "no schema of the search path exists in which it could be made";
                    return Err(Conflict::refused(&ident.span, message));
                }
            },
        };
        match &schema {
            Some(name) if !self.has_schema(Some(name)) => {
                Err(Conflict::at(&ident.span, ApplyError::NoNamespace(name.clone())))
            }
            _ => Ok(ObjectName { schema, name: ident.name.clone() }),
        }
    }

    /// Demands that no relation has a name, and no type where a new relation makes one.
    pub(super) fn free_relation(&self, name: &ObjectName, span: &Span, makes_type: bool) -> Result<(), Conflict> {
        match self.relation(name) {
            Some(Relation::Index(_) | Relation::Key(_)) => {
                Err(Conflict::at(span, ApplyError::IndexExists(name.name.clone())))
            }
            Some(_) => Err(Conflict::at(span, ApplyError::Exists(name.clone()))),
            None if makes_type && self.catalog(name).schema().types.contains_key(name) => {
                Err(Conflict::at(span, ApplyError::TypeExists(name.clone())))
            }
            None => Ok(()),
        }
    }

    /// The type that a name means. One that nobody made stays as written: it may be an extension's.
    pub(super) fn column_type(&self, syntax: &TypeSyntax) -> Result<ColumnType, Conflict> {
        if let Some(known) = self.known_type(&syntax.column_type, &syntax.span) {
            return Ok(known);
        }
        // `_text` is what the catalog calls `text[]`.
        let element = syntax.column_type.name.strip_prefix('_').filter(|element| !element.is_empty());
        let written = match element {
            Some(element) => {
                let built_in = POSTGRES_TYPES.iter().find(|one| one.catalog == element);
                let name = built_in.map_or(element, |one| one.name).to_owned();
                &ColumnType { name, array: true, ..syntax.column_type.clone() }
            }
            None => &syntax.column_type,
        };
        if let Some(known) = self.known_type(written, &syntax.span) {
            return Ok(known);
        }
        let unresolved = self.unresolved(&type_ident(written, &syntax.span));
        if self.history().had_type(&unresolved) {
            return Err(Conflict::at(&syntax.span, ApplyError::NoType(unresolved)));
        }
        let schema = written.schema.as_ref().and_then(schema_name);
        Ok(ColumnType { schema, ..written.clone() })
    }

    /// A type that is built in or that the chain made.
    fn known_type(&self, written: &ColumnType, span: &Span) -> Option<ColumnType> {
        let is_built_in = written.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
        if is_built_in && postgres_type(&written.name).is_some() {
            return Some(ColumnType { schema: None, ..written.clone() });
        }
        let name = self.find_type(&type_ident(written, span))?;
        let schema = name.schema.filter(|schema| schema.as_str() != TEMPORARY);
        Some(ColumnType { schema, ..written.clone() })
    }

    /// The type that a name means, the row types of tables and views too.
    pub(super) fn find_type(&self, ident: &ObjectIdent) -> Option<ObjectName> {
        self.candidates(ident).into_iter().find(|name| {
            let schema = self.catalog(name).schema();
            schema.types.contains_key(name) || schema.tables.contains_key(name) || schema.views.contains_key(name)
        })
    }
}

fn type_ident(written: &ColumnType, span: &Span) -> ObjectIdent {
    let like = written.schema.clone().unwrap_or_else(temporary);
    ObjectIdent { schema: written.schema.clone(), name: like.renamed(&written.name), span: span.clone() }
}
