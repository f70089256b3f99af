//! The names of constraints that models declare.

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
}

impl ConstraintKind {
    /// Every kind with its key in `naming`.
    pub const KEYS: [(&'static str, ConstraintKind); 5] = [
        ("primary_key", ConstraintKind::PrimaryKey),
        ("unique", ConstraintKind::Unique),
        ("foreign_key", ConstraintKind::ForeignKey),
        ("check", ConstraintKind::Check),
        ("index", ConstraintKind::Index),
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
}

impl Default for Naming {
    fn default() -> Naming {
        Naming {
            primary_key: "{table}_pkey".to_owned(),
            unique: "{table}_{columns}_key".to_owned(),
            foreign_key: "{table}_{columns}_fkey".to_owned(),
            check: "{table}_{columns}_check".to_owned(),
            index: "{table}_{columns}_idx".to_owned(),
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
        }
    }

    pub(super) fn pattern_mut(&mut self, kind: ConstraintKind) -> &mut String {
        match kind {
            ConstraintKind::PrimaryKey => &mut self.primary_key,
            ConstraintKind::Unique => &mut self.unique,
            ConstraintKind::ForeignKey => &mut self.foreign_key,
            ConstraintKind::Check => &mut self.check,
            ConstraintKind::Index => &mut self.index,
        }
    }

    /// The name of a constraint over columns; several are joined by `_`.
    pub fn name<'a>(&self, kind: ConstraintKind, table: &str, columns: impl IntoIterator<Item = &'a str>) -> String {
        let columns = columns.into_iter().collect::<Vec<_>>().join("_");
        let mut name = String::new();
        let mut rest = self.pattern(kind);
        // Replaced in one pass, so that a table called `{columns}` stays what it is.
        while let Some(at) = rest.find('{') {
            let (before, tail) = rest.split_at(at);
            name.push_str(before);
            let placeholder = Naming::PLACEHOLDERS.into_iter().find(|placeholder| tail.starts_with(placeholder));
            name.push_str(match placeholder {
                Some("{table}") => table,
                Some(_) => &columns,
                None => "{",
            });
            rest = &tail[placeholder.map_or(1, str::len)..];
        }
        name + rest
    }
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
        ] {
            assert_eq!(naming.name(kind, "t", columns), expected);
        }
    }

    #[test]
    fn names_with_braces_are_not_replaced_again() {
        let naming = Naming { index: "ix_{table}__{column}".to_owned(), ..Naming::default() };
        assert_eq!(naming.name(ConstraintKind::Index, "{columns}", ["a"]), "ix_{columns}__a");
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
