//! The codes of diagnostics, each with the long text that `cargo dbmig explain CODE` prints.

use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($variant:ident $name:literal $explanation:literal)*) => {
        /// A kind of fault; its name stands in brackets behind `error` or `warning`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $name] $variant,)*
        }

        impl Code {
            /// Every code, grouped by the phase that reports it.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// Its name: `unknown-parent`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }

            /// The long text: what it means, why it matters, what to do.
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Code::$variant => $explanation,)*
                }
            }
        }
    };
}

codes! {
    Config "config"
"The configuration in Cargo.toml, `[package.metadata.dbmig]`, can't be understood.

Every key has a default, so that the table may be left out. A key that dbmig doesn't know is an
error, because a misspelt one would change nothing in silence."
    PathOutside "path-outside"
"A path in the configuration leads out of the package.

It works in this checkout. But `cargo package` takes only files of the package, so that the package
can't be published, and a build from the registry would find nothing."
    Io "io"
"A file or folder can't be read.

The system's own message says why; most often it is a matter of rights, or the file went away while
it was being read."
    MissingMigrations "missing-migrations"
"The migrations folder doesn't exist.

An empty folder is a valid, empty chain; a missing one is more likely a wrong path. `cargo dbmig
init` makes the folder and what belongs to it; `migrations` in `[package.metadata.dbmig]` names
another one."
    StrayFolder "stray-folder"
"A folder among the migrations is no migration: it holds no `up.sql`.

Diesel takes every folder there for a migration and refuses the whole directory. Move it elsewhere,
or begin its name with a dot: hidden folders are left alone."
    Symlink "symlink"
"There is a symbolic link among the migrations.

Diesel takes a link for a folder, even one to a file; git and `cargo package` carry links poorly, and
what they point at may change without the chain noticing. Put the real folder or file in its place."
    MissingUp "missing-up"
"A migration has no `up.sql`.

Diesel refuses the whole migrations directory then. The name is exact: `Up.sql` is another file. A
revision that does nothing, such as a merge, holds `SELECT 1;`."
    MissingDown "missing-down"
"A migration has no `down.sql`, and doesn't say that there is no way back.

`cargo dbmig downgrade` stops in front of it. Write `down.sql`; or, where there is no way back on
purpose, say why: `irreversible = \"…\"` in the `[dbmig]` table of its metadata.toml."
    EmptyScript "empty-script"
"A script holds no statement.

Diesel refuses an empty file, and PostgreSQL refuses a script of comments alone. A script that does
nothing on purpose holds `SELECT 1;`."
    NotUtf8 "not-utf8"
"A file is not UTF-8 text.

Save it as UTF-8. The message names the line and the byte at which it stops being UTF-8; often it is
an accented letter in a comment, saved by an old editor."
    BadVersion "bad-version"
"The name of a migration folder doesn't begin with a usable version.

The version is what stands before the first `_`, without `-`. It is the revision's identity in the
database, whose column holds 50 characters, and it is written in SQL, file names and commands: letters,
digits, `.` and `-` only. New folders are named `2026-11-21-101500_create_users`."
    Metadata "metadata"
"A migration's `metadata.toml` can't be understood.

Its `[dbmig]` table says where the revision stands in the history:

    run_in_transaction = true

    [dbmig]
    message = \"create users\"
    revises = []                    # the revisions that it follows; [] is a root
    # labels = [\"billing\"]
    # depends_on = [\"20261001120000\"]
    # irreversible = \"why\"

An unknown key is an error, because a misspelt one would change nothing in silence."
    MissingMetadata "missing-metadata"
"A migration doesn't say where it stands in the history.

Each revision names those that it follows, in the `[dbmig]` table of its `metadata.toml`: `revises =
[]` for the first one, the version of the one before for all others. So two branches that are merged
are noticed, whatever their timestamps say."
    RunInTransaction "run-in-transaction"
"A `metadata.toml` doesn't begin with `run_in_transaction = true` or `= false`.

Diesel reads a file without that key as `false` and a broken file as `true`, both in silence: the
migration would run outside of a transaction, or inside of one, by accident. Behind a `[table]`
the key belongs to that table, and Diesel doesn't see it. So it stands on the first line, always."
    DuplicateVersion "duplicate-version"
"Two folders state one version.

The version is what stands before the first `_`, without `-`, so `2026-11-21-101500_a` and
`20261121101500_b` have the same one. Diesel would run one of them and drop the other, at random.
Rename the folder that isn't released yet, and what revises it."
    UnknownParent "unknown-parent"
"A revision names a parent, or a dependency, that doesn't exist.

Its migration was deleted, renamed or not committed, or the version is misspelt. Without it the order
in which the chain runs isn't known."
    Cycle "cycle"
"Revisions are each other's ancestors.

Each of them revises, or depends on, the next, and the last one the first: none could ever run. One
of the entries is wrong; most often the one in the oldest of them."
    NotAscending "not-ascending"
"A revision's version isn't above that of its parent.

Diesel's own tools know no parents and run migrations in the order of their versions: they would run
the child first. Rename the folder to a version above the parent's; `cargo dbmig` does so by itself
when it writes a revision."
    DuplicateLabel "duplicate-label"
"Two revisions have the same branch label.

A label stands for one branch in commands, such as `billing@head`. It is given to one revision and
holds for those that follow."
    SeveralHeads "several-heads"
"The history has several ends, and no labels tell them apart.

Two branches each added a revision to the same parent, and both were merged. Say that they belong
together by `cargo dbmig merge`, which writes a revision that revises both. Where branches
are to stay apart, give each a label: `labels = [\"…\"]` in the metadata.toml of its first revision."
    SeveralRoots "several-roots"
"The history has several beginnings, and no labels tell them apart.

Only the first revision of a chain has `revises = []`. If both are meant, give each a label: `labels =
[\"…\"]`."
    SealedEdited "sealed-edited"
"A sealed migration was edited.

It is released: databases have run it as it was, and will not run it again, so that an edit makes
them differ from new ones. Restore it and write a new revision instead. Comments, white space and
line endings don't count: the checksum is taken over SQL tokens.

If no database has run it yet, the line `sealed` may be taken out of its metadata.toml."
    OpenTodo "open-todo"
"A migration still holds a `-- dbmig: todo`.

`cargo dbmig migrate` leaves one where it can't decide, for example which value the rows of
a table get in a new NOT NULL column. Edit the SQL below it and delete the comment."
    OutOfDate "out-of-date"
"The models say something else than the chain builds.

`cargo dbmig migrate -m \"…\"` writes the migration that brings the chain up to the models. Until then
queries are checked against the schema of the chain, not of the models. `lint = { out-of-date =
\"deny\" }` makes it an error."
    BranchesDisagree "branches-disagree"
"Two branches of the history make different schemas, depending on which of them runs first.

Before `cargo dbmig merge` joins branches, it replays them in both orders. A database that ran one
branch first would have another schema than one that ran the other branch first, and nothing would
ever tell: both have all revisions. Or the branches contradict each other, and in one order the SQL
fails. Put one branch on top of the other with `cargo dbmig rebase`, so that there is one order for
all databases, or change one of them."
    NotSquashable "not-squashable"
"Revisions can't be made one, because their statements would do something else there than they did.

`cargo dbmig squash` keeps the SQL as it is written. Some of it depends on where one revision ends and
the next begins: whether it runs in a transaction, a setting that lasts to the end of its revision, a
value of an enum that PostgreSQL lets nobody use before the transaction that adds it has ended, rows that
change while a table rebuild has foreign keys switched off. The labels say what; squash the revisions
before it and those behind it, each by themselves."
    Replaces "replaces"
"A revision replaces another one that the chain still has, or that another revision replaces, too.

`cargo dbmig squash` makes one revision of several, takes their folders away and lists their versions in
`replaces`. A branch that was made before the squash may bring a folder back when it is merged: delete
it, the squashed revision does what it did."
    DownDoesNotRestore "down-does-not-restore"
"After `up.sql` and `down.sql` the schema is not what it was before.

A downgrade would leave a database that no revision describes, and the next upgrade may fail. Mend
`down.sql`; where there is no way back on purpose, delete it and say why by `irreversible = \"…\"`
in metadata.toml."
    UnreadableSql "unreadable-sql"
"A statement that alters the structure of the database can't be read.

dbmig computes the schema at every revision without a database, by replaying the SQL of the chain.
It never guesses: a statement that it can't read would leave it with a wrong schema. Mend the SQL
where the database would refuse it as well; otherwise state the statement's effect in a comment on
the line before it, and replay takes that in its place:

    -- dbmig: replay ALTER TABLE users ADD COLUMN email TEXT
    -- dbmig: replay nothing"
    Directive "directive"
"A comment that begins with `-- dbmig:` is no directive that dbmig knows, or belongs to nothing.

The directives are `-- dbmig: allow(rule-name) reason` (a lint rule doesn't look at the statement
that follows), `-- dbmig: check MESSAGE` (the query that follows must find no row, or the run stops there
and shows them), `-- dbmig: replay <DDL>` (what the statement that follows does to the structure) and
`-- dbmig: todo …` (what a person must still decide). A misspelt one would do nothing in silence."
    ReplayConflict "replay-conflict"
"A statement doesn't fit the schema that the statements before it have made.

It creates what exists already, or alters or drops what doesn't exist. The database would refuse it
when the migration runs; the labels say where the object was created, dropped or renamed. Change the
migration that is not yet released; if the object comes from outside the chain, state its DDL before
with `-- dbmig: replay CREATE TABLE …`."
    NoDieselTable "no-diesel-table"
"A table can't be printed as a Diesel `table!`, so that the emitted schema lacks it.

Most often a column has a type that `diesel print-schema` doesn't know, such as JSON, UUID or
DATETIME(6) on SQLite: the whole of print-schema would fail on it, dbmig leaves out the one table.
Declare the column with a type that Diesel knows (TEXT, BLOB, TIMESTAMP), or reach the table with SQL
of your own."
    UnlikePrintSchema "unlike-print-schema"
"The emitted schema has something else than `diesel print-schema` would print, which wouldn't compile.

A foreign key between columns of different types gets no `joinable!`. For some of MySQL's types (MEDIUMINT, YEAR, spatial types, MariaDB's UUID) print-schema prints a
definition that doesn't compile, because Diesel has no type of that name. The emitted schema says what
Diesel reads such values as. If that is fine with you, silence it: `lint = { unlike-print-schema =
\"allow\" }`."
    PatchFile "patch-file"
