//! Directives: what a comment `-- dbmig: …` says about the statement that follows it.

use super::lex::Comment;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};

/// What a comment says about a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `-- dbmig: allow(rule-name) reason`: a lint rule doesn't look at the statement.
    Allow {
        /// The directive's place.
        span: Span,
        /// The rule.
        rule: String,
        /// Why; may be empty.
        reason: String,
    },
    /// `-- dbmig: replay <DDL>`: the statement's effect on the structure, instead of what replay would read.
    Replay {
        /// The directive's place.
        span: Span,
        /// The place of the DDL; `None` for `nothing`.
        ddl: Option<Span>,
    },
    /// `-- dbmig: check MESSAGE`: the query that follows must find no row, or what stands behind it doesn't run.
    Check {
        /// The directive's place.
        span: Span,
        /// What is wrong if it finds rows.
        message: String,
    },
    /// `-- dbmig: todo …`: a person must still decide something; fails the build until it is gone.
    Todo {
        /// The directive's place.
        span: Span,
        /// What is to be decided.
        text: String,
    },
}

const KNOWN: [&str; 4] = ["allow", "check", "replay", "todo"];

/// Reads a comment; `None` if it is no directive.
pub(super) fn parse(comment: &Comment, source: &Source) -> Option<Result<Directive, Diagnostic>> {
    if !comment.is_line {
        return None;
    }
    let text = source.text().get(comment.range.clone())?.trim_end();
    let said = text.trim_start_matches('-').trim_start();
    let rest = said.get(..6).filter(|word| word.eq_ignore_ascii_case("dbmig:")).map(|_| said[6..].trim_start())?;
    let end = comment.range.start + text.len();
    let span = source.span(comment.range.start + text.len() - said.len()..end);
    let length = rest.find(|one: char| !one.is_ascii_alphanumeric() && one != '-' && one != '_').unwrap_or(rest.len());
    let (word, argument) = rest.split_at(length);
    let fault = |message: String| Diagnostic::error(Code::Directive, message).at(span.clone(), "");
    Some(match word {
        "allow" => allow(argument, &span).ok_or_else(|| {
            fault("`allow` names the rule in parentheses".to_owned()).help("-- dbmig: allow(rule-name) reason")
        }),
        "replay" => match argument.trim() {
            "" => Err(fault("`replay` needs the DDL that stands for the statement's effect".to_owned())
                .help("-- dbmig: replay nothing")),
            ddl if ddl.trim_end_matches(';').trim_end().eq_ignore_ascii_case("nothing") => {
                Ok(Directive::Replay { span, ddl: None })
            }
            ddl => {
                let ddl = source.span(end - ddl.len()..end);
                Ok(Directive::Replay { span, ddl: Some(ddl) })
            }
        },
        "check" => match argument.trim_start_matches(':').trim() {
            "" => Err(fault("`check` needs a message: what is wrong if its query finds rows".to_owned())
                .help("-- dbmig: check users.email is to be unique, but rows share a value")),
            message => Ok(Directive::Check { span, message: message.to_owned() }),
        },
        "todo" => Ok(Directive::Todo { span, text: argument.trim_start_matches(':').trim().to_owned() }),
        "" => Err(fault("a directive is missing behind `dbmig:`".to_owned()).help(list())),
        unknown => {
            let nearest = KNOWN.into_iter().min_by_key(|known| distance(known, unknown));
            let near = nearest.filter(|known| distance(known, unknown) <= 3);
            let help = near.map_or_else(list, |known| format!("did you mean `{known}`?"));
            Err(fault(format!("unknown directive `{unknown}`")).help(help))
        }
    })
}

fn list() -> String {
    "the directives are `allow(rule-name) reason`, `check MESSAGE`, `replay <DDL>` and `todo …`".to_owned()
}

fn allow(argument: &str, span: &Span) -> Option<Directive> {
    let (rule, reason) = argument.trim_start().strip_prefix('(')?.split_once(')')?;
    let rule = rule.trim();
    let is_rule = !rule.is_empty() && rule.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_rule.then(|| Directive::Allow { span: span.clone(), rule: rule.to_owned(), reason: reason.trim().to_owned() })
}

/// The number of letters to add, drop or change to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, one) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(one != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
