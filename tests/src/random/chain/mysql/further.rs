//! Further statements: enums whose labels change, keys of several columns, tables that need each other, views.

use super::super::{Column, Shop};
use super::types::TYPES;
use super::{check, part, quoted};

const ACTIONS: [&str; 6] = [
    "",
    " ON DELETE CASCADE ON UPDATE CASCADE",
    " ON DELETE SET NULL",
    " ON DELETE SET NULL ON UPDATE CASCADE",
    " ON UPDATE RESTRICT",
    " ON DELETE CASCADE",
];

/// One more statement, or several that belong together.
pub(super) fn step(shop: &mut Shop) {
    let at = shop.table();
    let (name, column) = (shop.tables[at].name.clone(), shop.column(at));
    let plain = column.name.clone();
    let alter = format!("ALTER TABLE {name}");
    let number = shop.random.below(9);
    let sql = match shop.random.below(19) {
        0..=3 => reference(shop, at),
        4 | 5 => labels(shop, at),
        6 | 7 => view(shop, at),
        8 => computed(shop, at),
        9 => {
            let (one, other) = (shop.column(at), shop.column(at));
            let how = shop.one_of(&["KEY", "UNIQUE KEY"]);
            let order = shop.one_of(&["", " DESC"]);
            format!("{alter} ADD {how} {} ({}{order}, {})", shop.fresh("i"), part(&one), part(&other))
        }
        10 => format!("{alter} DROP INDEX i_{number}"),
        11 => {
            let other = shop.column(at);
            let (one, two) = (check(shop, &column), check(shop, &other));
            format!("{alter} ADD CONSTRAINT {} CHECK (({one}) OR ({two}))", shop.fresh("k"))
        }
        12 => format!("{alter} MODIFY {plain} {} NULL COMMENT 'now {number}'", TYPES[column.of].name),
        13 => format!("{alter} {}", shop.one_of(&["ROW_FORMAT=DYNAMIC", "COMMENT='it is'", "ROW_FORMAT=COMPACT"])),
        14 => {
            let (trigger, other) = (shop.fresh("tr"), shop.column(at).name);
            format!("CREATE TRIGGER {trigger} BEFORE UPDATE ON {name} FOR EACH ROW SET NEW.{other} = OLD.{other}")
        }
        15 => partitioned(shop),
        16 => {
            // Two columns that swap their names, and one in the middle.
            let other = shop.column(at).name;
            let aside = quoted(&shop.fresh("aside"));
            format!(
                "{alter} RENAME COLUMN {plain} TO {aside}; {alter} RENAME COLUMN {other} TO {plain}; {alter} RENAME COLUMN {aside} TO {other}"
            )
        }
        17 => {
            let of = shop.random.below(TYPES.len());
            let added = Column { name: quoted(&shop.fresh("added")), of };
            shop.tables[at].columns.push(added.clone());
            let rest = shop.one_of(&["", " NOT NULL", " NULL DEFAULT NULL", " INVISIBLE"]);
            format!("{alter} ADD {} {}{rest} FIRST", added.name, TYPES[of].name)
        }
        _ => format!("{alter} DROP FOREIGN KEY k_{number}"),
    };
    // MySQL commits each by itself.
    let alone = sql.replace("; ALTER", "\0ALTER");
    alone.split('\0').for_each(|one| shop.say(one.to_owned()));
}

/// Foreign keys of two columns, to the table itself, and of two tables to each other.
fn reference(shop: &mut Shop, at: usize) -> String {
    let parent = shop.table();
    let (child, target) = (shop.tables[at].name.clone(), shop.tables[parent].name.clone());
    let (one, other) = (shop.column(parent), shop.column(parent));
    let (a, b) = (shop.fresh("ref"), shop.fresh("ref"));
    // One that counts gives values; a reference doesn't.
    let (of_a, of_b) = (TYPES[one.of].name, TYPES[other.of].name);
    let action = shop.one_of(&ACTIONS);
    let named = if shop.random.chance(50) { format!("CONSTRAINT {} ", shop.fresh("k")) } else { String::new() };
    for (name, of) in [(&a, one.of), (&b, other.of)] {
        shop.tables[at].columns.push(Column { name: quoted(name), of });
    }
    match shop.random.below(4) {
        0 if one.name != other.name => format!(
            "ALTER TABLE {target} ADD UNIQUE ({0}, {1}); ALTER TABLE {child} ADD COLUMN {a} {of_a}, ADD COLUMN {b} {of_b}; ALTER TABLE {child} ADD {named}FOREIGN KEY ({a}, {b}) REFERENCES {target} ({0}, {1}){action}",
            part(&one),
            part(&other)
        ),
        1 if one.name != other.name => format!(
            "ALTER TABLE {target} ADD KEY ({0}, {1}); ALTER TABLE {child} ADD COLUMN {b} {of_a}; ALTER TABLE {child} ADD {named}FOREIGN KEY ({b}) REFERENCES {target} ({0}){action}",
            one.name, other.name
        ),
        2 => {
            // Two tables need each other.
            let mine = shop.column(at);
            let of_mine = TYPES[mine.of].name;
            format!(
                "ALTER TABLE {target} ADD INDEX ({0}), ADD COLUMN {b} {of_mine}; ALTER TABLE {child} ADD INDEX ({1}), ADD COLUMN {a} {of_a}; ALTER TABLE {child} ADD FOREIGN KEY ({a}) REFERENCES {target} ({0}){action}; ALTER TABLE {target} ADD {named}FOREIGN KEY ({b}) REFERENCES {child} ({1})",
                one.name, mine.name
            )
        }
        _ => format!(
            "ALTER TABLE {target} ADD INDEX ({0}); ALTER TABLE {child} ADD COLUMN {a} {of_a}, ADD {named}FOREIGN KEY ({a}) REFERENCES {target} ({0}){action}",
            one.name
        ),
    }
}

