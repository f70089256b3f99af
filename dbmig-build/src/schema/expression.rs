//! Expressions: kept as they were written, compared by tokens.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use super::{Name, ObjectName};

/// A SQL expression: a default, a check, an index predicate.
///
/// Its tokens keep the text in which they were written, so that nothing is lost when a table is rendered again. Made
/// by `sql::expression`, which knows how to find tokens. Clones share them until one is changed.
#[derive(Clone)]
pub struct Expression {
    tokens: Arc<Vec<ExpressionToken>>,
}

/// A token of an expression.
#[derive(Clone, Debug)]
pub struct ExpressionToken {
    /// Whether white space stood before it.
    pub gap: bool,
    /// Its text as it was written.
    pub text: Box<str>,
    /// Its text as it is compared: keywords and unquoted names folded.
    pub key: Box<str>,
    /// The name that it may be, quoted or not; `None` for literals, operators and function names.
    pub name: Option<Name>,
}

impl Expression {
    /// An expression from its tokens, without parentheses round the whole.
    pub fn new(tokens: Vec<ExpressionToken>) -> Expression {
        Expression { tokens: Arc::new(tokens) }
    }

    /// Its tokens.
    pub fn tokens(&self) -> &[ExpressionToken] {
        &self.tokens
    }

    /// Whether it mentions a name.
    pub fn mentions(&self, name: &Name) -> bool {
        self.tokens.iter().any(|token| token.name.as_ref() == Some(name))
    }

    /// Gives every mention of a name another one.
    pub fn rename(&mut self, from: &Name, to: &Name) {
        if !self.mentions(from) {
            return;
        }
        for token in Arc::make_mut(&mut self.tokens) {
            if token.name.as_ref() == Some(from) {
                token.text = to.sql().into();
                // A name that needs quotes has them in its key, so that it is no keyword's.
                token.key = key_of(to).into();
                token.name = Some(to.clone());
            }
        }
    }

    /// Gives every token of a text another one: literals that name what got another name.
    pub(super) fn retext(&mut self, from: &str, to: &str) {
        let is_it = |token: &ExpressionToken| &*token.text == from;
        if !self.tokens.iter().any(is_it) {
            return;
        }
        for token in Arc::make_mut(&mut self.tokens).iter_mut().filter(|token| is_it(token)) {
            token.text = to.into();
            token.key = to.into();
        }
    }

    /// Whether it casts something to a type.
    pub(crate) fn casts_to(&self, name: &ObjectName) -> bool {
        !self.type_places(name).is_empty()
    }

    /// Where a type is named, with its schema: behind `::`, `AS` of a cast, or before a literal.
    fn type_places(&self, of: &ObjectName) -> Vec<Range<usize>> {
        let key = |at: usize| self.tokens.get(at).map_or("", |token| &*token.key);
        let (name, schema) = (key_of(&of.name), of.schema.as_ref().map_or_else(|| "public".to_owned(), key_of));
        let mut found = Vec::new();
        for at in (0..self.tokens.len()).filter(|at| key(*at) == name) {
            let start = match at.checked_sub(2).filter(|_| at.checked_sub(1).map(key) == Some(".")) {
                Some(start) => Some(start).filter(|start| key(*start) == schema),
                None => Some(at).filter(|_| of.schema.is_none()),
            };
            let Some(start) = start else { continue };
            let before = start.checked_sub(1).map(key);
            if before == Some("::") || before == Some("as") || key(at + 1).starts_with('\'') {
                found.push(start..at + 1);
            }
        }
        found
    }

    /// Gives a type another name where it is one.
    pub(super) fn rename_type(&mut self, from: &ObjectName, to: &ObjectName) {
        let found = self.type_places(from);
        for range in found.into_iter().rev() {
            let gap = self.tokens.get(range.start).is_some_and(|token| token.gap);
            let named = |name: &Name, gap| ExpressionToken {
                gap,
                text: name.sql().into(),
                key: key_of(name).into(),
                name: None,
            };
            let dot = ExpressionToken { gap: false, text: ".".into(), key: ".".into(), name: None };
            let whole = match &to.schema {
                Some(schema) => vec![named(schema, gap), dot, named(&to.name, false)],
                None => vec![named(&to.name, gap)],
            };
            Arc::make_mut(&mut self.tokens).splice(range, whole);
        }
    }

    /// Gives a label of an enum another text where it is that type's: cast to it, or compared with a column that
    /// `is_of_it`, which is the last one mentioned before.
    pub(super) fn rename_label(&mut self, of: &ObjectName, (from, to): (&str, &str), is_of_it: impl Fn(&Name) -> bool) {
        let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let (from, to, name) = (literal(from), literal(to), key_of(&of.name));
        let mut last = None;
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if &*token.text == from.as_str() {
                let cast = self.tokens.get(at + 1).is_some_and(|next| &*next.key == "::");
                let is_cast = self.tokens.get(at + 2).is_some_and(|kind| *kind.key == *name);
                let owner = self.compared(at).or(last);
                if if cast { is_cast } else { owner.is_none_or(&is_of_it) } {
                    found.push(at);
                }
            }
            last = token.name.as_ref().or(last);
        }
        for at in found {
            if let Some(token) = Arc::make_mut(&mut self.tokens).get_mut(at) {
                token.text = to.as_str().into();
                token.key = to.as_str().into();
            }
        }
    }

    /// The column that a literal stands before: `'x' = column`, `'x' = ANY (column)`.
    fn compared(&self, literal: usize) -> Option<&Name> {
        let mut rest = self.tokens.iter().skip(literal + 1);
        rest.next().filter(|next| matches!(&*next.key, "=" | "<>" | "!=" | "<" | "<=" | ">" | ">="))?;
        rest.find(|token| !matches!(&*token.key, "(" | "any" | "all" | "some"))?.name.as_ref()
    }

    fn keys(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| &*token.key)
    }
}

/// A name as it is compared.
fn key_of(name: &Name) -> String {
    name.renamed(name.key()).sql()
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        Arc::ptr_eq(&self.tokens, &other.tokens) || self.keys().eq(other.keys())
    }
}

impl Eq for Expression {}

impl PartialOrd for Expression {
    fn partial_cmp(&self, other: &Expression) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expression {
    fn cmp(&self, other: &Expression) -> std::cmp::Ordering {
        self.keys().cmp(other.keys())
    }
}

impl Hash for Expression {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.keys().for_each(|key| key.hash(state));
    }
}

impl fmt::Display for Expression {
    /// The tokens as written, one space wherever white space stood.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, token) in self.tokens.iter().enumerate() {
            if at > 0 && token.gap {
                f.write_str(" ")?;
            }
            f.write_str(&token.text)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({self})")
    }
}
