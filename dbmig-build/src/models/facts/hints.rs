//! What was probably meant by a key that doesn't exist: words of other tools, and keys that stand elsewhere.

use super::{FIELD_KEYS, OPTIONS, STRUCT_KEYS};

/// Words that people try for a key, by what it is said of.
const OTHER_WORDS: &[(&str, &[(&str, &str)])] = &[
    (
        "field",
        &[
            ("character_set", "charset"),
            ("column_name", "column"),
            ("column_type", "sql_type"),
            ("computed", "generated"),
            ("constraint", "check"),
            ("db_type", "sql_type"),
            ("doc", "comment"),
            ("fk", "references"),
            ("foreign_key", "references"),
            ("identity", "autoincrement"),
            ("ignore", "skip"),
            ("max_length", "length"),
            ("name", "column"),
            ("old_name", "renamed_from"),
            ("pk", "primary_key"),
            ("rename", "renamed_from"),
            ("serial", "autoincrement"),
            ("server_default", "default"),
            ("size", "length"),
            ("type", "sql_type"),
        ],
    ),
    (
        "struct",
        &[
            ("constraint", "check"),
            ("doc", "comment"),
            ("fk", "foreign_key"),
            ("key", "primary_key"),
            ("name", "table"),
            ("namespace", "schema"),
            ("old_name", "renamed_from"),
            ("pk", "primary_key"),
            ("references", "foreign_key"),
            ("rename", "renamed_from"),
            ("table_name", "table"),
        ],
    ),
    ("enum", &[("sql_type", "name"), ("type", "name"), ("type_name", "name"), ("table", "name"), ("rename", "name")]),
    ("variant", &[("label", "rename"), ("name", "rename"), ("value", "rename")]),
];

/// What to say of a key that something (a `field`, a `struct`, an `enum`, a `variant`) doesn't have.
pub(super) fn hint(what: &str, word: &str) -> Option<String> {
    let words = OTHER_WORDS.iter().find(|(of, _)| *of == what).map(|(_, words)| *words).unwrap_or_default();
    if let Some((_, key)) = words.iter().find(|(other, _)| *other == word) {
        return Some(format!("did you mean `{key}`?"));
    }
    if let Some((backend, _)) = OPTIONS.iter().find(|(_, keys)| what == "struct" && keys.contains(&word)) {
        return Some(format!("it is for one backend alone: `backend({backend}({word}))`"));
    }
    match what {
        "field" if ["null", "nullable", "not_null", "optional", "required"].contains(&word) => {
            Some("the type says it: an `Option` takes NULL".to_owned())
        }
        "field" if STRUCT_KEYS.contains(&word) => Some(format!("`{word}` is said on the struct")),
        "struct" if FIELD_KEYS.contains(&word) => Some(format!("`{word}` is said on a field")),
        _ => None,
    }
}
