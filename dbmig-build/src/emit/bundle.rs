//! The bundle as Rust: `pub static MIGRATIONS`.

use dbmig::{Backend, Bundle, Revision, Script, Statement};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The item that holds a chain, as readable code: nothing but data, paths that start with `::dbmig`.
pub fn bundle(bundle: &Bundle<'_>) -> String {
    let backend = match bundle.backend {
        Backend::Sqlite => quote!(Sqlite),
        Backend::Postgres => quote!(Postgres),
        Backend::Mysql => quote!(Mysql),
    };
    let version_table = text(bundle.version_table);
    let version_table_schema = option(bundle.version_table_schema.map(text));
    let revisions = bundle.revisions.iter().map(revision);
    let item = quote! {
        /// The chain of migrations, to be run by `dbmig` or by Diesel's `MigrationHarness`.
        pub static MIGRATIONS: ::dbmig::Bundle<'static> = ::dbmig::Bundle {
            backend: ::dbmig::Backend::#backend,
            version_table: #version_table,
            version_table_schema: #version_table_schema,
            revisions: &[#(#revisions),*],
        };
    };
    match syn::parse2(item.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // What was quoted above is an item; should it ever not be, rustc says it better on the text.
        Err(_) => item.to_string(),
    }
}

fn revision(revision: &Revision<'_>) -> TokenStream {
    let Revision { run_in_transaction, .. } = revision;
    let (name, path) = (text(revision.name), text(revision.path));
    let (version, message) = (text(revision.version), text(revision.message));
    let (parents, depends_on) = (texts(revision.parents), texts(revision.depends_on));
    let (labels, replaces) = (texts(revision.labels), texts(revision.replaces));
    let irreversible = option(revision.irreversible.map(text));
    let up = script(&revision.up);
    let down = option(revision.down.as_ref().map(script));
    quote! {
        ::dbmig::Revision {
            name: #name,
            path: #path,
            version: #version,
            message: #message,
            parents: #parents,
            depends_on: #depends_on,
            labels: #labels,
            replaces: #replaces,
            irreversible: #irreversible,
            run_in_transaction: #run_in_transaction,
            up: #up,
            down: #down,
        }
    }
}

fn script(script: &Script<'_>) -> TokenStream {
    let Script { checksum, foreign_keys_off, statements } = script;
    let statements = statements.iter().map(|Statement { sql, line, check }| {
        let (sql, line, check) = (text(sql), Literal::u32_unsuffixed(*line), option(check.map(text)));
        quote!(::dbmig::Statement { sql: #sql, line: #line, check: #check })
    });
    quote! {
        ::dbmig::Script {
            checksum: #checksum,
            foreign_keys_off: #foreign_keys_off,
            statements: &[#(#statements),*],
        }
    }
}

fn texts(list: &[&str]) -> TokenStream {
    let list = list.iter().copied().map(text);
    quote!(&[#(#list),*])
}

fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

/// A text as a literal: raw where a reader is better off with it, escaped where raw would not give the same text back
/// (rustc reads `\r\n` in a raw string as `\n`).
fn text(text: &str) -> Literal {
    let wants_raw = text.contains(['\n', '"', '\\']);
    let odd = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !wants_raw || text.contains(odd) {
        return Literal::string(text);
    }
    let hashes = (0..).map(|count| "#".repeat(count)).find(|hashes| !text.contains(&format!("\"{hashes}")));
    let hashes = hashes.unwrap_or_default();
    format!("r{hashes}\"{text}\"{hashes}").parse().unwrap_or_else(|_| Literal::string(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_reads_back() {
        let hashes = "a \"# b \"## c \" d\n".to_owned();
        for sql in ["SELECT 1", "SELECT '\"'", "a\r\nb\n\"", "é\u{0}\u{202e}\n", "\\", hashes.as_str(), ""] {
            let literal: syn::LitStr = syn::parse_str(&text(sql).to_string()).unwrap();
            assert_eq!(literal.value(), sql);
        }
    }

    #[test]
    fn a_chain_is_readable_data() {
        let up = Script {
            checksum: "00",
            foreign_keys_off: false,
            statements: &[
                Statement { sql: "SELECT 1", line: 1, check: Some("it's one") },
                Statement { sql: "CREATE TABLE \"a\" (\n    id INTEGER\n)", line: 2, check: None },
            ],
        };
        let only = Revision {
            name: "1_a",
            path: "migrations/1_a",
            version: "1",
            message: "a",
            parents: &[],
            depends_on: &[],
            labels: &["x"],
            replaces: &[],
            irreversible: Some("it's data"),
            run_in_transaction: true,
            up,
            down: None,
        };
        let chain = Bundle {
            backend: Backend::Sqlite,
            version_table: "__diesel_schema_migrations",
            version_table_schema: None,
            revisions: &[only],
        };
        let emitted = bundle(&chain);
        assert!(emitted.starts_with("/// The chain of migrations, to be run by `dbmig` or by Diesel's"), "{emitted}");
        assert!(emitted.contains("sql: r#\"CREATE TABLE \"a\" (\n    id INTEGER\n)\"#"), "{emitted}");
        assert!(emitted.contains("check: Some(\"it's one\")"), "{emitted}");
        assert!(emitted.contains("irreversible: Some(\"it's data\")"), "{emitted}");
    }
}
