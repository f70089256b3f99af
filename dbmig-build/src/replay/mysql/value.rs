//! Expressions that are worked out from the schema that replay has made.

use crate::replay::Replay;
use crate::schema::{Constraint, IndexColumn, Name, ObjectName, Table};
use crate::sql::syntax::mysql::{Rows, Value};

use super::program::Held;

/// Stands in a text for the name of the connection's database, which isn't known.
const DATABASE: &str = "\u{1}database\u{1}";

/// Longer than any statement that a migration puts together.
const LONGEST: usize = 1 << 20;

/// What alters structure.
const VERBS: [&str; 4] = ["create", "alter", "drop", "rename"];

/// What may run other statements.
const CALLS: [&str; 8] = ["call", "execute", "begin", "if", "case", "loop", "while", "repeat"];

/// The value of an expression, `Some(None)` for NULL; none where it can't be known.
pub(super) fn evaluated(replay: &Replay, value: &Value) -> Option<Option<String>> {
    of(replay, value, None)
}

/// Whether a condition holds; NULL doesn't.
pub(super) fn holds(replay: &Replay, condition: &Value) -> Option<bool> {
    evaluated(replay, condition).and_then(|value| truth(&value)).map(|truth| truth == Some(true))
}

/// Whether a text whose value isn't known may be DDL; `variable` says it of what a variable holds.
pub(super) fn may_be_ddl(value: &Value, variable: &impl Fn(&str) -> bool) -> bool {
    let inner = |value: &Value| may_be_ddl(value, variable);
    match value {
        Value::Text(text) => statement_alters(text).unwrap_or_else(|| holds_verb(text)),
        Value::Variable(name) => variable(name),
        // How a statement begins says what it is.
        Value::Concat(parts) => match parts.first() {
            Some(Value::Text(first)) => statement_alters(first).unwrap_or_else(|| parts.iter().any(inner)),
            _ => parts.iter().any(inner),
        },
        Value::If(parts) => parts.iter().skip(1).any(inner),
        Value::IfNull(parts) => parts.iter().any(inner),
        Value::Select(value, _) => inner(value),
        Value::Null | Value::Database | Value::Exists(_) | Value::Count => false,
        Value::Compared(..) | Value::IsNull(_) | Value::Not(_) | Value::All(_) | Value::Any(_) => false,
    }
}

/// Whether a statement that begins so may alter structure; none where its first word isn't there as a whole.
fn statement_alters(text: &str) -> Option<bool> {
    let text = text.trim_start();
    let (word, _) = text.split_at(text.find(|one: char| !one.is_ascii_alphabetic())?);
    (!word.is_empty()).then(|| is_one_of(word, &VERBS) || is_one_of(word, &CALLS))
}