"The `patch_file` of diesel.toml can't be applied to the emitted schema.

It is a unified diff, and names lines of the printed schema. When a migration changes those lines, the
patch has to follow: print the schema with `cargo dbmig schema`, edit a copy, and make the patch anew
with `diff -U6`. Until then the schema is emitted without it."
    DieselToml "diesel-toml"
"The project's diesel.toml can't be understood.

Its `[print_schema]` says how the emitted schema looks, as it does for Diesel's own command line. The
file is looked for beside Cargo.toml, and above up to the root of the workspace. Diesel takes no key
that it doesn't know, and neither does dbmig."
    ModelSource "model-source"
"A file that may hold models can't be read or isn't Rust.

dbmig reads the source of your models; it searches the files and folders that `models` in
`[package.metadata.dbmig]` names (`src` unless you say another), and parses those that contain the
word `dbmig`. The host need not compile, but each of those files must parse: a model that was passed
over would look like a table that is to be dropped."
    Model "model"
"A struct that derives `dbmig::Model` doesn't make a table.

A model is a struct with named fields and a primary key, and a table has one model: structs that hold
a part of its columns (for inserts, updates, joins) don't derive `dbmig::Model`. Names must be those
that Diesel's schema has for the table and its columns, or the struct and the schema don't meet."
    ModelAttribute "model-attribute"
