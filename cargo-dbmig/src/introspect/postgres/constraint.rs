//! Constraints and indexes; PostgreSQL keeps what a key says with its index.

use std::collections::{BTreeMap, HashMap};

use dbmig_build::schema::{
    Check, Deferrable, Exclusion, ForeignKey, Index, IndexColumn, IndexKey, Name, NullsOrder, ObjectName, Past,
    PrimaryKey, ReferentialAction, Schema, SortOrder, Unique,
};

use super::{name, object, parameters, rows, value};

/// The columns of an index.
#[derive(Default)]
struct Keys {
    elements: Vec<(IndexColumn, String)>,
    include: Vec<Name>,
}

/// Gives each table its constraints and indexes; the checks of domains are given back by the domain.
pub(super) fn place(
    schema: &mut Schema,
    constraints: Vec<rows::Constraint>,
    indexes: Vec<rows::Index>,
    keys: Vec<rows::Key>,
    names: &HashMap<u32, ObjectName>,
) -> BTreeMap<u32, Vec<Check>> {
    let mut by_index: HashMap<u32, Keys> = HashMap::new();
    for key in keys {
        let place = by_index.entry(key.index).or_default();
        match key.column.as_deref().filter(|_| key.included) {
            Some(column) => place.include.push(name(column)),
            None => place.elements.push(element(key)),
        }
    }
    let facts: HashMap<u32, &rows::Index> = indexes.iter().map(|index| (index.oid, index)).collect();
    let mut domains: BTreeMap<u32, Vec<Check>> = BTreeMap::new();
    for one in constraints {
        if one.domain != 0 {
            domains.entry(one.domain).or_default().push(check(&one));
            continue;
        }
        let Some(table) = names.get(&one.relation).and_then(|name| schema.tables.get_mut(name)) else { continue };
        match one.kind.as_str() {
            "c" => table.checks.push(check(&one)),
            "f" => table.foreign_keys.push(foreign_key(one)),
            kind => {
                let keys = by_index.remove(&one.index).unwrap_or_default();
                let Some(index) = facts.get(&one.index) else { continue };
                let (constraint, deferrable) = (Some(name(&one.name)), deferrable(&one));
                let columns = || keys.elements.iter().map(|(column, _)| column.clone()).collect();
                match kind {
                    "p" => {
                        let key = PrimaryKey { name: constraint, deferrable, ..PrimaryKey::new(columns()) };
                        table.primary_key = Some(PrimaryKey { include: keys.include, ..key });
                    }
                    "u" => {
                        let unique = Unique { name: constraint, deferrable, ..Unique::new(columns()) };
                        let nulls_not_distinct = index.nulls_not_distinct;
                        table.uniques.push(Unique { include: keys.include, nulls_not_distinct, ..unique });
                    }
                    _ => table.exclusions.push(Exclusion {
                        name: constraint,
                        method: method(index),
                        elements: keys.elements,
                        predicate: index.predicate.as_deref().map(value),
                        deferrable,
                        include: keys.include,
                        first_columns: Past(None),
                    }),
                }
            }
        }
    }
    for index in indexes.iter().filter(|index| !index.of_constraint) {
        let Some(owner) = names.get(&index.relation) else { continue };
        let keys = by_index.remove(&index.oid).unwrap_or_default();
        let made = Index {
            unique: index.is_unique,
            predicate: index.predicate.as_deref().map(value),
            method: method(index),
            include: keys.include,
            nulls_not_distinct: index.nulls_not_distinct,
            parameters: parameters(&index.parameters),
            ..Index::new(name(&index.name), keys.elements.into_iter().map(|(column, _)| column).collect())
        };
        match (schema.tables.get_mut(owner), schema.views.get_mut(owner)) {
            (Some(table), _) => table.indexes.push(made),
            (None, Some(view)) => view.indexes.push(made),
            (None, None) => {}
        }
    }
    domains
}

fn method(index: &rows::Index) -> Option<String> {
    (index.method != "btree").then(|| index.method.clone())
}

/// A column of an index, and the operator that an exclusion constraint compares it by.
fn element(row: rows::Key) -> (IndexColumn, String) {
    let key = match (row.column, row.expression) {
        (Some(column), _) => IndexKey::Column(name(&column)),
        (None, text) => IndexKey::Expression(value(&text.unwrap_or_default())),
    };
    // The bits of `pg_index.indoption`.
    let (descending, nulls_first) = (row.options & 1 != 0, row.options & 2 != 0);
    let class_options = if row.class_options.is_empty() {
        String::new()
    } else {
        let options = row.class_options.iter().filter_map(|one| one.split_once('='));
        let options: Vec<String> = options.map(|(name, value)| format!("{name}='{value}'")).collect();
        format!("({})", options.join(", "))
    };
    let column = IndexColumn {
        collation: row.collation.map(|collation| name(&collation)),
        order: if descending { SortOrder::Descending } else { SortOrder::Ascending },
        nulls: match (descending, nulls_first) {
            (false, true) => Some(NullsOrder::First),
            (true, false) => Some(NullsOrder::Last),
            _ => None,
        },
        operator_class: row.operator_class.map(|class| class + &class_options),
        ..IndexColumn::new(key)
    };
    (column, row.operator.unwrap_or_default())
}

fn deferrable(row: &rows::Constraint) -> Deferrable {
    match (row.deferrable, row.deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
}

fn check(row: &rows::Constraint) -> Check {
    Check {
        name: Some(name(&row.name)),
        not_valid: !row.validated,
        no_inherit: row.no_inherit,
        ..Check::new(value(row.expression.as_deref().unwrap_or_default()))
    }
}

fn foreign_key(row: rows::Constraint) -> ForeignKey {
    let names = |texts: &[String]| texts.iter().map(|text| name(text)).collect::<Vec<_>>();
    let other = object(row.other_schema.as_deref(), row.other.as_deref().unwrap_or_default());
    ForeignKey {
        name: Some(name(&row.name)),
        on_delete: action(&row.on_delete),
        on_update: action(&row.on_update),
        deferrable: deferrable(&row),
        match_type: (row.match_type == "f").then(|| "FULL".to_owned()),
        on_delete_columns: names(&row.on_delete_columns),
        not_valid: !row.validated,
        ..ForeignKey::new(names(&row.columns), other, names(&row.referenced))
    }
}

/// The letters of `pg_constraint.confdeltype`.
fn action(letter: &str) -> ReferentialAction {
    match letter {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
