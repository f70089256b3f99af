//! PostgreSQL's SQL.

use super::{Dialect, Guarded, first_word, quoted, words};

pub(super) const DIALECT: Dialect = Dialect {
    quote: '"',
    schema: None,
    begin: "BEGIN",
    foreign_keys: None,
    guard,
    guarded,
    // The version table may be unqualified in a script: its schema is the connection's own, and nobody is connected.
    search_path: Some([
        "SELECT pg_catalog.set_config('dbmig.search_path', pg_catalog.current_setting('search_path'), false)",
        "SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('dbmig.search_path'), false)",
    ]),
    makes_schemas: true,
    text: "TEXT",
    long_text: "TEXT",
    optional_time: "TIMESTAMP",
    table_options: "",
    // Whatever `standard_conforming_strings` is.
    backslashes: |text| format!("E{}", quoted(&text.replace('\\', "\\\\"))),
    commits: |_| false,
    fits_transaction,
    ends_with_connection,
    table_locks: |_| None,
    hides_notes: true,
    nested_comments: true,
    hash_comments: false,
};

fn guard(query: &str, message: &str) -> Vec<String> {
    let tag = tag(&[query, message]);
    let message = DIALECT.literal(message);
    vec![format!(
        "DO {tag} BEGIN IF EXISTS ({query}\n) THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; END {tag}"
    )]
}

/// A block, or where the statements fit into none, one query for each statement that psql runs what it returns of.
fn guarded(what: &Guarded<'_>) -> Result<String, &'static str> {
    let dollars = |sql: &String| {
        let tag = tag(&[sql]);
        format!("{tag}{sql}{tag}")
    };
    let condition = what.condition;
    if !what.run_in_transaction {
        let query = |sql: &String| format!("SELECT {} WHERE {condition}\n\\gexec\n", dollars(sql));
        return Ok(what.statements.iter().map(query).collect());
    }
    let lines: String = what.statements.iter().map(|sql| format!("    EXECUTE {};\n", dollars(sql))).collect();
    let tag = tag(&[&lines]);
    Ok(format!("DO {tag}\nBEGIN\n  IF {condition} THEN\n{lines}  END IF;\nEND\n{tag};\n"))
}

/// A dollar quote that none of some texts has in it.
fn tag(texts: &[&str]) -> String {
    let mut tags = (0..).map(|number| format!("$dbmig{number}$"));
    tags.find(|tag| texts.iter().all(|text| !text.contains(tag))).unwrap_or_default()
}

fn fits_transaction(sql: &str) -> bool {
    let (first, second) = (first_word(sql), words(sql).nth(1).unwrap_or_default());
    match (first.as_str(), second.as_str()) {
        ("" | "VACUUM" | "CLUSTER" | "REINDEX" | "DISCARD" | "CALL", _) => false,
        ("CREATE" | "ALTER" | "DROP", "DATABASE" | "TABLESPACE" | "SYSTEM" | "SUBSCRIPTION") => false,
        // A block may commit on its own, which it can't within a transaction.
        ("DO", _) => !words(sql).any(|word| word == "COMMIT" || word == "ROLLBACK"),
        ("CREATE" | "ALTER" | "DROP", _) => !words(sql).any(|word| word == "CONCURRENTLY"),
        _ => true,
    }
}

fn ends_with_connection(sql: &str) -> bool {
    match first_word(sql).as_str() {
        "SET" | "RESET" | "LOAD" | "PREPARE" | "LISTEN" => true,
        "SELECT" => words(sql).any(|word| word == "SET_CONFIG"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_outside_of_transactions() {
        for sql in [
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "create unique index\nconcurrently i on t (a)",
            "DROP INDEX CONCURRENTLY i",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "VACUUM t",
            "ALTER SYSTEM SET work_mem = '1GB'",
            "CALL p()",
            "DO $$ BEGIN COMMIT; END $$",
        ] {
            assert!(!fits_transaction(sql), "{sql}");
        }
        for sql in ["CREATE INDEX i ON t (a)", "INSERT INTO t VALUES ('concurrently')", "DO $$ BEGIN NULL; END $$"] {
            assert!(fits_transaction(sql), "{sql}");
        }
    }

    #[test]
    fn what_ends_with_the_connection() {
        for sql in ["SET lock_timeout = 1", "select set_config('a', 'b', false)"] {
            assert!(ends_with_connection(sql), "{sql}");
        }
        assert!(!ends_with_connection("SELECT 1"));
    }
}
