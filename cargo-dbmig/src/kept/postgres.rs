//! PostgreSQL: everything in one block, each expression in a subtransaction of its own, and one query for the answers.

use std::collections::{BTreeSet, HashMap};

use dbmig::Backend;
use dbmig_build::schema::{ColumnType, Expression, Name, POSTGRES_TYPES};
use dbmig_build::sql;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Keeps, Question, Role, Scene};

/// An object that was made for a question.
#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    form: String,
}

const ANSWERS: &str = "
SELECT a.attname::text AS name, pg_get_expr(d.adbin, d.adrelid) AS form
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum JOIN pg_class c ON c.oid = d.adrelid
WHERE c.relnamespace = pg_my_temp_schema() AND a.attname ~ '^dbmig_ask_[0-9]+$'
UNION ALL
SELECT k.conname::text, pg_get_expr(k.conbin, k.conrelid) FROM pg_constraint k
WHERE k.connamespace = pg_my_temp_schema() AND k.contype = 'c' AND k.conname ~ '^dbmig_ask_[0-9]+$'
UNION ALL
SELECT c.relname::text, coalesce(pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid, 1, false))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = pg_my_temp_schema() AND c.relname ~ '^dbmig_ask_[0-9]+$'
UNION ALL
SELECT y.typname::text, pg_get_expr(y.typdefaultbin, 0) FROM pg_type y
WHERE y.typnamespace = pg_my_temp_schema() AND y.typdefaultbin IS NOT NULL AND y.typname ~ '^dbmig_ask_[0-9]+$'";

impl Keeps for PgConnection {
    fn kept(&mut self, scenes: &[Scene], questions: &[Question]) -> QueryResult<Vec<Option<Expression>>> {
        let block = block(scenes, questions);
        let mut answers: Vec<Answer> = Vec::new();
        let outcome = self.transaction(|connection| {
            connection.batch_execute(&block)?;
            answers = diesel::sql_query(ANSWERS).load(connection)?;
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        });
        match outcome {
            Err(diesel::result::Error::RollbackTransaction) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        let mut forms: HashMap<String, String> = answers.into_iter().map(|one| (one.name, one.form)).collect();
        let form = |number: usize| sql::expression(&forms.remove(&ask(number))?, Backend::Postgres).ok();
        Ok((0..questions.len()).map(form).collect())
    }
}

fn ask(number: usize) -> String {
    format!("dbmig_ask_{number}")
}

/// The block that makes a table of each scene, and of each question an object of its number.
fn block(scenes: &[Scene], questions: &[Question]) -> String {
    let mut statements = Vec::new();
    let mut taken: BTreeSet<&Name> = BTreeSet::new();
    let mut tables = Vec::new();
    for (number, scene) in scenes.iter().enumerate() {
        let free = taken.insert(&scene.name);
        let name = if free { scene.name.quoted() } else { format!("dbmig_scene_{number}") };
        let like = scene.view.as_ref().map_or_else(String::new, |view| format!("LIKE {}", view.sql()));
        statements.push(format!("CREATE TEMP TABLE {name} ({like})"));
        let table = format!("pg_temp.{name}");
        for (column, column_type) in &scene.columns {
            statements.push(format!("ALTER TABLE {table} ADD COLUMN {} {}", column.quoted(), spelled(column_type)));
        }
        tables.push(table);
    }
    for (number, question) in questions.iter().enumerate() {
        let (table, expression, ask) = (&tables[question.scene], &question.expression, ask(number));
        statements.push(match &question.role {
            // Apart from the column, so that nothing computes it: it may be out of range.
            Role::Default(of) => format!(
                "ALTER TABLE {table} ADD COLUMN {ask} {}, ALTER COLUMN {ask} SET DEFAULT ({expression})",
                spelled(of)
            ),
            Role::Generated(of) => {
                let of = spelled(of);
                format!("ALTER TABLE {table} ADD COLUMN {ask} {of} GENERATED ALWAYS AS ({expression}) STORED")
            }
            Role::Check => format!("ALTER TABLE {table} ADD CONSTRAINT {ask} CHECK ({expression})"),
            Role::Key => format!("CREATE INDEX {ask} ON {table} (({expression}))"),
            Role::Predicate => format!("CREATE INDEX {ask} ON {table} ((1)) WHERE {expression}"),
            Role::DomainDefault(of) => format!("CREATE DOMAIN pg_temp.{ask} AS {} DEFAULT ({expression})", spelled(of)),
            Role::DomainCheck(of) => {
                format!("CREATE DOMAIN pg_temp.{ask} AS {} CONSTRAINT {ask} CHECK ({expression})", spelled(of))
            }
        });
    }
    // Whoever may not make temporary tables is told by the first one; what else fails leaves a question unanswered.
    let mut body = "BEGIN\nCREATE TEMP TABLE dbmig_scenes ();\n".to_owned();
    for statement in statements {
        let text = statement.replace('\'', "''");
        body += &format!("BEGIN EXECUTE '{text}'; EXCEPTION WHEN OTHERS THEN NULL; END;\n");
    }
    body += "END";
    let mut tag = "$dbmig$".to_owned();
    while body.contains(&tag) {
        tag = tag.replace("dbmig", "dbmig_");
    }
    format!("SET LOCAL standard_conforming_strings = on;\nSET LOCAL client_min_messages = error;\nDO {tag}{body}{tag}")
}

/// A type as SQL has it.
fn spelled(of: &ColumnType) -> String {
    let quoted = |text: &str| Name::new(text, Backend::Postgres).quoted();
    let is_built_in = of.schema.is_none() && POSTGRES_TYPES.iter().any(|one| one.name == of.name);
    let schema = of.schema.as_ref().map_or_else(String::new, |schema| format!("{}.", schema.quoted()));
    let name = if is_built_in { of.name.clone() } else { quoted(&of.name) };
    let arguments = if of.arguments.is_empty() { String::new() } else { format!("({})", of.arguments.join(", ")) };
    format!("{schema}{name}{arguments}{}", if of.array { "[]" } else { "" })
}
