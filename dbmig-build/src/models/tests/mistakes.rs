//! Ways to get an attribute wrong: each is reported at its place, and says what to write instead.
//!
//! `mistakes.txt` holds them, a line each: the attributes of the struct, its fields besides `id`, and the rest of the
//! file, with ` | ` between. Beneath stand what is said and the text that it is said at. `BLESS=1` writes that anew.

use std::path::Path;

use dbmig::Backend;

use super::model;
use crate::config::DatabaseConfig;
use crate::diagnostic::Diagnostic;
use crate::models::parse;
use crate::source::Source;

/// What is said of a case.
fn said(case: &str, backend: Backend) -> Vec<Diagnostic> {
    let mut parts = case.split(" | ").map(str::trim).chain(std::iter::repeat(""));
    let mut part = || parts.next().unwrap_or_default();
    let (attributes, fields, rest) = (part(), part(), part());
    let source = Source::new("src/models.rs", model(attributes, fields) + rest);
    match parse(&source, &DatabaseConfig { backend, ..DatabaseConfig::default() }) {
        Ok(models) => models.warnings,
        Err(diagnostics) => diagnostics,
    }
}

fn shown(one: &Diagnostic) -> String {
    let place = one.span().map_or("nowhere", |span| span.text());
    let mut text = format!("    {}[{}] at `{place}`: {}\n", one.level, one.code, one.message);
    one.help.iter().for_each(|help| text += &format!("      help: {help}\n"));
    text
}

#[test]
fn each_is_reported_with_its_way_out() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/models/tests/mistakes.txt");
    let stored = std::fs::read_to_string(&path).expect("the cases");
    let (mut backend, mut written, mut helpless) = (Backend::Sqlite, String::new(), Vec::new());
    for line in stored.lines().filter(|line| !line.starts_with("    ")) {
        written += &format!("{line}\n");
        if let Some(name) = line.strip_prefix("== ") {
            backend = name.parse().expect("a backend");
        } else if !line.is_empty() && !line.starts_with("# ") {
            let said = said(line, backend);
            if said.is_empty() {
                helpless.push(format!("{backend} {line}: nothing is said"));
            }
            helpless
                .extend(said.iter().filter(|one| one.help.is_empty()).map(|one| format!("{line}: {}", one.message)));
            said.iter().for_each(|one| written += &shown(one));
        }
    }
    let blesses = std::env::var_os("BLESS").is_some();
    if blesses {
        std::fs::write(&path, &written).expect("the cases can be written");
    }
    assert!(stored == written || blesses, "found:\n{written}");
    assert_eq!(helpless, Vec::<String>::new(), "no way out is named");
}
