//! Scripts and the schemas that they make, in a compact text.

mod conflicts;
mod mysql;
mod postgres;
mod sqlite;

use std::fmt::Write;

use dbmig::Backend;

use super::Replay;
use crate::diagnostic::Diagnostic;
use crate::schema::{Catalog, Column, Constraint, Generated, IndexColumn, IndexKey, Schema, SortOrder, Storage, Table};
use crate::source::Source;
use crate::sql::split;

/// Replays scripts one after the other; their changes must give the same schema once more, and undone the empty one.
fn run(scripts: &[&str]) -> (Schema, Vec<Diagnostic>) {
    run_on(scripts, Backend::Sqlite)
}

fn run_on(scripts: &[&str], backend: Backend) -> (Schema, Vec<Diagnostic>) {
    let mut replay = Replay::new(backend);
    let mut diagnostics = Vec::new();
    let mut again = Catalog::default();
    let mut changes = Vec::new();
    for (at, text) in scripts.iter().enumerate() {
        let script = split(&Source::new(format!("{}/up.sql", at + 1), *text), backend);
        diagnostics.extend(script.diagnostics.clone());
        let replayed = replay.run(&script);
        diagnostics.extend(replayed.diagnostics);
        for change in &replayed.changes {
            assert_eq!(again.apply(change), Ok(()), "{change:?}");
        }
        changes.extend(replayed.changes);
    }
    assert_eq!(again.schema(), replay.schema());
    for change in changes.iter().rev() {
        assert_eq!(again.apply(&change.inverse()), Ok(()), "undoing {change:?}");
    }
    assert_eq!(again.schema(), &Schema::default());
    (replay.schema().clone(), diagnostics)
}

/// The schema that a script makes, without any diagnostic.
fn schema(text: &str) -> String {
    schema_on(text, Backend::Sqlite)
}

fn schema_on(text: &str, backend: Backend) -> String {
    let (schema, diagnostics) = run_on(&[text], backend);
    assert_eq!(diagnostics, [], "{text}");
    show(&schema)
}

/// A line for each diagnostic: place and message, then what other labels say.
fn messages(scripts: &[&str]) -> String {
    messages_on(scripts, Backend::Sqlite)
}

fn messages_on(scripts: &[&str], backend: Backend) -> String {
    let (_, diagnostics) = run_on(scripts, backend);
    let mut shown = String::new();
    for one in &diagnostics {
        assert!(!one.help.is_empty(), "{one:?}");
        let (first, others) = one.labels.split_first().expect("each has a place");
        writeln!(shown, "{} {}: {}", first.span, one.code, one.message).expect("to a string");
        for label in others {
            writeln!(shown, "  {} {}", label.span, label.text).expect("to a string");
        }
    }
    shown
}

fn show(schema: &Schema) -> String {
    let tables = schema.tables.values().map(table);
    let views = schema.views.values().map(|view| format!("view {}: {}\n", view.name, view.sql));
    tables.chain(views).collect()
}

fn table(table: &Table) -> String {
    let mut shown = format!("{}", table.name);
    for (holds, word) in [(table.options.without_rowid, "without rowid"), (table.options.strict, "strict")] {
        if holds {
            write!(shown, " {word}").expect("to a string");
        }
    }
    if let Some(module) = &table.options.virtual_module {
        write!(shown, " using {module}").expect("to a string");
    }
    let options = &table.options;
    let stated = [
        ("engine", &options.engine),
        ("charset", &options.character_set),
        ("collate", &options.collation),
        ("partition by", &options.partition_by),
        ("comment", &table.comment),
    ];
    for (name, value) in &options.parameters {
        write!(shown, " {name}={value}").expect("to a string");
    }
    for (word, value) in stated {
        shown.extend(value.iter().map(|value| format!(" {word} {value}")));
    }
    shown.push('\n');
    for column in &table.columns {
        writeln!(shown, "  {}", show_column(column)).expect("to a string");
    }
    for constraint in table.constraints() {
        writeln!(shown, "  - {}", show_constraint(&constraint)).expect("to a string");
    }
    for index in &table.indexes {
        let unique = if index.unique { "unique " } else { "" };
        let using = index.method.as_ref().map(|method| format!("using {method} ")).unwrap_or_default();
        write!(shown, "  {unique}index {} {using}({})", index.name, keys(&index.columns)).expect("to a string");
        let predicate = index.predicate.as_ref().map(|predicate| format!(" where {predicate}"));
        writeln!(shown, "{}", predicate.unwrap_or_default()).expect("to a string");
    }
    for trigger in &table.triggers {
        writeln!(shown, "  trigger {}: {}", trigger.name, trigger.sql).expect("to a string");
    }
    shown
}

