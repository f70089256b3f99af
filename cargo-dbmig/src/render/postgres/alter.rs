//! Columns that come and columns that change.

use dbmig_build::schema::{Autoincrement, Column, Name, ObjectName, Table};

use super::super::plan::Direction;
use super::super::sqlite_fill::{refers, refers_alone};
use super::super::text::column as place;
use super::cast::{Cast, by_fields, by_text, cast};
use super::counting;
use super::definition::{default_value, type_sql};
use super::fill::{self, Fill};
use super::script::Script;
use super::sequences;
use super::table::{column_definition, comment_on_column};
use super::types::is_remade;
use super::way::{Way, is_identity as is_identity_sequence, park};
use super::work::{Work, is_retyped};

/// Adds a column.
pub(super) fn add(script: &mut Script<'_>, work: &Work<'_>, column: &Column) {
    let way = script.way;
    let (table, name) = (&work.after.name, &column.name);
    let mut comments = Vec::new();
    let was_there = work.present.column(name).is_some();
    let gives_values = column.generated.is_some() || sequences::is_identity(column) || column.default.is_some();
    let wants_value = !column.nullable && !gives_values;
    let definition = |column: &Column| {
        format!(
            "ALTER TABLE {} ADD COLUMN {};",
            table.sql(),
            column_definition(&way.after, work.after, &way.sequences, column, false)
        )
    };
    if way.direction == Direction::Down && !was_there {
        // Its default may refer to nothing.
        let can = refers(work.after, name) && (column.nullable || refers_alone(work.after, name));
        let default = column.default.as_ref().filter(|one| can && !fill::is_null(one)).map(default_value);
        if let Some(default) = default.filter(|one| fill::is_constant(one)) {
            return bring_back(script, work, column, &default);
        }
        comments.push(lost_values(column, wants_value));
    }
    let is_optional = Column { nullable: true, ..column.clone() };
    if wants_value {
        let value = fill::new_value(way, work.after, column);
        script.note_todo(table, name, &value);
        if value.is_constant() {
            let default = Some(fill::written(&value.value));
            script.push(&comments, definition(&Column { default, ..column.clone() }));
            script.push(&[], alter(table, &[format!("ALTER COLUMN {} DROP DEFAULT", name.sql())]));
        } else {
            script.push(&comments, definition(&is_optional));
            update(script, work, column, &value);
            script.push(&[], alter(table, &[format!("ALTER COLUMN {} SET NOT NULL", name.sql())]));
        }
    } else {
        script.push(&comments, definition(column));
        if let Some(value) = way.backfill(table, name).filter(|_| column.generated.is_none()) {
            script.push(&[], format!("UPDATE {} SET {} = {value};", table.sql(), name.sql()));
            settle(script, work);
        }
    }
    if let Some(text) = &column.comment {
        script.push(&[], comment_on_column(table, name, Some(text)));
    }
}

/// Brings a column back that refers to another table: rows get no default of which nobody knows whether it is there.
fn bring_back(script: &mut Script<'_>, work: &Work<'_>, column: &Column, default: &str) {
    let way = script.way;
    let (table, name) = (&work.after.name, &column.name);
    let empty = Column { nullable: true, default: None, ..column.clone() };
    let definition = column_definition(&way.after, work.after, &way.sequences, &empty, false);
    let lost = lost_values(&empty, !column.nullable);
    script.push(&[lost], alter(table, &[format!("ADD COLUMN {definition}")]));
    let alter_column = format!("ALTER COLUMN {}", name.sql());
    let mut actions = Vec::new();
    if !column.nullable {
        update(script, work, column, &fill::stand_in(&way.after, work.after, column));
        actions.push(format!("{alter_column} SET NOT NULL"));
    }
    actions.push(format!("{alter_column} SET DEFAULT {default}"));
    script.push(&[], alter(table, &actions));
    if let Some(text) = &column.comment {
        script.push(&[], comment_on_column(table, name, Some(text)));
    }
}

fn lost_values(column: &Column, wants_value: bool) -> String {
    let what = match () {
        () if column.generated.is_some() => return format!("The values of {} are computed anew.", column.name),
        () if sequences::is_identity(column) => "new numbers",
        () if column.default.as_ref().is_some_and(|one| !fill::is_null(one)) => "the default",
        () if wants_value => "a stand-in, since it is NOT NULL",
        () => "NULL",
    };
    format!("The values of {} are not brought back: rows get {what}.", column.name)
}

/// Gives rows without a value one.
fn update(script: &mut Script<'_>, work: &Work<'_>, column: &Column, value: &Fill) {
    let comments: Vec<String> = value.comment.iter().cloned().collect();
    script.push(&comments, value.update(&work.after.name, &column.name));
    settle(script, work);
}

/// Lets deferred checks of changed rows happen, or the table can't be altered.
fn settle(script: &mut Script<'_>, work: &Work<'_>) {
    if fill::defers(&script.way.renamed, work.present) {
        script.push(&[], "SET CONSTRAINTS ALL IMMEDIATE;");
    }
}

