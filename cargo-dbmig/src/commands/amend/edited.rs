//! Whether somebody edited what `migrate` wrote.
//!
//! Nothing is remembered for it: what the scripts do is rendered again, and compared with them.

use dbmig::revision::Id;
use dbmig_build::diff::diff;
use dbmig_build::link::Chain;
use dbmig_build::migration::Migration;
use dbmig_build::models::Models;
use dbmig_build::replay::Replay;
use dbmig_build::schema::{Change, Renames};

use crate::commands::migrate::{Draft, render_changes};
use crate::commands::renamed;
use crate::context::Context;
use crate::render::{Backfills, Part};

/// What some revisions do to the chain below them, seen with the renames that the models state; none if they can't be
/// replayed.
pub(super) fn made(chain: &Chain, old: &[Id], below: &Replay, models: Option<&Models>) -> Option<Vec<Change>> {
    changes(chain, old, below, models.map(|models| models.renames.clone()).unwrap_or_default())
}

fn changes(chain: &Chain, old: &[Id], below: &Replay, mut renames: Renames) -> Option<Vec<Change>> {
    let mut replay = below.clone();
    let mut made = Vec::new();
    for &id in old {
        let replayed = replay.run(&chain.migration(id).up);
        if !replayed.diagnostics.is_empty() {
            return None;
        }
        made.extend(replayed.changes);
    }
    renamed::add(&made, &mut renames);
    Some(diff(below.schema(), replay.schema(), &renames))
}

/// Whether the scripts of some revisions are anything but what dbmig would write for what they do. `below` is the chain
/// without them.
pub(super) fn is_edited(context: &Context<'_>, chain: &Chain, old: &[Id], below: &Replay, draft: &Draft) -> bool {
    let renames = draft.models.as_ref().map(|models| models.renames.clone()).unwrap_or_default();
    let Some(changes) = changes(chain, old, below, renames) else { return true };
    // Either with the values that are given again, or with todos where nobody gave any.
    let is_as_rendered = |backfills: &Backfills| {
        let Ok(rendered) = render_changes(context, below.schema(), &changes, backfills) else { return false };
        let is_same = |(&id, part): (&Id, &Part)| holds(chain.migration(id), part);
        rendered.parts.len() == old.len() && old.iter().zip(&rendered.parts).all(is_same)
    };
    !is_as_rendered(&draft.backfills) && !is_as_rendered(&Backfills::new())
}

/// Whether a revision's scripts are those of a part.
pub(super) fn holds(migration: &Migration, part: &Part) -> bool {
    // Git may have changed the ends of lines.
    let is_same = |one: &str, other: &str| one.lines().eq(other.lines());
    let down = migration.down.as_ref().map(|down| down.source.text()).unwrap_or_default();
    is_same(migration.up.source.text(), &part.up) && is_same(down, &part.down)
}
