//! Fields to columns.

use dbmig::Backend;

use super::super::facts::{self, At, FieldFacts};
use super::super::parse::{Field, Struct};
use super::super::rust_type::{self, FieldType, Kind, RUST_TYPES};
use super::sql_type::{is_serial, is_strict, near_sql_type, sql_type, sqlite_slip};
use super::{Context, Draft, DraftField, counter, default, enumeration, function, limits};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{Column, ColumnType, Generated, Name, Sequence, Storage, rust_name};
use crate::source::Span;

/// Lowers the fields of a struct into a table, those of embedded structs in their places.
pub(super) fn lower<'a>(declared: &'a Struct, draft: &mut Draft<'a>, context: &mut Context<'a>) {
    fields(declared, draft, context, &mut vec![declared.name.text.as_str()]);
}

fn fields<'a>(from: &'a Struct, draft: &mut Draft<'a>, context: &mut Context<'a>, inside: &mut Vec<&'a str>) {
    for field in &from.fields {
        let facts = facts::on_field(&field.attributes, &field.name, context.config.backend, &mut context.diagnostics);
        lonely(field, context);
        if facts.skip || field.diesel.select_expression {
            continue;
        }
        if field.diesel.embed || facts.embed {
            embed(field, draft, context, inside);
            continue;
        }
        let Some((drafted, column, sequence)) = lower_field(from, field, facts, draft, context) else { continue };
        if let Some(other) = draft.fields.iter().find(|other| other.name == drafted.name) {
            let problem = format!("column `{}` is two fields", drafted.name);
            let fault = Diagnostic::error(Code::Model, problem).at(field.name.place.clone(), "the second");
            let fault = fault.at(other.field.name.place.clone(), "the first");
            context.diagnostics.push(fault.help("give one of them another name, or `skip` it"));
            continue;
        }
        let old = |facts: &FieldFacts| facts.renamed_from.as_ref().map(|old| drafted.name.renamed(&old.value));
        let was = |other: &&DraftField<'_>| old(&other.facts).is_some_and(|one| Some(one) == old(&drafted.facts));
        if let (Some(said), Some(other)) = (&drafted.facts.renamed_from, draft.fields.iter().find(was)) {
            let problem = format!("two fields were column `{}`", said.value);
            let fault = Diagnostic::error(Code::ModelAttribute, problem).at(said.place.clone(), "the second");
            let first = other.facts.renamed_from.as_ref().map(|first| first.place.clone());
            let fault = first.into_iter().fold(fault, |fault, first| fault.at(first, "the first"));
            context.diagnostics.push(fault.help("take one away"));
        }
        draft.fields.push(drafted);
        draft.sequences.extend(sequence);
        draft.table.columns.push(column);
    }
}

/// Reports what is said beside `skip` or `embed`: there is no column that it could be about.
fn lonely(field: &Field, context: &mut Context<'_>) {
    let Some(at) = field.attributes.iter().position(|entry| matches!(entry.key(), Some("skip" | "embed"))) else {
        return;
    };
    let other = field.attributes.iter().enumerate().find(|(other, _)| *other != at).map(|(_, entry)| entry);
    if let Some(other) = other {
        let key = field.attributes[at].key().unwrap_or_default();
        let problem = format!("a field with `{key}` is no column, and nothing else can be said of it");
        context.fault(Code::ModelAttribute, problem, &other.span(), format!("take it or `{key}` away"));
    }
}

fn embed<'a>(field: &'a Field, draft: &mut Draft<'a>, context: &mut Context<'a>, inside: &mut Vec<&'a str>) {
    let Some(name) = super::super::embedded(field) else {
        context.fault(Code::Model, "only a struct can be embedded", &field.type_place, "name a struct");
        return;
    };
    let Some(other) = context.structs.iter().find(|one| one.name.text == name) else {
        let problem = format!("the embedded struct `{name}` isn't in the searched files");
        let help = "add its file to `models` in `[package.metadata.dbmig]`, or say `#[dbmig(skip)]`";
        context.fault(Code::Model, problem, &field.type_place, help);
        return;
    };
    if inside.contains(&other.name.text.as_str()) {
        let problem = format!("`{name}` holds itself");
        context.fault(Code::Model, problem, &field.type_place, "embed another struct");
        return;
    }
    inside.push(&other.name.text);
    fields(other, draft, context, inside);
    inside.pop();
}