/// Whether a word of a text may begin a statement that alters structure.
fn holds_verb(text: &str) -> bool {
    text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_').any(|word| is_one_of(word, &VERBS))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// A text that is executed, in which the own database needs no name; none where its name stands alone.
pub(super) fn with_own_database(text: &str) -> Option<String> {
    let text = text.replace(&format!("`{DATABASE}`."), "").replace(&format!("{DATABASE}."), "");
    (!text.contains(DATABASE)).then_some(text)
}

fn truth(value: &Option<String>) -> Option<Option<bool>> {
    match value {
        None => Some(None),
        Some(text) => Some(Some(text.trim().parse::<i64>().ok()? != 0)),
    }
}

fn of(replay: &Replay, value: &Value, counted: Option<usize>) -> Option<Option<String>> {
    let inner = |value: &Value| of(replay, value, counted);
    let condition = |value: &Value| inner(value).and_then(|value| truth(&value));
    let shown = |truth: bool| Some(if truth { "1" } else { "0" }.to_owned());
    let value = match value {
        Value::Text(text) => Some(text.clone()),
        Value::Null => None,
        Value::Database => Some(DATABASE.to_owned()),
        Value::Variable(name) => {
            let all = if name.starts_with('@') { &replay.mysql.variables } else { &replay.mysql.locals };
            match all.get(name)? {
                Held::Known(value) => value.clone(),
                Held::Unknown { .. } => return None,
            }
        }
        Value::Concat(parts) => {
            // NULL makes all of it NULL.
            let parts = parts.iter().map(inner).collect::<Option<Vec<_>>>()?;
            parts.into_iter().collect::<Option<Vec<String>>>().map(|parts| parts.concat())
        }
        Value::If(parts) => {
            let [asked, then, otherwise] = parts.as_ref();
            inner(if condition(asked)? == Some(true) { then } else { otherwise })?
        }
        Value::IfNull(parts) => match inner(&parts[0])? {
            Some(text) => Some(text),
            None => inner(&parts[1])?,
        },
        Value::Compared(left, operator, right) => match (inner(left)?, inner(right)?) {
            (Some(left), Some(right)) => shown(compared(&left, operator, &right)?),
            _ => None,
        },
        Value::IsNull(part) => shown(inner(part)?.is_none()),
        Value::Not(part) => condition(part)?.and_then(|truth| shown(!truth)),
        Value::All(parts) | Value::Any(parts) => {
            let decisive = matches!(value, Value::Any(_));
            let truths: Vec<Option<Option<bool>>> = parts.iter().map(condition).collect();
            if truths.contains(&Some(Some(decisive))) {
                shown(decisive)
            } else {
                let known = truths.into_iter().collect::<Option<Vec<_>>>()?;
                if known.contains(&None) { None } else { shown(!decisive) }
            }
        }
        Value::Exists(rows) => shown(count(replay, rows)? > 0),
        Value::Count => Some(counted?.to_string()),
        Value::Select(value, rows) => {
            let counted = match rows {
                // Without a count, there may be any number of rows.
                Some(_) if !counts(value) => return None,
                Some(rows) => Some(count(replay, rows)?),
                None => None,
            };
            of(replay, value, counted)?
        }
    };
    Some(value).filter(|value| value.as_ref().is_none_or(|text| text.len() <= LONGEST))
}

fn counts(value: &Value) -> bool {
    match value {
        Value::Count => true,
        Value::Concat(parts) | Value::All(parts) | Value::Any(parts) => parts.iter().any(counts),
        Value::If(parts) => parts.iter().any(counts),
        Value::IfNull(parts) => parts.iter().any(counts),
        Value::Compared(left, _, right) => counts(left) || counts(right),
        Value::IsNull(inner) | Value::Not(inner) => counts(inner),
        _ => false,
    }
}

fn compared(left: &str, operator: &str, right: &str) -> Option<bool> {
    let order = match (left.trim().parse::<i64>(), right.trim().parse::<i64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        // Texts are compared without case; which of two is the greater one, their collation decides.
        (Err(_), Err(_)) if left.is_ascii() && right.is_ascii() && ["=", "<>"].contains(&operator) => {
            if left.eq_ignore_ascii_case(right) { std::cmp::Ordering::Equal } else { std::cmp::Ordering::Less }
        }
        _ => return None,
    };
    Some(match operator {
        "=" => order.is_eq(),
        "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

#[derive(Default)]
struct Asked {
    own: bool,
    table: Option<Name>,
    name: Option<Name>,
    column: Option<Name>,
    kind: Option<String>,
}

/// The number of rows that `information_schema` has of the chain's objects.
fn count(replay: &Replay, rows: &Rows) -> Option<usize> {
    let mut asked = Asked::default();
    for (column, value) in &rows.equal {
        // A variable of that name stands for itself.
        if replay.mysql.locals.contains_key(column) {
            return None;
        }
        let text = evaluated(replay, value)??;
        let name = || Some(Name::new(&text, replay.backend));
        match column.as_str() {
            "table_schema" | "constraint_schema" | "index_schema" | "trigger_schema" => {
                if text != DATABASE {
                    return None;
                }
                asked.own = true;
            }
            "table_name" => asked.table = name(),
            "column_name" => asked.column = name(),
            "index_name" | "constraint_name" | "trigger_name" => asked.name = name(),
            "constraint_type" | "table_type" => asked.kind = Some(text.to_ascii_uppercase()),
            _ => return None,
        }
    }
    // Other databases aren't known.
    if !asked.own {
        return None;
    }
    let schema = replay.catalog.schema();
    let is_view = |name: &Name| schema.views.contains_key(&ObjectName::unqualified(name.clone()));
    let tables: Vec<&Table> = match &asked.table {
        Some(name) => schema.tables.get(&ObjectName::unqualified(name.clone())).into_iter().collect(),
        None => schema.tables.values().filter(|table| table.name.schema.is_none()).collect(),
    };
    let each = |of: &dyn Fn(&Table) -> Option<usize>| tables.iter().map(|table| of(table)).sum::<Option<usize>>();
    let only = |allowed: &[bool]| allowed.iter().all(|given| !given);
    let (name, column, kind) = (asked.name.is_some(), asked.column.is_some(), asked.kind.is_some());
    match rows.table.as_str() {
        "tables" if only(&[name, column]) => {
            let views = asked.table.as_ref().map_or(schema.views.len(), |name| usize::from(is_view(name)));
            let of = |wanted: &str, count: usize| {
                if asked.kind.as_deref().is_none_or(|kind| kind == wanted) { count } else { 0 }
            };
            Some(of("BASE TABLE", tables.len()) + of("VIEW", views))
        }
        "views" if only(&[name, column, kind]) => {
            Some(asked.table.as_ref().map_or(schema.views.len(), |name| usize::from(is_view(name))))
        }
        // The columns of views aren't known.
        "columns" if only(&[name, kind]) && !asked.table.as_ref().is_some_and(is_view) => each(&|table| {
            Some(table.columns.iter().filter(|one| asked.column.as_ref().is_none_or(|name| one.name == *name)).count())
        }),
        "statistics" if only(&[kind]) => each(&|table| Some(indexed(table, &asked))),
        "table_constraints" if only(&[column]) => each(&|table| constrained(table, &asked, |_| Some(1))),
        "referential_constraints" if only(&[column, kind]) => each(&|table| {
            let asked = Asked { kind: Some("FOREIGN KEY".to_owned()), name: asked.name.clone(), ..Asked::default() };
            constrained(table, &asked, |_| Some(1))
        }),
        "key_column_usage" if only(&[kind]) => each(&|table| {
            constrained(table, &asked, |constraint| {
                let columns: Vec<&Name> = match constraint {
                    Constraint::PrimaryKey(key) => key.columns.iter().filter_map(IndexColumn::name).collect(),
                    Constraint::Unique(unique) => unique.columns.iter().filter_map(IndexColumn::name).collect(),
                    Constraint::ForeignKey(key) => key.columns.iter().collect(),
                    _ => Vec::new(),
                };
                Some(columns.iter().filter(|name| asked.column.as_ref().is_none_or(|wanted| wanted == **name)).count())
            })
        }),
        "triggers" if only(&[column, kind]) && asked.table.is_none() => each(&|table| {
            Some(table.triggers.iter().filter(|one| asked.name.as_ref().is_none_or(|name| one.name == *name)).count())
        }),
        _ => None,
    }
}

/// The rows of `statistics`: one for each column of an index.
fn indexed(table: &Table, asked: &Asked) -> usize {
    let primary = Name::new("PRIMARY", dbmig::Backend::Mysql);
    let key = table.primary_key.iter().map(|key| (&primary, &key.columns));
    let uniques = table.uniques.iter().filter_map(|one| Some((one.name.as_ref()?, &one.columns)));
    let indexes = table.indexes.iter().map(|one| (&one.name, &one.columns));
    let meant = |name: &Name| asked.name.as_ref().is_none_or(|wanted| name == wanted);
    let of_column = |one: &&IndexColumn| asked.column.as_ref().is_none_or(|wanted| one.name() == Some(wanted));
    let all = key.chain(uniques).chain(indexes).filter(|(name, _)| meant(name));
    all.map(|(_, columns)| columns.iter().filter(of_column).count()).sum()
}

/// The constraints that are meant, each counted so often; none where a check without a name may be one of them.
fn constrained(table: &Table, asked: &Asked, rows: impl Fn(&Constraint) -> Option<usize>) -> Option<usize> {
    let mut counted = 0;
    for constraint in table.constraints() {
        let (kind, primary) = match &constraint {
            Constraint::PrimaryKey(_) => ("PRIMARY KEY", true),
            Constraint::Unique(_) => ("UNIQUE", false),
            Constraint::ForeignKey(_) => ("FOREIGN KEY", false),
            _ => ("CHECK", false),
        };
        if asked.kind.as_deref().is_some_and(|wanted| wanted != kind) {
            continue;
        }
        let named = match (&asked.name, constraint.name()) {
            (None, _) => true,
            (Some(wanted), _) if primary => wanted.key() == "primary",
            (Some(wanted), Some(name)) => name == wanted,
            // MySQL and MariaDB name them differently.
            (Some(wanted), None) if wanted.key().contains("_chk_") || wanted.key().starts_with("constraint_") => {
                return None;
            }
            (Some(_), None) => false,
        };
        if named {
            counted += rows(&constraint)?;
        }
    }
    Some(counted)
}
