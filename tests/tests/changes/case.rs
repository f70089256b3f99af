//! Reading what is tried.
//!
//! A case begins with `## name`. Lines beneath say how: `on sqlite mysql` (otherwise on all), `unchanged`, `backfill
//! table.column = SQL`, `rename new = old`, `sql` (the body is SQL, for what models can't say), `alembic A | B` (what
//! Alembic 1.20 reports on SQLite and on PostgreSQL, in brackets with every option on). The body is source: `- ` before, `+ ` after, two blanks for both. Of models it holds whole structs, or else fields and `#![…]` attributes of
//! a struct `User` with an `id`.

use std::fs;
use std::path::Path;

use dbmig::Backend;

/// A change to try.
pub(crate) struct Case {
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) backends: Vec<Backend>,
    pub(crate) unchanged: bool,
    pub(crate) is_sql: bool,
    /// New name and old name.
    pub(crate) renames: Vec<(String, String)>,
    /// Column and value.
    pub(crate) backfills: Vec<(String, String)>,
    /// What Alembic reports on SQLite and PostgreSQL.
    pub(crate) alembic: Option<(String, String)>,
    body: Vec<(char, String)>,
}

/// The cases of a folder.
pub(crate) fn read(folder: &Path) -> Vec<Case> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut cases: Vec<Case> = Vec::new();
    for path in paths {
        let group = path.file_stem().unwrap().to_str().unwrap().replace('_', " ");
        for line in fs::read_to_string(&path).unwrap().lines() {
            match line.strip_prefix("## ") {
                Some(name) => cases.push(Case::new(&group, name)),
                None => cases.last_mut().unwrap().line(line),
            }
        }
    }
    cases
}

impl Case {
    fn new(group: &str, name: &str) -> Case {
        Case {
            group: group.to_owned(),
            name: name.to_owned(),
            backends: super::BACKENDS.to_vec(),
            unchanged: false,
            is_sql: false,
            renames: Vec::new(),
            backfills: Vec::new(),
            alembic: None,
            body: Vec::new(),
        }
    }

    fn line(&mut self, line: &str) {
        let pair = |text: &str| text.split_once(" = ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        match line.split_once(' ') {
            _ if line.is_empty() => {}
            _ if line == "unchanged" => self.unchanged = true,
            _ if line == "sql" => self.is_sql = true,
            Some(("on", names)) => self.backends = names.split(' ').map(|name| name.parse().unwrap()).collect(),
            Some(("rename", rest)) => self.renames.push(pair(rest)),
            Some(("backfill", rest)) => self.backfills.push(pair(rest)),
            Some(("alembic", rest)) => {
                self.alembic = rest.split_once(" | ").map(|(a, b)| (a.to_owned(), b.to_owned()));
            }
            Some(("-", rest)) => self.body.push(('-', rest.to_owned())),
            Some(("+", rest)) => self.body.push(('+', rest.to_owned())),
            Some(("", rest)) => self.body.push((' ', rest.trim_start().to_owned())),
            _ => panic!("{}: what is `{line}`?", self.title()),
        }
    }

    /// The group and the name.
    pub(crate) fn title(&self) -> String {
        format!("{}: {}", self.group, self.name)
    }

    /// The source before.
    pub(crate) fn before(&self) -> String {
        self.source('-')
    }

    /// The source after.
    pub(crate) fn after(&self) -> String {
        self.source('+')
    }

    fn source(&self, side: char) -> String {
        let lines: Vec<&str> =
            self.body.iter().filter(|(sign, _)| *sign == side || *sign == ' ').map(|(_, line)| line.as_str()).collect();
        if self.is_sql {
            return lines.join("\n");
        }
        let is_item = |line: &&&str| {
            line.contains(" struct ") || line.contains(" enum ") || line.starts_with("#[dbmig(foreign_key(")
        };
        let items: Vec<&str> = lines.iter().filter(is_item).copied().collect();
        let own: Vec<&str> = lines.iter().filter(|line| !is_item(line)).copied().collect();
        let attributes = own.iter().filter_map(|line| line.strip_prefix("#!")).map(|line| format!("#{line}"));
        let attributes: Vec<String> = attributes.collect();
        let fields: Vec<&str> = own.iter().filter(|line| !line.starts_with("#!")).copied().collect();
        format!(
            "#[derive(dbmig::Model)]\n#[diesel(table_name = users)]\n{}\npub struct User {{\n    pub id: i32,\n    {}\n}}\n{}\n",
            attributes.join("\n"),
            fields.join("\n    "),
            items.join("\n")
        )
    }
}
