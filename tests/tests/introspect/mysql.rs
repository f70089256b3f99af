//! MariaDB: every kind of object that the model knows, made on a real server and told by `information_schema`.

use cargo_dbmig::introspect::introspect;
use dbmig::Backend;
use dbmig_build::schema::{Autoincrement, Name, ObjectName, ReferentialAction, Schema, SortOrder, Storage, Table};
use dbmig_tests::server::Server;

use crate::text;

fn name(text: &str) -> Name {
    Name::new(text, Backend::Mysql)
}

fn object(text: &str) -> ObjectName {
    ObjectName::unqualified(name(text))
}

fn schema(sql: &str) -> Schema {
    let mut server = Server::mysql();
    server.run(sql);
    introspect(&mut server.connection, &["other_ledger"]).unwrap()
}

fn defaults(table: &Table) -> Vec<String> {
    let shown = |default: &Option<_>| default.as_ref().map_or_else(String::new, text);
    table.columns.iter().map(|column| shown(&column.default)).collect()
}

#[test]
fn columns_are_those_of_the_model() {
    let schema = schema(
        "CREATE TABLE t (id int(11) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, a bool NOT NULL DEFAULT false, b varchar(20) DEFAULT 'it''s',
            c timestamp NOT NULL DEFAULT now() ON UPDATE now(), d datetime(3) DEFAULT CURRENT_TIMESTAMP(3), e enum('a','b') DEFAULT 'a',
            f json, g int DEFAULT (1 + 2), h int AS (g + 1) STORED, i int GENERATED ALWAYS AS (g * 2) VIRTUAL, j decimal(10,2),
            k text CHARACTER SET latin1 COLLATE latin1_bin, l varchar(10) COLLATE utf8mb4_bin COMMENT 'hm', m set('x','y')) COMMENT 'tt'
            DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_general_ci;",
    );
    let table = &schema.tables[&object("t")];
    let types: Vec<String> = table.columns.iter().map(|column| column.column_type.to_string()).collect();
    let expected = [
        "int unsigned",
        "tinyint(1)",
        "varchar(20)",
        "timestamp",
        "datetime(3)",
        "enum('a', 'b')",
        "json",
        "int",
        "int",
        "int",
        "decimal(10, 2)",
        "text",
        "varchar(10)",
        "set('x', 'y')",
    ];
    assert_eq!(types, expected);
    let expected =
        ["", "0", "'it''s'", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP(3)", "'a'", "", "1 + 2", "", "", "", "", "", ""];
    assert_eq!(defaults(table), expected);
    let column = |text: &str| table.column(&name(text)).unwrap();
    assert_eq!((column("id").autoincrement, column("id").nullable), (Autoincrement::Keyword, false));
    assert_eq!(text(column("c").on_update.as_ref().unwrap()), "CURRENT_TIMESTAMP");
    let storage = |text: &str| column(text).generated.as_ref().map(|one| one.storage);
    assert_eq!([storage("h"), storage("i"), storage("g")], [Some(Storage::Stored), Some(Storage::Virtual), None]);
    assert_eq!(
        (&column("k").character_set, &column("k").collation),
        (&Some("latin1".to_owned()), &Some(name("latin1_bin")))
    );
    assert_eq!((&column("l").character_set, &column("l").collation), (&None, &Some(name("utf8mb4_bin"))));
    assert_eq!((&column("b").collation, &column("f").collation), (&None, &None));
    assert_eq!((column("l").comment.as_deref(), table.comment.as_deref()), (Some("hm"), Some("tt")));
    assert_eq!(
        (table.options.engine.as_deref(), table.options.character_set.as_deref()),
        (Some("innodb"), Some("utf8mb4"))
    );
    assert!(table.checks.is_empty());
}

#[test]
fn keys_and_references() {
    let schema = schema(
        "CREATE TABLE p (a int NOT NULL, b varchar(9) NOT NULL, PRIMARY KEY (b, a), UNIQUE KEY uk (b));
        CREATE TABLE t (a int, b varchar(9), c text, d int, e int CHECK (e > 0), KEY k (c(5), a DESC), FULLTEXT KEY ft (c),
            CONSTRAINT fk FOREIGN KEY (b, a) REFERENCES p (b, a) ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT ck CHECK (d < 10));
        CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET new.a = 1; CREATE VIEW v AS SELECT a FROM t;
        CREATE TABLE __diesel_schema_migrations (version varchar(50)); CREATE TABLE other_ledger (a int);",
    );
    assert_eq!(schema.tables.keys().cloned().collect::<Vec<_>>(), [object("p"), object("t")]);
    let parent = &schema.tables[&object("p")];
    let key = parent.primary_key.as_ref().unwrap();
    assert_eq!(key.columns.iter().map(|one| one.name().unwrap().as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(parent.uniques[0].name, Some(name("uk")));
    let table = &schema.tables[&object("t")];
    let index = |text: &str| table.index(&name(text)).unwrap();
    assert_eq!(index("k").columns[0].length, Some(5));
    assert_eq!(
        [index("k").columns[0].order, index("k").columns[1].order],
        [SortOrder::Ascending, SortOrder::Descending]
    );
    assert_eq!((index("k").method.as_deref(), index("ft").method.as_deref()), (None, Some("fulltext")));
    assert_eq!(index("fk").columns.len(), 2, "the index that the foreign key made");
    let [foreign] = table.foreign_keys.as_slice() else { panic!("{table:?}") };
    assert_eq!((&foreign.columns, &foreign.referenced), (&vec![name("b"), name("a")], &vec![name("b"), name("a")]));
    assert_eq!((foreign.on_delete, foreign.on_update), (ReferentialAction::Cascade, ReferentialAction::SetNull));
    let checks: Vec<_> = table.checks.iter().map(|one| (one.name.clone(), text(&one.expression))).collect();
    assert_eq!(checks, [(Some(name("ck")), "`d` < 10".to_owned()), (None, "`e` > 0".to_owned())]);
    assert_eq!(table.triggers[0].name, name("tr"));
    assert!(schema.views.contains_key(&object("v")));
}

#[test]
fn partitions_are_told_as_they_would_be_made() {
    let sql = [
        "RANGE (year(`d`)) (PARTITION p0 VALUES LESS THAN (2020) COMMENT 'it''s old', PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "LIST COLUMNS (`k`) (PARTITION a VALUES IN ('a','b'), PARTITION `index` VALUES IN ('c'))",
        "RANGE COLUMNS (`d`) SUBPARTITION BY HASH (`n`) SUBPARTITIONS 2 (PARTITION p VALUES LESS THAN ('2020-01-01'), PARTITION q VALUES LESS THAN (MAXVALUE))",
        "LINEAR KEY (`n`) PARTITIONS 4",
        "HASH (`n` + 1)",
    ];
    let tables = sql.iter().enumerate();
    let tables =
        tables.map(|(at, rule)| format!("CREATE TABLE t{at} (d date, n int, k varchar(9)) PARTITION BY {rule};"));
    let schema = schema(&tables.collect::<String>());
    let told = schema.tables.values().map(|table| table.options.partition_by.as_deref().unwrap());
    assert_eq!(told.collect::<Vec<_>>(), sql);
}
