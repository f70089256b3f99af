//! Sequences (PostgreSQL).

use super::{Autoincrement, Column, ColumnType, Expression, ExpressionToken, Name, ObjectName, Past};

/// A sequence, those of `serial` and identity columns included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: ObjectName,
    /// `smallint`, `integer` or `bigint`.
    pub data_type: ColumnType,
    /// What is added for each value.
    pub increment: i64,
    /// The smallest value; none for the type's own bound (1 where it ascends).
    pub minimum: Option<i64>,
    /// The greatest value; none for the type's own bound (-1 where it descends).
    pub maximum: Option<i64>,
    /// The first value; none for the smallest (the greatest where it descends).
    pub start: Option<i64>,
    /// How many values a session takes at once.
    pub cache: i64,
    /// Whether it begins again when it has reached its end.
    pub cycle: bool,
    /// The table and column with which it is dropped.
    pub owner: Option<(ObjectName, Name)>,
    /// Whether it gives an identity column its values, and doesn't just belong to it.
    pub identity: Past<bool>,
}

impl Sequence {
    /// A sequence as `CREATE SEQUENCE name` makes it.
    pub fn new(name: ObjectName) -> Sequence {
        Sequence {
            name,
            data_type: ColumnType::plain("bigint"),
            increment: 1,
            minimum: None,
            maximum: None,
            start: None,
            cache: 1,
            cycle: false,
            owner: None,
            identity: Past(false),
        }
    }

    /// The sequence of a serial or identity column as PostgreSQL makes it, where its name is free.
    pub fn of_column(table: &ObjectName, column: &Column) -> Sequence {
        let name = table.name.renamed(&usual_name(table.name.as_str(), column.name.as_str()));
        Sequence {
            data_type: column.column_type.clone(),
            owner: Some((table.clone(), column.name.clone())),
            identity: Past(matches!(
                column.autoincrement,
                Autoincrement::IdentityAlways | Autoincrement::IdentityByDefault
            )),
            ..Sequence::new(ObjectName { schema: table.schema.clone(), name })
        }
    }

    /// `nextval('name'::regclass)`: the default of a serial column.
    pub fn next_value(&self) -> Expression {
        let literal = format!("'{}'", self.name.sql().replace('\'', "''"));
        let token = |text: &str| ExpressionToken { gap: false, text: text.into(), key: text.into(), name: None };
        Expression::new(["nextval", "(", &literal, "::", "regclass", ")"].into_iter().map(token).collect())
    }
}

/// The name of the sequence, as it stands in `nextval('…'::regclass)`, if an expression is that.
pub fn sequence_literal(expression: &Expression) -> Option<&str> {
    let mut tokens = expression.tokens().iter().map(|token| &*token.key);
    let call = (tokens.next(), tokens.next(), tokens.next());
    match call {
        (Some("nextval"), Some("("), Some(literal)) => literal.strip_prefix('\'')?.strip_suffix('\''),
        _ => None,
    }
}

/// `table_column_seq`, both shortened in turns where that is too long. Source: PostgreSQL's `makeObjectName`.
fn usual_name(table: &str, column: &str) -> String {
    let (mut one, mut two) = (table.len(), column.len());
    while one + two + "__seq".len() > 63 {
        if one > two { one -= 1 } else { two -= 1 }
    }
    let clipped = |text: &str, mut end: usize| {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    format!("{}_{}_seq", clipped(table, one), clipped(column, two))
}
