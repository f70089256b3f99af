//! What computed columns can't be computed from.

use dbmig::Backend;

use super::expression::changing;
use super::{Context, Draft};
use crate::diagnostic::Code;
use crate::schema::{Column, Expression, Name};
use crate::source::Span;

/// Reports what no database computes a column from: itself, also by way of others, and what changes by itself.
/// PostgreSQL computes nothing from computed columns, MySQL and MariaDB only from those that stand before. Sources: <https://sqlite.org/gencol.html>,
/// <https://www.postgresql.org/docs/current/ddl-generated-columns.html>,
/// <https://dev.mysql.com/doc/refman/8.0/en/create-table-generated-columns.html>.
pub(super) fn report(
    column: &Column,
    expression: &Expression,
    place: &Span,
    draft: &Draft<'_>,
    context: &mut Context<'_>,
) {
    let columns = &draft.table.columns;
    let computed: Vec<(&Column, &Expression)> =
        columns.iter().filter_map(|one| Some((one, &one.generated.as_ref()?.expression))).collect();
    let read = |expression: &Expression| {
        computed.iter().filter(|(one, _)| expression.mentions(&one.name)).copied().collect::<Vec<_>>()
    };
    let mut reached = read(expression);
    let direct = reached.first().map(|(one, _)| one.name.clone());
    let own_place = columns.iter().position(|one| one.name == column.name);
    let is_later = |name: &Name| columns.iter().position(|one| one.name == *name) > own_place;
    let later = reached.iter().map(|(one, _)| one.name.clone()).find(is_later);
    let later = later.filter(|_| context.config.backend == Backend::Mysql);
    let mut at = 0;
    while let Some((_, next)) = reached.get(at) {
        let further: Vec<_> = read(next).into_iter().filter(|one| !reached.contains(one)).collect();
        reached.extend(further);
        at += 1;
    }
    let is_own = reached.iter().any(|(one, _)| one.name == column.name);
    let (problem, help) = match (direct, changing(expression)) {
        _ if is_own => (
            format!("`{}` would be computed from itself", column.name),
            "compute it from columns that hold values".to_owned(),
        ),
        (Some(direct), _) if context.config.backend == Backend::Postgres => (
            format!("PostgreSQL computes nothing from computed columns, and `{direct}` is one"),
            format!("write what `{direct}` is computed from"),
        ),
        _ if later.is_some() => {
            let later = later.map(|name| name.to_string()).unwrap_or_default();
            let problem = format!("MySQL computes nothing from computed columns that come later, and `{later}` is one");
            (problem, format!("move the field behind `{later}`"))
        }
        (_, Some(word)) => (
            format!("`{word}` gives another value each time, and a computed column has one"),
            "as a `default` it is evaluated once, and kept".to_owned(),
        ),
        _ => return,
    };
    context.fault(Code::ModelAttribute, problem, place, help);
}
