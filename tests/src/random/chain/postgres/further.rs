//! Further statements: what schemas have beside columns of plain types, and what becomes of it.

use super::super::{Column, Shop, Table};
use super::types::TYPES as COLUMN_TYPES;
use super::{check, key, quoted};

/// The types and sequences that every chain begins with, beside those that differ.
pub(super) const TYPES: [&str; 4] = [
    "CREATE TYPE app.state AS ENUM ('new', 'done')",
    "CREATE DOMAIN level AS int CONSTRAINT is_level CHECK (VALUE >= 0)",
    "CREATE TYPE spot AS (x int, label text)",
    "CREATE SEQUENCE counter",
];

const ENUMS: [&str; 8] = [
    "ALTER TYPE app.state ADD VALUE 'late' BEFORE 'done'",
    "ALTER TYPE app.state ADD VALUE 'gone'",
    "ALTER TYPE app.state RENAME VALUE 'new' TO 'fresh'",
    "ALTER TYPE app.state RENAME TO status",
    "ALTER TYPE app.state SET SCHEMA public",
    "ALTER TYPE mood ADD VALUE 'great' AFTER 'ok'",
    "COMMENT ON TYPE mood IS 'how it''s going'",
    "CREATE TYPE more AS ENUM ('one', 'two')",
];
const DOMAINS: [&str; 9] = [
    "ALTER DOMAIN level ADD CONSTRAINT not_too_high CHECK (VALUE < 1000)",
    "ALTER DOMAIN level ADD CHECK (VALUE <> 13) NOT VALID",
    "ALTER DOMAIN level DROP CONSTRAINT is_level",
    "ALTER DOMAIN level RENAME CONSTRAINT is_level TO is_high",
    "ALTER DOMAIN level SET NOT NULL",
    "ALTER DOMAIN level SET DEFAULT 3",
    "ALTER DOMAIN level RENAME TO grade",
    "COMMENT ON DOMAIN level IS 'how far'",
    "CREATE DOMAIN levels AS level[] CHECK (cardinality(VALUE) < 5)",
];
const COMPOSITES: [&str; 4] = [
    "ALTER TYPE spot ADD ATTRIBUTE zip varchar(9)",
    "ALTER TYPE spot RENAME ATTRIBUTE label TO text",
    "ALTER TYPE spot DROP ATTRIBUTE label",
    "CREATE TYPE place AS (at spot, tags text[])",
];
const SEQUENCES: [&str; 7] = [
    "ALTER SEQUENCE counter INCREMENT 3 MAXVALUE 100000 CYCLE",
    "ALTER SEQUENCE counter RENAME TO numbers",
    "ALTER SEQUENCE counter SET SCHEMA app",
    "ALTER SEQUENCE counter AS integer",
    "CREATE SEQUENCE app.other START 10 MINVALUE 5 CACHE 3",
    "DROP SEQUENCE counter CASCADE",
    "ALTER SEQUENCE counter OWNED BY NONE",
];
const ACTIONS: [&str; 7] = [
    "",
    " ON DELETE CASCADE ON UPDATE CASCADE",
    " ON DELETE SET NULL",
    " MATCH FULL ON DELETE RESTRICT",
    " ON UPDATE SET DEFAULT",
    " DEFERRABLE INITIALLY DEFERRED",
    " NOT VALID",
];

/// A column of one of some types.
fn column_of(shop: &mut Shop, at: usize, types: &[&str]) -> Option<Column> {
    let fits = |one: &&Column| types.contains(&COLUMN_TYPES[one.of].name);
    let fitting: Vec<Column> = shop.tables[at].columns.iter().filter(fits).cloned().collect();
    shop.random.pick(&fitting).cloned()
}

