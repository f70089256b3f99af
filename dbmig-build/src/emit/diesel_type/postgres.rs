//! PostgreSQL's types: what `information_schema.columns` says of a column, and what print-schema makes of it.
//!
//! Source: diesel_cli 2.3, `infer_schema_internals/pg.rs`; PostgreSQL's `information_schema.sql`.

use heck::ToUpperCamelCase;

use super::{COMMON, DieselType};
use crate::schema::{Autoincrement, Column, ColumnType, Domain, ObjectName, Schema, UserTypeKind, postgres_type};

/// Diesel's type for a column; `as_custom` says which domains stand for themselves instead of the type beneath.
pub(in crate::emit) fn of_column(column: &Column, schema: &Schema, as_custom: impl Fn(&str) -> bool) -> DieselType {
    let is_identity = matches!(column.autoincrement, Autoincrement::IdentityAlways | Autoincrement::IdentityByDefault);
    let nullable = column.nullable && !is_identity;
    let declared = &column.column_type;
    let domain = domain(declared, schema);
    // Of a domain of a domain, print-schema sees the type right beneath, which is a domain.
    let beneath = domain.map_or(declared, |domain| &domain.base);
    let stands_for_itself = domain.is_none() || as_custom(&declared.name);
    let named = if stands_for_itself { declared } else { beneath };
    let (sql_name, type_schema) = catalog_name(named, schema);
    let rust_name = sql_name.to_upper_camel_case();
    DieselType {
        nullable: nullable && domain.is_none_or(|domain| domain.nullable),
        array: named.array,
        max_length: max_length(beneath),
        custom: !COMMON.contains(&rust_name.as_str()) && !PROVIDED.contains(&rust_name.as_str()),
        rust_name,
        sql_name,
        schema: type_schema,
        ..DieselType::default()
    }
}

fn domain<'s>(declared: &ColumnType, schema: &'s Schema) -> Option<&'s Domain> {
    // An array of a domain is an array, and no domain.
    let found = user_type(declared, schema).filter(|_| !declared.array)?;
    match &found.1.kind {
        UserTypeKind::Domain(domain) => Some(domain),
        _ => None,
    }
}

fn user_type<'s>(declared: &ColumnType, schema: &'s Schema) -> Option<(&'s ObjectName, &'s crate::schema::UserType)> {
    // Any name of the schema knows how names are compared.
    let some = schema.types.keys().next()?;
    let name = ObjectName { schema: declared.schema.clone(), name: some.name.renamed(&declared.name) };
    schema.types.get_key_value(&name)
}

/// The name in `pg_type`, and the schema unless it is `public`.
fn catalog_name(declared: &ColumnType, schema: &Schema) -> (String, Option<String>) {
    let in_catalog = declared.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
    let built_in = postgres_type(&declared.name).filter(|_| in_catalog && user_type(declared, schema).is_none());
    match built_in {
        Some(built_in) => (built_in.catalog.to_owned(), Some("pg_catalog".to_owned())),
        None => (declared.name.clone(), declared.schema.as_ref().map(|schema| schema.as_str().to_owned())),
    }
}

/// `character_maximum_length`; PostgreSQL gives none for arrays.
fn max_length(declared: &ColumnType) -> Option<u64> {
    let has_length = declared.schema.is_none() && !declared.array;
    let built_in = postgres_type(&declared.name).filter(|_| has_length)?;
    matches!(built_in.catalog, "bpchar" | "varchar" | "bit" | "varbit")
        .then(|| declared.arguments.first().and_then(|length| length.trim().parse().ok()))
        .flatten()
}

/// What print-schema takes for Diesel's own on PostgreSQL, the types of every database aside.
const PROVIDED: &[&str] = &[
    "Cidr",
    "Citext",
    "Inet",
    "Jsonb",
    "MacAddr",
    "MacAddr8",
    "Money",
    "Oid",
    "Range",
    "Timestamptz",
    "Uuid",
    "Json",
    "PgLsn",
    "Record",
    "Interval",
    "Int4range",
    "Int8range",
    "Daterange",
    "Numrange",
    "Tsrange",
    "Tstzrange",
    "Int4multirange",
    "Int8multirange",
    "Datemultirange",
    "Nummultirange",
    "Tsmultirange",
    "Tstzmultirange",
    "SmallSerial",
    "BigSerial",
    "Serial",
    "Bytea",
    "Bpchar",
    "Macaddr",
    "Macaddr8",
];

