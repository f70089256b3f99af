//! Models beside the chain: what only both together show to be a mistake.

use std::collections::BTreeMap;

use dbmig::Backend;

use super::Models;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{Column, Name, ObjectName, POSTGRES_TYPES, Schema, Table};
use crate::source::Span;

/// Types of common extensions, which look like slips of built-in ones.
const OF_EXTENSIONS: [&str; 6] = ["citext", "cube", "earth", "lquery", "ltree", "vector"];

impl Models {
    /// What is wrong or dubious about the models, given the schema that the chain builds: references to tables and types
    /// that neither of them has, and structs whose fields would take each other's values.
    pub fn against(&self, chain: &Schema, backend: Backend) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for table in self.schema.tables.values() {
            let old = chain.tables.get(self.renames.tables.get(&table.name).unwrap_or(&table.name));
            found.extend(self.strangers(table, old, chain));
            if backend == Backend::Postgres {
                found.extend(table.columns.iter().filter_map(|column| self.slip(table, column, old, chain)));
            }
        }
        found.extend(self.partitions(chain));
        found.extend(self.positional.iter().filter_map(|(table, fields)| self.misplaced(table, fields, chain)));
        found
    }

    /// The place of a field, or of the struct.
    fn place(&self, table: &ObjectName, columns: &[Name]) -> Option<Span> {
        let field = match columns {
            [only] => self.columns.get(&(table.clone(), only.clone())),
            _ => None,
        };
        field.or_else(|| self.tables.get(table)).cloned()
    }

    /// References to tables that aren't there, unless the chain has them all the same.
    fn strangers(&self, table: &Table, old: Option<&Table>, chain: &Schema) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for key in &table.foreign_keys {
            let renamed = self.renames.tables.values().any(|old| *old == key.table);
            let is_there = self.schema.tables.contains_key(&key.table)
                || chain.tables.contains_key(&key.table) && !renamed
                || old.is_some_and(|old| old.foreign_keys.iter().any(|one| one.table == key.table));
            if is_there {
                continue;
            }
            let problem = format!("no table `{}`: neither a model nor a migration makes it", key.table);
            let fault = Diagnostic::error(Code::ModelAttribute, problem);
            let fault =
                self.place(&table.name, &key.columns).into_iter().fold(fault, |fault, place| fault.at(place, ""));
            let known: Vec<String> =
                self.schema.tables.keys().chain(chain.tables.keys()).map(ToString::to_string).collect();
            found.push(match nearest(&key.table.to_string(), known.iter().map(String::as_str)) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help(
                    "if something else makes it, tell the chain in a migration: `-- dbmig: replay CREATE TABLE …`",
                ),
            });
        }
        found
    }

    /// Models of partitions that say something else of a column than their parents do, and than there is: for each
    /// parent the first.
    fn partitions(&self, chain: &Schema) -> Vec<Diagnostic> {
        let mut found: BTreeMap<&ObjectName, (Diagnostic, usize)> = BTreeMap::new();
        for table in self.schema.tables.values() {
            let old = chain.tables.get(self.renames.tables.get(&table.name).unwrap_or(&table.name));
            let Some((old, partition)) = old.and_then(|old| Some((old, old.options.partition_of.as_ref()?))) else {
                continue;
            };
            let heir = self.renames.tables.iter().find(|(_, old)| **old == partition.parent).map(|(new, _)| new);
            let name = heir.unwrap_or(&partition.parent);
            let Some(parent) = self.schema.tables.get(name).or_else(|| chain.tables.get(&partition.parent)) else {
                continue;
            };
            let says_as = |one: &Column, other: Option<&Column>| {
                let facts = |column: &Column| (column.column_type.clone(), column.nullable, column.default.clone());
                other.is_some_and(|other| facts(one) == facts(other))
            };
            for column in &table.columns {
                let (of_parent, is) = (parent.column(&column.name), old.column(&column.name));
                if says_as(column, of_parent) || of_parent.is_some() && says_as(column, is) {
                    continue;
                }
                let problem = format!(
                    "`{}.{}` isn't as in `{name}`, whose partition the table is: it follows `{name}` all the same",
                    table.name, column.name
                );
                let warning = Diagnostic::warning(Code::WithoutEffect, problem);
                let place = self.place(&table.name, std::slice::from_ref(&column.name)).into_iter();
                let first = place.fold(warning, |warning, place| warning.at(place, ""));
                found.entry(name).or_insert((first, 0)).1 += 1;
            }
        }
        let told = |(name, (warning, count)): (&ObjectName, (Diagnostic, usize))| {
            let more = if count > 1 { format!(" ({} more like it)", count - 1) } else { String::new() };
            warning.help(format!("say there what `{name}` says, or leave its partitions to `unmanaged`{more}"))
        };
        found.into_iter().map(told).collect()
    }

    /// A type that is PostgreSQL's but for a letter.
    fn slip(&self, table: &Table, column: &Column, old: Option<&Table>, chain: &Schema) -> Option<Diagnostic> {
        let own = &column.column_type;
        let name = ObjectName { schema: None, name: column.name.renamed(&own.name) };
        let is_known = own.schema.is_some()
            || POSTGRES_TYPES.iter().any(|known| known.name == own.name)
            || OF_EXTENSIONS.contains(&own.name.as_str())
            || self.schema.types.contains_key(&name)
            || chain.types.contains_key(&name)
            || old.is_some_and(|old| old.columns.iter().any(|one| one.column_type.name == own.name));
        if is_known {
            return None;
        }
        let known = POSTGRES_TYPES.iter().map(|known| known.name);
        let near = nearest(&own.name, known.chain(chain.types.keys().map(|name| name.name.as_str())))?;
        let fault = Diagnostic::error(Code::RustType, format!("no type `{}`", own.name));
        let fault = self
            .place(&table.name, std::slice::from_ref(&column.name))
            .into_iter()
            .fold(fault, |fault, at| fault.at(at, ""));
        Some(fault.help(format!("did you mean `{near}`?")))
    }

    /// A struct that Diesel reads by position, whose fields would take each other's values once the chain has what the
    /// models say: a column that is new comes last. Columns of different types are the compiler's to find.
    fn misplaced(&self, table: &ObjectName, fields: &[(Name, String)], chain: &Schema) -> Option<Diagnostic> {
        let old = chain.tables.get(self.renames.tables.get(table).unwrap_or(table))?;
        let place = |name: &Name| {
            let found = |name: &Name| old.columns.iter().position(|column| column.name == *name);
            let before = self.renames.columns.get(&(table.clone(), name.clone()));
            found(name).or_else(|| found(before?)).unwrap_or(old.columns.len())
        };
        let mut columns: Vec<&(Name, String)> = fields.iter().collect();
        columns.sort_by_key(|(name, _)| place(name));
        let mut pairs = fields.iter().zip(&columns);
        let ((field, _), (column, _)) =
            pairs.find(|((field, one), (column, other))| field != column && one == other)?;
        let order = columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let problem = format!("field `{field}` would be read from column `{column}`: their order isn't the same");
        let place = self.columns.get(&(table.clone(), field.clone()))?.clone();
        let warning = Diagnostic::warning(Code::FieldOrder, problem).at(place, "");
        let warning = warning.help("derive `Selectable`, and load with `.select(…::as_select())`");
        Some(warning.help(format!("or order the fields as the columns are: {order}")))
    }
}