fn lower_field<'a>(
    from: &'a Struct,
    field: &'a Field,
    facts: FieldFacts,
    draft: &Draft<'a>,
    context: &mut Context<'a>,
) -> Option<(DraftField<'a>, Column, Option<Sequence>)> {
    let backend = context.config.backend;
    let said = field.diesel.column_name.as_ref().unwrap_or(&field.name);
    let to_rust = |sql: &str| rust_name::column(sql, &draft.rust_name);
    let sql_name = match &facts.column {
        Some(name) => name.value.clone(),
        None => rust_name::sql_name(&said.text, to_rust).to_owned(),
    };
    let emitted = to_rust(&sql_name);
    if emitted != said.text {
        let problem = format!("the schema calls column `{sql_name}` `{emitted}`, not `{}`", said.text);
        context.fault(Code::Model, problem, &said.place, format!("#[diesel(column_name = {emitted})]"));
    }
    let name = Name::new(&sql_name, backend);

    let stored = field.diesel.deserialize_as.as_ref().or(field.diesel.serialize_as.as_ref());
    let field_type = rust_type::read(stored.unwrap_or(&field.rust_type), &from.aliases);
    let of_enum = enumeration::of_field(&field_type, &field.type_place, context);
    let column_type = column_type(field, &facts, &field_type, of_enum, context)?;
    if draft.table.options.strict && !is_strict(&column_type) {
        let problem = format!("a strict table has no columns of type `{column_type}`");
        let help = "SQLite's strict types are INTEGER, REAL, TEXT, BLOB and ANY: say one with `sql_type`";
        context.fault(Code::RustType, problem, &field.type_place, help);
    }

    let mut column = Column::new(name.clone(), column_type);
    column.nullable = field_type.nullable;
    let kind = field_type.known.filter(|_| of_enum.is_none()).map_or(Kind::Other, |row| row.kind);
    if let Some(value) = &facts.default {
        let meant = of_enum.filter(|(_, is_array)| !is_array).map(|(at, _)| &context.enums[at]);
        let about = default::About { kind, field_type: &field_type, column_type: &column.column_type, meant };
        match default::lower(value, &about, backend) {
            Ok(expression) => {
                expression.iter().for_each(|expression| function::report(expression, &value.place, context));
                column.default = expression;
            }
            Err(fault) => context.diagnostics.push(*fault),
        }
    }
    if let Some(generated) = &facts.generated {
        let expression = super::expression::read_expression(&generated.expression, context);
        let storage = generated.storage.unwrap_or_else(|| Storage::usual(backend));
        column.generated = expression.map(|expression| Generated { expression, storage });
        let place = &generated.expression.place;
        if facts.default.is_some() {
            context.fault(Code::ModelAttribute, "a generated column has no default", place, "say one of the two");
        }
        if facts.autoincrement.is_some() {
            let problem = "a generated column doesn't count by itself";
            context.fault(Code::ModelAttribute, problem, place, "say one of `generated` and `autoincrement`");
        }
    }
    // SQLite takes it on any column, and compares texts in it so.
    let is_no_text =
        backend != Backend::Sqlite && facts.sql_type.is_none() && !matches!(kind, Kind::Text | Kind::Other);
    for (word, said) in [("collate", &facts.collate), ("charset", &facts.charset)] {
        if let Some(said) = said.as_ref().filter(|_| is_no_text) {
            let problem = format!("`{word}` is for strings, and this is `{}`", field_type.shown);
            context.fault(Code::ModelAttribute, problem, &said.place, format!("leave `{word}` out"));
        }
    }
    column.collation = facts.collate.as_ref().map(|collation| Name::new(&collation.value, backend));
    let charset = facts.charset.as_ref().map(|said| said.place.clone());
    if facts.on_row_update.is_some() && backend == Backend::Mysql {
        let text = default::current_timestamp(&column.column_type, backend);
        column.on_update = crate::sql::expression(&text, backend).ok();
    }
    for (what, said) in [("`ON UPDATE` for columns", &facts.on_row_update), ("character sets of columns", &charset)] {
        if let Some(place) = said.as_ref().filter(|_| backend != Backend::Mysql) {
            context.without_effect(what, place, Backend::Mysql);
        }
    }
    let sequence = facts.autoincrement.as_ref();
    let sequence = sequence.and_then(|counting| counter::lower(counting, &mut column, &draft.table.name, context));
    column.comment = context.comment(facts.comment.as_ref(), field.docs.as_ref());
    if backend == Backend::Mysql {
        column.character_set = facts.charset.as_ref().map(|one| one.value.to_ascii_lowercase());
    }
    limits::report(&column, &facts, &field.type_place, draft, context);
    if backend == Backend::Mysql {
        column = column.unlike(&draft.table.options);
    }
    if let Some(old) = facts.renamed_from.as_ref().filter(|old| name == name.renamed(&old.value)) {
        let problem = format!("column `{name}` can't be renamed from itself");
        context.fault(Code::ModelAttribute, problem, &old.place, "say the name that the column had before");
    }
    let is_checked = backend == Backend::Sqlite && facts.sql_type.is_none();
    let implied_check = of_enum.filter(|_| is_checked).map(|(at, _)| context.enums[at].check(&name));
    let labels_of = of_enum.filter(|_| facts.sql_type.is_none()).map(|(at, _)| at);
    let made = DraftField { field, facts, field_type, rust_name: emitted, name, implied_check, labels_of };
    Some((made, column, sequence))
}

