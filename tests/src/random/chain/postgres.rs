//! PostgreSQL's.

mod further;
mod types;

use super::{Column, NAMES, Shop, Table};
use types::TYPES;

const ACTIONS: [&str; 5] = [
    "",
    " ON DELETE CASCADE",
    " ON DELETE SET NULL",
    " ON UPDATE CASCADE ON DELETE RESTRICT",
    " ON DELETE SET DEFAULT",
];
const DEFERRABLE: [&str; 4] = ["", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"];
/// How many kinds of statements [`step`] knows.
const STEPS: usize = 30;

pub(super) fn write(shop: &mut Shop) {
    shop.say("CREATE TYPE mood AS ENUM ('sad', 'ok')".to_owned());
    let default = shop.maybe(50, " DEFAULT 'a'");
    let check = shop.one_of(&["CHECK (VALUE <> 'x')", "CONSTRAINT is_short CHECK (length(VALUE) < 5)", "NOT NULL", ""]);
    shop.say(format!("CREATE DOMAIN short AS varchar(10){default} {check}"));
    shop.say("CREATE SCHEMA app".to_owned());
    for sql in further::TYPES {
        shop.say(sql.to_owned());
    }
    for _ in 0..2 + shop.random.below(2) {
        create_table(shop);
    }
    for _ in 0..12 {
        if shop.random.chance(50) {
            let which = shop.random.below(STEPS);
            step(shop, which);
        } else {
            further::step(shop);
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn create_table(shop: &mut Shop) {
    let base = quoted(shop.one_of(&["users", "groups", "order", "Systems", "two words", "é", "t", "items"]));
    let schema = shop.maybe(15, "app.");
    let mut table = Table { name: format!("{schema}{base}"), columns: Vec::new() };
    let mut lines = Vec::new();
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
        let constraint = constraint(shop, &table);
        let name = named(shop);
        lines.push(format!("{name}{constraint}"));
    }
    let options = shop.one_of(&["", "", "", " WITH (fillfactor = 70)"]);
    let unlogged = shop.maybe(5, "UNLOGGED ");
    shop.say(format!("CREATE {unlogged}TABLE {} ({}){options}", table.name, lines.join(", ")));
    shop.tables.push(table);
}

fn filled(template: &str, column: &Column) -> String {
    template.replace("{c}", &column.name)
}

fn check(shop: &mut Shop, column: &Column) -> String {
    filled(shop.one_of(TYPES[column.of].checks), column)
}

fn key(shop: &mut Shop, column: &Column) -> String {
    filled(shop.one_of(TYPES[column.of].keys), column)
}

fn default(shop: &mut Shop, column: &Column) -> &'static str {
    shop.one_of(TYPES[column.of].defaults)
}

/// A type and what stands behind it.
fn definition(shop: &mut Shop, table: &Table, column: &Column) -> String {
    let kind = TYPES[column.of].name;
    let mut text = match (kind, shop.random.below(5)) {
        ("int", 0) => return "serial".to_owned(),
        ("bigint", 0) => return "bigserial PRIMARY KEY".to_owned(),
        ("int" | "bigint" | "smallint", 1) => {
            let how = shop.one_of(&["ALWAYS", "BY DEFAULT"]);
            let options = shop.one_of(&["", " (START 5 INCREMENT 2)", " (MAXVALUE 1000 CYCLE)"]);
            return format!("{kind} GENERATED {how} AS IDENTITY{options}");
        }
        ("text", 2) => {
            let other = table.columns[shop.random.below(table.columns.len())].clone();
            if other.name != column.name && TYPES[other.of].name == "text" {
                let key = key(shop, &other);
                return format!("text GENERATED ALWAYS AS ({key}) STORED");
            }
            "text COLLATE \"C\"".to_owned()
        }
        _ => kind.to_owned(),
    };
    if shop.random.chance(40) {
        text += &format!(" DEFAULT {}", default(shop, column));
    }
    text += shop.maybe(30, " NOT NULL");
    if shop.random.chance(25) {
        let check = check(shop, column);
        text += &format!(" {}CHECK ({check})", named(shop));
    }
    text += shop.maybe(10, " UNIQUE");
    text
}

fn named(shop: &mut Shop) -> String {
    if shop.random.chance(40) { format!("CONSTRAINT {} ", shop.fresh("k")) } else { String::new() }
}

fn constraint(shop: &mut Shop, table: &Table) -> String {
    let pick = |shop: &mut Shop| table.columns[shop.random.below(table.columns.len())].clone();
    let (one, other) = (pick(shop), pick(shop));
    let both = if one.name == other.name { one.name.clone() } else { format!("{}, {}", one.name, other.name) };
    let deferrable = shop.one_of(&DEFERRABLE);
    match shop.random.below(6) {
        0 => format!("PRIMARY KEY ({both}){deferrable}"),
        1 => format!("UNIQUE ({both}){deferrable}"),
        2 => format!("UNIQUE NULLS NOT DISTINCT ({})", one.name),
        3 => {
            // Two equal ones are one to PostgreSQL.
            let number = shop.fresh("n");
            format!("EXCLUDE USING btree ({} WITH =) WHERE ({} IS NOT NULL AND '{number}' <> '')", one.name, other.name)
        }
        _ if shop.tables.is_empty() || shop.random.chance(50) => {
            let (one, other) = (check(shop, &one), check(shop, &other));
            format!("CHECK (({one}) {} {other})", shop.one_of(&["AND", "OR"]))
        }
        _ => {
            let parent = shop.table();
            let (target, column) = (shop.tables[parent].name.clone(), shop.column(parent));
            let action = shop.one_of(&ACTIONS);
            let columns = if shop.random.chance(40) { String::new() } else { format!(" ({})", column.name) };
            format!("FOREIGN KEY ({}) REFERENCES {target}{columns}{action}{deferrable}", one.name)
        }
    }
}

fn index(shop: &mut Shop, at: usize) -> String {
    let table = shop.tables[at].clone();
    let (one, other) = (shop.column(at), shop.column(at));
    let unique = shop.maybe(30, "UNIQUE ");
    let name = if shop.random.chance(60) { shop.fresh("i") } else { String::new() };
    let how = shop.one_of(&["", "", "", " USING hash", " USING gin"]);
    let first = if shop.random.chance(35) { format!("({})", key(shop, &one)) } else { one.name.clone() };
    let order = shop.one_of(&["", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"]);
    let second = if shop.random.chance(30) { format!(", {}", other.name) } else { String::new() };
    let include = if shop.random.chance(15) { format!(" INCLUDE ({})", other.name) } else { String::new() };
    let predicate = if shop.random.chance(30) { format!(" WHERE {}", check(shop, &other)) } else { String::new() };
    format!("CREATE {unique}INDEX {name} ON {}{how} ({first}{order}{second}){include}{predicate}", table.name)
}

/// One more statement.
fn step(shop: &mut Shop, which: usize) {
    let at = shop.table();
    let table = shop.tables[at].clone();
    let (name, column) = (table.name.clone(), shop.column(at));
    let (plain, bare) = (column.name.clone(), name.rsplit('.').next().unwrap_or_default().trim_matches('"').to_owned());
    let alter = format!("ALTER TABLE {name}");
    let automatic = |suffix: &str| quoted(&format!("{bare}_{}_{suffix}", plain.trim_matches('"')));
    let sql = match which {
        0..=5 => index(shop, at),
        6 | 7 => {
            let column = Column { name: quoted(&shop.fresh("added")), of: shop.random.below(TYPES.len()) };
            let definition = definition(shop, &table, &column);
            shop.tables[at].columns.push(column.clone());
            format!("{alter} ADD COLUMN IF NOT EXISTS {} {definition}", column.name)
        }
        8 | 9 => format!("{alter} DROP COLUMN {plain}{}", shop.maybe(50, " CASCADE")),
        10 | 11 => {
            let to = quoted(&shop.fresh("renamed"));
            for one in shop.tables[at].columns.iter_mut().filter(|one| one.name == plain) {
                one.name.clone_from(&to);
            }
            format!("{alter} RENAME {plain} TO {to}")
        }
        12 => {
            let to = quoted(&shop.fresh("table"));
            let schema = if name.starts_with("app.") { "app." } else { "" };
            shop.tables[at].name = format!("{schema}{to}");
            format!("{alter} RENAME TO {to}")
        }
        13 => format!("{alter} ALTER {plain} SET DEFAULT {}", default(shop, &column)),
        14 => format!("{alter} ALTER {plain} DROP DEFAULT, ALTER {plain} DROP NOT NULL"),
        15 => format!("{alter} ALTER {plain} SET NOT NULL"),
        16 | 17 => {
            // Elsewhere PostgreSQL keeps the casts of the old type in checks and defaults.
            let to = match TYPES[column.of].name {
                "int" => "bigint",
                "smallint" | "level" => "int",
                "text" => "varchar(30)",
                _ => "text",
            };
            format!("{alter} ALTER {plain} DROP DEFAULT, ALTER {plain} TYPE {to} USING {plain}::text::{to}")
        }
        18 | 19 => {
            let (named, constraint) = (named(shop), constraint(shop, &table));
            format!("{alter} ADD {named}{constraint}")
        }
        20 => format!("{alter} ADD CHECK ({}) NOT VALID", check(shop, &column)),
        21 => {
            let constraint = shop.one_of(&["key", "check", "fkey", "excl"]);
            format!("{alter} DROP CONSTRAINT {}", automatic(constraint))
        }
        22 => format!("{alter} DROP CONSTRAINT {}{}", quoted(&format!("{bare}_pkey")), shop.maybe(60, " CASCADE")),
        23 => format!("{alter} RENAME CONSTRAINT {} TO {}", automatic("check"), shop.fresh("renamed")),
        24 => format!("COMMENT ON COLUMN {name}.{plain} IS 'of {}'", shop.number),
        25 => {
            let to = if name.starts_with("app.") { "public" } else { "app" };
            let base = name.trim_start_matches("app.").to_owned();
            shop.tables[at].name = if to == "app" { format!("app.{base}") } else { base };
            format!("{alter} SET SCHEMA {to}")
        }
        26 => {
            let child = shop.fresh("child");
            let inherits = shop.random.chance(50);
            let columns = table.columns;
            shop.tables.push(Table { name: child.clone(), columns });
            match inherits {
                true => format!("CREATE TABLE {child} (own int) INHERITS ({name})"),
                false => format!("CREATE TABLE {child} (LIKE {name} INCLUDING ALL)"),
            }
        }
        27 => shop
            .one_of(&[
                "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine' BEFORE 'ok'",
                "ALTER TYPE mood RENAME TO temper",
                "ALTER TYPE mood RENAME VALUE 'ok' TO 'well'",
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'it''s'",
                "ALTER DOMAIN short DROP NOT NULL",
                "ALTER DOMAIN short SET DEFAULT lower('Q')",
                "DROP DOMAIN short CASCADE",
                "DROP TYPE mood CASCADE",
                "DROP SCHEMA app CASCADE",
            ])
            .to_owned(),
        28 => format!("DROP TABLE {name}{}", shop.maybe(70, " CASCADE")),
        _ => {
            let view = shop.fresh("view");
            let materialized = shop.maybe(50, "MATERIALIZED ");
            format!("CREATE {materialized}VIEW {view} AS SELECT {plain} FROM {name}")
        }
    };
    shop.say(sql);
}
