//! The names of constraints that models declare.

use dbmig::Backend;

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConstraintKind {
    /// A primary key.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A check.
    Check,
    /// An index.
    Index,
    /// An exclusion constraint.
    Exclusion,
}

impl ConstraintKind {
    /// Every kind with its key in `naming`.
    pub const KEYS: [(&'static str, ConstraintKind); 6] = [
        ("primary_key", ConstraintKind::PrimaryKey),
        ("unique", ConstraintKind::Unique),
        ("foreign_key", ConstraintKind::ForeignKey),
        ("check", ConstraintKind::Check),
        ("index", ConstraintKind::Index),
        ("exclusion", ConstraintKind::Exclusion),
    ];
}

/// How constraints of models are named: a pattern for each kind, PostgreSQL's own by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// `{table}_pkey`
    pub primary_key: String,
    /// `{table}_{columns}_key`
    pub unique: String,
    /// `{table}_{columns}_fkey`
    pub foreign_key: String,
    /// `{table}_{columns}_check`
    pub check: String,
    /// `{table}_{columns}_idx`
    pub index: String,
    /// `{table}_{columns}_excl`
    pub exclusion: String,
}

impl Default for Naming {
    fn default() -> Naming {
        Naming {
            primary_key: "{table}_pkey".to_owned(),
            unique: "{table}_{columns}_key".to_owned(),
            foreign_key: "{table}_{columns}_fkey".to_owned(),
            check: "{table}_{columns}_check".to_owned(),
            index: "{table}_{columns}_idx".to_owned(),
            exclusion: "{table}_{columns}_excl".to_owned(),
        }
    }
}

impl Naming {
    /// The placeholders of a pattern; `{column}` is another word for `{columns}`.
    pub const PLACEHOLDERS: [&'static str; 3] = ["{table}", "{columns}", "{column}"];

    /// The pattern of a kind.
    pub fn pattern(&self, kind: ConstraintKind) -> &str {
        match kind {
            ConstraintKind::PrimaryKey => &self.primary_key,
            ConstraintKind::Unique => &self.unique,
            ConstraintKind::ForeignKey => &self.foreign_key,
            ConstraintKind::Check => &self.check,
            ConstraintKind::Index => &self.index,
            ConstraintKind::Exclusion => &self.exclusion,
        }
    }

    pub(super) fn pattern_mut(&mut self, kind: ConstraintKind) -> &mut String {
        match kind {
            ConstraintKind::PrimaryKey => &mut self.primary_key,
            ConstraintKind::Unique => &mut self.unique,
            ConstraintKind::ForeignKey => &mut self.foreign_key,
            ConstraintKind::Check => &mut self.check,
            ConstraintKind::Index => &mut self.index,
            ConstraintKind::Exclusion => &mut self.exclusion,
        }
    }

    /// The name of a constraint over columns, as long as its database keeps it; several columns are joined by `_`.
    /// Without any (a check over the whole row) the place for them closes: `{table}_{columns}_check` is `t_check`.
    pub fn name<'a>(
        &self,
        kind: ConstraintKind,
        table: &str,
        columns: impl IntoIterator<Item = &'a str>,
        backend: Backend,
    ) -> String {
        let columns = columns.into_iter().collect::<Vec<_>>().join("_");
        let pattern = self.pattern(kind);
        let closed = pattern.replace("_{columns}", "").replace("_{column}", "");
        let pattern = if columns.is_empty() { closed.as_str() } else { pattern };
        kept(&filled(pattern, table, &columns), backend)
    }
}

/// As much of a name as a database keeps, with a checksum of all of it where that is less than all: names that differ
/// at their ends stay different.
pub fn kept(name: &str, backend: Backend) -> String {
    // PostgreSQL counts bytes, MySQL characters.
    let (length, limit) = match backend {
        Backend::Sqlite => return name.to_owned(),
        Backend::Postgres => (name.len(), 63),
        Backend::Mysql => (name.chars().count(), 64),
    };
    if length <= limit {
        return name.to_owned();
    }
    let mut start = String::new();
    for letter in name.chars() {
        let grown =
            if backend == Backend::Postgres { start.len() + letter.len_utf8() } else { start.chars().count() + 1 };
        if grown > limit - 9 {
            break;
        }
        start.push(letter);
    }
    format!("{}_{:08x}", start.trim_end_matches('_'), checksum(name))
}

