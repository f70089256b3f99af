CREATE EXTENSION citext;
CREATE TYPE "y""))] } mod x { fn f() { " AS ENUM ('a', 'b');
CREATE TABLE "t""] } mod x { compile_error!(""out"");" (
    id INTEGER NOT NULL PRIMARY KEY,
    "a""] b -> Text, /* " CITEXT NOT NULL,
    "#[c]" "y""))] } mod x { fn f() { " NOT NULL,
    "r#""d""#" CITEXT[]
);