"An attribute of a model says something that dbmig doesn't understand, or that can't be.

Bare names in `#[dbmig(…)]` are Rust fields, tables and structs; strings are SQL: names, types and
expressions. An unknown key is an error, because a misspelt one would change nothing in silence. So
is a default that the database accepts in CREATE TABLE and fails on at the first INSERT."
    RustType "rust-type"
"The type of a field has no column type, or the wrong one.

A column must come back out of the emitted schema as the type that Diesel reads the field from. For
the types of which dbmig knows this it chooses the column. For another, such as an enum of your own,
say the column's type with `#[dbmig(sql_type = \"…\")]`: Diesel must be able to read the field from it,
through `FromSql` and `ToSql` or through another type with `deserialize_as` and `serialize_as`.

The key that SQLite gives out itself is its rowid, which takes a column declared INTEGER. Diesel's
schema makes an `i32` of it, or an `i64` with `sqlite_integer_primary_key_is_bigint = true`."
    ReferenceTypes "reference-types"
"A foreign key's column has another type than the column that it refers to.

The database takes it, and compares the values all the same. Diesel doesn't: no `joinable!` can be
emitted for the two tables, and a join must say how with a cast. Keys that outgrew `i32` are the usual
reason; give both columns the same type."
    SetNullOnNotNull "set-null-on-not-null"
