//! What `information_schema` is asked: one query a kind of object, whatever number of objects there are. Names are in
//! lower case, since MySQL 8 gives its columns in upper case unless they have others.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

/// Whose server it is.
#[derive(QueryableByName)]
pub(super) struct Server {
    #[diesel(sql_type = Text)]
    pub(super) version: String,
}

pub(super) const SERVER: &str = "SELECT VERSION() AS version";

/// A table.
#[derive(QueryableByName)]
pub(super) struct Table {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) engine: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) collation: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) comment: String,
    /// `row_format=COMPACT partitioned`
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) parameters: Option<String>,
}

pub(super) const TABLES: &str = "
SELECT t.table_name AS name, t.engine AS engine, t.table_collation AS collation, t.table_comment AS comment,
    CAST(t.create_options AS CHAR) AS parameters
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
ORDER BY t.table_name";

/// A column.
#[derive(QueryableByName)]
pub(super) struct Column {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) value: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) nullable: String,
    #[diesel(sql_type = Text)]
    pub(super) column_type: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) character_set: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) collation: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) extra: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) generated: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) comment: String,
}

pub(super) const COLUMNS: &str = "
SELECT c.table_name AS table_name, c.column_name AS name, CAST(c.column_default AS CHAR) AS value, c.is_nullable AS nullable,
    CAST(c.column_type AS CHAR) AS column_type, c.character_set_name AS character_set, c.collation_name AS collation,
    c.extra AS extra, CAST(c.generation_expression AS CHAR) AS generated, CAST(c.column_comment AS CHAR) AS comment
FROM information_schema.columns c
WHERE c.table_schema = DATABASE()
ORDER BY c.table_name, c.ordinal_position";

/// A partition of a table, or a partition of one.
#[derive(QueryableByName)]
pub(super) struct Partition {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    /// `RANGE`, `LIST COLUMNS`, `LINEAR KEY` …
    #[diesel(sql_type = Text)]
    pub(super) method: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) expression: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) inner_method: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) inner_expression: Option<String>,
    /// Its bound, or its values; those of a hash have none.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) description: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) comment: String,
}

// Tables that aren't partitioned have a row without a name. MariaDB's history of rows is no rule of the rows'.
pub(super) const PARTITIONS: &str = "
SELECT p.table_name AS table_name, p.partition_name AS name, p.partition_method AS method,
    CAST(p.partition_expression AS CHAR) AS expression, p.subpartition_method AS inner_method,
    CAST(p.subpartition_expression AS CHAR) AS inner_expression, CAST(p.partition_description AS CHAR) AS description,
    p.partition_comment AS comment
FROM information_schema.partitions p
WHERE p.table_schema = DATABASE() AND p.partition_name IS NOT NULL AND p.partition_method <> 'SYSTEM_TIME'
ORDER BY p.table_name, p.partition_ordinal_position, p.subpartition_ordinal_position";

/// A part of an index.
#[derive(QueryableByName)]
pub(super) struct Key {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = BigInt)]
    pub(super) non_unique: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) column: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) expression: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) direction: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) length: Option<i64>,
    #[diesel(sql_type = Text)]
    pub(super) method: String,
}

/// `EXPRESSION` is MySQL 8's column of that name, or null.
pub(super) const KEYS: &str = "
SELECT s.table_name AS table_name, s.index_name AS name, CAST(s.non_unique AS SIGNED) AS non_unique, s.column_name AS `column`,
    EXPRESSION AS expression, s.collation AS direction, CAST(s.sub_part AS SIGNED) AS length, s.index_type AS method
FROM information_schema.statistics s
WHERE s.table_schema = DATABASE()
ORDER BY s.table_name, s.index_name, s.seq_in_index";

/// A column of a foreign key.
#[derive(QueryableByName)]
pub(super) struct Reference {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) column: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) other_schema: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) other: String,
    #[diesel(sql_type = Text)]
    pub(super) referenced: String,
    #[diesel(sql_type = Text)]
    pub(super) on_delete: String,
    #[diesel(sql_type = Text)]
    pub(super) on_update: String,
}

pub(super) const REFERENCES: &str = "
SELECT k.table_name AS table_name, k.constraint_name AS name, k.column_name AS `column`,
    NULLIF(k.referenced_table_schema, DATABASE()) AS other_schema, k.referenced_table_name AS other,
    k.referenced_column_name AS referenced, CAST(r.delete_rule AS CHAR) AS on_delete,
    CAST(r.update_rule AS CHAR) AS on_update
FROM information_schema.key_column_usage k
    JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema
        AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position";

/// A check.
#[derive(QueryableByName)]
pub(super) struct Check {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    /// `Column` where it was written on the column of its name (MariaDB).
    #[diesel(sql_type = Text)]
    pub(super) level: String,
    #[diesel(sql_type = Text)]
    pub(super) clause: String,
    #[diesel(sql_type = Text)]
    pub(super) enforced: String,
}

pub(super) const MARIADB_CHECKS: &str = "
SELECT c.table_name AS table_name, c.constraint_name AS name, c.level AS level, CAST(c.check_clause AS CHAR) AS clause,
    'YES' AS enforced
FROM information_schema.check_constraints c
WHERE c.constraint_schema = DATABASE()
ORDER BY c.table_name, c.constraint_name";

pub(super) const MYSQL_CHECKS: &str = "
SELECT t.table_name AS table_name, c.constraint_name AS name, 'Table' AS level, CAST(c.check_clause AS CHAR) AS clause,
    t.enforced AS enforced
FROM information_schema.check_constraints c
    JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema
        AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
WHERE c.constraint_schema = DATABASE()
ORDER BY t.table_name, c.constraint_name";

/// A trigger.
#[derive(QueryableByName)]
pub(super) struct Trigger {
    #[diesel(sql_type = Text)]
    pub(super) table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) timing: String,
    #[diesel(sql_type = Text)]
    pub(super) event: String,
    #[diesel(sql_type = Text)]
    pub(super) body: String,
}

pub(super) const TRIGGERS: &str = "
SELECT t.event_object_table AS table_name, t.trigger_name AS name, CAST(t.action_timing AS CHAR) AS timing,
    CAST(t.event_manipulation AS CHAR) AS event, CAST(t.action_statement AS CHAR) AS body
FROM information_schema.triggers t
WHERE t.trigger_schema = DATABASE()
ORDER BY t.event_object_table, t.trigger_name";

/// A view.
#[derive(QueryableByName)]
pub(super) struct View {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) definition: String,
}

pub(super) const VIEWS: &str = "
SELECT v.table_name AS name, CAST(v.view_definition AS CHAR) AS definition
FROM information_schema.views v
WHERE v.table_schema = DATABASE()
ORDER BY v.table_name";
