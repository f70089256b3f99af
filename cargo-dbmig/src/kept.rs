//! Expressions as a server keeps them: `a IN (1, 2)` is `a = ANY (ARRAY[1, 2])` to PostgreSQL.
//!
//! Here and not in `drift`, since only the server itself knows: it is given the expressions on temporary tables that
//! are gone a moment later, and what it made of them is read back.

mod cast;
#[cfg(feature = "mysql")]
mod mysql;
mod past;
mod places;
#[cfg(feature = "postgres")]
mod postgres;

use std::collections::{BTreeMap, BTreeSet};

use dbmig::Backend;
use dbmig_build::schema::{ColumnType, Expression, Name, ObjectName, Schema};
use diesel::prelude::*;

use places::{Kind, Labels, Place};

/// How often what a server printed is given to it again: it prints some of it in yet another form.
const ROUNDS: usize = 3;

/// A table of some columns, on which expressions mean something.
#[derive(Debug)]
pub struct Scene {
    /// The table's name, which expressions may mention.
    pub(crate) name: Name,
    /// The columns that the expressions mention.
    pub(crate) columns: Vec<(Name, ColumnType)>,
    /// The view whose columns it has, where they are known to the server alone.
    pub(crate) view: Option<ObjectName>,
}

/// What is asked of an expression.
#[derive(Debug)]
pub struct Question {
    /// The number of the scene that it belongs to.
    pub(crate) scene: usize,
    /// What it is there.
    pub(crate) role: Role,
    /// The expression.
    pub(crate) expression: Expression,
}

/// What an expression is on its table.
#[derive(Clone, Debug)]
pub(crate) enum Role {
    /// The default of a column of this type.
    Default(ColumnType),
    /// What a column of this type is computed from.
    Generated(ColumnType),
    /// A check.
    Check,
    /// What an index sorts by.
    Key,
    /// Which rows an index has.
    Predicate,
    /// The default of a domain over this type.
    DomainDefault(ColumnType),
    /// A check of a domain over this type.
    DomainCheck(ColumnType),
}

/// A connection to a server that can be asked how it keeps an expression.
pub trait Keeps: Connection {
    /// The form in which the server keeps each expression; `None` for one that it refuses. Changes nothing.
    ///
    /// # Errors
    ///
    /// A server that makes no temporary tables for this connection.
    fn kept(&mut self, scenes: &[Scene], questions: &[Question]) -> QueryResult<Vec<Option<Expression>>>;
}

impl Keeps for SqliteConnection {
    fn kept(&mut self, _: &[Scene], questions: &[Question]) -> QueryResult<Vec<Option<Expression>>> {
        // What is written is what SQLite keeps.
        Ok(questions.iter().map(|one| Some(one.expression.clone())).collect())
    }
}

/// Gives the expressions of the chain's schema the form of the live schema's where the server keeps both alike, and
/// its own form where it doesn't; what it keeps of an expression that is older than its columns' types counts too, and
/// casts of literals are overlooked. Asks nothing if they don't differ, and never more often than a few times. Where
/// the server refuses an expression, `alike` says whether two are the same.
///
/// # Errors
///
/// A server that can't be asked; the chain's schema is then as it was.
pub fn as_kept<C: Keeps>(
    connection: &mut C,
    backend: Backend,
    chain: &mut Schema,
    live: &Schema,
    alike: impl Fn(&Expression, &Expression) -> bool,
) -> QueryResult<()> {
    let mut live = live.clone();
    let labels = match backend {
        Backend::Sqlite => Labels::new(),
        _ => places::labels(chain).intersection(&places::labels(&mut live)).cloned().collect(),
    };
    let mut sides = [Side::new(chain, &labels, backend), Side::new(&mut live, &labels, backend)];
    forget_equal(&mut sides);
    for _ in 0..ROUNDS {
        let mut scenes = Vec::new();
        let mut questions = Vec::new();
        let mut asked = Vec::new();
        for (which, (side, schema)) in sides.iter().zip([&*chain, &live]).enumerate() {
            side.ask(schema, &mut scenes, &mut questions, |place| asked.push((which, place)));
        }
        if questions.is_empty() {
            break;
        }
        let answers = connection.kept(&scenes, &questions)?;
        let mut is_new = false;
        for ((which, place), answer) in asked.into_iter().zip(answers) {
            is_new |= sides[which].learn(&place, answer);
        }
        settle(&mut sides);
        if !is_new {
            break;
        }
    }
    if backend == Backend::Postgres {
        past::learn(connection, &mut sides[0], chain)?;
        settle(&mut sides);
    }
    let [mut chains, lives] = sides;
    for (place, forms) in chains.open.iter().filter(|_| backend == Backend::Postgres) {
        let mut others = lives.open.iter().filter(|(other, _)| other.any() == place.any());
        let is_default = matches!(place.kind, Kind::Default(_));
        let is_same = |form: &Expression, other: &Expression| {
            cast::same_but_for_casts(form, other) || is_default && cast::same_literal(form, other)
        };
        // A default is what it was written as, which the server may print otherwise.
        let forms = if is_default { forms.as_slice() } else { forms.get(1..).unwrap_or_default() };
        let is_it = |others: &[Expression]| forms.iter().any(|form| others.iter().any(|other| is_same(form, other)));
        let found = others.find(|(_, others)| is_it(others)).and_then(|(_, others)| others.first());
        chains.settled.extend(found.map(|found| (place.clone(), found.clone())));
    }
    for (place, forms) in &chains.open {
        let [unanswered] = forms.as_slice() else { continue };
        let others = lives.open.iter().filter(|(other, _)| other.any() == place.any());
        let found = others.filter_map(|(_, forms)| forms.first()).find(|other| alike(unanswered, other));
        chains.settled.extend(found.map(|found| (place.clone(), found.clone())));
    }
    places::each(chain, &labels, &mut |place, expression| {
        if let Some(form) =
            chains.settled.get(&place).or_else(|| chains.open.get(&place).and_then(|forms| forms.get(1)))
        {
            *expression = form.clone();
        }
    });
    Ok(())
}

