//! Expressions in attributes. They are kept as they are written; what no database takes is found here.

use dbmig::Backend;

use super::super::facts::At;
use super::{Context, function};
use crate::diagnostic::Code;
use crate::schema::{Expression, ExpressionToken};
use crate::sql;

/// Operators that have something on both sides, whatever the database.
const BETWEEN_TWO: [&str; 17] =
    ["=", "==", "<>", "!=", "<", ">", "<=", ">=", "/", "%", "||", "and", "or", "like", "between", "in", "is"];

/// Whether a word is an operator that has something on both sides. What isn't reserved may be a column's name.
fn is_between_two(key: &str, backend: Backend) -> bool {
    let own: &[&str] = match backend {
        Backend::Sqlite => &[],
        Backend::Postgres => &["ilike", "similar"],
        Backend::Mysql => &["regexp", "rlike", "xor", "div"],
    };
    BETWEEN_TWO.contains(&key) || own.contains(&key)
}

/// Reads an expression in an attribute.
pub(super) fn read_expression(text: &At<String>, context: &mut Context<'_>) -> Option<Expression> {
    let read = sql::expression(&text.value, context.config.backend);
    let problem = match read {
        Ok(expression) => match slip(expression.tokens(), context.config.backend) {
            None if holds_query(&expression) => {
                let problem = "no database takes a query into an expression of a table";
                let help = "what depends on other rows is a trigger's, or your program's";
                context.fault(Code::ModelAttribute, problem, &text.place, help);
                return None;
            }
            None => {
                function::report(&expression, &text.place, context);
                return Some(expression);
            }
            Some(slip) => slip,
        },
        Err(problem) => problem,
    };
    let problem = format!("can't read this SQL expression: {problem}");
    let help = "an expression as in CREATE TABLE; texts within it stand in single quotes";
    context.fault(Code::ModelAttribute, problem, &text.place, help);
    None
}

/// Whether another `SELECT` stands within.
fn holds_query(expression: &Expression) -> bool {
    expression.tokens().iter().any(|token| token.name.is_none() && &*token.key == "select")
}

/// What gives another value each time, as it is written: MySQL refuses it in checks, and each database in columns that
/// are computed.
pub(super) fn changing(expression: &Expression) -> Option<&str> {
    const WORDS: [&str; 5] = ["current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"];
    #[rustfmt::skip]
    const CALLS: [&str; 13] = [
        "now", "random", "rand", "uuid", "gen_random_uuid", "clock_timestamp", "statement_timestamp", "randomblob",
        "unix_timestamp", "sysdate", "curdate", "curtime", "last_insert_rowid",
    ];
    let tokens = expression.tokens();
    let is_call = |at: usize| tokens.get(at + 1).is_some_and(|next| &*next.key == "(");
    let is_quoted = |token: &ExpressionToken| token.text.starts_with(['"', '`', '[', '\'']);
    // `unix_timestamp(a)` is about `a`.
    let is_empty = |at: usize| tokens.get(at + 2).is_some_and(|next| &*next.key == ")");
    let found = tokens.iter().enumerate().find(|(at, token)| {
        let is_word = WORDS.contains(&token.key.as_ref());
        !is_quoted(token) && (is_word || CALLS.contains(&token.key.as_ref()) && is_call(*at) && is_empty(*at))
    });
    found.map(|(_, token)| token.text.as_ref())
}

