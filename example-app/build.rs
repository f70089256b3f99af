//! Checks the migration chain and emits the Diesel schema, see `src/db.rs`.

fn main() {
    dbmig_build::compile();
}
