//! Rust out: the `table!` modules and the bundle.

pub mod bundle;
pub mod diesel;
mod diesel_type;
pub mod out;

use diesel::SchemaModule;

/// The file that `dbmig::embed!()` includes: an error if there is one, `pub mod schema` and the bundle.
///
/// There are outer attributes only, because `include!` refuses inner ones.
pub fn file(error: &str, schema: &SchemaModule, bundle: &str) -> String {
    let mut text = String::from("// Written by dbmig-build from the migrations; every build writes it anew.\n\n");
    if !error.is_empty() {
        text.push_str(error);
        text.push('\n');
    }
    text.push_str("/// The tables that the migrations build, as `diesel print-schema` would print them.\n");
    text.push_str(UNUSED_IS_FINE);
    text.push_str("pub mod schema {\n");
    for line in schema.text.lines() {
        if !line.is_empty() {
            text.push_str("    ");
            text.push_str(line);
        }
        text.push('\n');
    }
    text.push_str("}\n\n");
    for one in &schema.enums {
        let labels: Vec<String> = one.labels.iter().map(|label| format!("{label:?}")).collect();
        text.push_str(&format!("::dbmig::enum_type!(schema::{}, [{}]);\n\n", one.path, labels.join(", ")));
    }
    // The host may use one half only, and may include it in a module that is not public.
    match bundle.split_once("pub static") {
        Some((docs, item)) => text.push_str(&format!("{docs}{UNUSED_IS_FINE}pub static{item}")),
        None => text.push_str(bundle),
    }
    text
}

const UNUSED_IS_FINE: &str = "#[allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]\n\
                              #[allow(dead_code, missing_docs, non_snake_case, unreachable_pub, unused_qualifications)]\n";

/// A `compile_error!` that says a text. rustc writes `error: ` before its first line.
pub fn compile_error(text: &str) -> String {
    let text = format!("the migrations need attention\n\n{text}");
    format!("::core::compile_error!({});\n", proc_macro2::Literal::string(&text))
}