#[cfg(test)]
mod tests {

    use dbmig::Backend;

    use super::*;
    use crate::schema::{Name, UserType};

    fn name(text: &str) -> Name {
        Name::new(text, Backend::Postgres)
    }

    fn schema() -> Schema {
        let domain = |base: ColumnType, nullable: bool| {
            let (default, collation) = (None, None);
            UserTypeKind::Domain(Box::new(Domain { base, nullable, default, collation, checks: Vec::new() }))
        };
        let types = [
            ("mood", UserTypeKind::Enum(vec!["sad".to_owned()])),
            ("email", domain(ColumnType::with_arguments("varchar", [80]), false)),
            ("work_email", domain(ColumnType::plain("email"), true)),
            ("tags", domain(ColumnType { array: true, ..ColumnType::plain("text") }, true)),
        ];
        let types = types.into_iter().map(|(title, kind)| {
            let name = ObjectName::unqualified(name(title));
            (name.clone(), UserType { name, kind, comment: None })
        });
        Schema { types: types.collect(), ..Schema::default() }
    }

    /// Name, definition and length: `[pg_catalog.timetz] Timetz`.
    fn printed(column_type: ColumnType, as_custom: bool) -> String {
        let column = Column::new(name("c"), column_type);
        let found = of_column(&column, &schema(), |_| as_custom);
        let length = found.max_length.map(|length| format!(" {length}")).unwrap_or_default();
        let schema = found.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
        let definition = if found.custom { format!("[{schema}{}] ", found.sql_name) } else { String::new() };
        format!("{definition}{found}{length}")
    }

    #[test]
    fn types_are_those_of_print_schema() {
        let array = |column_type: ColumnType| ColumnType { array: true, ..column_type };
        let other = ColumnType { schema: Some(name("x")), ..ColumnType::plain("status") };
        for (column_type, expected) in [
            (ColumnType::plain("integer"), "Nullable<Int4>"),
            (ColumnType::with_arguments("varchar", [64]), "Nullable<Varchar> 64"),
            (array(ColumnType::with_arguments("varchar", [64])), "Nullable<Array<Nullable<Varchar>>>"),
            (ColumnType::with_arguments("char", [1]), "Nullable<Bpchar> 1"),
            (ColumnType::plain("\"char\""), "Nullable<Char>"),
            (ColumnType::with_arguments("bit", [3]), "Nullable<Bit> 3"),
            (ColumnType::with_arguments("numeric", [10, 2]), "Nullable<Numeric>"),
            (ColumnType::plain("pg_lsn"), "Nullable<PgLsn>"),
            (ColumnType::plain("citext"), "Nullable<Citext>"),
            (ColumnType::plain("hstore"), "[hstore] Nullable<Hstore>"),
            (ColumnType::plain("timetz"), "[pg_catalog.timetz] Nullable<Timetz>"),
            (ColumnType::with_arguments("varbit", [5]), "[pg_catalog.varbit] Nullable<Varbit> 5"),
            (ColumnType::plain("mood"), "[mood] Nullable<Mood>"),
            (array(ColumnType::plain("mood")), "[mood] Nullable<Array<Nullable<Mood>>>"),
            (other, "[x.status] Nullable<Status>"),
            (ColumnType::plain("email"), "Varchar 80"),
            (array(ColumnType::plain("email")), "[email] Nullable<Array<Nullable<Email>>>"),
            (ColumnType::plain("work_email"), "[email] Nullable<Email>"),
            (ColumnType::plain("tags"), "Nullable<Array<Nullable<Text>>>"),
        ] {
            assert_eq!(printed(column_type, false), expected);
        }
        assert_eq!(printed(ColumnType::plain("email"), true), "[email] Email 80");
        assert_eq!(printed(ColumnType::plain("tags"), true), "[tags] Nullable<Tags>");
    }
}