fn show_column(column: &Column) -> String {
    let mut parts = vec![format!("{} {}", column.name, column.column_type).trim_end().to_owned()];
    if !column.nullable {
        parts.push("not null".to_owned());
    }
    parts.extend(column.not_null_conflict.map(|conflict| format!("or {}", conflict.sql().to_lowercase())));
    parts.extend(column.default.as_ref().map(|default| format!("= {default}")));
    parts.extend(column.generated.as_ref().map(|Generated { expression, storage }| match storage {
        Storage::Virtual => format!("as ({expression})"),
        Storage::Stored => format!("as ({expression}) stored"),
    }));
    parts.extend(column.collation.as_ref().map(|collation| format!("collate {collation}")));
    parts.extend(column.character_set.as_ref().map(|set| format!("charset {set}")));
    parts.extend(column.on_update.as_ref().map(|value| format!("on update {value}")));
    if column.autoincrement != Default::default() {
        parts.push("autoincrement".to_owned());
    }
    parts.extend(column.comment.as_ref().map(|comment| format!("comment {comment}")));
    parts.join(" ")
}

fn show_constraint(constraint: &Constraint) -> String {
    let (what, conflict) = match constraint {
        Constraint::PrimaryKey(key) => {
            let quirk = if key.inline_desc { " inline" } else { "" };
            (format!("key ({}){quirk}", keys(&key.columns)), key.on_conflict)
        }
        Constraint::Unique(unique) => (format!("unique ({})", keys(&unique.columns)), unique.on_conflict),
        Constraint::Check(check) => {
            let loose = if check.not_enforced { " not enforced" } else { "" };
            (format!("check ({}){loose}", check.expression), check.on_conflict)
        }
        Constraint::Exclusion(exclusion) => (format!("exclude {:?}", exclusion.elements), None),
        Constraint::ForeignKey(key) => {
            let names =
                |names: &[crate::schema::Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let mut shown = format!("({}) -> {}({})", names(&key.columns), key.table, names(&key.referenced));
            for (event, action) in [("delete", key.on_delete), ("update", key.on_update)] {
                if action != Default::default() {
                    write!(shown, " {event} {}", action.sql().to_lowercase()).expect("to a string");
                }
            }
            if key.deferrable != Default::default() {
                write!(shown, " {:?}", key.deferrable).expect("to a string");
            }
            shown.extend(key.match_type.as_ref().map(|kind| format!(" match {kind}")));
            (shown, None)
        }
    };
    let name = constraint.name().map(|name| format!("{name}: ")).unwrap_or_default();
    let conflict = conflict.map(|conflict| format!(" or {}", conflict.sql().to_lowercase())).unwrap_or_default();
    format!("{name}{what}{conflict}")
}

fn keys(columns: &[IndexColumn]) -> String {
    let shown = columns.iter().map(|column| {
        let mut shown = match &column.key {
            IndexKey::Column(name) => name.to_string(),
            IndexKey::Expression(expression) => format!("({expression})"),
        };
        shown.extend(column.length.map(|length| format!("({length})")));
        shown.extend(column.collation.as_ref().map(|collation| format!(" collate {collation}")));
        if column.order == SortOrder::Descending {
            shown.push_str(" desc");
        }
        shown
    });
    shown.collect::<Vec<_>>().join(", ")
}
