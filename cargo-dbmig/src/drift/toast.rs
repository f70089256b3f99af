//! Where PostgreSQL keeps long values: a table without columns for any has no TOAST table.

use dbmig_build::schema::{ColumnType, Objects, Table, TableOptions, UserType, UserTypeKind};

/// PostgreSQL takes parameters of a TOAST table for a table that has none, and forgets them.
pub(super) fn forget_parameters(live: &mut Table, stated: &TableOptions, types: &Objects<UserType>) {
    let is_told = |name: &str| live.options.parameters.iter().any(|(own, _)| own == name);
    let of_toast = stated.parameters.iter().filter(|(name, _)| name.starts_with("toast.") && !is_told(name));
    let forgotten: Vec<_> = of_toast.cloned().collect();
    // Few tables state any.
    if forgotten.is_empty() || live.columns.iter().any(|column| !is_short(&column.column_type, types)) {
        return;
    }
    live.options.parameters.extend(forgotten);
    live.options.parameters.sort();
}

/// Whether all values of a type are of one length, which is short.
fn is_short(column_type: &ColumnType, types: &Objects<UserType>) -> bool {
    if column_type.array {
        return false;
    }
    match types.values().find(|one| column_type.names(&one.name)).map(|one| &one.kind) {
        Some(UserTypeKind::Enum(_)) => true,
        Some(UserTypeKind::Domain(domain)) => is_short(&domain.base, types),
        Some(_) => false,
        None => SHORT.contains(&column_type.name.as_str()),
    }
}

/// The types whose values are of one length, in the order of their names.
const SHORT: [&str; 13] = [
    "bigint",
    "boolean",
    "date",
    "double precision",
    "integer",
    "interval",
    "real",
    "smallint",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
];