"A foreign key sets a column to NULL that takes no NULL.

The database makes such a table, and refuses later to delete (or change) a row that others refer to.
Make the field an `Option`, or say another action: `restrict` does the same with a clear message,
`cascade` deletes the rows that refer."
    UniqueText "unique-text"
"A key is unique over a whole text, which MariaDB keeps and MySQL doesn't.

MariaDB compares such values by their hashes; MySQL wants to know how much of the text the key takes,
and refuses the table otherwise. Say how long the text is, `#[dbmig(length = 255)]`, which makes it a
VARCHAR, or how much of it is unique, `unique(name(length = 255))`. For MariaDB alone nothing is wrong:
`lint = { unique-text = \"allow\" }`."
    FieldOrder "field-order"
"A struct that Diesel reads by position has its fields in another order than the table its columns.

`Queryable` without `Selectable` takes the columns as they come, in the order of the table, in which a
new column is the last one. Where two columns of one type have changed places their values are swapped
in silence. Derive `Selectable` and load with `.select(User::as_select())`, or order the fields as the
table's columns are."
    WithoutEffect "without-effect"
"An attribute says what the project's database doesn't have.

A model may serve several backends, so that this is no error; but what it says is missing here, and
that may be more than a detail (`nulls_not_distinct`, say). Put it where it holds:
`backend(postgres(…))`. `lint = { without-effect = \"allow\" }` silences it."
    UnknownFunction "unknown-function"
"An expression in a model calls a function that SQLite doesn't have.

A check, an index or a computed column fails when the migration runs, a default at the first INSERT.
A program may add functions to its connections; `cargo dbmig` has none of them, and can't run such
migrations. Where the program runs them by `--migrate`: `lint = { unknown-function = \"allow\" }`."
    Drift "drift"
"The database isn't as the revisions that it has made it.

Somebody changed it past the chain, or a revision was edited after it was applied. Revisions that
come may fail there, or do something else than on other databases. If the database is right, write
the change as a revision and `stamp` it there; if the chain is, change the database back. Tables
that no revision made are listed and are no drift."
}

impl Code {
    /// The codes of warnings whose level the configuration sets: `lint = { out-of-date = "deny" }`.
    pub const LINTS: &[Code] = &[
        Code::MissingDown,
        Code::OutOfDate,
        Code::DownDoesNotRestore,
        Code::PathOutside,
        Code::UnlikePrintSchema,
        Code::ReferenceTypes,
        Code::SetNullOnNotNull,
        Code::UniqueText,
        Code::FieldOrder,
        Code::WithoutEffect,
        Code::UnknownFunction,
    ];
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode(pub String);

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no diagnostic has the code `{}`", self.0)
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Code, UnknownCode> {
        Code::ALL.iter().copied().find(|code| code.name() == name).ok_or_else(|| UnknownCode(name.to_owned()))
    }
}