/// One more statement, or several that belong together.
pub(super) fn step(shop: &mut Shop) {
    let at = shop.table();
    let table = shop.tables[at].clone();
    let (name, column) = (table.name.clone(), shop.column(at));
    let plain = column.name.clone();
    let alter = format!("ALTER TABLE {name}");
    let number = shop.random.below(9);
    let sql = match shop.random.below(26) {
        0 => format!("COMMENT ON TABLE {name} IS {}", shop.one_of(&["'about \\ it''s'", "NULL", "''"])),
        1 | 2 => generated(shop, at),
        3 => format!("{alter} ALTER {plain} DROP EXPRESSION IF EXISTS"),
        4 | 5 => identity(shop, at),
        6 => collated(shop, at),
        7 => shop.one_of(&ENUMS).to_owned(),
        8 => shop.one_of(&DOMAINS).to_owned(),
        9 => shop.one_of(&COMPOSITES).to_owned(),
        10 | 11 => sequence(shop, at),
        12 | 13 => index(shop, at),
        14 => format!("ALTER INDEX IF EXISTS i_{number} RENAME TO {}", shop.fresh("r")),
        15..=17 => reference(shop, at),
        18 => format!("{alter} VALIDATE CONSTRAINT k_{number}"),
        19 | 20 => view(shop, at),
        21 => partitioned(shop),
        22 => {
            let what = shop.one_of(&["SET (fillfactor = 80)", "RESET (fillfactor)", "SET UNLOGGED", "SET LOGGED"]);
            format!("{alter} {what}")
        }
        23 => ranges(shop, at),
        24 => {
            // Its default, checks and indexes stay, with casts of the old type.
            let to = match COLUMN_TYPES[column.of].name {
                "int" | "smallint" => "bigint",
                "level" => "int",
                "bigint" => "numeric",
                "date" | "timestamp(3)" => "timestamptz",
                "text" | "short" => "varchar(30)",
                "real" => "double precision",
                _ => "text",
            };
            format!("{alter} ALTER {plain} TYPE {to}")
        }
        _ => {
            let parent = shop.table();
            let parent = shop.tables[parent].name.clone();
            let what = shop.one_of(&["INHERIT", "NO INHERIT"]);
            format!("{alter} {what} {parent}")
        }
    };
    shop.say(sql);
}

/// A column that is computed from others.
fn generated(shop: &mut Shop, at: usize) -> String {
    let (name, other) = (quoted(&shop.fresh("computed")), shop.column(at));
    let (of, expression) = match COLUMN_TYPES[other.of].name {
        "int" | "smallint" => ("int", format!("{} * 2 + 1", other.name)),
        "bigint" => ("bigint", format!("coalesce({}, 0)", other.name)),
        "boolean" => ("boolean", format!("NOT {}", other.name)),
        "numeric(10,2)" => ("numeric(12,2)", format!("{} / 2", other.name)),
        "mood" => ("boolean", format!("{} = 'ok'", other.name)),
        "jsonb" => ("text", format!("{} ->> 'a'", other.name)),
        "text[]" | "int[]" => ("int", format!("cardinality({})", other.name)),
        "spot" => ("int", format!("({}).x", other.name)),
        "int4range" => ("int", format!("upper({})", other.name)),
        _ => ("boolean", format!("{} IS NULL", other.name)),
    };
    let of_number = match of {
        "int" => 0,
        "bigint" => 1,
        "boolean" => 5,
        _ => 3,
    };
    shop.tables[at].columns.push(Column { name: name.clone(), of: of_number });
    let rest = shop.one_of(&["", "", " UNIQUE", " NOT NULL", " CONSTRAINT is_there CHECK (true)"]);
    format!(
        "ALTER TABLE {} ADD COLUMN {name} {of} GENERATED ALWAYS AS ({expression}) STORED{rest}",
        shop.tables[at].name
    )
}

