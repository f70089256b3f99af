//! Functions and procedures that migrations make, and their calls.

use dbmig::Backend;

use crate::replay::conflict::{Conflict, Reason};
use crate::schema::{ColumnType, Name, ObjectName};
use crate::source::{Source, Span};
use crate::sql::syntax::ObjectIdent;
use crate::sql::syntax::postgres::{Call, CreateRoutine, Parameter, Value};
use crate::sql::{split, unquote};

use super::block::{self, Variables};
use super::resolve::schema_name;
use super::work::Work;

/// How deep functions may call each other.
const DEPTH: usize = 16;

/// Remembers what a function does.
pub(super) fn create(work: &mut Work<'_>, create: &CreateRoutine) -> Result<(), Conflict> {
    let name = work.new_name(&create.name, false)?;
    let known = work.session_mut().routines.entry(name).or_default();
    known.retain(|other| types(other) != types(create));
    known.push(create.clone());
    work.altering.borrow_mut().clear();
    Ok(())
}

/// The types of what a call states, by which functions of one name are told apart.
fn types(routine: &CreateRoutine) -> Vec<Option<String>> {
    let written = |one: &Parameter| one.column_type.as_ref().map(|one| one.column_type.to_string());
    inputs(routine).map(written).collect()
}

fn inputs(routine: &CreateRoutine) -> impl Iterator<Item = &Parameter> {
    routine.parameters.iter().filter(|one| one.input)
}

/// `ALTER FUNCTION … RENAME TO`, `… SET SCHEMA`
pub(super) fn move_to(work: &mut Work<'_>, ident: &ObjectIdent, renamed: Option<&Name>, schema: Option<&Name>) {
    for from in work.candidates(ident) {
        let Some(routines) = work.session_mut().routines.remove(&from) else { continue };
        let to =
            ObjectName { schema: schema.map_or(from.schema, schema_name), name: renamed.cloned().unwrap_or(from.name) };
        work.session_mut().routines.entry(to).or_default().extend(routines);
        return;
    }
}

/// Forgets a function. Which of several with one name goes isn't known: one that is called is still there.
pub(super) fn forget(work: &mut Work<'_>, name: &ObjectName) {
    let routines = &mut work.session_mut().routines;
    if routines.get(name).is_some_and(|known| known.len() == 1) {
        routines.remove(name);
    }
}

/// Whether a call may alter structure.
pub(super) fn alters(work: &Work<'_>, call: &Call) -> bool {
    let speaks = |value: &Value| matches!(value, Value::String(text) if block::speaks_of_structure(text));
    meant(work, call).iter().any(|routine| {
        call.arguments.iter().any(speaks) && executes(routine)
            || routine.body.as_ref().is_some_and(|body| body_alters(work, routine, body))
    })
}

/// Whether any function of a name, as it is written, may alter structure.
pub(super) fn name_alters(work: &Work<'_>, written: &str) -> bool {
    let name = Name::new(&unquote(written).to_ascii_lowercase(), Backend::Postgres);
    let routines = &work.session().routines;
    let mut called = routines.iter().filter(|(known, _)| known.name == name).flat_map(|(_, routines)| routines);
    called.any(|routine| routine.body.as_ref().is_some_and(|body| body_alters(work, routine, body)))
}

fn executes(routine: &CreateRoutine) -> bool {
    routine.body.as_ref().is_some_and(|body| body.text().to_ascii_lowercase().contains("execute"))
}

fn body_alters(work: &Work<'_>, routine: &CreateRoutine, body: &Span) -> bool {
    if routine.for_trigger {
        return false;
    }
    let place = (body.source().path().to_owned(), body.range().start);
    if let Some(known) = work.altering.borrow().get(&place) {
        return *known;
    }
    // One that calls itself isn't looked into again.
    work.altering.borrow_mut().insert(place.clone(), false);
    let alters = block::alters(work, &routine.language, body);
    work.altering.borrow_mut().insert(place, alters);
    alters
}

/// The type that a function of the chain gives; none where functions of the name give several.
pub(super) fn result(work: &Work<'_>, name: &ObjectIdent) -> Option<ColumnType> {
    let routines = &work.session().routines;
    let known = work.candidates(name).into_iter().find_map(|name| routines.get(&name))?;
    let mut types = known.iter().map(|one| work.column_type(one.returns.as_ref()?).ok());
    let first = types.next()??;
    types.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// The functions that a call may mean.
fn meant<'a>(work: &'a Work<'_>, call: &Call) -> Vec<&'a CreateRoutine> {
    let routines = &work.session().routines;
    let known = work.candidates(&call.name).into_iter().find_map(|name| routines.get(&name));
    let stated = call.arguments.len();
    let fits = |routine: &&CreateRoutine| {
        let required = inputs(routine).filter(|one| one.default.is_none()).count();
        (required..=inputs(routine).count()).contains(&stated)
    };
    let known = known.into_iter().flatten();
    let fitting: Vec<&CreateRoutine> = known.clone().filter(fits).collect();
    if fitting.is_empty() { known.collect() } else { fitting }
}

/// Does what functions do to the structure that are called with what is known of variables.
pub(super) fn calls(work: &mut Work<'_>, calls: &[Call], variables: &Variables) -> Result<(), Conflict> {
    for call in calls {
        if !alters(work, call) {
            continue;
        }
        let unknown = || {
            let message = format!("what `{}` does to the structure can't be known", call.name.name);
            Conflict::unreadable(&call.span, message)
        };
        let only = match meant(work, call).as_slice() {
            [only] => (*only).clone(),
            _ => return Err(unknown()),
        };
        let Some(body) = only.body.clone() else { continue };
        if work.depth >= DEPTH {
            return Err(unknown());
        }
        work.depth += 1;
        let done = {
            let arguments = arguments(work, &only, call, variables);
            block::body(work, &only.language, &body, arguments)
        };
        work.depth -= 1;
        // The body is in another place, maybe another file: the call is what can be mended.
        done.map_err(|conflict| match conflict.reason {
            Reason::Unreadable(_) => unknown(),
            reason => Conflict { span: Some(call.span.clone()), reason },
        })?;
    }
    Ok(())
}

/// What the parameters of a function hold.
fn arguments(work: &Work<'_>, routine: &CreateRoutine, call: &Call, variables: &Variables) -> Variables {
    // `name => value` isn't followed.
    let by_place = !call.arguments.iter().any(|one| matches!(one, Value::Other(span) if span.text().contains("=>")));
    let mut held = Variables::new();
    for (at, parameter) in inputs(routine).enumerate() {
        let value = match call.arguments.get(at) {
            Some(argument) => block::value(work, argument, variables),
            None => parameter.default.as_ref().and_then(default),
        };
        let stated = parameter.column_type.as_ref().map(|one| &one.column_type);
        let value = value.filter(|_| by_place).map(|text| block::of_type(work, text, stated));
        held.insert(format!("${}", at + 1), value.clone());
        if let Some(name) = &parameter.name {
            held.insert(name.name.as_str().to_owned(), value);
        }
    }
    held
}

/// The text of a parameter's default.
fn default(span: &Span) -> Option<String> {
    let script = split(&Source::new("", span.text()), Backend::Postgres);
    script.statements.first().and_then(block::literal)
}
