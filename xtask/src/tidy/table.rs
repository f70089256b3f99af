//! The table of allowed edges between modules: the architecture that ARCHITECTURE.md tells in words.

/// The modules of one crate, each with the modules that it may name.
type Modules = &'static [(&'static str, &'static [&'static str])];

/// Ships in the user's program. The upper half is pure data and graph code, the lower half needs a database.
const DBMIG: Modules = &[
    ("backend", &[]),
    ("version", &[]),
    ("checksum", &[]),
    ("bundle", &["backend"]),
    ("enums", &[]),
    ("revision", &["bundle", "version"]),
    ("error", &["backend", "revision"]),
    ("driver", &["backend", "checksum", "error"]),
    ("ledger", &["backend", "bundle", "driver", "version"]),
    ("journal", &["bundle", "checksum", "driver", "ledger", "revision", "version"]),
    ("lock", &["bundle", "driver", "error"]),
    ("situation", &["backend", "bundle", "driver", "error", "journal", "ledger", "revision", "version"]),
    ("source", &["bundle", "error", "revision"]),
    (
        "runner",
        &["bundle", "driver", "error", "journal", "ledger", "lock", "revision", "situation", "source", "version"],
    ),
    (
        "status",
        &["bundle", "driver", "error", "journal", "ledger", "lock", "revision", "runner", "situation", "version"],
    ),
    ("position", &["bundle", "driver", "error", "journal", "status", "version"]),
    ("cli", &["bundle", "driver", "error", "revision", "runner", "status", "version"]),
];

/// The compiler. Stages know the schema, and meet in `compile` only.
const DBMIG_BUILD: Modules = &[
    ("source", &[]),
    ("nearest", &[]),
    ("diagnostic", &["source"]),
    ("schema", &["dbmig::backend"]),
    ("toml_reader", &["diagnostic", "nearest", "source"]),
    ("config", &["diagnostic", "nearest", "source", "toml_reader", "dbmig::backend"]),
    ("sql", &["diagnostic", "schema", "source", "dbmig::backend", "dbmig::checksum"]),
    (
        "migration",
        &[
            "diagnostic",
            "nearest",
            "source",
            "sql",
            "toml_reader",
            "dbmig::backend",
            "dbmig::checksum",
            "dbmig::revision",
            "dbmig::version",
        ],
    ),
    ("link", &["diagnostic", "migration", "nearest", "source", "dbmig::revision", "dbmig::version"]),
    ("replay", &["diagnostic", "schema", "source", "sql", "dbmig::backend"]),
    ("models", &["config", "diagnostic", "nearest", "schema", "source", "sql", "dbmig::backend"]),
    ("diff", &["nearest", "schema", "dbmig::backend"]),
    ("target", &["diff", "schema"]),
    (
        "verify",
        &[
            "diagnostic",
            "diff",
            "link",
            "migration",
            "models",
            "replay",
            "schema",
            "source",
            "sql",
            "target",
            "dbmig::backend",
        ],
    ),
    ("bundle", &["config", "link", "migration", "sql", "dbmig::bundle"]),
    ("emit", &["config", "diagnostic", "schema", "source", "dbmig::backend", "dbmig::bundle"]),
    ("cargo", &["diagnostic", "source"]),
    ("compile", &["*"]),
];

/// What has a human or a live database in it. Stages meet in `commands` only.
const CARGO_DBMIG: Modules = &[
    ("error", &["dbmig::error", "dbmig::revision", "dbmig_build::diagnostic"]),
    ("ui", &["error", "dbmig_build::diagnostic"]),
    ("cli", &["commands", "error", "ui"]),
    (
        "context",
        &[
            "cli",
            "error",
            "ui",
            "dbmig::backend",
            "dbmig::bundle",
            "dbmig::revision",
            "dbmig::position",
            "dbmig::status",
            "dbmig::version",
            "dbmig_build::bundle",
            "dbmig_build::config",
            "dbmig_build::diagnostic",
            "dbmig_build::link",
            "dbmig_build::migration",
            "dbmig_build::replay",
            "dbmig_build::schema",
            "dbmig_build::source",
            "dbmig_build::sql",
            "dbmig_build::models",
        ],
    ),
    ("table_macro", &["dbmig_build::schema"]),
    (
        "model_source",
        &[
            "table_macro",
            "dbmig::backend",
            "dbmig_build::config",
            "dbmig_build::diagnostic",
            "dbmig_build::diff",
            "dbmig_build::emit",
            "dbmig_build::models",
            "dbmig_build::schema",
            "dbmig_build::source",
            "dbmig_build::target",
        ],
    ),
    ("scaffold", &["error", "dbmig::revision", "dbmig::version"]),
    ("render", &["dbmig::backend", "dbmig_build::config", "dbmig_build::schema"]),
    (
        "introspect",
        &[
            "dbmig::backend",
            "dbmig_build::diagnostic",
            "dbmig_build::replay",
            "dbmig_build::schema",
            "dbmig_build::source",
            "dbmig_build::sql",
        ],
    ),
    (
        "kept",
        &["dbmig::backend", "dbmig_build::replay", "dbmig_build::schema", "dbmig_build::source", "dbmig_build::sql"],
    ),
    ("drift", &["dbmig::backend", "dbmig_build::schema"]),
    ("commands", &["*"]),
];

/// What a module may name; `None` if the table doesn't know it.
pub(super) fn allowed(folder: &str, module: &str) -> Option<&'static [&'static str]> {
    let modules = match folder {
        "dbmig" => DBMIG,
        "dbmig-build" => DBMIG_BUILD,
        _ => CARGO_DBMIG,
    };
    modules.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed)
}