/// FNV-1a, folded to 32 bits.
fn checksum(text: &str) -> u32 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    (hash ^ (hash >> 32)) as u32
}

fn filled(pattern: &str, table: &str, columns: &str) -> String {
    let mut name = String::new();
    let mut rest = pattern;
    // Replaced in one pass, so that a table called `{columns}` stays what it is.
    while let Some(at) = rest.find('{') {
        let (before, tail) = rest.split_at(at);
        name.push_str(before);
        let placeholder = Naming::PLACEHOLDERS.into_iter().find(|placeholder| tail.starts_with(placeholder));
        name.push_str(match placeholder {
            Some("{table}") => table,
            Some(_) => columns,
            None => "{",
        });
        rest = &tail[placeholder.map_or(1, str::len)..];
    }
    name + rest
}

/// What is wrong with a pattern: a placeholder that doesn't exist, or none for the table.
pub(super) fn fault(pattern: &str) -> Option<String> {
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let tail = &rest[at..];
        let known = Naming::PLACEHOLDERS.into_iter().find(|placeholder| tail.starts_with(placeholder));
        let Some(known) = known else {
            let end = tail.find('}').map_or(tail.len(), |end| end + 1);
            return Some(format!("`{}` is no placeholder: `{{table}}` and `{{columns}}` are", &tail[..end]));
        };
        rest = &tail[known.len()..];
    }
    (!pattern.contains("{table}")).then(|| "the pattern must contain `{table}`, or names clash".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_names_are_postgres_own() {
        let naming = Naming::default();
        for (kind, columns, expected) in [
            (ConstraintKind::PrimaryKey, vec!["id"], "t_pkey"),
            (ConstraintKind::Unique, vec!["a", "b"], "t_a_b_key"),
            (ConstraintKind::ForeignKey, vec!["a"], "t_a_fkey"),
            (ConstraintKind::Check, vec!["a"], "t_a_check"),
            (ConstraintKind::Index, vec!["a", "b"], "t_a_b_idx"),
            (ConstraintKind::Exclusion, vec!["a"], "t_a_excl"),
            (ConstraintKind::Check, vec![], "t_check"),
        ] {
            assert_eq!(naming.name(kind, "t", columns, Backend::Postgres), expected);
        }
    }

    #[test]
    fn names_with_braces_are_not_replaced_again() {
        let naming = Naming { index: "ix_{table}__{column}".to_owned(), ..Naming::default() };
        assert_eq!(naming.name(ConstraintKind::Index, "{columns}", ["a"], Backend::Sqlite), "ix_{columns}__a");
    }

    #[test]
    fn long_names_stay_apart() {
        let long = "é".repeat(40);
        for (backend, expected) in [(Backend::Postgres, 63), (Backend::Mysql, 64)] {
            let names: Vec<String> = (0..20).map(|at| kept(&format!("{long}{long}_{at}_idx"), backend)).collect();
            let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
            assert_eq!(distinct.len(), 20);
            let length = |name: &String| if backend == Backend::Mysql { name.chars().count() } else { name.len() };
            assert!(names.iter().all(|name| length(name) <= expected && length(name) > expected - 3), "{names:?}");
        }
        assert_eq!(kept(&"a".repeat(63), Backend::Postgres), "a".repeat(63));
        assert_eq!(kept(&"a".repeat(70), Backend::Sqlite), "a".repeat(70));
        assert_eq!(kept(&format!("{}_b", "a".repeat(62)), Backend::Postgres), format!("{}_2fc3a1ab", "a".repeat(54)));
    }

    #[test]
    fn patterns_are_checked() {
        for (pattern, fine) in
            [("{table}_x", true), ("ix", false), ("{table}_{col}", false), ("{table}{", false), ("{table}}", false)]
        {
            assert_eq!(fault(pattern).is_none(), fine, "{pattern}");
        }
    }
}