/// The expressions of one schema.
struct Side {
    /// Those that may differ from the other schema's: as they are, then as the server printed that, and so on.
    open: BTreeMap<Place, Vec<Expression>>,
    /// Those that equal one of the other schema's, in the form that is there.
    settled: BTreeMap<Place, Expression>,
}

impl Side {
    fn new(schema: &mut Schema, labels: &Labels, backend: Backend) -> Side {
        let mut open = BTreeMap::new();
        if backend != Backend::Sqlite {
            places::each(schema, labels, &mut |place, expression| {
                open.insert(place, vec![expression.clone()]);
            });
        }
        Side { open, settled: BTreeMap::new() }
    }

    /// Puts the last form of each open expression as a question, on a scene for each table.
    fn ask(
        &self,
        schema: &Schema,
        scenes: &mut Vec<Scene>,
        questions: &mut Vec<Question>,
        mut asked: impl FnMut(Place),
    ) {
        let mut owners: BTreeMap<&ObjectName, (usize, Vec<&Expression>)> = BTreeMap::new();
        for (place, forms) in &self.open {
            let (Some(expression), Some(role)) = (forms.last(), places::role(schema, place)) else { continue };
            let next = scenes.len() + owners.len();
            let (scene, expressions) = owners.entry(&place.owner).or_insert_with(|| (next, Vec::new()));
            expressions.push(expression);
            questions.push(Question { scene: *scene, role, expression: expression.clone() });
            asked(place.clone());
        }
        let mut owners: Vec<_> = owners.into_iter().map(|(owner, (scene, all))| (scene, owner, all)).collect();
        owners.sort_by_key(|(scene, ..)| *scene);
        for (_, owner, expressions) in owners {
            let columns = schema.tables.get(owner).map(|table| table.columns.as_slice()).unwrap_or_default();
            let is_mentioned = |name: &Name| expressions.iter().any(|expression| expression.mentions(name));
            let columns = columns.iter().filter(|column| is_mentioned(&column.name));
            scenes.push(Scene {
                name: owner.name.clone(),
                columns: columns.map(|one| (one.name.clone(), one.column_type.clone())).collect(),
                view: schema.views.get(owner).map(|view| view.name.clone()),
            });
        }
    }

    /// Takes an answer; whether it tells something new.
    fn learn(&mut self, place: &Place, answer: Option<Expression>) -> bool {
        let Some((forms, answer)) = self.open.get_mut(place).zip(answer) else { return false };
        let is_new = !forms.contains(&answer);
        if is_new || forms.len() == 1 {
            forms.push(answer);
        }
        is_new
    }
}

/// What is the same on both sides needs no question.
fn forget_equal(sides: &mut [Side; 2]) {
    let [chain, live] = sides;
    let all = |side: &Side| -> BTreeSet<(Place, Expression)> {
        let forms = side.open.iter().flat_map(|(place, forms)| forms.iter().map(move |form| (place, form)));
        forms.map(|(place, form)| (place.any(), form.clone())).collect()
    };
    let (chains, lives) = (all(chain), all(live));
    let keep = |others: &BTreeSet<(Place, Expression)>, place: &Place, forms: &Vec<Expression>| {
        !forms.iter().any(|form| others.contains(&(place.any(), form.clone())))
    };
    chain.open.retain(|place, forms| keep(&lives, place, forms));
    live.open.retain(|place, forms| keep(&chains, place, forms));
    // Nothing there to compare with.
    let groups = |side: &Side| -> BTreeSet<Place> { side.open.keys().map(Place::any).collect() };
    let there = groups(live);
    chain.open.retain(|place, _| there.contains(&place.any()));
    let there = groups(chain);
    live.open.retain(|place, _| there.contains(&place.any()));
}

/// Two expressions with a form in common are one.
fn settle(sides: &mut [Side; 2]) {
    let [chain, live] = sides;
    let mut lives: BTreeMap<(Place, &Expression), &Expression> = BTreeMap::new();
    for (place, forms) in &live.open {
        for form in forms {
            lives.extend(forms.first().map(|first| ((place.any(), form), first)));
        }
    }
    for (place, forms) in &chain.open {
        let found = forms.iter().find_map(|form| lives.get(&(place.any(), form)));
        chain.settled.extend(found.map(|first| (place.clone(), (*first).clone())));
    }
    chain.open.retain(|place, _| !chain.settled.contains_key(place));
}
