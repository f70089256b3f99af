//! Column types to Diesel's SQL types, as `diesel print-schema` names them. One file for each database.

pub(super) mod mysql;
pub(super) mod postgres;
pub(super) mod sqlite;

use std::fmt;

/// The type of a column as `table!` says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DieselType {
    /// The type's name in Rust.
    pub(super) rust_name: String,
    /// Its name in the database.
    pub(super) sql_name: String,
    /// Its schema in the database, where that isn't the default one.
    pub(super) schema: Option<String>,
    pub(super) nullable: bool,
    pub(super) array: bool,
    pub(super) unsigned: bool,
    /// What `#[max_length]` says.
    pub(super) max_length: Option<u64>,
    /// Whether it has to be defined, since Diesel doesn't.
    pub(super) custom: bool,
    /// Why it isn't what print-schema prints, where it isn't.
    pub(super) departure: Option<&'static str>,
}

impl fmt::Display for DieselType {
    /// Elements of arrays take NULL, as far as the database is concerned.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers = [(self.nullable, "Nullable<", ">"), (self.array, "Array<Nullable<", ">>")];
        let layers = layers.into_iter().chain([(self.unsigned, "Unsigned<", ">")]).filter(|(is_there, ..)| *is_there);
        let layers: Vec<(bool, &str, &str)> = layers.collect();
        layers.iter().try_for_each(|(_, open, _)| f.write_str(open))?;
        f.write_str(&self.rust_name)?;
        layers.iter().rev().try_for_each(|(_, _, close)| f.write_str(close))
    }
}

/// Types that print-schema takes for Diesel's own on every database.
const COMMON: &[&str] = &[
    "Bool",
    "Integer",
    "SmallInt",
    "BigInt",
    "Binary",
    "Text",
    "Double",
    "Float",
    "Numeric",
    "Timestamp",
    "Date",
    "Time",
    "Float4",
    "Smallint",
    "Int2",
    "Int4",
    "Int8",
    "Bigint",
    "Float8",
    "Decimal",
    "VarChar",
    "Varchar",
    "Char",
    "Tinytext",
    "Mediumtext",
    "Longtext",
    "Tinyblob",
    "Blob",
    "Mediumblob",
    "Longblob",
    "Varbinary",
    "Bit",
];