/// Identity comes, goes and changes.
fn identity(shop: &mut Shop, at: usize) -> String {
    let column = column_of(shop, at, &["int", "bigint", "smallint"]).unwrap_or_else(|| shop.column(at));
    let (table, plain) = (&shop.tables[at].name.clone(), &column.name);
    let what = match shop.random.below(5) {
        0 | 1 => {
            let how = shop.one_of(&["ALWAYS AS IDENTITY", "BY DEFAULT AS IDENTITY (START 100 INCREMENT 10 CACHE 2)"]);
            format!("ALTER {plain} DROP DEFAULT, ALTER {plain} SET NOT NULL, ALTER {plain} ADD GENERATED {how}")
        }
        2 => format!("ALTER {plain} DROP IDENTITY IF EXISTS"),
        3 => format!("ALTER {plain} SET GENERATED BY DEFAULT SET INCREMENT BY 3 SET MAXVALUE 5000"),
        _ => format!("ALTER {plain} TYPE {}", shop.one_of(&["int", "bigint"])),
    };
    format!("ALTER TABLE {table} {what}")
}

/// A text sorts otherwise, in its column or an index.
fn collated(shop: &mut Shop, at: usize) -> String {
    let column = column_of(shop, at, &["text", "varchar", "character varying(20)"]).unwrap_or_else(|| shop.column(at));
    let (table, plain) = (shop.tables[at].name.clone(), &column.name);
    let collation = shop.one_of(&["\"C\"", "\"POSIX\"", "\"default\""]);
    match shop.random.chance(50) {
        true => format!("ALTER TABLE {table} ALTER {plain} TYPE {} COLLATE {collation}", COLUMN_TYPES[column.of].name),
        false => format!("CREATE INDEX {} ON {table} ({plain} COLLATE {collation} DESC)", shop.fresh("i")),
    }
}

fn sequence(shop: &mut Shop, at: usize) -> String {
    let table = shop.tables[at].name.clone();
    let Some(column) = column_of(shop, at, &["int", "bigint"]) else { return shop.one_of(&SEQUENCES).to_owned() };
    let plain = column.name;
    match shop.random.below(5) {
        0 | 1 => format!("ALTER TABLE {table} ALTER {plain} SET DEFAULT nextval('counter')"),
        2 => format!(
            "ALTER TABLE {table} ALTER {plain} DROP IDENTITY IF EXISTS, ALTER {plain} SET DEFAULT nextval('counter'); ALTER SEQUENCE counter OWNED BY {table}.{plain}"
        ),
        // Another table counts by the same one.
        3 => {
            let name = shop.fresh("counts");
            format!(
                "ALTER SEQUENCE counter OWNED BY {table}.{plain}; CREATE TABLE {name} (id int DEFAULT nextval('counter') PRIMARY KEY)"
            )
        }
        _ => shop.one_of(&SEQUENCES).to_owned(),
    }
}

fn index(shop: &mut Shop, at: usize) -> String {
    let (one, other) = (shop.column(at), shop.column(at));
    let name = shop.fresh("i");
    let table = shop.tables[at].name.clone();
    let (plain, covered) = (&one.name, &other.name);
    let predicate = check(shop, &other);
    match (COLUMN_TYPES[one.of].name, shop.random.below(3)) {
        ("jsonb" | "text[]" | "int[]", 0) => format!("CREATE INDEX {name} ON {table} USING gin ({plain})"),
        ("jsonb", _) => format!("CREATE INDEX {name} ON {table} USING gin ({plain} jsonb_path_ops) WHERE {predicate}"),
        ("int4range", _) => format!("CREATE INDEX {name} ON {table} USING gist ({plain})"),
        ("inet", _) => format!("CREATE INDEX {name} ON {table} USING gist ({plain} inet_ops)"),
        ("text" | "short", 0) => format!("CREATE INDEX {name} ON {table} ({plain} text_pattern_ops, {covered})"),
        ("varchar" | "character varying(20)", 0) => {
            format!("CREATE INDEX {name} ON {table} (lower({plain}) varchar_pattern_ops) WHERE {predicate}")
        }
        ("char(3)", 0) => format!("CREATE INDEX {name} ON {table} ({plain} bpchar_pattern_ops DESC)"),
        ("int" | "bigint" | "date" | "timestamptz" | "timestamp(3)", 0) => {
            format!("CREATE INDEX {name} ON {table} USING brin ({plain}) WITH (pages_per_range = 32)")
        }
        (_, 1) => format!("CREATE UNIQUE INDEX {name} ON {table} ({plain}) NULLS NOT DISTINCT"),
        _ => {
            let (first, second) = (key(shop, &one), key(shop, &other));
            format!(
                "CREATE INDEX {name} ON {table} (({first}), ({second}) DESC, {covered} NULLS FIRST) INCLUDE ({plain}) WITH (fillfactor = 70)"
            )
        }
    }
}

