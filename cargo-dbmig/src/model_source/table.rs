//! One struct.

use dbmig_build::schema::{Name, Table};

use super::constraints::Constraints;
use super::{Context, column, kept, rust_type};

/// The text of a table's struct.
pub(super) fn item(table: &Table, context: &Context<'_>) -> String {
    let is_model = !context.plain.contains_key(&table.name);
    let Some(names) = context.names.table(&table.name) else { return String::new() };
    let mut constraints = if is_model { Constraints::of(table, context) } else { Constraints::default() };
    let parents = if is_model { parents(table, context) } else { Vec::new() };
    let mut text = String::new();
    document(table, context, &mut text);
    text += &format!("#[derive({})]\n", derives(table, is_model, !parents.is_empty(), context).join(", "));
    let rust_table = context.macros.of_table(&table.name).map(|one| one.rust_name.as_str()).unwrap_or_default();
    text += &format!("#[diesel(table_name = {}::{})]\n", context.schema_path, module(rust_table, table));
    let key = key(table);
    let rust_key: Vec<String> = key.iter().map(|name| context.macros.column(&table.name, name)).collect();
    if !key.is_empty() && rust_key != ["id"] {
        text += &format!("#[diesel(primary_key({}))]\n", rust_key.join(", "));
    }
    text += &parents.concat();
    if is_model {
        let mut said = table_facts(table, rust_table);
        said.extend(constraints.primary_key.take());
        said.append(&mut constraints.on_struct);
        said.iter().for_each(|one| text += &format!("#[dbmig({one})]\n"));
    }
    text += &format!("pub struct {} {{\n", names.structure);
    for column in &table.columns {
        text += &column::field(column, table, is_model, &constraints, context);
    }
    text + "}\n"
}

/// The path of a `table!` below the schema's module: tables of other schemas stand in modules of their own.
fn module(rust_table: &str, table: &Table) -> String {
    let name = if syn::parse_str::<syn::Ident>(rust_table).is_ok() {
        rust_table.to_owned()
    } else {
        format!("r#{rust_table}")
    };
    match &table.name.schema {
        Some(schema) => format!("{schema}::{name}"),
        None => name,
    }
}

fn document(table: &Table, context: &Context<'_>, text: &mut String) {
    let mut line = |said: &str| *text += &format!("#[doc = {:?}]\n", format!(" {said}"));
    if let Some(comment) = &table.comment {
        comment.lines().for_each(&mut line);
    }
    if let Some(reason) = context.plain.get(&table.name) {
        line(&format!("No model, since {reason}."));
        return;
    }
    for note in kept::of_table(table) {
        line(&format!("As the migrations have it, and not said here: {note}."));
    }
}

/// The columns of the key.
pub(super) fn key(table: &Table) -> Vec<Name> {
    let columns = table.primary_key.iter().flat_map(|key| &key.columns);
    columns.filter_map(|column| column.name().cloned()).collect()
}

fn derives(table: &Table, is_model: bool, has_parents: bool, context: &Context<'_>) -> Vec<&'static str> {
    let mut derives = vec!["Queryable", "Selectable"];
    if can_identify(table, context) {
        derives.push("Identifiable");
        derives.extend(has_parents.then_some("Associations"));
    }
    derives.extend(is_model.then_some("dbmig::Model"));
    derives
}

/// Whether the key can be hashed, as Diesel's `Identifiable` wants it.
fn can_identify(table: &Table, context: &Context<'_>) -> bool {
    let key = key(table);
    let hashable = |name: &Name| {
        let found = rust_type::of_diesel(&context.macros.diesel_type(&table.name, name));
        !found.is_hosts && !["f32", "f64"].contains(&found.text.as_str())
    };
    !key.is_empty() && key.iter().all(hashable)
}

/// `belongs_to`, for each parent that one reference leads to.
fn parents(table: &Table, context: &Context<'_>) -> Vec<String> {
    if !can_identify(table, context) {
        return Vec::new();
    }
    let lines = table.foreign_keys.iter().filter_map(|reference| {
        let [column] = reference.columns.as_slice() else { return None };
        let parent = context.schema.tables.get(&reference.table).filter(|parent| parent.name != table.name)?;
        let names = context.names.table(&parent.name)?;
        let key = key(parent);
        let to_key = key.len() == 1 && (reference.referenced.is_empty() || reference.referenced == key);
        let only = table.foreign_keys.iter().filter(|other| other.table == reference.table).count() == 1;
        let type_of =
            |table: &Table, name: &Name| rust_type::of_diesel(&context.macros.diesel_type(&table.name, name)).text;
        let nullable = parent.column(key.first()?).is_some_and(|column| column::is_nullable(column, parent, context));
        let fits = to_key && only && !nullable && type_of(table, column) == type_of(parent, key.first()?);
        let column = context.macros.column(&table.name, column);
        (fits && can_identify(parent, context))
            .then(|| format!("#[diesel(belongs_to({}, foreign_key = {column}))]\n", names.structure))
    });
    lines.collect()
}

/// Storage parameters, where there are any.
pub(super) fn parameters(parameters: &[(String, String)]) -> Option<String> {
    let one = |(key, value): &(String, String)| format!("{key} = {value:?}");
    let list: Vec<String> = parameters.iter().map(one).collect();
    (!list.is_empty()).then(|| format!("with({})", list.join(", ")))
}

/// What is said of the table itself.
fn table_facts(table: &Table, rust_table: &str) -> Vec<String> {
    let mut said = Vec::new();
    let name = table.name.name.as_str();
    if dbmig_build::schema::rust_name::sql_name(rust_table, dbmig_build::schema::rust_name::table) != name {
        said.push(format!("table = {name:?}"));
    }
    if let Some(schema) = &table.name.schema {
        said.push(format!("schema = {:?}", schema.as_str()));
    }
    let options = &table.options;
    let flags = [("strict", options.strict), ("without_rowid", options.without_rowid)];
    let flags: Vec<&str> = flags.iter().filter(|(_, is_on)| *is_on).map(|(word, _)| *word).collect();
    if !flags.is_empty() {
        said.push(format!("backend(sqlite({}))", flags.join(", ")));
    }
    let mut own: Vec<String> = options.unlogged.then(|| "unlogged".to_owned()).into_iter().collect();
    own.extend(parameters(&options.parameters));
    if !own.is_empty() {
        said.push(format!("backend(postgres({}))", own.join(", ")));
    }
    if let Some(comment) = &table.comment {
        said.push(format!("comment = {comment:?}"));
    }
    said
}
