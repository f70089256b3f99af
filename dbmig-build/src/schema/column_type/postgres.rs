//! PostgreSQL's built-in types: the names that people write, and the names in `pg_type`.
//!
//! Source: <https://www.postgresql.org/docs/current/datatype.html>.

/// A built-in type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresType {
    /// Its name in [`super::ColumnType`].
    pub name: &'static str,
    /// Its name in `pg_type`, by which diesel's print-schema names it.
    pub catalog: &'static str,
    /// Other spellings of several words or of none of the two above.
    pub aliases: &'static [&'static str],
}

const fn row(name: &'static str, catalog: &'static str, aliases: &'static [&'static str]) -> PostgresType {
    PostgresType { name, catalog, aliases }
}

/// Every built-in type that a column can have. (`float(n)` is `real` up to 24 and `double precision` above; the parser
/// knows. `character` and `bit` without an argument are of length one.)
#[rustfmt::skip]
pub const POSTGRES_TYPES: &[PostgresType] = &[
    row("smallint", "int2", &[]),
    row("integer", "int4", &["int"]),
    row("bigint", "int8", &[]),
    row("real", "float4", &[]),
    row("double precision", "float8", &["float"]),
    row("numeric", "numeric", &["decimal", "dec"]),
    row("boolean", "bool", &[]),
    row("text", "text", &[]),
    row("varchar", "varchar", &["character varying", "char varying", "national character varying", "national char varying", "nchar varying"]),
    row("char", "bpchar", &["character", "national character", "national char", "nchar"]),
    row("\"char\"", "char", &[]),
    row("bytea", "bytea", &[]),
    row("date", "date", &[]),
    row("time", "time", &["time without time zone"]),
    row("timetz", "timetz", &["time with time zone"]),
    row("timestamp", "timestamp", &["timestamp without time zone"]),
    row("timestamptz", "timestamptz", &["timestamp with time zone"]),
    row("interval", "interval", &[]),
    row("uuid", "uuid", &[]),
    row("json", "json", &[]),
    row("jsonb", "jsonb", &[]),
    row("jsonpath", "jsonpath", &[]),
    row("xml", "xml", &[]),
    row("inet", "inet", &[]),
    row("cidr", "cidr", &[]),
    row("macaddr", "macaddr", &[]),
    row("macaddr8", "macaddr8", &[]),
    row("money", "money", &[]),
    row("bit", "bit", &[]),
    row("varbit", "varbit", &["bit varying"]),
    row("oid", "oid", &[]),
    row("name", "name", &[]),
    row("tsvector", "tsvector", &[]),
    row("tsquery", "tsquery", &[]),
    row("point", "point", &[]),
    row("line", "line", &[]),
    row("lseg", "lseg", &[]),
    row("box", "box", &[]),
    row("path", "path", &[]),
    row("polygon", "polygon", &[]),
    row("circle", "circle", &[]),
    row("int4range", "int4range", &[]),
    row("int8range", "int8range", &[]),
    row("numrange", "numrange", &[]),
    row("tsrange", "tsrange", &[]),
    row("tstzrange", "tstzrange", &[]),
    row("daterange", "daterange", &[]),
    row("int4multirange", "int4multirange", &[]),
    row("int8multirange", "int8multirange", &[]),
    row("nummultirange", "nummultirange", &[]),
    row("tsmultirange", "tsmultirange", &[]),
    row("tstzmultirange", "tstzmultirange", &[]),
    row("datemultirange", "datemultirange", &[]),
    row("pg_lsn", "pg_lsn", &[]),
    row("pg_snapshot", "pg_snapshot", &[]),
    row("txid_snapshot", "txid_snapshot", &[]),
    row("xid", "xid", &[]),
    row("xid8", "xid8", &[]),
    row("cid", "cid", &[]),
    row("tid", "tid", &[]),
    row("regclass", "regclass", &[]),
    row("regproc", "regproc", &[]),
    row("regprocedure", "regprocedure", &[]),
    row("regtype", "regtype", &[]),
    row("regrole", "regrole", &[]),
    row("regnamespace", "regnamespace", &[]),
    row("regconfig", "regconfig", &[]),
    row("regdictionary", "regdictionary", &[]),
    row("regoper", "regoper", &[]),
    row("regoperator", "regoperator", &[]),
    row("regcollation", "regcollation", &[]),
    row("refcursor", "refcursor", &[]),
];

/// The built-in type of this name, under any of its spellings; `name` is in lower case with single spaces. (The
/// catalog's `char` is written `"char"`; without quotes it is `character`.)
pub fn postgres_type(name: &str) -> Option<&'static PostgresType> {
    let by_name = || POSTGRES_TYPES.iter().find(|one| one.name == name || one.aliases.contains(&name));
    by_name().or_else(|| POSTGRES_TYPES.iter().find(|one| one.catalog == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (written, name) in [
            ("int", "integer"),
            ("int4", "integer"),
            ("character varying", "varchar"),
            ("char", "char"),
            ("bpchar", "char"),
            ("\"char\"", "\"char\""),
            ("decimal", "numeric"),
            ("timestamp with time zone", "timestamptz"),
        ] {
            assert_eq!(postgres_type(written).map(|one| one.name), Some(name), "{written}");
        }
        assert_eq!(postgres_type("citext"), None);
    }
}
