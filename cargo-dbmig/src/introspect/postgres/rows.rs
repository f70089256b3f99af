//! What PostgreSQL's catalogs are asked: one query a kind of object, whatever number of objects there are.
//!
//! Names of the connection's default schema come without it. Columns that only later versions have are read by way of
//! `to_jsonb(row)`, which is null where they aren't there. Source:
//! <https://www.postgresql.org/docs/current/catalogs.html>.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Oid, Text};

/// Makes a query: `SCOPE` is the condition that `n` is no schema of PostgreSQL's own or of temporary objects,
/// `SCHEMA(x)` a schema's name unless it is the default.
pub(super) fn query(template: &str) -> String {
    let mut text = template.replace("SCOPE", "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'");
    for alias in ["n", "bn", "fn"] {
        let name = format!("NULLIF({alias}.nspname::text, current_schema()::text)");
        text = text.replace(&format!("SCHEMA({alias})"), &name);
    }
    text
}

/// A table or view.
#[derive(QueryableByName)]
pub(super) struct Relation {
    #[diesel(sql_type = Oid)]
    pub(super) oid: u32,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) schema: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = Bool)]
    pub(super) unlogged: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) comment: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    pub(super) parameters: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) partition_key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) bound: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) definition: Option<String>,
    #[diesel(sql_type = Array<Oid>)]
    pub(super) parents: Vec<u32>,
}

pub(super) const RELATIONS: &str = "
SELECT c.oid, SCHEMA(n) AS schema, c.relname::text AS name, c.relkind::text AS kind, c.relpersistence = 'u' AS unlogged,
    obj_description(c.oid, 'pg_class') AS comment,
    coalesce(c.reloptions, '{}')
        || ARRAY(SELECT 'toast.' || unnest(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid) AS parameters,
    CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
    pg_get_expr(c.relpartbound, c.oid) AS bound,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
    ARRAY(SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE SCOPE AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')
ORDER BY c.oid";

/// A type where it is used.
#[derive(QueryableByName)]
pub(super) struct TypeUse {
    /// As `format_type` spells it, with its arguments.
    #[diesel(sql_type = Text)]
    pub(super) spelled: String,
    /// Of the element, where it is an array.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) type_schema: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) type_name: String,
    #[diesel(sql_type = Bool)]
    pub(super) built_in: bool,
    #[diesel(sql_type = Bool)]
    pub(super) is_array: bool,
}

/// A column of a table, or an attribute of a composite type.
#[derive(QueryableByName)]
pub(super) struct Column {
    #[diesel(sql_type = Oid)]
    pub(super) relation: u32,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(embed)]
    pub(super) type_use: TypeUse,
    #[diesel(sql_type = Bool)]
    pub(super) not_null: bool,
    /// The default, or the expression of a generated column.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) value: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) identity: String,
    #[diesel(sql_type = Text)]
    pub(super) generated: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) collation: Option<String>,
    #[diesel(sql_type = Bool)]
    pub(super) inherited: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) comment: Option<String>,
}

pub(super) const COLUMNS: &str = "
SELECT a.attrelid AS relation, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS spelled,
    SCHEMA(bn) AS type_schema, b.typname::text AS type_name, bn.nspname = 'pg_catalog' AS built_in, b.oid <> t.oid AS is_array,
    a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS value, a.attidentity::text AS identity,
    a.attgenerated::text AS generated,
    CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN l.collname::text END AS collation,
    a.attinhcount > 0 AND NOT a.attislocal AS inherited, col_description(a.attrelid, a.attnum) AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type b ON b.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace bn ON bn.oid = b.typnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE SCOPE AND c.relkind IN ('r', 'p', 'f', 'c')
ORDER BY a.attrelid, a.attnum";

/// A constraint of a table or domain.
#[derive(QueryableByName)]
pub(super) struct Constraint {
    #[diesel(sql_type = Oid)]
    pub(super) relation: u32,
    #[diesel(sql_type = Oid)]
    pub(super) domain: u32,
    #[diesel(sql_type = Oid)]
    pub(super) index: u32,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = Bool)]
    pub(super) deferrable: bool,
    #[diesel(sql_type = Bool)]
    pub(super) deferred: bool,
    #[diesel(sql_type = Bool)]
    pub(super) validated: bool,
    #[diesel(sql_type = Bool)]
    pub(super) no_inherit: bool,
    #[diesel(sql_type = Array<Text>)]
    pub(super) columns: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) other_schema: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) other: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    pub(super) referenced: Vec<String>,
    #[diesel(sql_type = Text)]
    pub(super) on_delete: String,
    #[diesel(sql_type = Text)]
    pub(super) on_update: String,
    #[diesel(sql_type = Text)]
    pub(super) match_type: String,
    #[diesel(sql_type = Array<Text>)]
    pub(super) on_delete_columns: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) expression: Option<String>,
}