/// `ALTER TABLE` with several actions.
pub(super) fn alter(table: &ObjectName, actions: &[String]) -> String {
    match actions {
        [only] => format!("ALTER TABLE {} {only};", table.sql()),
        several => format!("ALTER TABLE {}\n    {};", table.sql(), several.join(",\n    ")),
    }
}

/// Changes a column.
pub(super) fn change(script: &mut Script<'_>, work: &Work<'_>, from: &Column, to: &Column) {
    let table = &work.after.name;
    let mut actions = Vec::new();
    let column = format!("ALTER COLUMN {}", to.name.sql());
    let retyped = is_retyped(script.way, from, to);
    let gave_values = sequences::is_identity(from) && !sequences::is_identity(to);
    if gave_values {
        drop_identity(script, work, from, to);
    }
    if from.generated.is_some() && to.generated.is_none() {
        actions.push(format!("{column} DROP EXPRESSION"));
    }
    let (had, has) = (own_default(from), own_default(to).filter(|_| !counting::waits(script.way, to)));
    let resets = had.is_some() && (retyped || has.is_none());
    if resets {
        actions.push(format!("{column} DROP DEFAULT"));
    }
    if to.nullable && !from.nullable {
        actions.push(format!("{column} DROP NOT NULL"));
    }
    let mut comments = Vec::new();
    if from.column_type != to.column_type || from.collation != to.collation || is_remade(script.way, to) {
        comments.extend(set_type(script, work, (from, to), &mut actions));
    }
    let needs_value = from.nullable && !to.nullable;
    if needs_value && sequences::is_identity(to) {
        flush(script, table, &mut comments, &mut actions);
        let why = format!("{} becomes an identity column: rows without a number get the next ones.", to.name);
        script.push(&[why], next_numbers(table, &to.name));
        settle(script, work);
    } else if needs_value && to.generated.is_none() {
        flush(script, table, &mut comments, &mut actions);
        let value = fill::kept_value(script.way, work.after, to);
        script.note_todo(table, &to.name, &value);
        update(script, work, to, &value);
    }
    if from.nullable && !to.nullable {
        actions.push(format!("{column} SET NOT NULL"));
    }
    if let Some(default) = has.filter(|_| resets || from.default != to.default) {
        actions.push(format!("{column} SET DEFAULT {default}"));
    }
    if from.autoincrement != to.autoincrement && sequences::is_identity(from) && sequences::is_identity(to) {
        let kind = if to.autoincrement == Autoincrement::IdentityAlways { "ALWAYS" } else { "BY DEFAULT" };
        actions.push(format!("{column} SET GENERATED {kind}"));
    }
    flush(script, table, &mut comments, &mut actions);
    if sequences::is_identity(to) && !sequences::is_identity(from) {
        add_identity(script, work, from, to);
    }
    if from.comment != to.comment {
        script.push(&[], comment_on_column(table, &to.name, to.comment.as_ref()));
    }
}

/// Gives rows without a number those behind the greatest.
fn next_numbers(table: &ObjectName, column: &Name) -> String {
    let (table, column) = (table.sql(), column.sql());
    let number = format!("row_number() OVER () + (SELECT coalesce(max({column}), 0) FROM {table})");
    format!(
        "UPDATE {table} SET {column} = numbered.number FROM (SELECT ctid, {number} AS number FROM {table} WHERE {column} IS NULL) AS numbered\nWHERE numbered.ctid = {table}.ctid;"
    )
}

fn flush(script: &mut Script<'_>, table: &ObjectName, comments: &mut Vec<String>, actions: &mut Vec<String>) {
    if !actions.is_empty() {
        let todo = script.todo.take().unwrap_or_default();
        script.push(&std::mem::take(comments), todo + &alter(table, &std::mem::take(actions)));
    }
}

fn own_default(column: &Column) -> Option<String> {
    column.default.as_ref().filter(|_| column.generated.is_none()).map(default_value)
}

/// The action that changes a column's type; gives what is to be said of it.
fn set_type(
    script: &mut Script<'_>,
    work: &Work<'_>,
    (from, to): (&Column, &Column),
    actions: &mut Vec<String>,
) -> Vec<String> {
    let way = script.way;
    let target = type_sql(&to.column_type, &to.name);
    let mut action = format!("ALTER COLUMN {} TYPE {target}", to.name.sql());
    if let Some(collation) = &to.collation {
        action.push_str(&format!(" COLLATE {}", collation.sql()));
    }
    let mut comments = Vec::new();
    let found = match is_remade(way, to) && from.column_type.array == to.column_type.array {
        true => Cast::Using(by_fields(way, from, to).unwrap_or_else(|| by_text(&to.name, &to.column_type))),
        false => cast(&to.name, (&way.renamed, &from.column_type), (&way.after, &to.column_type), way.direction),
    };
    match (found, way.direction) {
        (Cast::Assigned, _) => {}
        (Cast::Using(text), _) => action.push_str(&format!(" USING {text}")),
        (Cast::Missing, Direction::Up) => {
            let before = type_sql(&from.column_type, &from.name);
            let question = format!(
                "{} becomes {target}, and PostgreSQL has no cast from {before}: which value do rows get? Put it in place of the NULL below",
                place(&work.after.name, &to.name)
            );
            script.notes.push(format!(
                "`{}` needs an expression for its new type: up.sql has a todo, and the build fails until it is gone",
                place(&work.after.name, &to.name)
            ));
            script.todo(&question);
            action.push_str(" USING NULL");
        }
        (Cast::Missing, Direction::Down) => {
            let value = match to.nullable {
                true => "NULL".to_owned(),
                false => fill::stand_in(&way.after, work.after, to).value,
            };
            let value = if value.contains("numbered.") || value.starts_with('(') { "NULL".to_owned() } else { value };
            comments.push(format!("The values of {} are not brought back: rows get {value}.", to.name));
            action.push_str(&format!(" USING {value}"));
        }
    }
    actions.push(action);
    comments
}

