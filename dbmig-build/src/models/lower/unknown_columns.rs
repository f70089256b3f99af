//! Names in expressions that are no columns: a database finds them only when the table is made.

use dbmig::Backend;

use super::{Context, Draft};
use crate::diagnostic::Code;
use crate::nearest::nearest;
use crate::schema::{Expression, ExpressionToken};
use crate::source::Span;

/// What every table has besides its columns.
const HIDDEN: [(Backend, &[&str]); 2] =
    [(Backend::Sqlite, &["rowid", "oid", "_rowid_"]), (Backend::Postgres, &["tableoid"])];

/// Reports what stands in a table's expression for a column and is none.
pub(super) fn report(expression: &Expression, place: &Span, draft: &Draft<'_>, context: &mut Context<'_>) {
    let backend = context.config.backend;
    let tokens = expression.tokens();
    for (at, token) in tokens.iter().enumerate() {
        let Some(name) = &token.name else { continue };
        let is_hidden = HIDDEN.iter().any(|(of, names)| *of == backend && names.contains(&name.key()));
        if draft.table.column(name).is_some() || is_hidden || *name == draft.table.name.name {
            continue;
        }
        let same_field = draft.fields.iter().find(|field| field.field.name.text == name.as_str());
        // A field that is no column for another fault has its diagnostic already.
        if same_field.is_none() && draft.declared.fields.iter().any(|field| field.name.text == name.as_str()) {
            continue;
        }
        let problem = format!("table `{}` has no column `{name}`", draft.table.name);
        if let Some(field) = same_field {
            let help = format!("the field `{name}` is the column `{}`, and an expression is SQL", field.name);
            context.fault(Code::ModelAttribute, problem, place, help);
            continue;
        }
        let near = nearest(name.as_str(), draft.fields.iter().map(|field| field.name.as_str()));
        let is_meant = match role(tokens, at, backend) {
            Role::Column => true,
            Role::Argument => near.is_some(),
            Role::Grammar => false,
        };
        if !is_meant {
            continue;
        }
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let known: Vec<&str> = draft.fields.iter().map(|field| field.name.as_str()).collect();
                format!("it has `{}`; a string stands in single quotes", known.join("`, `"))
            }
        };
        context.fault(Code::ModelAttribute, problem, place, help);
    }
}

/// The first name in an expression that can be nothing but a column, as it is written.
pub(super) fn first_column(expression: &Expression, backend: Backend) -> Option<&str> {
    let tokens = expression.tokens();
    let is_column = |&at: &usize| tokens[at].name.is_some() && role(tokens, at, backend) == Role::Column;
    (0..tokens.len()).find(is_column).map(|at| tokens[at].text.as_ref())
}

/// What a name that isn't reserved can be where it stands.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    Column,
    /// A column, or a word that a function takes: the unit of `timestampdiff(day, a, b)`.
    Argument,
    /// A word of the grammar: the `epoch` of `extract(epoch FROM a)`.
    Grammar,
}

const OPEN: [&str; 9] = ["(", ",", "[", "and", "or", "not", "when", "then", "else"];
const CLOSE: [&str; 9] = [")", ",", "]", "and", "or", "when", "then", "else", "end"];
const OPERATORS: [&str; 29] = [
    "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||", "~", "!~", "->", "->>", "@>", "<@", "&&", "is",
    "in", "like", "ilike", "between", "similar", "regexp", "rlike", "xor", "div",
];
/// Units, types and forms that functions take by name.
#[rustfmt::skip]
const WORDS: [&str; 20] = [
    "microsecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "date", "time", "datetime",
    "timestamp", "json", "signed", "nchar", "nfc", "nfd", "nfkc", "nfkd",
];

/// SQLite's grammar has no words of this kind. That of the others has, and more with each release: there a name must
/// stand where nothing but a value can.
fn role(tokens: &[ExpressionToken], at: usize, backend: Backend) -> Role {
    let key = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|token| token.key.as_ref());
    let (before, after) = (key(at.checked_sub(1)), key(Some(at + 1)));
    let is = |key: Option<&str>, words: &[&str], none: bool| key.map_or(none, |key| words.contains(&key));
    if backend == Backend::Sqlite {
        return Role::Column;
    }
    // `IS UNKNOWN`, `IS NOT JSON`
    let is_said = |at: Option<usize>| key(at) == Some("is");
    if is_said(at.checked_sub(1)) || (before == Some("not") && is_said(at.checked_sub(2))) {
        return Role::Grammar;
    }
    let begins = is(before, &OPEN, true);
    let ends = is(after, &CLOSE, true);
    match (begins || is(before, &OPERATORS, false)) && (ends || is(after, &OPERATORS, false)) {
        false => Role::Grammar,
        true if tokens.len() == 1 || !(begins && ends) => Role::Column,
        true if WORDS.contains(&tokens[at].key.as_ref()) => Role::Grammar,
        true => Role::Argument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    /// The names in an expression that are taken for columns, and for arguments (with a `?`).
    fn names(text: &str, backend: Backend) -> String {
        let expression = sql::expression(text, backend).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        let tokens = expression.tokens();
        let names = (0..tokens.len()).filter(|&at| tokens[at].name.is_some()).filter_map(|at| {
            match role(tokens, at, backend) {
                Role::Column => Some(tokens[at].text.to_string()),
                Role::Argument => Some(format!("{}?", tokens[at].text)),
                Role::Grammar => None,
            }
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn postgresqls_words_are_no_columns() {
        for (text, expected) in [
            ("price > 0", "price"),
            ("0 < price", "price"),
            ("active", "active"),
            ("a IS NOT NULL AND b IN (1, 2) OR c::text LIKE 'x' AND d NOT IN (3)", "a b"),
            ("extract(epoch FROM seen) > 3", ""),
            ("length(name) > 2", "name?"),
            ("seen > date '2020-01-01' + interval '1' day", "seen"),
            ("seen AT TIME ZONE zone = other", "other"),
            ("a IS NFC NORMALIZED AND normalize(b, nfc) = b", "a b? b"),
            ("a IS UNKNOWN OR b IS NOT JSON", "a b"),
            ("cast(a AS color) = b::mood", ""),
            ("(place).street = 'x' AND other.column = 3", "place?"),
            ("make_interval(days => 3) < a", "a"),
            ("CASE WHEN a THEN b ELSE c END = d", "a? b? c? d"),
            ("tags[1] = x AND b = ANY (c)", "x b c?"),
        ] {
            assert_eq!(names(text, Backend::Postgres), expected, "{text}");
        }
    }

    #[test]
    fn mysqls_words_are_no_columns() {
        for (text, expected) in [
            ("price > 0 XOR `b` = 2", "price `b`"),
            ("a + INTERVAL 3 DAY > b", "a b"),
            ("timestampdiff(day, a, b) > 2", "a? b?"),
            ("extract(year FROM a) = 2020", ""),
            ("json_valid(doc)", "doc?"),
            ("convert(a USING utf8mb4) = cast(b AS date)", ""),
            ("a REGEXP '^x'", "a"),
        ] {
            assert_eq!(names(text, Backend::Mysql), expected, "{text}");
        }
    }
}