// A foreign key to a partitioned table has a copy for each partition, which belongs to the same table as it does.
pub(super) const CONSTRAINTS: &str = "
SELECT k.conrelid AS relation, k.contypid AS domain, k.conindid AS index, k.conname::text AS name, k.contype::text AS kind,
    k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS validated, k.connoinherit AS no_inherit,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
    SCHEMA(fn) AS other_schema, f.relname::text AS other,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) AS referenced,
    k.confdeltype::text AS on_delete, k.confupdtype::text AS on_update, k.confmatchtype::text AS match_type,
    ARRAY(SELECT a.attname::text
        FROM jsonb_array_elements_text(coalesce(NULLIF(to_jsonb(k) -> 'confdelsetcols', 'null'), '[]')) WITH ORDINALITY u(number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number::int ORDER BY u.place) AS on_delete_columns,
    pg_get_expr(k.conbin, k.conrelid) AS expression
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE SCOPE AND k.contype IN ('p', 'u', 'f', 'c', 'x')
    AND NOT EXISTS (SELECT 1 FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
ORDER BY k.conrelid, k.conname";

/// An index, those of constraints among them.
#[derive(QueryableByName)]
pub(super) struct Index {
    #[diesel(sql_type = Oid)]
    pub(super) oid: u32,
    #[diesel(sql_type = Oid)]
    pub(super) relation: u32,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Bool)]
    pub(super) is_unique: bool,
    /// Whether it is a constraint's.
    #[diesel(sql_type = Bool)]
    pub(super) of_constraint: bool,
    #[diesel(sql_type = Text)]
    pub(super) method: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) predicate: Option<String>,
    #[diesel(sql_type = Bool)]
    pub(super) nulls_not_distinct: bool,
    #[diesel(sql_type = Array<Text>)]
    pub(super) parameters: Vec<String>,
}

pub(super) const INDEXES: &str = "
SELECT i.indexrelid AS oid, i.indrelid AS relation, c.relname::text AS name, i.indisunique AS is_unique,
    EXISTS (SELECT 1 FROM pg_constraint k
        WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')) AS of_constraint,
    m.amname::text AS method, pg_get_expr(i.indpred, i.indrelid) AS predicate,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
    coalesce(c.reloptions, '{}') AS parameters
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_am m ON m.oid = c.relam
WHERE SCOPE
ORDER BY i.indexrelid";

/// A column of an index.
#[derive(QueryableByName)]
pub(super) struct Key {
    #[diesel(sql_type = Oid)]
    pub(super) index: u32,
    #[diesel(sql_type = Bool)]
    pub(super) included: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) column: Option<String>,
    /// Where it is no column.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) expression: Option<String>,
    #[diesel(sql_type = Integer)]
    pub(super) options: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) collation: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) operator_class: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    pub(super) class_options: Vec<String>,
    /// What an exclusion constraint compares by.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) operator: Option<String>,
}

pub(super) const KEYS: &str = "
SELECT i.indexrelid AS index, u.number > i.indnkeyatts AS included, a.attname::text AS column,
    CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, u.number, false) END AS expression,
    coalesce(i.indoption[u.number - 1], 0)::integer AS options,
    CASE WHEN i.indcollation[u.number - 1] NOT IN (0, coalesce(a.attcollation, 100)) THEN l.collname::text END AS collation,
    CASE WHEN o.opcdefault AND s.attoptions IS NULL THEN NULL ELSE o.opcname::text END AS operator_class,
    coalesce(s.attoptions, '{}') AS class_options,
    (SELECT p.oprname::text FROM pg_constraint k JOIN pg_operator p ON p.oid = k.conexclop[u.number]
        WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype = 'x') AS operator
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL generate_series(1, i.indnatts::integer) u(number)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[u.number - 1] AND a.attnum <> 0
    LEFT JOIN pg_attribute s ON s.attrelid = i.indexrelid AND s.attnum = u.number
    LEFT JOIN pg_opclass o ON o.oid = i.indclass[u.number - 1]
    LEFT JOIN pg_collation l ON l.oid = i.indcollation[u.number - 1]