fn column_type(
    field: &Field,
    facts: &FieldFacts,
    field_type: &FieldType,
    of_enum: Option<(usize, bool)>,
    context: &mut Context<'_>,
) -> Option<ColumnType> {
    let precision = (facts.precision.as_ref(), facts.scale.as_ref());
    if let (Some(digits), scale) = precision {
        let most = digits.value;
        if most == 0 {
            context.fault(Code::ModelAttribute, "a number has a digit at least", &digits.place, "precision = 10");
        } else if let Some(scale) = scale.filter(|scale| scale.value > most) {
            let problem = format!("{most} digits can't have {} behind the point", scale.value);
            context.fault(Code::ModelAttribute, problem, &scale.place, format!("scale = {most} at most"));
        }
    }
    if let Some(text) = &facts.sql_type {
        let mut column_type = match sql_type(&text.value, context.config.backend) {
            Ok(column_type) => column_type,
            Err(problem) => {
                let help = match is_serial(&text.value) {
                    true => "leave `sql_type` out, and say `autoincrement = serial`",
                    false => "sql_type = \"DECIMAL(10, 2)\"",
                };
                match near_sql_type(&text.value, context.config.backend) {
                    Some(near) => context.fault(Code::ModelAttribute, problem, &text.place, near),
                    None => context.fault(Code::ModelAttribute, problem, &text.place, help),
                }
                return None;
            }
        };
        if let Some(near) = sqlite_slip(&column_type, context.config.backend) {
            context.fault(Code::RustType, format!("no type `{}`", column_type.name), &text.place, near);
        }
        if let Some(length) = &facts.length {
            let help = format!("sql_type = \"{}({})\"", text.value, length.value);
            context.fault(Code::ModelAttribute, "`length` belongs into `sql_type`", &length.place, help);
        }
        match precision {
            (Some(digits), scale) if column_type.arguments.is_empty() => {
                let scale = scale.map(|scale| scale.value);
                column_type.arguments = [Some(digits.value), scale].iter().flatten().map(u32::to_string).collect();
            }
            (None, None) => {}
            (digits, scale) => misplaced_precision(digits.or(scale), context),
        }
        return Some(column_type);
    }
    let backend = context.config.backend;
    if let Some((at, is_array)) = of_enum {
        if is_array && backend != Backend::Postgres {
            let problem = format!("{backend} has no arrays, and `{}` is one", field_type.shown);
            unknown_type(problem, &field.type_place, None, context);
            return None;
        }
        for said in [facts.precision.as_ref(), facts.scale.as_ref(), facts.length.as_ref()].into_iter().flatten() {
            if backend != Backend::Sqlite || facts.length.as_ref().is_none_or(|one| one.place != said.place) {
                let problem = format!("`{}` is an enum, whose labels say how long it is", field_type.shown);
                context.fault(Code::ModelAttribute, problem, &said.place, "leave it out");
            }
        }
        let length = facts.length.as_ref().map(|one| one.value).filter(|length| *length > 0);
        let column_type = context.enums[at].column_type(length, backend);
        return Some(ColumnType { array: is_array, ..column_type });
    }
    let array = field_type.element.filter(|_| backend == Backend::Postgres);
    let Some(row) = field_type.known.or(array) else {
        let problem = match field_type.element {
            Some(_) => format!("`{}` needs `sql_type` on {backend}: it has no arrays", field_type.shown),
            None => format!("dbmig doesn't know which column `{}` becomes", field_type.shown),
        };
        let near = near_type(field_type, context);
        unknown_type(problem, &field.type_place, near.as_deref(), context);
        return None;
    };
    let base = match row.sql(backend) {
        Ok(base) => base,
        Err(reason) => {
            let problem = format!("`{}` needs `sql_type` on {backend}: {reason}", field_type.shown);
            let other = match row.kind {
                Kind::Timestamp => Some("or use `chrono::NaiveDateTime`, in UTC"),
                Kind::Integer => Some("or use a type that it has: `i16`, `i32` or `i64`"),
                _ => None,
            };
            unknown_type(problem, &field.type_place, other, context);
            return None;
        }
    };
    // The table is ours, so that every type in it can be read.
    let mut column_type = sql_type(base, backend).unwrap_or_else(|_| ColumnType::plain(base));
    match (&facts.length, row.kind) {
        (Some(length), Kind::Text) if length.value > 0 => {
            column_type = ColumnType::with_arguments("varchar", [length.value]);
        }
        (Some(length), Kind::Text) => {
            context.fault(Code::ModelAttribute, "a length of 0 holds nothing", &length.place, "length = 64");
        }
        (Some(length), _) => {
            let problem = format!("`length` is for strings, and this is `{}`", field_type.shown);
            context.fault(Code::ModelAttribute, problem, &length.place, "leave `length` out");
        }
        (None, _) => {}
    }
    match precision {
        (Some(digits), scale) if column_type.name == "numeric" || column_type.name == "decimal" => {
            let scale = scale.map(|scale| scale.value);
            column_type.arguments = [Some(digits.value), scale].iter().flatten().map(u32::to_string).collect();
        }
        (None, None) => {}
        (digits, scale) => misplaced_precision(digits.or(scale), context),
    }
    column_type.array |= field_type.known.is_none();
    Some(column_type)
}

