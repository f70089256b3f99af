//! Expressions: kept as they were written, compared by tokens.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::Name;

/// A SQL expression: a default, a check, an index predicate.
///
/// Its tokens keep the text in which they were written, so that nothing is lost when a table is rendered again. Made
/// by `sql::expression`, which knows how to find tokens.
#[derive(Clone)]
pub struct Expression {
    tokens: Vec<ExpressionToken>,
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
        Expression { tokens }
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
        for token in &mut self.tokens {
            if token.name.as_ref() == Some(from) {
                token.text = to.sql().into();
                // A name that needs quotes has them in its key, so that it is no keyword's.
                token.key = to.renamed(to.key()).sql().into();
                token.name = Some(to.clone());
            }
        }
    }

    /// Gives every token of a text another one: literals that name what got another name.
    pub(super) fn retext(&mut self, from: &str, to: &str) {
        for token in self.tokens.iter_mut().filter(|token| &*token.text == from) {
            token.text = to.into();
            token.key = to.into();
        }
    }

    fn keys(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| &*token.key)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.keys().eq(other.keys())
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
