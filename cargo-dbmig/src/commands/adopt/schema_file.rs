//! The schema file of Diesel's command line beside the one that the chain gives.

use std::path::Path;

use dbmig_build::emit::diesel::{SchemaOptions, schema_module};

use super::discover::Found;
use super::plan::Plan;
use crate::table_macro::{Macros, TableMacro, read};

/// How many differences are told.
const SHOWN: usize = 5;

/// Says in a line whether the schema file agrees with the chain, and where it doesn't; nothing where there is none.
pub(super) fn compare(root: &Path, found: &Found, plan: &Plan) -> Option<String> {
    let name = found.schema_file.as_ref()?;
    let text = std::fs::read_to_string(root.join(name)).ok()?;
    let mut config = found.config.clone();
    config.print_schema.retain(|section| section.file.as_ref().is_none_or(|file| file == name));
    let Some(theirs) = read(&text) else { return Some(format!("{name} is no Rust")) };
    let (text, _) = schema_module(&plan.schema, &SchemaOptions::of_config(&config));
    let ours = read(&text)?;
    let differences = differences(&theirs, &ours);
    if differences.is_empty() {
        return Some(format!("{name} agrees with what the chain builds"));
    }
    let more = match differences.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    let shown: Vec<String> = differences.iter().take(SHOWN).map(|one| format!("\n  {one}")).collect();
    Some(format!("{name} differs from what the chain builds:{}{more}", shown.concat()))
}

fn differences(theirs: &Macros, ours: &Macros) -> Vec<String> {
    let find = |macros: &'_ Macros, table: &TableMacro| {
        macros.tables.iter().find(|one| one.rust_name == table.rust_name && one.schema == table.schema).cloned()
    };
    let mut found = Vec::new();
    for table in &theirs.tables {
        let name = &table.rust_name;
        let Some(other) = find(ours, table) else {
            found.push(format!("table {name}: the chain doesn't build it"));
            continue;
        };
        if table.key != other.key {
            found.push(format!("table {name}: its key is ({}), by the chain ({})", table.key, other.key));
        }
        for column in &table.columns {
            let built = other.columns.iter().find(|one| one.rust_name == column.rust_name);
            match built.map(|built| &built.diesel_type) {
                None => found.push(format!("{name}.{}: the chain doesn't build it", column.rust_name)),
                Some(built) if *built != column.diesel_type => {
                    found.push(format!(
                        "{name}.{}: it is {}, by the chain {built}",
                        column.rust_name, column.diesel_type
                    ));
                }
                Some(_) => {}
            }
        }
        let has = |name: &str| table.columns.iter().any(|one| one.rust_name == name);
        let missing = other.columns.iter().filter(|one| !has(&one.rust_name));
        found.extend(missing.map(|one| format!("{name}.{}: only the chain has it", one.rust_name)));
        let order = |table: &TableMacro| table.columns.iter().map(|one| one.rust_name.clone()).collect::<Vec<_>>();
        let (mut a, mut b) = (order(table), order(&other));
        let in_order = a == b;
        a.sort();
        b.sort();
        if a == b && !in_order {
            found.push(format!("table {name}: its columns stand in another order"));
        }
    }
    let missing = ours.tables.iter().filter(|table| find(theirs, table).is_none());
    found.extend(missing.map(|table| format!("table {}: only the chain has it", table.rust_name)));
    if found.is_empty() && theirs.joins != ours.joins {
        found.push("the joinable! lines".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_files_are_compared_by_what_they_say() {
        let one = "// @generated\ntable! { use diesel::sql_types::*; users (id) { id -> Integer, #[sql_name = \"type\"] \
                   type_ -> Nullable<Array<Nullable<Text>>>, } }\njoinable!(posts -> users (user_id));";
        let other = "table! { users (id) { id -> BigInt, name -> Text, } } table! { a (b) { b -> Text } }";
        assert_eq!(
            differences(&read(one).unwrap(), &read(other).unwrap()),
            [
                "users.id: it is Integer, by the chain BigInt",
                "users.type_: the chain doesn't build it",
                "users.name: only the chain has it",
                "table a: only the chain has it",
            ]
        );
    }
}
