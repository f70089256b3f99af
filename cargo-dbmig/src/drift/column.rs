//! Columns.

use dbmig_build::schema::{Autoincrement, Column, Storage};

use super::{Drift, stated};

/// Tells each way in which two columns differ.
pub(super) fn compare(drift: &mut Drift, table: &str, chain: &Column, live: &Column) {
    let what = format!("{table}: column {}", chain.name);
    if chain.column_type != live.column_type {
        drift.differs(&what, of_type(chain), of_type(live));
    }
    if chain.nullable != live.nullable || chain.not_null_conflict != live.not_null_conflict {
        drift.differs(&what, null(chain), null(live));
    }
    if chain.default != live.default {
        drift.differs(format_args!("{what}: default"), stated(chain.default.as_ref()), stated(live.default.as_ref()));
    }
    if chain.generated != live.generated {
        drift.differs(format_args!("{what}: generated"), generated(chain), generated(live));
    }
    if chain.autoincrement != live.autoincrement {
        drift.differs(&what, given_out(chain), given_out(live));
    }
    if chain.collation != live.collation {
        drift.differs(
            format_args!("{what}: collation"),
            stated(chain.collation.as_ref()),
            stated(live.collation.as_ref()),
        );
    }
    if chain.character_set != live.character_set {
        let [chain, live] = [chain, live].map(|one| stated(one.character_set.as_ref()));
        drift.differs(format_args!("{what}: character set"), chain, live);
    }
    if chain.on_update != live.on_update {
        let [chain, live] = [chain, live].map(|one| stated(one.on_update.as_ref()));
        drift.differs(format_args!("{what}: on update"), chain, live);
    }
    if chain.inherited != live.inherited {
        let [chain, live] = [chain, live].map(|one| if one.inherited { "inherited" } else { "the table's own" });
        drift.differs(&what, chain, live);
    }
    if chain.comment != live.comment {
        drift.differs(format_args!("{what}: comment"), stated(chain.comment.as_ref()), stated(live.comment.as_ref()));
    }
}

fn of_type(column: &Column) -> String {
    if column.column_type.is_untyped() { "no type".to_owned() } else { column.column_type.to_string() }
}

fn null(column: &Column) -> String {
    match (column.nullable, column.not_null_conflict) {
        (true, _) => "NULL".to_owned(),
        (false, None) => "NOT NULL".to_owned(),
        (false, Some(conflict)) => format!("NOT NULL ON CONFLICT {}", conflict.sql()),
    }
}

fn generated(column: &Column) -> String {
    let text = column.generated.as_ref().map(|one| {
        let storage = if one.storage == Storage::Stored { "stored" } else { "virtual" };
        format!("{}, {storage}", one.expression)
    });
    stated(text.as_ref())
}

fn given_out(column: &Column) -> &'static str {
    match column.autoincrement {
        Autoincrement::No => "no identity",
        Autoincrement::Keyword => "autoincrement",
        Autoincrement::IdentityAlways => "identity, always",
        Autoincrement::IdentityByDefault => "identity, by default",
    }
}
