//! A schema out of nothing.

use dbmig_build::schema::{
    Autoincrement, Check, Column, ColumnType, Conflict, Deferrable, ForeignKey, Generated, Index, IndexColumn,
    IndexKey, Name, ObjectName, PrimaryKey, ReferentialAction, Schema, SortOrder, Storage, Table, Trigger, Unique,
    View,
};

use super::{Random, expression, name};

/// Names as people give them, and as they don't.
const NAMES: [&str; 24] = [
    "id",
    "name",
    "email",
    "title",
    "owner",
    "created",
    "updated",
    "note",
    "amount",
    "kind",
    "order",
    "group",
    "a\"b",
    "é",
    "two words",
    "Mixed",
    "select",
    "rowid",
    "x",
    "y",
    "old",
    "[odd]",
    "it's",
    "new",
];
const TABLES: [&str; 14] = [
    "users",
    "groups",
    "order",
    "Systems",
    "two words",
    "a\"b",
    "é",
    "t",
    "accounts",
    "items",
    "log",
    "select",
    "old books",
    "it's",
];
const TYPES: [&str; 11] =
    ["integer", "text", "real", "blob", "varchar", "bigint", "boolean", "timestamp", "numeric", "", "unsigned big int"];
pub(super) const STRICT_TYPES: [&str; 6] = ["integer", "int", "text", "real", "blob", "any"];
const ACTIONS: [ReferentialAction; 5] = [
    ReferentialAction::NoAction,
    ReferentialAction::Restrict,
    ReferentialAction::Cascade,
    ReferentialAction::SetNull,
    ReferentialAction::SetDefault,
];

pub(super) fn schema(random: &mut Random) -> Schema {
    let mut schema = Schema::default();
    for _ in 0..1 + random.below(4) {
        if let Some(name) = free_table(&schema, random) {
            let table = table(name, random);
            schema.tables.insert(table.name.clone(), table);
        }
    }
    for owner in schema.tables.keys().cloned().collect::<Vec<_>>() {
        while random.chance(40) {
            reference(&mut schema, &owner, random);
        }
        while random.chance(35) {
            index(&mut schema, &owner, random);
        }
    }
    while random.chance(35) {
        mention(&mut schema, random);
    }
    schema
}

/// A name that no table has.
pub(super) fn free_table(schema: &Schema, random: &mut Random) -> Option<ObjectName> {
    let free =
        TABLES.iter().map(|text| ObjectName::unqualified(name(text))).filter(|one| !schema.tables.contains_key(one));
    random.pick(&free.collect::<Vec<_>>()).cloned()
}

/// A name that no column of the table has.
pub(super) fn free_column(table: &Table, random: &mut Random) -> Option<Name> {
    let free = NAMES.iter().map(|text| name(text)).filter(|one| table.column(one).is_none());
    random.pick(&free.collect::<Vec<_>>()).cloned()
}

/// A table without references and indexes.
pub(super) fn table(name: ObjectName, random: &mut Random) -> Table {
    let mut table = Table::new(name);
    table.options.strict = random.chance(25);
    for _ in 0..2 + random.below(4) {
        if let Some(name) = free_column(&table, random) {
            let column = column(&table, name, random);
            table.columns.push(column);
        }
    }
    primary_key(&mut table, random);
    for _ in 0..random.below(2) {
        unique(&mut table, random);
    }
    for _ in 0..random.below(2) {
        check(&mut table, random);
    }
    if random.chance(25) {
        generated(&mut table, random);
    }
    table
}

pub(super) fn column_type(table: &Table, random: &mut Random) -> ColumnType {
    let types: &[&str] = if table.options.strict { &STRICT_TYPES } else { &TYPES };
    match random.pick(types).copied().unwrap_or_default() {
        "varchar" => ColumnType::with_arguments("varchar", [20 + random.below(2)]),
        "numeric" => ColumnType::with_arguments("numeric", [10, 2]),
        other => ColumnType::plain(other),
    }
}