/// What is certainly wrong about an expression, whatever the database: an operator without its sides, two values without
/// an operator. (Nothing else is looked at: each database has a grammar of its own.)
fn slip(tokens: &[ExpressionToken], backend: Backend) -> Option<String> {
    let is_operator = |token: &ExpressionToken| is_between_two(token.key.as_ref(), backend);
    let closes = |token: &ExpressionToken| [")", ",", "]", "then", "else", "end", "when"].contains(&token.key.as_ref());
    let opens = |token: &ExpressionToken| ["(", ",", "["].contains(&token.key.as_ref());
    let is_number = |token: &ExpressionToken| token.key.starts_with(|first: char| first.is_ascii_digit());
    let is_text = |token: &ExpressionToken| token.key.starts_with('\'');
    // PostgreSQL's `OPERATOR(schema.=)`.
    if tokens.iter().any(|token| token.key.as_ref() == "operator") {
        return None;
    }
    if let Some(first) = tokens.first().filter(|first| is_operator(first)) {
        return Some(format!("nothing stands before `{}`", first.text));
    }
    if let Some(last) = tokens.last().filter(|last| is_operator(last)) {
        return Some(format!("nothing stands behind `{}`", last.text));
    }
    for pair in tokens.windows(2) {
        let [one, other] = pair else { continue };
        // `is not distinct from`, `= any (…)`, `> -1`: what follows an operator may be a word that is none itself.
        if is_operator(one) && (is_operator(other) || closes(other)) {
            return Some(format!("nothing stands between `{}` and `{}`", one.text, other.text));
        }
        if opens(one) && is_operator(other) {
            return Some(format!("nothing stands before `{}`", other.text));
        }
        let is_number_and_text = is_number(one) && is_text(other);
        if is_number_and_text || (is_number(one) || one.key.as_ref() == ")") && is_number(other) {
            return Some(format!("no operator stands between `{}` and `{}`", one.text, other.text));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip_of(text: &str, backend: Backend) -> Option<String> {
        slip(sql::expression(text, backend).unwrap_or_else(|problem| panic!("{text}: {problem}")).tokens(), backend)
    }

    #[test]
    fn what_gives_another_value_each_time() {
        for (text, expected) in [
            ("a > now()", Some("now")),
            ("a < CURRENT_TIMESTAMP", Some("CURRENT_TIMESTAMP")),
            ("unix_timestamp(a) > rand()", Some("rand")),
            ("unix_timestamp(a) > 0 AND now = 'now()'", None),
        ] {
            for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
                assert_eq!(changing(&sql::expression(text, backend).unwrap()), expected, "{backend} {text}");
            }
        }
    }

    #[test]
    fn what_no_database_takes() {
        for (text, expected) in [
            ("name like like 'x'", "nothing stands between `like` and `like`"),
            ("name >", "nothing stands behind `>`"),
            ("= 3", "nothing stands before `=`"),
            ("(a >) AND b", "nothing stands between `>` and `)`"),
            ("a AND (OR b)", "nothing stands before `OR`"),
            ("a = 1 2", "no operator stands between `1` and `2`"),
            ("length(a) 3", "no operator stands between `)` and `3`"),
            ("a and or b", "nothing stands between `and` and `or`"),
        ] {
            for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
                assert_eq!(slip_of(text, backend).as_deref(), Some(expected), "{backend}");
            }
        }
    }

    #[test]
    fn what_some_database_takes() {
        let postgres = [
            "a IS NOT DISTINCT FROM b",
            "a = ANY (ARRAY['x', 'y'])",
            "a > -1 AND NOT (b OR c)",
            "a BETWEEN 1 AND 2",
            "position('@' in email) > 0",
            "extract(epoch from x) > 3",
            "a ~ '^x' AND b !~* 'y' AND tags <@ '{a}' AND j ->> 'k' = 'v' AND j #>> '{a,b}' IS NULL",
            "CASE WHEN a IS NULL THEN 1 ELSE 2 END = 1",
            "seen AT TIME ZONE 'UTC' < date '2020-01-01' + interval '1 day'",
            "(a, b) = (1, 2)",
            "a::numeric(10, 2) % 2 = 0",
            "a COLLATE \"C\" LIKE 'x%' ESCAPE '!'",
            "a IS NULL OR a IN ('x')",
            "tags[1] = 'x' AND tags[1:2] IS NOT NULL",
            "a OPERATOR(pg_catalog.=) b",
            "NOT a",
            "a << 2 > 1 AND r && s AND p <-> q < 3 AND i >>= j AND timestamp(3) '2020-01-01' > x",
            "x'1F' = y",
            "a = $$x$$",
            "div > 0 AND xor = glob AND regexp <> rlike",
        ];
        let sqlite = [
            "a GLOB '[0-9]*'",
            "a IS b",
            "a -> '$.x' = 1",
            "typeof(a) = 'text' AND a NOT LIKE 'x'",
            "a == 1",
            "glob > 0 AND regexp = 'x' AND div <> xor",
        ];
        let mysql = [
            "a <=> b",
            "a REGEXP '^x' XOR b",
            "a DIV 2 = 1",
            "a + INTERVAL 3 DAY > b",
            "json_valid(`a`)",
            "_utf8mb4'x' = a",
        ];
        let all = [(Backend::Postgres, &postgres[..]), (Backend::Sqlite, &sqlite), (Backend::Mysql, &mysql)];
        for (backend, texts) in all {
            for text in texts {
                assert_eq!(slip_of(text, backend), None, "{text}");
            }
        }
    }
}
