//! How the schema is printed: what `[print_schema]` of a diesel.toml says, or one of its named sections.
//!
//! Source: diesel_cli 2.3, `config.rs`.

use crate::source::Source;

/// One section; its defaults are those of `diesel print-schema`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintSchema {
    /// The name of the section: `default`, or what `[print_schema.NAME]` says.
    pub name: String,
    /// The file that Diesel's command line prints to, relative to the package, with `/`. dbmig doesn't write it.
    pub file: Option<String>,
    /// The schema whose tables are printed, into a module of its name; none is the default one's, without a module.
    pub schema: Option<String>,
    /// What doc comments the tables get.
    pub docs: Docs,
    /// Which tables may appear in one query.
    pub same_query: SameQuery,
    /// Which tables are printed.
    pub filter: TableFilter,
    /// In which order the columns stand.
    pub column_sorting: ColumnSorting,
    /// A unified diff that is applied to the printed text.
    pub patch: Option<Source>,
    /// What each table imports instead of `diesel::sql_types::*`.
    pub import_types: Option<Vec<String>>,
    /// Whether types that Diesel doesn't have are defined in a module `sql_types`.
    pub generate_missing_sql_type_definitions: bool,
    /// Regular expressions for the Rust names of types that aren't defined, though Diesel doesn't have them.
    pub except_custom_type_definitions: Vec<String>,
    /// What the defined types derive beside `diesel::sql_types::SqlType`.
    pub custom_type_derives: Vec<String>,
    /// Whether SQLite's rowids, and the columns that refer to them, are `BigInt`.
    pub sqlite_integer_primary_key_is_bigint: bool,
    /// Regular expressions for the names of domains that stand for themselves, not for the type beneath.
    pub pg_domains_as_custom_types: Vec<String>,
}

/// What doc comments the tables get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Docs {
    /// None.
    #[default]
    None,
    /// The database's comments.
    Comments,
    /// The database's comments, and where there is none a text that says the obvious.
    CommentsOrGenerated,
}

/// Which tables `allow_tables_to_appear_in_same_query!` lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameQuery {
    /// All of them, once.
    #[default]
    AllTables,
    /// Each group of tables that can be joined.
    Related,
    /// None.
    None,
}

/// Which tables are printed: regular expressions for their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TableFilter {
    /// All.
    #[default]
    All,
    /// Those that one of these matches.
    Only(Vec<String>),
    /// Those that none of these matches.
    Except(Vec<String>),
}

/// In which order columns stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColumnSorting {
    /// As in the table.
    #[default]
    Position,
    /// By name.
    Name,
}

impl Default for PrintSchema {
    fn default() -> PrintSchema {
        PrintSchema {
            name: "default".to_owned(),
            file: None,
            schema: None,
            docs: Docs::None,
            same_query: SameQuery::AllTables,
            filter: TableFilter::All,
            column_sorting: ColumnSorting::Position,
            patch: None,
            import_types: None,
            generate_missing_sql_type_definitions: true,
            except_custom_type_definitions: Vec::new(),
            custom_type_derives: Vec::new(),
            sqlite_integer_primary_key_is_bigint: false,
            pg_domains_as_custom_types: Vec::new(),
        }
    }
}

impl PrintSchema {
    /// What holds where no diesel.toml says anything: the derives are those that `diesel setup` proposes, without
    /// which a custom type is of little use in queries.
    pub fn without_file() -> PrintSchema {
        let derives = ["diesel::query_builder::QueryId", "Clone"];
        PrintSchema { custom_type_derives: derives.map(str::to_owned).to_vec(), ..PrintSchema::default() }
    }
}