pub(super) fn column(table: &Table, name: Name, random: &mut Random) -> Column {
    let mut column = Column::new(name, column_type(table, random));
    column.nullable = random.chance(60);
    if !column.nullable && random.chance(8) {
        column.not_null_conflict = Some(Conflict::Abort);
    }
    if random.chance(30) {
        column.default = Some(default(&column, random));
    }
    if random.chance(10) {
        column.collation = Some(name_of_collation(random));
    }
    column
}

fn name_of_collation(random: &mut Random) -> Name {
    name(if random.chance(50) { "NOCASE" } else { "RTRIM" })
}

/// A default that the column's type takes, also in a STRICT table.
pub(super) fn default(column: &Column, random: &mut Random) -> dbmig_build::schema::Expression {
    let texts: &[&str] = match column.column_type.name.as_str() {
        "integer" | "int" | "bigint" | "unsigned big int" => &["0", "-1", "(1 + 2)", "+7"],
        "boolean" => &["false", "TRUE", "0"],
        "real" | "numeric" => &["0.5", "-1.5", "1e3"],
        "blob" => &["x'00ff'", "(zeroblob(2))"],
        "timestamp" => &["CURRENT_TIMESTAMP", "(datetime('now'))", "'2020-01-01 00:00:00'"],
        _ => &["''", "'it''s'", "('a' || 'b')", "'; -- no comment'"],
    };
    expression(random.pick(texts).copied().unwrap_or("NULL"))
}

/// Columns that rows have different values in, and which may be keys.
pub(super) fn keyable(table: &Table) -> Vec<Name> {
    let plain = |column: &&Column| column.generated.is_none() && column.collation.is_none();
    table.columns.iter().filter(plain).map(|column| column.name.clone()).collect()
}

pub(super) fn primary_key(table: &mut Table, random: &mut Random) {
    let candidates = keyable(table);
    let Some(first) = random.pick(&candidates).cloned() else { return };
    let mut columns = vec![IndexColumn::column(first.clone())];
    let mut key_name = None;
    match random.below(5) {
        // No key at all.
        0 => return,
        1 | 2 => {
            if let Some(column) = table.column_mut(&first) {
                column.column_type = ColumnType::plain("integer");
                column.default = None;
                let autoincrements = random.chance(40);
                column.autoincrement = if autoincrements { Autoincrement::Keyword } else { Autoincrement::No };
            }
        }
        _ => {
            if let Some(second) = candidates.iter().find(|name| **name != first && random.chance(50)) {
                let mut second = IndexColumn::column(second.clone());
                second.order = if random.chance(20) { SortOrder::Descending } else { SortOrder::Ascending };
                columns.push(second);
            }
            if columns.len() > 1 {
                key_name = random.chance(50).then(|| name(&format!("{}_pkey", table.name)));
            }
        }
    }
    for key in columns.iter().filter_map(IndexColumn::name) {
        if let Some(column) = table.columns.iter_mut().find(|column| column.name == *key) {
            column.nullable &= random.chance(30);
            if column.nullable {
                column.not_null_conflict = None;
            }
        }
    }
    let autoincrements = table.columns.iter().any(|column| column.autoincrement == Autoincrement::Keyword);
    // SQLite (3.50) can't rename a column that is the only INTEGER key of a table WITHOUT ROWID with a unique
    // constraint: "error in table t after rename: no such column". Nobody writes such tables, and it changes nothing.
    let is_integer = |name: &Name| table.column(name).is_some_and(|column| column.column_type.name == "integer");
    let sole_integer = columns.len() == 1 && columns.iter().filter_map(IndexColumn::name).any(is_integer);
    table.options.without_rowid = !autoincrements && !sole_integer && random.chance(30);
    table.primary_key = Some(PrimaryKey { name: key_name, ..PrimaryKey::new(columns) });
}

