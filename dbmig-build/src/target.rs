//! What the chain is to become: the models' tables as the models say, everything else as it is.
//!
//! Diff compares whole schemas. What has no model (other applications' tables, views, triggers) stands alike on both
//! sides, so that it is never touched.

mod heirs;
mod objects;
mod unsaid;

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{self, Likely, due_renames};
use crate::schema::{Name, ObjectName, Renames, Schema, Table, apply};

/// The schema that a chain is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The whole schema, what has no model included.
    pub schema: Schema,
    /// The chain's tables that have no model, are not configured as `unmanaged` and are not to be dropped.
    pub unmodelled: Vec<ObjectName>,
    /// Those that have no model and are configured as `unmanaged`.
    pub unmanaged: Vec<ObjectName>,
}

/// Works out what a chain is to become.
///
/// `desired` holds the tables of the models, `unmanaged` names of tables with `*` for any characters (a name alone means
/// every schema's table, `app.users` one schema's), and `dropped` the tables without a model that are to go.
pub fn target(
    chain: &Schema,
    desired: &Schema,
    renames: &Renames,
    unmanaged: &[String],
    dropped: &BTreeSet<ObjectName>,
) -> Target {
    let mut schema = chain.clone();
    for change in due_renames(chain, desired, renames) {
        // One that doesn't fit (into the place of a table without a model, say) is left to diff.
        let _ = apply(&change, &mut schema);
    }
    objects::rename_types(&mut schema, desired, renames);
    let used_types = objects::used_types(&schema);
    let mut owned = objects::Owned::take(&mut schema);
    let sequences = objects::by_column(desired);
    let present = schema.clone();
    let mut unstated: BTreeMap<&ObjectName, BTreeSet<&Name>> = BTreeMap::new();
    for (table, name) in &renames.unstated {
        unstated.entry(table).or_default().insert(name);
    }
    for table in desired.tables.values() {
        let mut wanted = table.clone();
        let own = match schema.tables.get(&table.name) {
            Some(old) => {
                wanted.triggers.clone_from(&old.triggers);
                unsaid::keep(old, &mut wanted, unstated.get(&table.name).unwrap_or(&BTreeSet::new()), chain);
                owned.of_table(old, &mut wanted, &sequences)
            }
            None => objects::of_new_table(&wanted, &sequences),
        };
        schema.sequences.extend(own.into_iter().map(|one| (one.name.clone(), one)));
        schema.tables.insert(table.name.clone(), wanted);
    }
    heirs::follow(chain, &present, desired, &mut schema);
    let dropped = with_partitions(dropped, &schema);
    let goes = |name: &ObjectName| dropped.contains(name) && !desired.tables.contains_key(name);
    schema.tables.retain(|name, _| !goes(name));
    // No database drops a table that another one refers to.
    let refers = |table: &&Table| table.foreign_keys.iter().any(|key| goes(&key.table));
    let unmodelled = schema.tables.values().filter(|table| !desired.tables.contains_key(&table.name));
    let referring: Vec<ObjectName> = unmodelled.filter(refers).map(|table| table.name.clone()).collect();
    for name in &referring {
        schema.tables.change(name, |table| table.foreign_keys.retain(|key| !goes(&key.table)));
    }
    owned.put_back(&mut schema);
    objects::keep_types(&mut schema, desired, &used_types);
    schema.share_equal(chain);
    let is_unmanaged = |name: &ObjectName| {
        let whole = name.to_string();
        unmanaged.iter().any(|pattern| matches(pattern, &whole) || matches(pattern, name.name.as_str()))
    };
    // A partition is its parent's, and no model can say what a virtual table is.
    let wants_model = |table: &Table| {
        let is_virtual = table.options.virtual_module.is_some() || schema.shadowed_by(&table.name).is_some();
        table.options.partition_of.is_none() && !is_virtual
    };
    let (mut unmodelled, mut left) = (Vec::new(), Vec::new());
    for (name, table) in schema.tables.iter().filter(|(name, _)| !desired.tables.contains_key(*name)) {
        match is_unmanaged(name) {
            true => left.push(name.clone()),
            false if wants_model(table) => unmodelled.push(name.clone()),
            false => {}
        }
    }
    Target { schema, unmodelled, unmanaged: left }
}

