//! Changes keep the catalog's maps true, and refuse what doesn't fit.

use dbmig::Backend;

use crate::schema::{
    ApplyError, Catalog, Change, Column, ColumnType, Constraint, ForeignKey, Index, IndexColumn, Name, ObjectName,
    Schema, Table,
};

fn name(text: &str) -> Name {
    Name::new(text, Backend::Sqlite)
}

fn object(text: &str) -> ObjectName {
    ObjectName::unqualified(name(text))
}

fn index(text: &str) -> Index {
    let columns = vec![IndexColumn::column(name("id"))];
    Index::new(name(text), columns)
}

fn reference(table: &str) -> ForeignKey {
    ForeignKey::new(vec![name("id")], object(table), vec![name("id")])
}

fn table(text: &str) -> Table {
    let mut table = Table::new(object(text));
    table.columns.push(Column::new(name("id"), ColumnType::plain("integer")));
    table
}

fn create(table: Table) -> Change {
    Change::CreateTable(Box::new(table))
}

/// What the maps say, against what a catalog made from the schema alone says.
fn assert_true(catalog: &Catalog) {
    assert_eq!(format!("{catalog:?}"), format!("{:?}", Catalog::from(catalog.schema().clone())));
}

#[test]
fn maps_follow_every_change() {
    let mut child = table("b");
    child.foreign_keys.push(reference("a"));
    child.indexes.push(index("b_idx"));
    let add = Change::AddConstraint { table: object("c"), constraint: Constraint::ForeignKey(reference("c")) };
    let changes = [
        create(child.clone()),
        create(table("a")),
        create(table("c")),
        add.clone(),
        Change::RenameTable { from: object("c"), to: object("d") },
        Change::RenameTable { from: object("a"), to: object("A2") },
        Change::RenameColumn { table: object("a2"), from: name("id"), to: name("key") },
        Change::CreateIndex { table: object("d"), index: Box::new(index("d_idx")) },
        Change::RenameTable { from: object("b"), to: object("e") },
        Change::DropIndex { table: object("e"), index: Box::new(index("b_idx")) },
        Change::RenameTable { from: object("d"), to: object("c") },
        add.inverse(),
        Change::DropTable(Box::new(table("a2"))),
        Change::DropTable(Box::new(table("e"))),
    ];
    let mut catalog = Catalog::default();
    for change in &changes {
        assert_eq!(catalog.apply(change), Ok(()), "{change:?}");
        assert_true(&catalog);
        if let Change::RenameColumn { .. } = change {
            let child = &catalog.schema().tables[&object("b")];
            assert_eq!(child.foreign_keys[0].table.to_string(), "A2");
            assert_eq!(child.foreign_keys[0].referenced, [name("key")]);
        }
    }
    assert_eq!(catalog.schema().tables.keys().map(ToString::to_string).collect::<Vec<_>>(), ["c"]);
    assert!(catalog.find_index(None, &name("D_IDX")).is_some_and(|(table, _)| table.name == object("c")));
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut catalog = Catalog::from(Schema::default());
    let mut with_index = table("a");
    with_index.indexes.push(index("i"));
    assert_eq!(catalog.apply(&create(with_index.clone())), Ok(()));
    let before = catalog.clone();
    with_index.name = object("b");
    for (change, error) in [
        (create(table("A")), ApplyError::Exists(object("a"))),
        (create(with_index), ApplyError::IndexExists(name("i"))),
        (Change::DropTable(Box::new(table("b"))), ApplyError::NoTable(object("b"))),
        (Change::RenameTable { from: object("b"), to: object("a") }, ApplyError::NoTable(object("b"))),
        (Change::CreateIndex { table: object("b"), index: Box::new(index("j")) }, ApplyError::NoTable(object("b"))),
        (Change::CreateIndex { table: object("a"), index: Box::new(index("I")) }, ApplyError::IndexExists(name("i"))),
        (
            Change::DropIndex { table: object("a"), index: Box::new(index("j")) },
            ApplyError::NoIndex(object("a"), name("j")),
        ),
        (
            Change::DropConstraint { table: object("a"), constraint: Constraint::ForeignKey(reference("a")) },
            ApplyError::NoConstraint(object("a"), "foreign key (id)".to_owned()),
        ),
        (
            Change::DropColumn {
                table: object("a"),
                column: Box::new(Column::new(name("id"), ColumnType::plain("integer"))),
            },
            ApplyError::ColumnInUse(object("a"), name("id"), "index `i`".to_owned()),
        ),
    ] {
        assert_eq!(catalog.apply(&change), Err(error));
        assert_eq!(catalog.schema(), before.schema());
        assert_true(&catalog);
    }
}
