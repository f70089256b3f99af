//! Functions that SQLite doesn't have: it makes a column's default of one all the same, and fails at the first INSERT.

use dbmig::Backend;

use super::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::schema::{Expression, ExpressionToken};
use crate::source::Span;

/// What SQLite is born with. Sources: <https://sqlite.org/lang_corefunc.html>, <https://sqlite.org/lang_datefunc.html>,
/// <https://sqlite.org/json1.html>, <https://sqlite.org/lang_mathfunc.html>.
#[rustfmt::skip]
const SQLITE: [&str; 115] = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "changes", "char",
    "coalesce", "concat", "concat_ws", "cos", "cosh", "date", "datetime", "degrees", "exp", "floor", "format", "glob",
    "hex", "if", "ifnull", "iif", "instr", "json", "json_array", "json_array_insert", "json_array_length",
    "json_error_position", "json_extract", "json_insert", "json_object", "json_patch", "json_pretty", "json_quote",
    "json_remove", "json_replace", "json_set", "json_type", "json_valid", "jsonb", "jsonb_array",
    "jsonb_array_insert", "jsonb_extract", "jsonb_insert", "jsonb_object", "jsonb_patch", "jsonb_remove",
    "jsonb_replace", "jsonb_set", "julianday", "last_insert_rowid", "length", "like", "likelihood", "likely", "ln",
    "load_extension", "log", "log10", "log2", "lower", "ltrim", "max", "min", "mod", "nullif", "octet_length", "pi",
    "pow", "power", "printf", "quote", "radians", "random", "randomblob", "regexp", "replace", "round", "rtrim",
    "sign", "sin", "sinh", "soundex", "sqlite_compileoption_get", "sqlite_compileoption_used", "sqlite_offset",
    "sqlite_source_id", "sqlite_version", "sqrt", "strftime", "substr", "substring", "subtype", "tan", "tanh", "time",
    "timediff", "total_changes", "trim", "trunc", "typeof", "unhex", "unicode", "unistr", "unistr_quote", "unixepoch",
    "unlikely", "upper", "zeroblob",
];

/// Words before parentheses that are no functions.
#[rustfmt::skip]
const WORDS: [&str; 20] = [
    "and", "as", "between", "case", "cast", "collate", "else", "escape", "filter", "from", "in", "is", "isnull", "not",
    "notnull", "or", "over", "then", "values", "when",
];

/// What others call what SQLite has.
const OTHERS: [(&str, &str); 14] = [
    ("char_length", "length"),
    ("character_length", "length"),
    ("len", "length"),
    ("lcase", "lower"),
    ("ucase", "upper"),
    ("greatest", "max"),
    ("least", "min"),
    ("nvl", "ifnull"),
    ("left", "substr"),
    ("mid", "substr"),
    ("strpos", "instr"),
    ("locate", "instr"),
    ("to_char", "strftime"),
    ("date_format", "strftime"),
];

/// Warns of calls of functions that SQLite lacks, unless the program adds them.
pub(super) fn report(expression: &Expression, place: &Span, context: &mut Context<'_>) {
    if context.config.backend != Backend::Sqlite {
        return;
    }
    let Some(function) = unknown(expression.tokens()) else { return };
    let known = SQLITE.iter().copied();
    let other = OTHERS.iter().find(|(name, _)| *name == function).map(|(_, own)| *own);
    let help = match other.or_else(|| nearest(function, known)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`cargo dbmig` can't run what calls a function that a program adds to its connections".to_owned(),
    };
    let problem = format!("SQLite has no function `{function}`");
    let warning = Diagnostic::warning(Code::UnknownFunction, problem).at(place.clone(), "");
    context.diagnostics.push(warning.help(help));
}

fn unknown(tokens: &[ExpressionToken]) -> Option<&str> {
    let is_word = |text: &str| text.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    let calls = tokens.windows(2).filter(|pair| &*pair[1].text == "(" && is_word(&pair[0].text));
    let mut names = calls.map(|pair| &*pair[0].key).filter(|name| !name.starts_with(|one: char| one.is_ascii_digit()));
    let is_known = |name: &str| [&SQLITE[..], &WORDS].iter().any(|list| list.contains(&name));
    names.find(|name| !is_known(name))
}