/// With the partitions of tables that go: they go with them.
fn with_partitions(dropped: &BTreeSet<ObjectName>, schema: &Schema) -> BTreeSet<ObjectName> {
    let mut all = dropped.clone();
    if dropped.is_empty() {
        return all;
    }
    let partitions: Vec<(&ObjectName, &ObjectName)> = schema
        .tables
        .values()
        .filter_map(|table| Some((&table.options.partition_of.as_ref()?.parent, &table.name)))
        .collect();
    let mut count = 0;
    while count < all.len() {
        count = all.len();
        let gone: Vec<_> = partitions.iter().filter(|(parent, _)| all.contains(*parent)).collect();
        all.extend(gone.into_iter().map(|(_, name)| (*name).clone()));
    }
    all
}

/// What looks like a rename on the way to the models and isn't stated, as [`diff::likely_renames`] finds it; tables
/// that have no model are taken to go unless they are `unmanaged`.
pub fn likely_renames(chain: &Schema, desired: &Schema, renames: &Renames, unmanaged: &[String]) -> Vec<Likely> {
    let mut without = target(chain, desired, renames, unmanaged, &BTreeSet::new());
    if !without.unmodelled.is_empty() {
        without = target(chain, desired, renames, unmanaged, &without.unmodelled.into_iter().collect());
    }
    diff::likely_renames(chain, &without.schema, renames)
}