pub(super) fn unique(table: &mut Table, random: &mut Random) {
    let candidates = keyable(table);
    let Some(first) = random.pick(&candidates).cloned() else { return };
    let mut columns = vec![first.clone()];
    columns.extend(candidates.iter().find(|name| **name != first && random.chance(30)).cloned());
    let text = columns.iter().map(Name::as_str).collect::<Vec<_>>().join("_");
    let unique_name = random.chance(60).then(|| name(&format!("{}_{text}_key", table.name)));
    let columns = columns.into_iter().map(IndexColumn::column).collect();
    let unique = Unique {
        name: unique_name,
        on_conflict: random.chance(10).then_some(Conflict::Rollback),
        ..Unique::new(columns)
    };
    let is_same = |one: &Unique| one.columns == unique.columns;
    let taken = unique.name.as_ref().is_some_and(|name| table.constraint(name).is_some());
    if !taken && !table.uniques.iter().any(is_same) {
        table.uniques.push(unique);
    }
}

/// A check that every row passes.
pub(super) fn check(table: &mut Table, random: &mut Random) {
    let columns: Vec<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
    let (Some(one), Some(other)) = (random.pick(&columns).cloned(), random.pick(&columns).cloned()) else { return };
    let (a, b) = (one.sql(), other.sql());
    let text = match random.below(4) {
        0 => format!("length({a}) < 1000"),
        1 => format!("{a} IS NULL OR {a} <> 'never'"),
        2 => format!("coalesce({a}, {b}, 1) IS NOT NULL AND 1"),
        _ => format!("CASE WHEN {a} = {b} THEN 1 ELSE 2 END > 0"),
    };
    let check_name = random.chance(60).then(|| name(&format!("{}_{one}_check", table.name)));
    if check_name.as_ref().is_none_or(|name| table.constraint(name).is_none()) {
        table.checks.push(Check { name: check_name, ..Check::new(expression(&text)) });
    }
}

pub(super) fn generated(table: &mut Table, random: &mut Random) {
    let plain: Vec<Name> = keyable(table);
    let (Some(from), Some(column_name)) = (random.pick(&plain).cloned(), free_column(table, random)) else { return };
    let from = from.sql();
    let text = [format!("{from} || '-'"), format!("length({from})"), format!("coalesce({from}, 0)")];
    let text = random.pick(&text).cloned().unwrap_or_default();
    let column_type = if table.options.strict { "any" } else { "text" };
    let mut column = Column::new(column_name, ColumnType::plain(column_type));
    let storage = if random.chance(50) { Storage::Virtual } else { Storage::Stored };
    column.generated = Some(Generated { expression: expression(&text), storage });
    table.columns.push(column);
}

pub(super) fn action(random: &mut Random) -> ReferentialAction {
    random.pick(&ACTIONS).copied().unwrap_or_default()
}

/// A foreign key from new columns of a table to a key of some table.
pub(super) fn reference(schema: &mut Schema, owner: &ObjectName, random: &mut Random) {
    let parents: Vec<Table> = schema.tables.values().filter(|table| table.primary_key.is_some()).cloned().collect();
    let Some(parent) = random.pick(&parents) else { return };
    let key: Vec<Name> = match parent.uniques.first().filter(|_| random.chance(30)) {
        Some(unique) => unique.columns.iter().filter_map(|column| column.name().cloned()).collect(),
        None => parent.primary_key.iter().flat_map(|key| &key.columns).filter_map(|one| one.name().cloned()).collect(),
    };
    let is_primary =
        parent.primary_key.as_ref().is_some_and(|one| one.columns.iter().filter_map(IndexColumn::name).eq(&key));
    let Some(table) = schema.tables.get_mut(owner) else { return };
    let strict = table.options.strict;
    let strict_type = |column_type: &ColumnType| STRICT_TYPES.contains(&column_type.name.as_str());
    let types: Vec<ColumnType> =
        key.iter().filter_map(|one| parent.column(one)).map(|one| one.column_type.clone()).collect();
    if strict && !types.iter().all(strict_type) {
        return;
    }
    let nullable = random.chance(60);
    let mut columns = Vec::new();
    for column_type in types {
        let Some(column_name) = free_column(table, random) else { return };
        let mut column = Column::new(column_name.clone(), column_type);
        column.nullable = nullable;
        table.columns.push(column);
        columns.push(column_name);
    }
    let text = columns.iter().map(Name::as_str).collect::<Vec<_>>().join("_");
    let referenced = if is_primary && random.chance(40) { Vec::new() } else { key };
    let key_name = Some(name(&format!("{owner}_{text}_fkey"))).filter(|_| random.chance(60));
    table.foreign_keys.push(ForeignKey {
        name: key_name.filter(|name| table.constraint(name).is_none()),
        on_delete: action(random),
        on_update: action(random),
        deferrable: if random.chance(20) { Deferrable::InitiallyDeferred } else { Deferrable::No },
        ..ForeignKey::new(columns, parent.name.clone(), referenced)
    });
}

