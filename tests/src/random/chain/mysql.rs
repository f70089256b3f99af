//! MySQL's and MariaDB's.

mod further;
mod types;

use super::{Column, NAMES, Shop, Table};
use types::TYPES;

const ACTIONS: [&str; 5] =
    ["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE ON DELETE RESTRICT", " ON DELETE NO ACTION"];
/// How many kinds of statements [`step`] knows.
const STEPS: usize = 33;

pub(super) fn write(shop: &mut Shop) {
    for _ in 0..2 + shop.random.below(2) {
        create_table(shop);
    }
    for _ in 0..10 {
        if shop.random.chance(60) {
            let which = shop.random.below(STEPS);
            step(shop, which);
        } else {
            further::step(shop);
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

fn create_table(shop: &mut Shop) {
    let name = quoted(shop.one_of(&["users", "groups", "order", "systems", "two words", "é", "t", "items"]));
    let mut table = Table { name, columns: Vec::new() };
    let mut lines = Vec::new();
    if shop.random.chance(60) {
        let key = shop.one_of(&[
            "int AUTO_INCREMENT PRIMARY KEY",
            "bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY",
            "serial",
        ]);
        lines.push(format!("id {key}"));
        table.columns.push(Column { name: quoted("id"), of: 0 });
    }
    for _ in 0..2 + shop.random.below(4) {
        let name = quoted(shop.one_of(&NAMES));
        if table.columns.iter().any(|one| one.name == name) {
            continue;
        }
        let column = Column { name, of: shop.random.below(TYPES.len()) };
        table.columns.push(column.clone());
        let definition = definition(shop, &table, &column);
        lines.push(format!("{} {definition}", column.name));
    }
    while shop.random.chance(40) {
        lines.push(constraint(shop, &table));
    }
    if shop.random.chance(15) {
        lines.push(checked(shop));
    }
    let options = shop.one_of(&[
        "",
        "",
        " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
        " COMMENT='it''s'",
        " CHARACTER SET latin1",
        " COLLATE utf8mb4_bin",
    ]);
    shop.say(format!("CREATE TABLE {} ({}){options}", table.name, lines.join(", ")));
    shop.tables.push(table);
}

/// Whether a column's default may be the current time. MariaDB 10.11.14 takes `ALTER … DEFAULT` for such a one and does
/// nothing, 10.11.19 does it.
fn may_be_now(column: &Column) -> bool {
    TYPES[column.of].defaults.iter().any(|default| default.starts_with("CURRENT_TIMESTAMP"))
}

fn filled(template: &str, column: &Column) -> String {
    template.replace("{c}", &column.name)
}

fn check(shop: &mut Shop, column: &Column) -> String {
    filled(shop.one_of(TYPES[column.of].checks), column)
}

fn definition(shop: &mut Shop, table: &Table, column: &Column) -> String {
    let of = &TYPES[column.of];
    let mut text = of.name.to_owned();
    if shop.random.chance(10) {
        let other = table.columns[shop.random.below(table.columns.len())].clone();
        if other.name != column.name {
            let computed = filled(shop.one_of(TYPES[other.of].computed), &other);
            return format!("varchar(50) AS ({computed}){}", shop.one_of(&["", " VIRTUAL", " STORED"]));
        }
    }
    if matches!(of.name, "varchar(20)" | "text") {
        text += shop.one_of(&["", "", " CHARACTER SET latin1", " COLLATE utf8mb4_bin"]);
    }
    text += shop.maybe(30, " NOT NULL");
    if shop.random.chance(40) {
        text += &format!(" DEFAULT {}", shop.one_of(of.defaults));
    }
    text += shop.maybe(10, " UNIQUE");
    text += shop.maybe(10, " COMMENT 'what it''s'");
    text
}

/// A column with a check on it. No later statement restates it, nor has it a character set that could change: MariaDB
/// drops the check then, MySQL keeps it.
fn checked(shop: &mut Shop) -> String {
    let column = Column { name: quoted(&shop.fresh("checked")), of: shop.random.below(4) };
    let check = check(shop, &column);
    format!("{} {} CHECK ({check})", column.name, TYPES[column.of].name)
}

fn part(column: &Column) -> String {
    format!("{}{}", column.name, TYPES[column.of].length)
}

fn constraint(shop: &mut Shop, table: &Table) -> String {
    let pick = |shop: &mut Shop| table.columns[shop.random.below(table.columns.len())].clone();
    let (one, other) = (pick(shop), pick(shop));
    let both = if one.name == other.name { part(&one) } else { format!("{}, {}", part(&one), part(&other)) };
    let name = if shop.random.chance(50) { shop.fresh("k") } else { String::new() };
    match shop.random.below(7) {
        0 => format!("PRIMARY KEY ({both})"),
        1 => format!("UNIQUE KEY {name} ({both})"),
        2 => format!("KEY {name} ({both}{})", shop.maybe(40, " DESC")),
        3 => format!("CONSTRAINT {name} UNIQUE ({both})"),
        4 if TYPES[one.of].name == "text" => format!("FULLTEXT KEY {name} ({})", one.name),
        _ if shop.tables.is_empty() || shop.random.chance(40) => {
            let (one, other) = (check(shop, &one), check(shop, &other));
            format!("CONSTRAINT {name} CHECK (({one}) {} {other})", shop.one_of(&["AND", "OR"]))
        }
        _ => {
            let parent = shop.table();
            let (target, column) = (shop.tables[parent].name.clone(), shop.column(parent));
            let action = shop.one_of(&ACTIONS);
            format!("CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {target} ({}){action}", one.name, column.name)
        }
    }
}

/// One more statement.
fn step(shop: &mut Shop, which: usize) {
    let at = shop.table();
    let table = shop.tables[at].clone();
    let (name, column) = (table.name.clone(), shop.column(at));
    let plain = column.name.clone();
    let alter = format!("ALTER TABLE {name}");
    let sql = match which {
        0..=3 => {
            let kind = shop.one_of(&["", "UNIQUE ", "", "FULLTEXT "]);
            let length = if kind == "FULLTEXT " { "" } else { TYPES[column.of].length };
            format!("CREATE {kind}INDEX {} ON {name} ({plain}{length})", shop.fresh("i"))
        }
        4..=6 => {
            let column = Column { name: quoted(&shop.fresh("added")), of: shop.random.below(TYPES.len()) };
            let definition = definition(shop, &table, &column);
            shop.tables[at].columns.push(column.clone());
            let place =
                if shop.random.chance(30) { format!(" AFTER {plain}") } else { shop.maybe(20, " FIRST").to_owned() };
            format!("{alter} ADD COLUMN {} {definition}{place}", column.name)
        }
        7 | 8 => format!("{alter} DROP COLUMN {plain}"),
        9 | 10 => {
            let of = if shop.random.chance(30) { shop.random.below(TYPES.len()) } else { column.of };
            let to = Column { name: quoted(&shop.fresh("renamed")), of };
            let definition = definition(shop, &table, &to);
            for one in shop.tables[at].columns.iter_mut().filter(|one| one.name == plain) {
                *one = to.clone();
            }
            format!("{alter} CHANGE {plain} {} {definition}", to.name)
        }
        11 | 12 => {
            let of = if shop.random.chance(40) { shop.random.below(TYPES.len()) } else { column.of };
            let column = Column { of, ..column };
            for one in shop.tables[at].columns.iter_mut().filter(|one| one.name == plain) {
                one.of = of;
            }
            let definition = definition(shop, &table, &column);
            format!("{alter} MODIFY COLUMN {plain} {definition}{}", shop.maybe(20, " FIRST"))
        }
        13 => {
            let to = quoted(&shop.fresh("renamed"));
            for one in shop.tables[at].columns.iter_mut().filter(|one| one.name == plain) {
                one.name.clone_from(&to);
            }
            format!("{alter} RENAME COLUMN {plain} TO {to}")
        }
        14 | 15 => {
            let to = quoted(&shop.fresh("table"));
            shop.tables[at].name.clone_from(&to);
            if shop.random.chance(50) {
                format!("RENAME TABLE {name} TO {to}")
            } else {
                format!("{alter} RENAME TO {to}")
            }
        }
        // One that counts keeps an expression that no definition can say.
        16 if plain == "`id`" => format!("{alter} ALTER {plain} SET DEFAULT 5"),
        16 => {
            let default = shop.one_of(TYPES[column.of].defaults);
            if may_be_now(&column) {
                format!("{alter} MODIFY {plain} {} DEFAULT {default}", TYPES[column.of].name)
            } else {
                format!("{alter} ALTER {plain} SET DEFAULT {default}")
            }
        }
        17 if may_be_now(&column) => format!("{alter} MODIFY {plain} {}", TYPES[column.of].name),
        17 => format!("{alter} ALTER {plain} DROP DEFAULT"),
        18 | 19 => format!("{alter} ADD {}", constraint(shop, &table)),
        20 => format!("{alter} DROP PRIMARY KEY"),
        21 => format!("{alter} DROP INDEX {}", plain),
        22 => format!("{alter} DROP FOREIGN KEY {}", quoted(&format!("{}_ibfk_1", name.trim_matches('`')))),
        23 => format!("DROP TABLE {name}"),
        24 => format!("{alter} ADD COLUMN {}", checked(shop)),
        25 => {
            let set = |shop: &mut Shop| shop.one_of(&["latin1", "utf8mb4", "utf8mb4 COLLATE utf8mb4_bin"]);
            let (converted, next) = (set(shop), set(shop));
            // What texts keep is known once it has been said.
            let default =
                if shop.random.chance(50) { format!("; {alter} CHARACTER SET {next}") } else { String::new() };
            format!("{alter} CONVERT TO CHARACTER SET {converted}{default}")
        }
        26 => format!("{alter} COMMENT = {}", shop.one_of(&["''", "'of \\\\ it''s'"])),
        27 => {
            let (index, number) = (shop.one_of(&["i", "k"]), shop.random.below(9));
            format!("{alter} RENAME INDEX {index}_{number} TO {}", shop.fresh("r"))
        }
        28 => {
            let other = shop.column(at);
            let (one, two) = (shop.fresh("added"), shop.fresh("i"));
            let key = format!("ADD KEY {two} ({}, {one})", part(&other));
            format!("{alter} ADD COLUMN {one} int NOT NULL DEFAULT 3, {key}, DROP COLUMN {plain}")
        }
        29 => {
            let parent = shop.table();
            let (target, columns) = (shop.tables[parent].name.clone(), [shop.column(parent), shop.column(parent)]);
            let list = columns.map(|one| one.name).join(", ");
            format!("{alter} ADD FOREIGN KEY ({plain}, {}) REFERENCES {target} ({list})", shop.column(at).name)
        }
        30 => format!("{alter} DROP CONSTRAINT k_{}", shop.random.below(9)),
        31 => format!("{alter} DROP PRIMARY KEY, ADD PRIMARY KEY (id, {})", part(&column)),
        _ => {
            let child = shop.fresh("child");
            shop.tables.push(Table { name: child.clone(), columns: table.columns });
            format!("CREATE TABLE {child} LIKE {name}")
        }
    };
    shop.say(sql);
}
