//! The files whose change makes the build script run again; [`crate::cargo`] says why these.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::config::Configuration;

/// Paths relative to the package, with `/`, sorted.
pub(super) fn watched(package: &Path, configuration: &Configuration) -> Vec<String> {
    let mut paths = BTreeSet::from(["Cargo.toml".to_owned()]);
    for read in &configuration.diesel_tomls {
        paths.insert(read.path.clone());
        paths.extend(read.patch_files.iter().cloned());
    }
    for (_, config) in configuration.all() {
        paths.insert(config.migrations.clone());
        for path in &config.models {
            paths.extend(sources(package, path));
        }
    }
    paths.into_iter().collect()
}

fn sources(package: &Path, path: &str) -> impl Iterator<Item = String> {
    let files = WalkDir::new(package.join(path)).into_iter().filter_map(Result::ok);
    let rust = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "rs"));
    let relevant = rust.filter(|file| fs::read_to_string(file.path()).is_ok_and(|text| is_relevant(&text)));
    let (root, path) = (package.join(path), path.to_owned());
    relevant.map(move |file| {
        let below = file.path().strip_prefix(&root).unwrap_or(file.path()).to_string_lossy().replace('\\', "/");
        if below.is_empty() { path.clone() } else { format!("{path}/{below}") }
    })
}

/// Whether a source may hold models, or declares modules.
fn is_relevant(text: &str) -> bool {
    let declares = |line: &str| {
        let words: Vec<&str> = line.split("//").next().unwrap_or(line).split_whitespace().collect();
        matches!(words.as_slice(), [.., "mod", name] if name.ends_with(';'))
    };
    text.contains("dbmig") || text.lines().any(declares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_module_declarations_are_watched() {
        for (text, expected) in [
            ("#[derive(dbmig::Model)] struct A {}", true),
            ("pub(crate) mod models; // here", true),
            ("mod a {\n}", false),
            ("// mod a;", false),
            ("fn main() {}", false),
        ] {
            assert_eq!(is_relevant(text), expected, "{text}");
        }
    }

    #[test]
    fn paths_are_relative_and_sorted() {
        let package = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("Cargo.toml", ""),
            ("src/main.rs", "mod a;"),
            ("src/a/b.rs", "use dbmig;"),
            ("src/c.rs", ""),
            ("src/d.txt", "mod a;"),
        ] {
            let path = package.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let expected = ["Cargo.toml", "migrations", "src/a/b.rs", "src/main.rs"];
        assert_eq!(watched(package.path(), &Configuration::default()), expected);
    }
}
