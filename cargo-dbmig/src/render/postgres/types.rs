//! Types: how they are made, what of them can be altered, and what makes a new one needed.

use std::collections::BTreeSet;

use dbmig_build::schema::{
    Attribute, Check, Column, ColumnType, Constraint, Domain, Name, ObjectName, Schema, UserType, UserTypeKind,
};

use super::super::RenderError;
use super::super::text::literal;
use super::definition::{constraint, default_value, type_sql};
use super::way::{Way, park};

/// `CREATE TYPE` or `CREATE DOMAIN`, then its comment.
pub(super) fn create(one: &UserType) -> Vec<String> {
    let name = one.name.sql();
    let statement = match &one.kind {
        UserTypeKind::Enum(labels) => {
            let labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
            format!("CREATE TYPE {name} AS ENUM ({});", labels.join(", "))
        }
        UserTypeKind::Domain(domain) => {
            // In `CREATE DOMAIN` none may be NOT VALID.
            let late = domain.checks.iter().filter(|check| check.not_valid);
            let late = late.map(|check| format!("\nALTER DOMAIN {name} ADD {};", domain_check(check)));
            create_domain(&one.name, domain) + &late.collect::<String>()
        }
        UserTypeKind::Composite(attributes) => {
            let parts: Vec<String> = attributes.iter().map(attribute).collect();
            format!("CREATE TYPE {name} AS ({});", parts.join(", "))
        }
        UserTypeKind::Range(_, options) => format!("CREATE TYPE {name} AS RANGE {};", in_parentheses(options)),
        UserTypeKind::Other(text) => format!("{};", format!("CREATE TYPE {name} {text}").trim_end()),
    };
    let comment = one.comment.as_ref().map(|text| comment_on(one, Some(text)));
    [statement].into_iter().chain(comment).collect()
}

fn in_parentheses(text: &str) -> String {
    if text.starts_with('(') { text.to_owned() } else { format!("({text})") }
}

/// `DROP TYPE` or `DROP DOMAIN`.
pub(super) fn drop(one: &UserType) -> String {
    format!("DROP {} {};", noun(one), one.name.sql())
}

fn noun(one: &UserType) -> &'static str {
    if matches!(one.kind, UserTypeKind::Domain(_)) { "DOMAIN" } else { "TYPE" }
}

fn comment_on(one: &UserType, text: Option<&String>) -> String {
    let text = text.map_or_else(|| "NULL".to_owned(), |text| literal(text));
    format!("COMMENT ON {} {} IS {text};", noun(one), one.name.sql())
}

fn create_domain(name: &ObjectName, domain: &Domain) -> String {
    let mut text = format!("CREATE DOMAIN {} AS {}", name.sql(), type_sql(&domain.base, &name.name));
    if let Some(collation) = &domain.collation {
        text.push_str(&format!(" COLLATE {}", collation.sql()));
    }
    if let Some(default) = &domain.default {
        text.push_str(&format!(" DEFAULT {}", default_value(default)));
    }
    text.push_str(if domain.nullable { "" } else { " NOT NULL" });
    for check in domain.checks.iter().filter(|check| !check.not_valid) {
        text.push_str(&format!("\n    {}", domain_check(check)));
    }
    text + ";"
}

fn domain_check(check: &Check) -> String {
    constraint(&Constraint::Check(check.clone()))
}

fn attribute(one: &Attribute) -> String {
    let collation = one.collation.as_ref().map(|one| format!(" COLLATE {}", one.sql())).unwrap_or_default();
    format!("{} {}{collation}", one.name.sql(), type_sql(&one.column_type, &one.name))
}

/// The types that are made of others come after those.
pub(super) fn in_order<'a>(types: impl Iterator<Item = &'a UserType>) -> Vec<&'a UserType> {
    let mut waiting: Vec<&UserType> = types.collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_ready =
            |one: &&UserType| !waiting.iter().any(|other| other.name != one.name && is_made_of(one, &other.name));
        let at = waiting.iter().position(is_ready).unwrap_or(0);
        ordered.push(waiting.remove(at));
    }
    ordered
}

fn is_made_of(one: &UserType, name: &ObjectName) -> bool {
    match &one.kind {
        UserTypeKind::Domain(domain) => domain.base.names(name),
        UserTypeKind::Composite(attributes) => attributes.iter().any(|one| one.column_type.names(name)),
        UserTypeKind::Range(subtype, _) => subtype.names(name),
        UserTypeKind::Enum(_) | UserTypeKind::Other(_) => false,
    }
}

