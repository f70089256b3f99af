//! MySQL and MariaDB: one temporary table that has all columns under other names, since only `SHOW CREATE TABLE` tells
//! what a temporary table holds.

use dbmig::Backend;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{ColumnType, Expression, Name, ObjectName, Table};
use dbmig_build::source::Source;
use dbmig_build::sql::split;
use diesel::MysqlConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{Keeps, Question, Role, Scene};

/// What `SHOW CREATE TABLE` says.
#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = Text, column_name = "Create Table")]
    sql: String,
}

const TABLE: &str = "dbmig_scenes";

impl Keeps for MysqlConnection {
    fn kept(&mut self, scenes: &[Scene], questions: &[Question]) -> QueryResult<Vec<Option<Expression>>> {
        let probe = format!("CREATE TEMPORARY TABLE {TABLE} (a int); DROP TEMPORARY TABLE {TABLE}");
        self.batch_execute(&probe)?;
        let mut answers = vec![None; questions.len()];
        let numbered: Vec<(usize, &Question)> = questions.iter().enumerate().collect();
        answer(self, scenes, &numbered, &mut answers);
        Ok(answers)
    }
}

/// Asks everything at once; where the server refuses, each half by itself, down to the expression that it refuses.
fn answer(
    connection: &mut MysqlConnection,
    scenes: &[Scene],
    questions: &[(usize, &Question)],
    answers: &mut [Option<Expression>],
) {
    match ask(connection, scenes, questions) {
        Some(table) => {
            for (number, question) in questions {
                answers[*number] = find(&table, *number, &scenes[question.scene], question);
            }
        }
        None if questions.len() > 1 => {
            let (first, second) = questions.split_at(questions.len() / 2);
            answer(connection, scenes, first, answers);
            answer(connection, scenes, second, answers);
        }
        None => {}
    }
}

/// The table that has all of the questions' expressions; `None` if the server doesn't make it.
fn ask(connection: &mut MysqlConnection, scenes: &[Scene], questions: &[(usize, &Question)]) -> Option<Table> {
    let sql = create(scenes, questions);
    connection.batch_execute(&sql).ok()?;
    let shown: QueryResult<Shown> = diesel::sql_query(format!("SHOW CREATE TABLE {TABLE}")).get_result(connection);
    // It goes with the connection if it doesn't go now.
    let _gone = connection.batch_execute(&format!("DROP TEMPORARY TABLE {TABLE}"));
    let text = shown.ok()?.sql.replacen("CREATE TEMPORARY TABLE", "CREATE TABLE", 1);
    let mut replay = Replay::new(Backend::Mysql);
    replay.run(&split(&Source::new("SHOW CREATE TABLE", text.as_str()), Backend::Mysql));
    replay.schema().tables.get(&ObjectName::unqualified(name(TABLE))).cloned()
}

fn name(text: &str) -> Name {
    Name::new(text, Backend::Mysql)
}

fn question_name(number: usize) -> Name {
    name(&format!("dbmig_ask_{number}"))
}

fn column_name(scene: usize, number: usize) -> Name {
    name(&format!("dbmig_column_{scene}_{number}"))
}

fn create(scenes: &[Scene], questions: &[(usize, &Question)]) -> String {
    let mut lines = vec!["dbmig_scene int".to_owned()];
    for (at, scene) in scenes.iter().enumerate() {
        if !questions.iter().any(|(_, one)| one.scene == at) {
            continue;
        }
        for (number, (column, of)) in scene.columns.iter().enumerate() {
            if questions.iter().any(|(_, one)| one.scene == at && one.expression.mentions(column)) {
                lines.push(format!("{} {} NULL", column_name(at, number), spelled(of)));
            }
        }
    }
    for (number, question) in questions {
        let mut expression = question.expression.clone();
        for (column, (from, _)) in scenes[question.scene].columns.iter().enumerate() {
            expression.rename(from, &column_name(question.scene, column));
        }
        let ask = question_name(*number);
        lines.push(match &question.role {
            Role::Default(of) | Role::DomainDefault(of) if is_plain(&expression) => {
                format!("{ask} {} NULL DEFAULT {expression}", spelled(of))
            }
            Role::Default(of) | Role::DomainDefault(of) => {
                format!("{ask} {} NULL DEFAULT ({expression})", spelled(of))
            }
            Role::Generated(of) => format!("{ask} {} AS ({expression}) VIRTUAL", spelled(of)),
            Role::Check | Role::Predicate | Role::DomainCheck(_) => format!("CONSTRAINT {ask} CHECK ({expression})"),
            Role::Key => format!("INDEX {ask} (({expression}))"),
        });
    }
    format!("CREATE TEMPORARY TABLE {TABLE} ({})", lines.join(", "))
}

/// Whether a default needs no parentheses: MySQL keeps those of a literal.
fn is_plain(expression: &Expression) -> bool {
    let is_now = |key: &str| matches!(key, "current_timestamp" | "now" | "localtime" | "localtimestamp");
    let tokens = expression.tokens();
    tokens.len() <= 2 || tokens.first().is_some_and(|first| is_now(&first.key))
}

/// A type as SQL has it: `decimal(10, 2) unsigned`.
fn spelled(of: &ColumnType) -> String {
    let (base, rest) = of.name.split_once(' ').unwrap_or((&of.name, ""));
    let arguments = if of.arguments.is_empty() { String::new() } else { format!("({})", of.arguments.join(", ")) };
    format!("{base}{arguments} {rest}")
}

/// The answer to a question, with the names of its own columns.
fn find(table: &Table, number: usize, scene: &Scene, question: &Question) -> Option<Expression> {
    let ask = question_name(number);
    let mut found = match &question.role {
        Role::Default(_) | Role::DomainDefault(_) => table.column(&ask)?.default.clone()?,
        Role::Generated(_) => table.column(&ask)?.generated.clone()?.expression,
        Role::Check | Role::Predicate | Role::DomainCheck(_) => {
            table.checks.iter().find(|check| check.name.as_ref() == Some(&ask))?.expression.clone()
        }
        Role::Key => match &table.index(&ask)?.columns.first()?.key {
            dbmig_build::schema::IndexKey::Expression(expression) => expression.clone(),
            dbmig_build::schema::IndexKey::Column(_) => return None,
        },
    };
    for (column, (to, _)) in scene.columns.iter().enumerate() {
        found.rename(&column_name(question.scene, column), to);
    }
    Some(found)
}
