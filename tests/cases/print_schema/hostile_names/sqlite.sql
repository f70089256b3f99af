CREATE TABLE "t""] } mod x { compile_error!(""out"");" (
    id INTEGER NOT NULL PRIMARY KEY,
    "a""] b -> Text, /* " TEXT NOT NULL,
    "#[c]" TEXT,
    "r#""d""#" TEXT
);