/// Foreign keys of two columns, to the table itself, and of two tables to each other.
fn reference(shop: &mut Shop, at: usize) -> String {
    let parent = shop.table();
    let (child, target) = (shop.tables[at].name.clone(), shop.tables[parent].name.clone());
    let (one, other) = (shop.column(parent), shop.column(parent));
    let (a, b) = (shop.fresh("ref"), shop.fresh("ref"));
    let (of_a, of_b) = (COLUMN_TYPES[one.of].name, COLUMN_TYPES[other.of].name);
    let action = shop.one_of(&ACTIONS);
    let named = if shop.random.chance(50) { format!("CONSTRAINT {} ", shop.fresh("k")) } else { String::new() };
    for (name, of) in [(&a, one.of), (&b, other.of)] {
        shop.tables[at].columns.push(Column { name: name.clone(), of });
    }
    match shop.random.below(4) {
        0 if one.name != other.name => format!(
            "{}ALTER TABLE {child} ADD COLUMN {a} {of_a}, ADD COLUMN {b} {of_b}; ALTER TABLE {child} ADD {named}FOREIGN KEY ({b}, {a}) REFERENCES {target} ({}, {}){action}",
            unique(shop, &target, &format!("{}, {}", one.name, other.name)),
            other.name,
            one.name
        ),
        1 if one.name != other.name => format!(
            "ALTER TABLE {target} ADD PRIMARY KEY ({0}, {1}); ALTER TABLE {child} ADD COLUMN {a} {of_a}, ADD COLUMN {b} {of_b}; ALTER TABLE {child} ADD {named}FOREIGN KEY ({a}, {b}) REFERENCES {target} ON DELETE SET NULL ({b})",
            one.name, other.name
        ),
        2 => {
            // Two tables need each other.
            let mine = shop.column(at);
            let of_mine = COLUMN_TYPES[mine.of].name;
            format!(
                "{}{}ALTER TABLE {target} ADD COLUMN {b} {of_mine}; ALTER TABLE {child} ADD COLUMN {a} {of_a} REFERENCES {target} ({}){action}; ALTER TABLE {target} ADD {named}FOREIGN KEY ({b}) REFERENCES {child} ({}) ON DELETE SET NULL",
                unique(shop, &target, &one.name),
                unique(shop, &child, &mine.name),
                one.name,
                mine.name
            )
        }
        _ => format!(
            "{}ALTER TABLE {child} ADD COLUMN {a} {of_a} REFERENCES {target} ({}){action}",
            unique(shop, &target, &one.name),
            one.name
        ),
    }
}

/// The statement that makes columns unique, if none has yet.
fn unique(shop: &mut Shop, table: &str, columns: &str) -> String {
    let place = format!("{table} {columns}");
    if shop.unique.contains(&place) {
        return String::new();
    }
    shop.unique.push(place);
    format!("ALTER TABLE {table} ADD UNIQUE ({columns}); ")
}

