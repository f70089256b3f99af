//! Constraints and indexes.

use dbmig_build::schema::{Constraint, Deferrable, Index, IndexColumn, IndexKey, Name, NullsOrder, SortOrder, Table};

use super::Drift;

/// Tells which constraints differ. One that has another name and is the same otherwise differs in its name.
pub(super) fn compare(drift: &mut Drift, table: &str, chain: &Table, live: &Table) {
    let mut left: Vec<Constraint> = chain.constraints().collect();
    let mut right: Vec<Constraint> = live.constraints().collect();
    left.retain(|one| match right.iter().position(|other| other == one) {
        Some(at) => {
            right.remove(at);
            false
        }
        None => true,
    });
    // Where a name isn't stated, any is as good.
    left.retain(|one| {
        let unnamed = one.clone().with_name(None);
        let same = |other: &Constraint| {
            (one.name().is_none() || other.name().is_none()) && other.clone().with_name(None) == unnamed
        };
        match right.iter().position(same) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        }
    });
    for one in left {
        let named = |other: &Constraint| one.name().is_some() && other.name() == one.name();
        match right.iter().position(named) {
            Some(at) => {
                let other = right.remove(at);
                drift.differs(format_args!("{table}: {}", one.describe()), definition(&one), definition(&other));
            }
            None => drift.missing(format_args!("{table}: {}", full(&one))),
        }
    }
    for one in right {
        drift.extra(format_args!("{table}: {}", full(&one)));
    }
}

/// Tells which indexes differ.
pub(super) fn compare_indexes(drift: &mut Drift, table: &str, chain: &[Index], live: &[Index]) {
    for index in chain {
        match live.iter().find(|other| other.name == index.name) {
            None => drift.missing(format_args!("{table}: index {} on {}", index.name, on(index))),
            Some(other) if other != index => {
                drift.differs(format_args!("{table}: index {}", index.name), on(index), on(other));
            }
            Some(_) => {}
        }
    }
    for index in live.iter().filter(|index| !chain.iter().any(|other| other.name == index.name)) {
        drift.extra(format_args!("{table}: index {} on {}", index.name, on(index)));
    }
}

fn full(constraint: &Constraint) -> String {
    match constraint.name() {
        Some(_) => format!("{}, {}", constraint.describe(), definition(constraint)),
        None => definition(constraint),
    }
}

fn definition(constraint: &Constraint) -> String {
    let (mut text, deferrable, include) = match constraint {
        Constraint::PrimaryKey(key) => (format!("primary key {}", keys(&key.columns)), key.deferrable, &key.include),
        Constraint::Unique(unique) => {
            let nulls = if unique.nulls_not_distinct { " nulls not distinct" } else { "" };
            (format!("unique{nulls} {}", keys(&unique.columns)), unique.deferrable, &unique.include)
        }
        Constraint::ForeignKey(key) => {
            let mut text =
                format!("foreign key {} references {} {}", names(&key.columns), key.table, names(&key.referenced));
            let actions = [("delete", key.on_delete), ("update", key.on_update)];
            for (event, action) in actions.into_iter().filter(|(_, action)| *action != Default::default()) {
                text.push_str(&format!(" on {event} {}", action.sql().to_lowercase()));
            }
            if !key.on_delete_columns.is_empty() {
                text.push_str(&format!(" (only {})", names(&key.on_delete_columns)));
            }
            if let Some(match_type) = &key.match_type {
                text.push_str(&format!(" match {}", match_type.to_lowercase()));
            }
            if key.not_valid {
                text.push_str(" not valid");
            }
            (text, key.deferrable, &Vec::new())
        }
        Constraint::Check(check) => {
            let words = [
                (check.not_valid, " not valid"),
                (check.no_inherit, " no inherit"),
                (check.not_enforced, " not enforced"),
            ];
            let words = words.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word);
            (format!("check ({}){}", check.expression, words.collect::<String>()), Deferrable::No, &Vec::new())
        }
        Constraint::Exclusion(one) => {
            let elements = one.elements.iter().map(|(column, operator)| format!("{} with {operator}", element(column)));
            let elements = elements.collect::<Vec<_>>().join(", ");
            let method = one.method.as_ref().map_or_else(String::new, |method| format!(" using {method}"));
            let predicate = one.predicate.as_ref().map_or_else(String::new, |text| format!(" where {text}"));
            (format!("exclude{method} ({elements}){predicate}"), one.deferrable, &one.include)
        }
    };
    if !include.is_empty() {
        text.push_str(&format!(" include {}", names(include)));
    }
    text.push_str(match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " deferrable",
        Deferrable::InitiallyDeferred => " deferrable initially deferred",
    });
    text
}

fn on(index: &Index) -> String {
    let mut text = if index.unique { format!("unique {}", keys(&index.columns)) } else { keys(&index.columns) };
    if let Some(method) = &index.method {
        text.push_str(&format!(" using {method}"));
    }
    if !index.include.is_empty() {
        text.push_str(&format!(" include {}", names(&index.include)));
    }
    if index.nulls_not_distinct {
        text.push_str(" nulls not distinct");
    }
    for (name, value) in &index.parameters {
        text.push_str(&format!(" with {name} = {value}"));
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" where {predicate}"));
    }
    text
}

fn names(names: &[Name]) -> String {
    format!("({})", names.iter().map(Name::to_string).collect::<Vec<_>>().join(", "))
}

fn keys(columns: &[IndexColumn]) -> String {
    format!("({})", columns.iter().map(element).collect::<Vec<_>>().join(", "))
}

fn element(column: &IndexColumn) -> String {
    let mut text = match &column.key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expression) => format!("({expression})"),
    };
    if let Some(length) = column.length {
        text.push_str(&format!("({length})"));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" collate {collation}"));
    }
    if let Some(class) = &column.operator_class {
        text.push_str(&format!(" {class}"));
    }
    if column.order == SortOrder::Descending {
        text.push_str(" desc");
    }
    text.push_str(match column.nulls {
        None => "",
        Some(NullsOrder::First) => " nulls first",
        Some(NullsOrder::Last) => " nulls last",
    });
    text
}