pub(super) fn index(schema: &mut Schema, owner: &ObjectName, random: &mut Random) {
    let count: usize = schema.tables.values().map(|table| table.indexes.len()).sum();
    let Some(table) = schema.tables.get(owner) else { return };
    let candidates = keyable(table);
    let Some(column) = random.pick(&candidates).cloned() else { return };
    let index_name = name(&format!("{owner}_{column}_{count}_idx"));
    if schema.find_index(&index_name).is_some() {
        return;
    }
    let text = column.sql();
    let key = match random.below(4) {
        0 => IndexKey::Expression(expression(&format!("length({text})"))),
        1 => IndexKey::Expression(expression(&format!("{text} || 'x'"))),
        _ => IndexKey::Column(column.clone()),
    };
    let is_plain = matches!(key, IndexKey::Column(_));
    let order = if random.chance(20) { SortOrder::Descending } else { SortOrder::Ascending };
    let collation = random.chance(15).then(|| name_of_collation(random));
    let predicate = random.chance(25).then(|| expression(&format!("{text} IS NOT NULL")));
    let unique = is_plain && collation.is_none() && random.chance(30);
    let columns = vec![IndexColumn { collation, order, ..IndexColumn::new(key) }];
    let index = Index { unique, predicate, ..Index::new(index_name, columns) };
    schema.tables.change(owner, |table| table.indexes.push(index));
}

/// A view or trigger that mentions a table and its first column.
fn mention(schema: &mut Schema, random: &mut Random) {
    let tables: Vec<Table> = schema.tables.values().cloned().collect();
    let (Some(table), Some(other)) = (random.pick(&tables), random.pick(&tables)) else { return };
    let (Some(column), Some(second)) = (table.columns.first(), other.columns.first()) else { return };
    let count = schema.views.len() + tables.iter().map(|table| table.triggers.len()).sum::<usize>();
    let (own, column, far, second) = (table.name.sql(), column.name.sql(), other.name.sql(), second.name.sql());
    if random.chance(50) {
        let view = ObjectName::unqualified(name(&format!("view_{count}")));
        let sql = match random.below(3) {
            0 => {
                format!("CREATE VIEW view_{count} AS SELECT {own}.{column} AS v FROM {own} WHERE '{count}' <> 'users'")
            }
            1 => format!("CREATE VIEW view_{count} AS SELECT q.{column} AS v FROM {own} AS q"),
            _ => format!(
                "CREATE VIEW view_{count} AS SELECT count(*) AS v FROM {own}, {far} AS z WHERE {own}.{column} = z.{second}"
            ),
        };
        schema.views.insert(view.clone(), View::new(view, sql));
        return;
    }
    let sql = match random.below(3) {
        0 => format!("CREATE TRIGGER trigger_{count} AFTER UPDATE OF {column} ON {own} BEGIN SELECT NEW.{column}; END"),
        1 => format!(
            "CREATE TRIGGER trigger_{count} AFTER DELETE ON {own} WHEN OLD.{column} = 'never' BEGIN UPDATE {far} SET {second} = {far}.{second}; END"
        ),
        _ => format!(
            "CREATE TRIGGER trigger_{count} BEFORE INSERT ON {own} BEGIN DELETE FROM {far} WHERE {far}.{second} = 'never'; END"
        ),
    };
    let trigger = Trigger { name: name(&format!("trigger_{count}")), sql };
    schema.tables.change(&table.name, |table| table.triggers.push(trigger));
}