/// The types, by their names after, that stay and can't be altered into what they become: a new one takes their place.
pub(super) fn remade(way: &Way) -> BTreeSet<ObjectName> {
    let differs = |name: &&ObjectName| match (way.renamed.types.get(*name), way.after.types.get(*name)) {
        (Some(from), Some(to)) => from.kind != to.kind && !can_alter(&from.kind, &to.kind),
        _ => false,
    };
    way.types.keys().filter(differs).cloned().collect()
}

/// Whether a column's type is made anew under its name.
pub(super) fn is_remade(way: &Way, column: &Column) -> bool {
    !way.remade.is_empty() && way.remade.iter().any(|name| column.column_type.names(name))
}

fn can_alter(from: &UserTypeKind, to: &UserTypeKind) -> bool {
    match (from, to) {
        (UserTypeKind::Enum(from), UserTypeKind::Enum(to)) => {
            let mut rest = to.iter();
            from.iter().all(|label| rest.any(|one| one == label))
        }
        (UserTypeKind::Domain(from), UserTypeKind::Domain(to)) => {
            from.base == to.base && from.collation == to.collation
        }
        (UserTypeKind::Composite(from), UserTypeKind::Composite(to)) => {
            let kept: Vec<&Attribute> =
                from.iter().filter(|one| to.iter().any(|other| other.name == one.name)).collect();
            to.iter().take(kept.len()).eq(kept)
        }
        _ => false,
    }
}

/// The statements that make of a type what it becomes, where PostgreSQL can alter it.
pub(super) fn alter(from: &UserType, to: &UserType) -> Vec<String> {
    let name = to.name.sql();
    let mut statements = match (&from.kind, &to.kind) {
        (UserTypeKind::Enum(before), UserTypeKind::Enum(after)) => add_values(&name, before, after),
        (UserTypeKind::Domain(before), UserTypeKind::Domain(after)) => alter_domain(&name, before, after),
        (UserTypeKind::Composite(before), UserTypeKind::Composite(after)) => {
            let new = after.iter().filter(|one| !is_in(before, one));
            new.map(|one| format!("ALTER TYPE {name} ADD ATTRIBUTE {};", attribute(one))).collect()
        }
        _ => Vec::new(),
    };
    if from.comment != to.comment {
        statements.push(comment_on(to, to.comment.as_ref()));
    }
    statements
}

/// Takes away the attributes that a composite type has no more.
pub(super) fn drop_attributes(from: &UserType, to: &UserType) -> Vec<String> {
    let (UserTypeKind::Composite(before), UserTypeKind::Composite(after)) = (&from.kind, &to.kind) else {
        return Vec::new();
    };
    let gone = before.iter().filter(|one| !is_in(after, one));
    gone.map(|one| format!("ALTER TYPE {} DROP ATTRIBUTE {};", to.name.sql(), one.name.sql())).collect()
}

fn is_in(list: &[Attribute], one: &Attribute) -> bool {
    list.iter().any(|other| other.name == one.name)
}

/// Whether columns come to a type that stays, or leave it: their texts then are those of values with all attributes that
/// it has had or gets, or the way back couldn't read them.
pub(super) fn is_left(way: &Way, name: &ObjectName) -> bool {
    let has = |column: &Column| {
        let is_it = |one: &ColumnType| one.names(name);
        let within = |one: &UserType| column.column_type.names(&one.name) && is_made_of(one, name);
        is_it(&column.column_type) || way.after.types.values().any(within)
    };
    way.tables.iter().any(|(table, origin)| {
        let both = (way.renamed.tables.get(table), way.after.tables.get(table));
        let (Some(present), Some(after)) = both else { return false };
        origin.columns.keys().any(|name| {
            let both = present.column(name).zip(after.column(name));
            both.is_some_and(|(from, to)| from.column_type != to.column_type && has(from) != has(to))
        })
    })
}

/// `ADD VALUE` for each new label. What comes before a label that is there is said, since ADD VALUE alone comes last.
fn add_values(name: &str, before: &[String], after: &[String]) -> Vec<String> {
    let mut statements = Vec::new();
    for (at, label) in after.iter().enumerate().filter(|(_, label)| !before.contains(label)) {
        let last = at.checked_sub(1).and_then(|at| after.get(at));
        let next = after.iter().skip(at + 1).find(|one| before.contains(one));
        let place = match (next, last) {
            (None, _) => String::new(),
            (Some(_), Some(last)) => format!(" AFTER {}", literal(last)),
            (Some(next), None) => format!(" BEFORE {}", literal(next)),
        };
        statements.push(format!("ALTER TYPE {name} ADD VALUE {}{place};", literal(label)));
    }
    statements
}