/// Makes a plain or serial column an identity column; its values go on where they were.
fn add_identity(script: &mut Script<'_>, work: &Work<'_>, from: &Column, to: &Column) {
    let way = script.way;
    let table = &work.after.name;
    let sequence = sequences::owned(&way.after, table, &to.name);
    let options = sequence.map(|one| sequences::identity_options(one, table, to)).unwrap_or_default();
    let name = sequence.map_or_else(|| sequences::automatic_name(table, &to.name), |one| one.name.clone());
    let old = given_up(way, work, from);
    if let Some(old) = &old {
        script.push(&[], format!("ALTER SEQUENCE {} OWNED BY NONE;", old.sql()));
        script.push(&[], format!("ALTER SEQUENCE {} RENAME TO {};", old.sql(), park(old).name.sql()));
    }
    let words = super::definition::identity(to).unwrap_or_default();
    script.push(&[], alter(table, &[format!("ALTER COLUMN {} ADD {words}{options}", to.name.sql())]));
    match old {
        Some(old) => {
            script.push(&[], sequences::take_over(&name, &park(&old)));
            script.push(&[], format!("DROP SEQUENCE {};", park(&old).sql()));
        }
        None => script.push(&[], sequences::catch_up(&name, table, &to.name)),
    }
}

/// The serial column's sequence that an identity column's takes the place of, by its name at that time.
fn given_up(way: &Way, work: &Work<'_>, column: &Column) -> Option<ObjectName> {
    let old = old_name(work, &column.name)?;
    let one = sequences::owned(&way.before, &work.old.name, old)?;
    let is_plain =
        |to: &ObjectName| way.after.sequences.get(to).is_some_and(|after| !is_identity_sequence(&way.after, after));
    let stays = !is_identity_sequence(&way.before, one)
        && way.sequences.iter().any(|(to, from)| *from == one.name && is_plain(to));
    (!stays).then(|| ObjectName { schema: work.after.name.schema.clone(), name: one.name.name.clone() })
}

/// A column's name before.
fn old_name<'a>(work: &'a Work<'_>, name: &Name) -> Option<&'a Name> {
    let at = work.present.columns.iter().position(|column| column.name == *name)?;
    work.old.columns.get(at).map(|column| &column.name)
}

/// Makes an identity column a plain or serial one; a sequence that it has then goes on where the old one was.
fn drop_identity(script: &mut Script<'_>, work: &Work<'_>, from: &Column, to: &Column) {
    let way = script.way;
    let table = &work.after.name;
    let drop = alter(table, &[format!("ALTER COLUMN {} DROP IDENTITY", to.name.sql())]);
    let new = sequences::owned(&way.after, table, &to.name);
    let old = given_up(way, work, from);
    // One that was there already needs nothing.
    let was_plain = |from: &ObjectName| {
        way.before.sequences.get(from).is_some_and(|before| !is_identity_sequence(&way.before, before))
    };
    let new = new.filter(|new| !way.sequences.get(&new.name).is_some_and(was_plain));
    let (Some(new), Some(old)) = (new, old) else { return script.push(&[], drop) };
    let aside = dbmig_build::schema::Sequence { name: park(&new.name), ..new.clone() };
    script.push(&[], sequences::create(&aside));
    script.push(&[], sequences::take_over(&aside.name, &old));
    script.push(&[], drop);
    script.push(&[], format!("ALTER SEQUENCE {} RENAME TO {};", aside.name.sql(), new.name.name.sql()));
    script.push(&[], sequences::owned_by(new));
}

/// The columns of a table that come, those that are computed last.
pub(super) fn in_order<'a>(columns: &[&'a Column]) -> Vec<&'a Column> {
    let (computed, plain): (Vec<&Column>, Vec<&Column>) = columns.iter().partition(|one| one.generated.is_some());
    plain.into_iter().chain(computed).collect()
}

/// Whether a table's column, which was there, becomes or stops being an identity column.
pub(super) fn switches(present: &Table, after: &Table, column: &Name) -> bool {
    match (present.column(column), after.column(column)) {
        (Some(from), Some(to)) => sequences::is_identity(from) != sequences::is_identity(to),
        _ => false,
    }
}
