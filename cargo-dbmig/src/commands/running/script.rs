//! `--sql`: the script that does what a command would do, for a database that may be out of reach.

use dbmig::Request;
use dbmig::revision::order::{Edges, IdSet, ancestors};
use dbmig::version::Version;
use dbmig_build::bundle::with_bundle;
use dbmig_build::link::Chain;
use serde_json::json;

use super::refuse_todos;
use crate::cli::Answer;
use crate::commands::selection::resolve;
use crate::context::Context;
use crate::error::{Error, Kind};

/// Prints the script of a request.
pub(super) fn print(
    request: Request<'_>,
    idempotent: bool,
    context: &Context<'_>,
    chain: &Chain,
) -> Result<Answer, Error> {
    let begin = |from: Option<&str>, end: &str| match from.or(idempotent.then_some("")) {
        Some("") => from_selector(end, chain),
        Some(from) => from_selector(from, chain),
        None => Ok(context.applied_versions()?.unwrap_or_default()),
    };
    match request {
        Request::Upgrade { targets } => {
            let (from, targets) = sides(targets, "heads")?;
            let applied = begin(from, "base")?;
            if let Some(from) = from {
                refuse_downward(from, &targets, &applied, chain)?;
            }
            write(Request::Upgrade { targets: &targets }, &applied, idempotent, context, chain)
        }
        Request::Downgrade { targets } => {
            let (from, targets) = sides(targets, "base")?;
            write(Request::Downgrade { targets: &targets }, &begin(from, "heads")?, idempotent, context, chain)
        }
        Request::Stamp { targets, purge } => {
            let (from, targets) = sides(targets, "heads")?;
            write(Request::Stamp { targets: &targets, purge }, &begin(from, "base")?, idempotent, context, chain)
        }
        _ if idempotent => Err(Error::new(Kind::Usage, "what goes down and up again does so each time it is run")),
        _ => write(request, &begin(None, "base")?, false, context, chain),
    }
}

fn write(
    request: Request<'_>,
    applied: &[Version],
    idempotent: bool,
    context: &Context<'_>,
    chain: &Chain,
) -> Result<Answer, Error> {
    with_bundle(chain, &context.config, |bundle| {
        refuse_todos(request, chain, || Ok(bundle.plan_offline(request, applied)?))?;
        let script =
            if idempotent { bundle.idempotent_script(request, applied)? } else { bundle.script(request, applied)? };
        if context.ui.json {
            context.ui.answer_json(&json!({ "sql": script }));
        } else if script.is_empty() {
            context.ui.status("Unchanged", "there is nothing to do");
        } else {
            context.ui.answer(script.trim_end());
        }
        Ok(Answer::Yes)
    })
}

/// Where a range begins, if it is one, and the targets. An open end is `end`, an open beginning is empty.
fn sides<'t>(targets: &'t [&'t str], end: &'t str) -> Result<(Option<&'t str>, Vec<&'t str>), Error> {
    match targets {
        [range] => Ok(match range.split_once(':') {
            Some((from, to)) => (Some(from), vec![if to.is_empty() { end } else { to }]),
            None => (None, targets.to_vec()),
        }),
        _ => match targets.iter().find(|text| text.contains(':')) {
            Some(range) => Err(Error::new(Kind::Usage, format!("`{range}` is a range, and a range stands alone"))),
            None => Ok((None, targets.to_vec())),
        },
    }
}

/// What is applied where a selector says what a database is at.
fn from_selector(text: &str, chain: &Chain) -> Result<Vec<Version>, Error> {
    let graph = &chain.graph;
    let below = ancestors(graph, resolve(graph, text, None)?.revisions, Edges::All);
    Ok(below.iter(graph).map(|id| graph.version(id).clone()).collect())
}

/// Of a range whose end is below its beginning an upgrade would make an empty script.
fn refuse_downward(from: &str, targets: &[&str], applied: &[Version], chain: &Chain) -> Result<(), Error> {
    let graph = &chain.graph;
    let begin = IdSet::of(graph, applied.iter().filter_map(|version| graph.find(version.as_str())));
    for &to in targets {
        let end = ancestors(graph, resolve(graph, to, Some(&begin))?.revisions, Edges::All);
        let inside = end.iter(graph).all(|id| begin.contains(id));
        if inside && end.iter(graph).count() < applied.len() {
            let message = format!("`{to}` is below `{from}`, and upgrade goes up");
            return Err(Error::new(Kind::Selector, message).help(format!("cargo dbmig downgrade --sql {from}:{to}")));
        }
    }
    Ok(())
}
