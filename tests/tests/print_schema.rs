//! The emitted schema against what `diesel print-schema` made of the same SQL.
//!
//! `cases/print_schema/NAME.sql` holds a database, `NAME.out` what the Diesel CLI (2.3.14, SQLite 3.53) printed of it,
//! `NAME.bigint.out` what it printed with `--sqlite-integer-primary-key-is-bigint`.

use std::path::Path;

use dbmig::Backend;
use dbmig_build::config::PrintSchema;
use dbmig_build::emit::diesel::{SchemaOptions, schema_module};
use dbmig_build::replay::Replay;
use dbmig_build::source::Source;
use dbmig_build::sql::split;

#[test]
fn the_schema_is_what_diesel_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/print_schema");
    let mut compared = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of cases") {
        let path = entry.expect("a case").path();
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let sql = std::fs::read_to_string(&path).expect("UTF-8");
        let mut replay = Replay::new(Backend::Sqlite);
        let replayed = replay.run(&split(&Source::new("case.sql", sql), Backend::Sqlite));
        assert_eq!(replayed.diagnostics, [], "{}", path.display());
        for (extension, sqlite_integer_primary_key_is_bigint) in [("out", false), ("bigint.out", true)] {
            let printed = std::fs::read_to_string(path.with_extension(extension)).expect("what Diesel printed");
            let expected =
                printed.strip_prefix("// @generated automatically by Diesel CLI.\n\n").expect("Diesel's header");
            let section = PrintSchema { sqlite_integer_primary_key_is_bigint, ..PrintSchema::default() };
            let options = SchemaOptions { sections: vec![section], ..SchemaOptions::new(Backend::Sqlite) };
            let (found, warnings) = schema_module(replay.schema(), &options);
            assert_eq!(warnings, []);
            assert!(found == expected, "{} {extension}, found:\n{found}\nexpected:\n{expected}", path.display());
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared} cases");
}
