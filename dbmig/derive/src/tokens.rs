//! Taking token trees apart: as much of Rust's grammar as the declaration of an enum needs.

use proc_macro::{Delimiter, Group, Ident, TokenTree};

/// The trees of an item, taken from the front.
pub(crate) struct Tokens {
    trees: std::iter::Peekable<std::vec::IntoIter<TokenTree>>,
}

impl Tokens {
    pub(crate) fn new(trees: impl IntoIterator<Item = TokenTree>) -> Tokens {
        Tokens { trees: trees.into_iter().collect::<Vec<_>>().into_iter().peekable() }
    }

    pub(crate) fn next(&mut self) -> Option<TokenTree> {
        self.trees.next()
    }

    /// Whether a character of punctuation comes next; it is taken.
    pub(crate) fn punct(&mut self, expected: char) -> bool {
        let is_next = matches!(self.trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == expected);
        if is_next {
            self.trees.next();
        }
        is_next
    }

    /// An identifier; it is taken.
    pub(crate) fn ident(&mut self) -> Option<Ident> {
        match self.trees.peek() {
            Some(TokenTree::Ident(ident)) => {
                let ident = ident.clone();
                self.trees.next();
                Some(ident)
            }
            _ => None,
        }
    }

    /// What stands in brackets of this sort; it is taken.
    pub(crate) fn group(&mut self, delimiter: Delimiter) -> Option<Group> {
        match self.trees.peek() {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => {
                let group = group.clone();
                self.trees.next();
                Some(group)
            }
            _ => None,
        }
    }

    /// What stands before the next comma, which is taken; none at the end.
    pub(crate) fn until_comma(&mut self) -> Option<Vec<TokenTree>> {
        self.trees.peek()?;
        let mut taken = Vec::new();
        while !self.punct(',') {
            match self.trees.next() {
                Some(tree) => taken.push(tree),
                None => break,
            }
        }
        Some(taken)
    }

    /// The attributes that come next: the name of each and what stands in its parentheses.
    pub(crate) fn attributes(&mut self) -> Vec<(String, Vec<TokenTree>)> {
        let mut attributes = Vec::new();
        while self.punct('#') {
            let Some(attribute) = self.group(Delimiter::Bracket) else { break };
            let mut inside = Tokens::new(attribute.stream());
            let Some(name) = inside.ident() else { continue };
            if let Some(list) = inside.group(Delimiter::Parenthesis) {
                attributes.push((name.to_string(), list.stream().into_iter().collect()));
            }
        }
        attributes
    }
}

/// `key = value` of an attribute's list: the value's trees.
pub(crate) fn value_of(list: &[TokenTree], key: &str) -> Vec<Vec<TokenTree>> {
    let mut options = Tokens::new(list.iter().cloned());
    let mut values = Vec::new();
    while let Some(option) = options.until_comma() {
        let mut option = Tokens::new(option);
        let is_it = option.ident().is_some_and(|ident| ident.to_string() == key);
        if is_it && option.punct('=') {
            values.push(std::iter::from_fn(|| option.next()).collect());
        }
    }
    values
}