fn alter_domain(name: &str, before: &Domain, after: &Domain) -> Vec<String> {
    let mut statements = Vec::new();
    let mut push = |what: String| statements.push(format!("ALTER DOMAIN {name} {what};"));
    let mut new: Vec<&Check> = after.checks.iter().filter(|one| !before.checks.contains(one)).collect();
    for gone in before.checks.iter().filter(|one| !after.checks.contains(one)) {
        let Some(old_name) = &gone.name else { continue };
        let same = |one: &&Check| one.name.is_some() && Check { name: gone.name.clone(), ..(*one).clone() } == *gone;
        let valid = Check { not_valid: false, ..gone.clone() };
        if let Some(at) = new.iter().position(|one| gone.not_valid && **one == valid) {
            new.remove(at);
            push(format!("VALIDATE CONSTRAINT {}", old_name.sql()));
        } else if let Some(to) = new.iter().position(same).map(|at| new.remove(at)) {
            let to = to.name.as_ref().map(Name::sql).unwrap_or_default();
            push(format!("RENAME CONSTRAINT {} TO {to}", old_name.sql()));
        } else {
            push(format!("DROP CONSTRAINT {}", old_name.sql()));
        }
    }
    if before.default != after.default {
        push(
            after
                .default
                .as_ref()
                .map_or_else(|| "DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {}", default_value(default))),
        );
    }
    if before.nullable != after.nullable {
        push(if after.nullable { "DROP NOT NULL" } else { "SET NOT NULL" }.to_owned());
    }
    new.into_iter().for_each(|check| push(format!("ADD {}", domain_check(check))));
    statements
}

/// The first half of making a type anew: the old one gives its name away.
pub(super) fn make_way(way: &Way, to: &UserType) -> Result<Vec<String>, RenderError> {
    let inner = |schema: &Schema| schema.type_with_type(&to.name).map(|one| one.name.clone());
    if let Some(user) = inner(&way.renamed).or_else(|| inner(&way.after)) {
        return Err(RenderError::Impossible(format!(
            "the type `{}` has to be made anew, which PostgreSQL can't do while the type `{user}` is made of it",
            to.name
        )));
    }
    let aside = park(&to.name).name.sql();
    let noun = way.renamed.types.get(&to.name).map_or("TYPE", noun);
    let mut statements = vec![format!("ALTER {noun} {} RENAME TO {aside};", to.name.sql())];
    statements.extend(create(to));
    Ok(statements)
}

/// The second half: nothing has the old one any more.
pub(super) fn drop_aside(way: &Way, name: &ObjectName) -> String {
    let noun = way.renamed.types.get(name).map_or("TYPE", noun);
    format!("DROP {noun} {};", park(name).sql())
}

/// Whether values of a type are rows: such a value `IS NOT NULL` only if none of its fields is NULL.
pub(super) fn is_row(schema: &Schema, column_type: &ColumnType) -> bool {
    let own = beneath(schema, column_type);
    let is_it = |one: &UserType| own.names(&one.name) && matches!(one.kind, UserTypeKind::Composite(_));
    !own.array && schema.types.values().any(is_it)
}

/// Whether a value is there, a row of NULLs too.
pub(super) fn is_there(schema: &Schema, column_type: &ColumnType, value: &str) -> String {
    if is_row(schema, column_type) { format!("{value} IS DISTINCT FROM NULL") } else { format!("{value} IS NOT NULL") }
}

/// Whether a value is missing.
pub(super) fn is_missing(schema: &Schema, column_type: &ColumnType, value: &str) -> String {
    is_there(schema, column_type, value).replacen("IS DISTINCT FROM NULL", "IS NOT DISTINCT FROM NULL", 1).replacen(
        "IS NOT NULL",
        "IS NULL",
        1,
    )
}

/// The type beneath a domain, and beneath that if it is one too.
pub(super) fn beneath(schema: &Schema, column_type: &ColumnType) -> ColumnType {
    let mut found = column_type.clone();
    for _ in 0..16 {
        let domain = schema.types.values().find_map(|one| match &one.kind {
            UserTypeKind::Domain(domain) if found.names(&one.name) => Some(domain),
            _ => None,
        });
        let Some(domain) = domain else { break };
        found = ColumnType { array: found.array || domain.base.array, ..domain.base.clone() };
    }
    found
}