WHERE SCOPE
ORDER BY i.indexrelid, u.number";

/// A trigger.
#[derive(QueryableByName)]
pub(super) struct Trigger {
    #[diesel(sql_type = Oid)]
    pub(super) relation: u32,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) sql: String,
}

// A partition has copies of its parent's.
pub(super) const TRIGGERS: &str = "
SELECT g.tgrelid AS relation, g.tgname::text AS name, pg_get_triggerdef(g.oid) AS sql
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE SCOPE AND NOT g.tgisinternal AND coalesce((to_jsonb(g) ->> 'tgparentid')::oid, 0) = 0
ORDER BY g.tgrelid, g.tgname";

/// A type.
#[derive(QueryableByName)]
pub(super) struct UserType {
    #[diesel(sql_type = Oid)]
    pub(super) oid: u32,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) schema: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    /// The relation that has a composite type's attributes.
    #[diesel(sql_type = Oid)]
    pub(super) relation: u32,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) comment: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    pub(super) labels: Vec<String>,
    /// A domain's base, a range's subtype; `void` for the others.
    #[diesel(embed)]
    pub(super) base: TypeUse,
    #[diesel(sql_type = Bool)]
    pub(super) not_null: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) default: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) collation: Option<String>,
}

pub(super) const TYPES: &str = "
SELECT y.oid, SCHEMA(n) AS schema, y.typname::text AS name, y.typtype::text AS kind, y.typrelid AS relation,
    coalesce(obj_description(y.oid, 'pg_type'), obj_description(y.typrelid, 'pg_class')) AS comment,
    ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = y.oid ORDER BY e.enumsortorder) AS labels,
    format_type(t.oid, NULLIF(y.typtypmod, -1)) AS spelled, SCHEMA(bn) AS type_schema, b.typname::text AS type_name,
    bn.nspname = 'pg_catalog' AS built_in, b.oid <> t.oid AS is_array, y.typnotnull AS not_null,
    pg_get_expr(y.typdefaultbin, 0) AS \"default\",
    CASE WHEN y.typtype = 'd' AND y.typcollation <> 0 AND y.typcollation <> t.typcollation THEN l.collname::text END AS collation
FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace
    LEFT JOIN pg_class c ON c.oid = y.typrelid
    LEFT JOIN pg_range r ON r.rngtypid = y.oid
    JOIN pg_type t ON t.oid = CASE y.typtype WHEN 'd' THEN y.typbasetype WHEN 'r' THEN r.rngsubtype ELSE 'void'::regtype::oid END
    JOIN pg_type b ON b.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace bn ON bn.oid = b.typnamespace
    LEFT JOIN pg_collation l ON l.oid = y.typcollation
WHERE SCOPE AND (y.typtype IN ('e', 'd', 'r') OR c.relkind = 'c'
        OR y.typtype IN ('b', 'p') AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = y.oid))
    AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_type'::regclass AND x.objid = y.oid AND x.deptype = 'e')
ORDER BY y.oid";

/// A sequence.
#[derive(QueryableByName)]
pub(super) struct Sequence {
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) schema: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    pub(super) data_type: String,
    #[diesel(sql_type = BigInt)]
    pub(super) start: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) increment: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) minimum: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) maximum: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) cache: i64,
    #[diesel(sql_type = Bool)]
    pub(super) cycle: bool,
    #[diesel(sql_type = Nullable<Oid>)]
    pub(super) owner: Option<u32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) owner_column: Option<String>,
    #[diesel(sql_type = Bool)]
    pub(super) identity: bool,
}

pub(super) const SEQUENCES: &str = "
SELECT SCHEMA(n) AS schema, c.relname::text AS name, format_type(s.seqtypid, NULL) AS data_type, s.seqstart AS start,
    s.seqincrement AS increment, s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
    a.attrelid AS owner, a.attname::text AS owner_column, coalesce(d.deptype = 'i', false) AS identity
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE SCOPE
    AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')
ORDER BY c.oid";

/// A schema.
#[derive(QueryableByName)]
pub(super) struct Namespace {
    #[diesel(sql_type = Text)]
    pub(super) name: String,
}

pub(super) const NAMESPACES: &str = "
SELECT n.nspname::text AS name FROM pg_namespace n
WHERE SCOPE AND n.nspname <> 'public' AND n.nspname IS DISTINCT FROM current_schema()
    AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_namespace'::regclass AND x.objid = n.oid AND x.deptype = 'e')
ORDER BY n.nspname";