fn view(shop: &mut Shop, at: usize) -> String {
    let (one, other) = (shop.column(at), shop.column(at));
    let far = shop.table();
    let table = shop.tables[at].name.clone();
    let (name, number) = (shop.fresh("view"), shop.random.below(12));
    let predicate = check(shop, &other);
    let (plain, second) = (&one.name, &other.name);
    match shop.random.below(7) {
        0 => format!("CREATE VIEW {name} AS SELECT {plain} AS a, count(*) AS many FROM {table} GROUP BY {plain}"),
        1 => format!("CREATE VIEW {name} (first, second) AS SELECT {plain}, {second} FROM {table} WHERE {predicate}"),
        2 => {
            let (target, theirs) = (shop.tables[far].name.clone(), shop.column(far).name);
            format!(
                "CREATE VIEW {name} AS SELECT x.{plain} AS a, y.{theirs} AS b FROM {table} x LEFT JOIN {target} y ON true"
            )
        }
        3 => format!("CREATE VIEW {name} AS SELECT * FROM view_{number}"),
        4 => format!("CREATE OR REPLACE VIEW view_{number} AS SELECT {plain} FROM {table} WHERE {predicate}"),
        5 => format!(
            "CREATE MATERIALIZED VIEW {name} AS SELECT {plain} AS a, {second} AS b FROM {table}; CREATE INDEX {} ON {name} (a, b) WHERE a IS NOT NULL",
            shop.fresh("i")
        ),
        _ => format!("DROP VIEW view_{number}"),
    }
}

fn partitioned(shop: &mut Shop) -> String {
    let name = shop.fresh("parts");
    let columns = [("a", 0), ("b", 3), ("at", 8)];
    let columns = columns.map(|(name, of)| Column { name: name.to_owned(), of }).to_vec();
    for table in [name.clone(), format!("{name}_1"), format!("{name}_2")] {
        shop.tables.push(Table { name: table, columns: columns.clone() });
    }
    let key = shop.one_of(&["", ", PRIMARY KEY (a, b, at)", ", UNIQUE (at, a, b)", ", CHECK (a > 0)"]);
    let (by, first, second) = [
        ("RANGE (a)", "FOR VALUES FROM (MINVALUE) TO (10)", "FOR VALUES FROM (10) TO (100)"),
        ("LIST (b)", "FOR VALUES IN ('a', 'b')", "DEFAULT"),
        ("HASH (a)", "FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)"),
        ("RANGE (at)", "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')", "DEFAULT"),
    ][shop.random.below(4)];
    let rest = match shop.random.below(4) {
        0 => format!("; CREATE INDEX {} ON {name} (b, a DESC)", shop.fresh("i")),
        1 => format!("; ALTER TABLE {name} DETACH PARTITION {name}_1"),
        2 => format!("; ALTER TABLE {name} ADD COLUMN late text DEFAULT 'x' NOT NULL"),
        _ => String::new(),
    };
    format!(
        "CREATE TABLE {name} (a int NOT NULL DEFAULT 1, b text, at date{key}) PARTITION BY {by}; CREATE TABLE {name}_1 PARTITION OF {name} {first}; CREATE TABLE {name}_2 PARTITION OF {name} {second}{rest}"
    )
}

fn ranges(shop: &mut Shop, at: usize) -> String {
    let table = shop.tables[at].name.clone();
    let column = column_of(shop, at, &["int4range"]);
    let (add, name) = match column {
        Some(column) => (String::new(), column.name),
        None => {
            let name = shop.fresh("during");
            let of = COLUMN_TYPES.iter().position(|one| one.name == "int4range").unwrap_or_default();
            shop.tables[at].columns.push(Column { name: name.clone(), of });
            (format!("ADD COLUMN {name} int4range, "), name)
        }
    };
    let rest = shop.one_of(&["", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"]);
    let named = if shop.random.chance(50) { format!("CONSTRAINT {} ", shop.fresh("k")) } else { String::new() };
    // Two equal ones are one to PostgreSQL.
    let number = shop.fresh("n");
    format!(
        "ALTER TABLE {table} {add}ADD {named}EXCLUDE USING gist ({name} WITH &&, int4range(1, 2, '{}') WITH =) WHERE ('{number}' <> ''){rest}",
        shop.one_of(&["[]", "[)"])
    )
}
