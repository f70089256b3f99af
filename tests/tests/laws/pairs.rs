//! `apply(diff(a, b), a) = b` on PostgreSQL's and MySQL's schemas, with no server: what random chains make of what their
//! first statements made, and of what other chains made.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use dbmig::Backend;
use dbmig_build::diff::diff;
use dbmig_build::schema::{Change, Renames, Schema, apply_all};
use dbmig_tests::random::Pair;
use dbmig_tests::random::chain::{pair_of, steps};

/// What dbmig manages: no triggers, no views. MySQL's checks may have no name, and then are as good with one.
fn managed(schema: &Schema, backend: Backend) -> Schema {
    let mut schema = schema.clone();
    schema.views.clear();
    for table in schema.tables.values_mut() {
        table.triggers.clear();
        if backend == Backend::Mysql {
            table.checks.iter_mut().for_each(|one| one.name = None);
        }
    }
    schema.normalized()
}

/// The kinds of changes.
type Kinds = HashSet<Discriminant<Change>>;

fn holds(pair: &Pair, backend: Backend, kinds: &mut Kinds) {
    let changes = diff(&pair.before, &pair.after, &pair.renames);
    kinds.extend(changes.iter().map(discriminant));
    let mut schema = pair.before.clone();
    apply_all(&changes, &mut schema).unwrap_or_else(|error| panic!("{error}: {changes:#?}"));
    super::assert_same(&managed(&schema, backend), &managed(&pair.after, backend), &|| format!("{changes:#?}"));
    assert_eq!(diff(&schema, &pair.after, &pair.renames), [], "nothing is left to do");
    assert_eq!(diff(&pair.after, &pair.after, &Renames::default()), [], "nothing is no change");
}

/// `usual` is how many kinds of changes are among them.
fn holds_on(backend: Backend, usual: usize) {
    let mut kinds = Kinds::new();
    let (start, count) = super::cases(500);
    let mut other = Schema::default();
    // Which views there are is nobody's business here, but their indexes may have the names that tables' want.
    let without_views = |mut schema: Schema| {
        schema.views.clear();
        schema
    };
    for seed in start..start + count {
        let steps = steps(backend, seed, &mut |_| true);
        let (_, pair) = pair_of(&steps, seed);
        // Names that chains like make pairs of strangers have much in common.
        let stranger = Pair {
            before: without_views(std::mem::take(&mut other)),
            after: without_views(pair.after.clone()),
            renames: Renames::default(),
        };
        let mut law = || {
            holds(&pair, backend, &mut kinds);
            let back = Pair { before: pair.after.clone(), after: pair.before.clone(), renames: Renames::default() };
            holds(&back, backend, &mut kinds);
            holds(&stranger, backend, &mut kinds);
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(&mut law)) {
            eprintln!("broken by {backend} DBMIG_LAW_SEED={} DBMIG_LAW_CASES=2", seed.saturating_sub(1));
            resume_unwind(panic);
        }
        other = pair.after;
    }
    assert!(count < 500 || kinds.len() >= usual, "only {} kinds of changes", kinds.len());
}

#[test]
fn postgres_schemas_become_each_other() {
    holds_on(Backend::Postgres, 25);
}

#[test]
fn mysql_schemas_become_each_other() {
    holds_on(Backend::Mysql, 14);
}