/// A type or enum with nearly the same name.
fn near_type(field_type: &FieldType, context: &Context<'_>) -> Option<String> {
    let word = field_type.name.as_ref()?;
    let enums = context.enums.iter().map(|one| one.declared.name.text.as_str());
    let known = RUST_TYPES.iter().map(|row| row.name.rsplit("::").next().unwrap_or(row.name));
    nearest(word, enums.chain(known)).map(|near| format!("did you mean `{near}`?"))
}

fn unknown_type(problem: String, place: &Span, other: Option<&str>, context: &mut Context<'_>) {
    let fault = Diagnostic::error(Code::RustType, problem).at(place.clone(), "");
    let fault = fault.help("say the column's type: `#[dbmig(sql_type = \"TEXT\")]`");
    let fault = fault.note(
        "Diesel must be able to read the type from that column and write it there: with `FromSql` and `ToSql`, or by \
         way of another type with `#[diesel(deserialize_as = …, serialize_as = …)]`",
    );
    context.diagnostics.push(match other {
        Some(other) => fault.help(other),
        None => fault,
    });
}

fn misplaced_precision(number: Option<&At<u32>>, context: &mut Context<'_>) {
    if let Some(number) = number {
        let problem = "`precision` and `scale` are for decimals, and `scale` only with `precision`";
        let help = "sql_type = \"DECIMAL\", precision = 10, scale = 2";
        context.fault(Code::ModelAttribute, problem, &number.place, help);
    }
}