/// A column of labels comes, and others get other labels.
fn labels(shop: &mut Shop, at: usize) -> String {
    let table = shop.tables[at].name.clone();
    let is_enum = |one: &&Column| TYPES[one.of].name.starts_with("enum");
    let enums: Vec<Column> = shop.tables[at].columns.iter().filter(is_enum).cloned().collect();
    let Some(column) = shop.random.pick(&enums).cloned() else {
        let name = quoted(&shop.fresh("label"));
        let of = TYPES.iter().position(|one| one.name.starts_with("enum")).unwrap_or_default();
        shop.tables[at].columns.push(Column { name: name.clone(), of });
        return format!("ALTER TABLE {table} ADD COLUMN {name} enum('a','it''s') DEFAULT 'a'");
    };
    let labels = shop.one_of(&["'a','it''s','new'", "'new','a','it''s'", "'a','it''s','b c','d\\\\e'", "'it''s','a'"]);
    let rest = shop.one_of(&["", " NOT NULL", " DEFAULT 'a'", " CHARACTER SET latin1"]);
    let rest = if rest.contains("CHARACTER") { String::from(" COLLATE utf8mb4_bin") } else { rest.to_owned() };
    format!("ALTER TABLE {table} MODIFY {} enum({labels}){rest}", column.name)
}

fn view(shop: &mut Shop, at: usize) -> String {
    let (one, other) = (shop.column(at), shop.column(at));
    let table = shop.tables[at].name.clone();
    let (name, number) = (shop.fresh("view"), shop.random.below(12));
    let predicate = check(shop, &other);
    let plain = &one.name;
    match shop.random.below(5) {
        0 => format!("CREATE VIEW {name} AS SELECT {plain} AS a, count(*) AS many FROM {table} GROUP BY {plain}"),
        1 => format!("CREATE VIEW {name} (first) AS SELECT {plain} FROM {table} WHERE {predicate}"),
        2 => format!("CREATE OR REPLACE VIEW view_{number} AS SELECT {plain} FROM {table} AS x"),
        3 => format!("DROP VIEW IF EXISTS view_{number}"),
        _ => format!("CREATE VIEW {name} AS SELECT * FROM {table}"),
    }
}

/// A computed column with a key on it, or one that is computed from now on.
fn computed(shop: &mut Shop, at: usize) -> String {
    let (table, other) = (shop.tables[at].name.clone(), shop.column(at));
    let expression = shop.one_of(TYPES[other.of].computed).replace("{c}", &other.name);
    let name = shop.fresh("computed");
    let storage = shop.one_of(&["VIRTUAL", "STORED", "PERSISTENT"]);
    let key = shop.one_of(&["", ", ADD KEY {n} ({c})", ", ADD UNIQUE {n} ({c})"]);
    let key = key.replace("{n}", &shop.fresh("i")).replace("{c}", &name);
    format!("ALTER TABLE {table} ADD COLUMN {name} varchar(60) AS ({expression}) {storage}{key}")
}

fn partitioned(shop: &mut Shop) -> String {
    let name = shop.fresh("parts");
    let columns = [("a", 0), ("b", 4)].map(|(name, of)| Column { name: quoted(name), of }).to_vec();
    shop.tables.push(super::super::Table { name: name.clone(), columns });
    let rule = shop.one_of(&[
        "HASH (a) PARTITIONS 3",
        "RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "LIST (a) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (4, 5, 7, 8))",
        "KEY (a)",
    ]);
    format!("CREATE TABLE {name} (a int NOT NULL DEFAULT 1, b varchar(20), KEY (b, a)) PARTITION BY {rule}")
}