/// Whether a name matches a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use dbmig::Backend;

    use super::*;
    use crate::schema::{Autoincrement, Column, ColumnType, ForeignKey, Sequence, Trigger};

    fn name(text: &str) -> Name {
        Name::new(text, Backend::Sqlite)
    }

    fn table(text: &str, columns: &[&str]) -> Table {
        let column = |text: &&str| Column::new(name(text), ColumnType::plain("integer"));
        Table { columns: columns.iter().map(column).collect(), ..Table::new(ObjectName::unqualified(name(text))) }
    }

    fn schema(tables: Vec<Table>) -> Schema {
        let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
        Schema { tables, ..Schema::default() }
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("users", "users", true),
            ("users", "users2", false),
            ("legacy_*", "legacy_a", true),
            ("legacy_*", "old_legacy_a", false),
            ("*_log", "audit_log", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("*", "anything", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_has_no_model_stays_and_triggers_follow() {
        let mut users = table("users", &["id", "name"]);
        users.triggers.push(Trigger { name: name("t"), sql: "…".to_owned() });
        let reference = |to: &str| ForeignKey::new(vec![name("id")], ObjectName::unqualified(name(to)), Vec::new());
        let other = Table { foreign_keys: vec![reference("gone"), reference("users")], ..table("other", &["id"]) };
        let chain = schema(vec![users, table("legacy_a", &["id"]), table("gone", &["id"]), other]);
        let desired = schema(vec![table("people", &["id", "full_name"])]);
        let renames = Renames {
            tables: [(ObjectName::unqualified(name("people")), ObjectName::unqualified(name("users")))].into(),
            columns: [((ObjectName::unqualified(name("people")), name("full_name")), name("name"))].into(),
            ..Renames::default()
        };
        let dropped = [ObjectName::unqualified(name("gone"))].into();
        let target = target(&chain, &desired, &renames, &["legacy_*".to_owned()], &dropped);
        let names: Vec<_> = target.schema.tables.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["legacy_a", "other", "people"]);
        assert_eq!(target.unmodelled, [ObjectName::unqualified(name("other"))]);
        assert_eq!(target.unmanaged, [ObjectName::unqualified(name("legacy_a"))]);
        let people = &target.schema.tables[&ObjectName::unqualified(name("people"))];
        assert_eq!(people.triggers.len(), 1);
        let other = &target.schema.tables[&ObjectName::unqualified(name("other"))];
        assert_eq!(other.foreign_keys, [reference("people")]);
        assert!(people.column(&name("full_name")).is_some());
    }

    #[test]
    fn a_table_without_a_model_may_have_become_one_with_another_name() {
        let chain = schema(vec![table("users", &["id", "name"]), table("old", &["id", "name"])]);
        let desired = schema(vec![table("people", &["id", "name"])]);
        let found = |unmanaged: &[String]| {
            let likely = likely_renames(&chain, &desired, &Renames::default(), unmanaged);
            likely.iter().map(|one| one.rename.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found(&["old".to_owned()]), ["table users -> people"]);
        assert_eq!(found(&["*".to_owned()]), Vec::<String>::new());
    }

    #[test]
    fn unmanaged_tables_may_be_named_with_their_schema() {
        let of = |schema: &str, text: &str| ObjectName { schema: Some(name(schema)), name: name(text) };
        let tables = [of("audit", "log"), of("app", "log"), of("app", "users")].map(Table::new);
        let chain = Schema { tables: tables.map(|one| (one.name.clone(), one)).into(), ..Schema::default() };
        let left = |unmanaged: &str| {
            let none = (Schema::default(), Renames::default(), BTreeSet::new());
            target(&chain, &none.0, &none.1, &[unmanaged.to_owned()], &none.2).unmodelled
        };
        assert_eq!(left("audit.*"), [of("app", "log"), of("app", "users")]);
        assert_eq!(left("app.log"), [of("app", "users"), of("audit", "log")]);
        assert_eq!(left("log"), [of("app", "users")]);
    }

    #[test]
    fn a_virtual_table_and_what_it_keeps_its_data_in_want_no_model() {
        let mut index = table("notes_fts", &["body"]);
        index.options.virtual_module = Some("fts5(body)".to_owned());
        let tables = vec![
            index,
            table("notes_fts_data", &["id"]),
            table("notes_fts_more", &["id"]),
            table("notes_data", &["id"]),
        ];
        let target = target(&schema(tables), &Schema::default(), &Renames::default(), &[], &BTreeSet::new());
        assert_eq!(
            target.unmodelled.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["notes_data", "notes_fts_more"]
        );
    }

    #[test]
    fn renames_along_a_chain_leave_nothing_behind() {
        let chain = schema(vec![table("a", &["id", "x"]), table("b", &["id", "y"])]);
        let desired = schema(vec![table("b", &["id", "x"]), table("c", &["id", "y"])]);
        let unqualified = |text| ObjectName::unqualified(name(text));
        let tables = [(unqualified("b"), unqualified("a")), (unqualified("c"), unqualified("b"))].into();
        let renames = Renames { tables, ..Renames::default() };
        let target = target(&chain, &desired, &renames, &[], &BTreeSet::new());
        assert_eq!(target.schema, desired);
        assert_eq!(target.unmodelled, []);
    }

    #[test]
    fn the_sequence_of_a_column_goes_with_its_table_into_another_schema() {
        let name = |text: &str| Name::new(text, Backend::Postgres);
        let object = |schema: &str, text: &str| ObjectName { schema: Some(name(schema)), name: name(text) };
        let counting = |schema: &str, autoincrement: Autoincrement| {
            let rooms = object(schema, "rooms");
            let mut column = Column { autoincrement, ..Column::new(name("id"), ColumnType::plain("integer")) };
            let sequence =
                Sequence { owner: Some((rooms.clone(), name("id"))), ..Sequence::new(object(schema, "rooms_id_seq")) };
            column.default = (autoincrement == Autoincrement::No).then(|| sequence.next_value());
            let table = Table { columns: vec![column], ..Table::new(rooms.clone()) };
            let sequences = [(sequence.name.clone(), sequence)].into();
            Schema { tables: [(rooms, table)].into_iter().collect(), sequences, ..Schema::default() }
        };
        let chain = counting("old", Autoincrement::No);
        let tables = [(object("new", "rooms"), object("old", "rooms"))].into();
        let renames = Renames { tables, ..Renames::default() };
        for autoincrement in [Autoincrement::No, Autoincrement::IdentityAlways] {
            let target = target(&chain, &counting("new", autoincrement), &renames, &[], &BTreeSet::new());
            let names: Vec<_> = target.schema.sequences.keys().map(ToString::to_string).collect();
            assert_eq!(names, ["new.rooms_id_seq"]);
        }
    }
}
