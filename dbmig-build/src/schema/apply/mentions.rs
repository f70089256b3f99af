//! Types and labels that get other names, where expressions mention them: PostgreSQL keeps expressions by what they mean.

use std::collections::BTreeSet;

use crate::schema::{
    ApplyError, ColumnType, Expression, IndexColumn, IndexKey, Name, ObjectName, Schema, Table, UserTypeKind, View,
    mention,
};

/// A type has got another name.
pub(super) fn rename_type(schema: &mut Schema, from: &ObjectName, to: &ObjectName) {
    for table in schema.tables.values_mut() {
        expressions(table).for_each(|expression| expression.rename_type(from, to));
        let defaults = table.columns.iter_mut().filter_map(|column| column.default.as_mut());
        defaults.for_each(|default| default.rename_type(from, to));
    }
    for (_, expression) in of_domains(schema) {
        expression.rename_type(from, to);
    }
    for view in schema.views.values_mut().filter(|view| mention::casts_to(&view.sql, from)) {
        view.sql = mention::rename_type(&view.sql, from, to);
    }
}

/// A label of an enum has got another text.
pub(super) fn rename_label(schema: &mut Schema, of: &ObjectName, from: &str, to: &str) {
    for table in schema.tables.values_mut() {
        let columns: BTreeSet<Name> =
            table.columns.iter().filter(|one| one.column_type.names(of)).map(|one| one.name.clone()).collect();
        let is_of_it = |name: &Name| columns.contains(name);
        if !columns.is_empty() {
            expressions(table).for_each(|expression| expression.rename_label(of, (from, to), is_of_it));
        }
        for column in &mut table.columns {
            let is_of_it = column.column_type.names(of);
            column.default.iter_mut().for_each(|default| default.rename_label(of, (from, to), |_| is_of_it));
        }
    }
    for (is_made_of_it, expression) in of_domains(schema).into_iter().map(|(base, one)| (base.names(of), one)) {
        expression.rename_label(of, (from, to), |_| is_made_of_it);
    }
    let renamed: Vec<(ObjectName, String)> = (schema.views.values())
        .map(|view| {
            (view, mention::rename_label(&view.sql, of, (from, to), |name| is_column_of(schema, view, name, of)))
        })
        .filter(|(view, text)| view.sql != *text)
        .map(|(view, text)| (view.name.clone(), text))
        .collect();
    for (name, text) in renamed {
        schema.views.get_mut(&name).into_iter().for_each(|view| view.sql.clone_from(&text));
    }
}

/// Whether a column that a view's text names is one of a type: of those that its tables have, or else of any.
fn is_column_of(schema: &Schema, view: &View, name: &str, of: &ObjectName) -> bool {
    let has = |table: &&Table| table.columns.iter().any(|one| one.name == one.name.renamed(name));
    let is_of_it =
        |table: &Table| table.columns.iter().any(|one| one.name == one.name.renamed(name) && one.column_type.names(of));
    let own: Vec<&Table> = (schema.tables.values().filter(has))
        .filter(|table| mention::mentions_table(&view.sql, &table.name.name))
        .collect();
    if own.is_empty() { schema.tables.values().any(is_of_it) } else { own.into_iter().any(is_of_it) }
}

/// A text has become another one in a column's rows.
pub(super) fn rename_value(table: &mut Table, name: &Name, (from, to): (&str, &str)) -> Result<(), ApplyError> {
    let of = table.name.clone();
    let column = table.column_mut(name).ok_or_else(|| ApplyError::NoColumn(of.clone(), name.clone()))?;
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    if column.column_type.name == "enum" {
        let labels = column.column_type.arguments.iter_mut().filter(|label| **label == literal(from));
        labels.for_each(|label| *label = literal(to));
    }
    column.default.iter_mut().for_each(|default| default.rename_label(&of, (from, to), |_| true));
    expressions(table).for_each(|expression| expression.rename_label(&of, (from, to), |one| one == name));
    Ok(())
}

/// What domains say, with the type that each is made of.
fn of_domains(schema: &mut Schema) -> Vec<(ColumnType, &mut Expression)> {
    let mut found = Vec::new();
    for one in schema.types.values_mut() {
        if let UserTypeKind::Domain(domain) = &mut one.kind {
            let base = domain.base.clone();
            let checks = domain.checks.iter_mut().map(|check| &mut check.expression);
            found.extend(domain.default.iter_mut().chain(checks).map(|one| (base.clone(), one)));
        }
    }
    found
}

/// The expressions of a table but for defaults.
fn expressions(table: &mut Table) -> impl Iterator<Item = &mut Expression> {
    let computed = table.columns.iter_mut().filter_map(|column| Some(&mut column.generated.as_mut()?.expression));
    let checks = table.checks.iter_mut().map(|check| &mut check.expression);
    let mut found: Vec<&mut Expression> = computed.chain(checks).collect();
    for index in &mut table.indexes {
        found.extend(index.columns.iter_mut().filter_map(of_key));
        found.extend(index.predicate.as_mut());
    }
    for exclusion in &mut table.exclusions {
        found.extend(exclusion.elements.iter_mut().filter_map(|(column, _)| of_key(column)));
        found.extend(exclusion.predicate.as_mut());
    }
    found.into_iter()
}

fn of_key(column: &mut IndexColumn) -> Option<&mut Expression> {
    match &mut column.key {
        IndexKey::Expression(expression) => Some(expression),
        IndexKey::Column(_) => None,
    }
}
