//! The SQL of MySQL and MariaDB.

use super::{Dialect, Guarded, first_word, words};

pub(super) const DIALECT: Dialect = Dialect {
    quote: '`',
    schema: None,
    begin: "START TRANSACTION",
    foreign_keys: None,
    guard,
    guarded,
    search_path: None,
    makes_schemas: false,
    text: "CHAR",
    // TEXT ends at 64 KiB.
    long_text: "LONGTEXT",
    // Without NULL it may be filled in on its own (`explicit_defaults_for_timestamp = OFF`).
    optional_time: "TIMESTAMP NULL",
    table_options: " CHARACTER SET utf8mb4",
    // Whether a backslash escapes depends on `sql_mode`.
    backslashes: hexadecimal,
    commits,
    fits_transaction: |sql| !commits(sql),
    ends_with_connection: |sql| matches!(first_word(sql).as_str(), "SET" | "USE" | "PREPARE"),
    table_locks: |sql| match (first_word(sql).as_str(), words(sql).nth(1).as_deref()) {
        ("LOCK", Some("TABLE" | "TABLES")) => Some(true),
        ("UNLOCK", _) => Some(false),
        _ => None,
    },
    // A statement that commits shows them.
    hides_notes: false,
    nested_comments: false,
    hash_comments: true,
};

/// What is prepared is no SQL where there are rows, and the error of that quotes it: outside of procedures nothing else
/// that fails has a message of its own on every server.
fn guard(query: &str, message: &str) -> Vec<String> {
    let message = DIALECT.literal(&format!("stopped: {message}"));
    vec![
        format!("SET @dbmig_check = IF(EXISTS ({query}\n), {message}, 'DO 0')"),
        "PREPARE dbmig_check FROM @dbmig_check".to_owned(),
        "DEALLOCATE PREPARE dbmig_check".to_owned(),
    ]
}

/// A procedure for the moment, since nothing else has conditions.
fn guarded(what: &Guarded<'_>) -> Result<String, &'static str> {
    if what.statements.iter().any(|sql| !fits_procedure(sql)) {
        return Err("MySQL has conditions in procedures alone, and a statement of it can't stand in one");
    }
    let name = DIALECT.identifier(&format!("dbmig_{}", what.version));
    let (mut begin, mut end) = ("", "");
    if what.run_in_transaction {
        (begin, end) = ("    START TRANSACTION;\n", "    COMMIT;\n");
    }
    let lines: String = what.statements.iter().map(|sql| format!("    {sql};\n")).collect();
    let mut delimiters = (2..).map(|length| "/".repeat(length));
    let delimiter = delimiters.find(|delimiter| !lines.contains(delimiter.as_str())).unwrap_or_default();
    Ok(format!(
        "DROP PROCEDURE IF EXISTS {name};\nDELIMITER {delimiter}\nCREATE PROCEDURE {name}()\nBEGIN\n  IF {} \
         THEN\n{begin}{lines}{end}  END IF;\nEND {delimiter}\nDELIMITER ;\nCALL {name}();\nDROP PROCEDURE \
         {name};\n",
        what.condition
    ))
}

/// Whether a statement can stand in a procedure.
///
/// Source: <https://dev.mysql.com/doc/refman/8.4/en/stored-program-restrictions.html>.
fn fits_procedure(sql: &str) -> bool {
    match first_word(sql).as_str() {
        "LOCK" | "UNLOCK" | "LOAD" | "USE" | "DELIMITER" => false,
        "CREATE" | "ALTER" | "DROP" => {
            !words(sql).take(8).any(|word| matches!(word.as_str(), "PROCEDURE" | "FUNCTION" | "TRIGGER" | "EVENT"))
        }
        _ => true,
    }
}

fn hexadecimal(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("CONVERT(X'{digits}' USING utf8mb4)")
}

/// All but plain reading and writing of rows does, or may.
///
/// Source: <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>.
fn commits(sql: &str) -> bool {
    match first_word(sql).as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "SELECT" | "WITH" | "VALUES" | "DO" => false,
        "SET" => words(sql).any(|word| word == "AUTOCOMMIT" || word == "PASSWORD" || word == "ROLE"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commits() {
        for sql in ["CREATE TABLE t (id INT)", "set autocommit = 0", "TRUNCATE t", "LOCK TABLES t WRITE", "/*! x */"] {
            assert!(commits(sql), "{sql}");
        }
        for sql in ["insert into t values (1)", "SET @a = 1", "SELECT 1"] {
            assert!(!commits(sql), "{sql}");
        }
    }
}
