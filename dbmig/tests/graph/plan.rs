//! Which revisions an upgrade, a downgrade and a stamp touch.

use dbmig::revision::order::gaps;
use dbmig::revision::selector::resolve;
use dbmig::revision::{Graph, IdSet, Plan, PlanError, Scope, plan};

use super::{DIAMOND, applied, graph, names};

fn show(graph: &Graph, plan: Result<Plan, PlanError>) -> String {
    match plan {
        Ok(plan) => {
            let step = |step: &dbmig::revision::Step| format!("{} {}, ", step.direction, graph.version(step.id));
            format!("{}then {}", plan.steps.iter().map(step).collect::<String>(), names(graph, plan.final_heads))
        }
        Err(error) => error.to_string().replace('\n', " "),
    }
}

#[track_caller]
fn check(text: &str, cases: &[(&str, &str, &str, &str)]) {
    let graph = graph(text);
    for (command, current, targets, expected) in cases {
        let applied = applied(&graph, current);
        let resolve = |target| resolve(target, Scope { graph: &graph, applied: Some(&applied) }).unwrap();
        let targets: Vec<_> = targets.split(' ').map(resolve).collect();
        let plan = match *command {
            "upgrade" => plan::upgrade(&graph, &applied, &targets),
            "downgrade" => plan::downgrade(&graph, &applied, &targets),
            _ => plan::stamp(&graph, &applied, &targets),
        };
        assert_eq!(show(&graph, plan), *expected, "{command} from `{current}`");
    }
}

#[test]
fn on_a_line() {
    check(
        "1_a:\n2_b: 1\n3_c: 2",
        &[
            ("upgrade", "", "heads", "up 1, up 2, up 3, then 3"),
            ("upgrade", "1", "+1", "up 2, then 2"),
            ("upgrade", "3", "heads", "then 3"),
            ("upgrade", "3", "1", "then 3"),
            ("upgrade", "3", "base", "then 3"),
            ("upgrade", "2", "-1", "`-1` goes down, not up"),
            ("downgrade", "3", "-1", "down 3, then 2"),
            ("downgrade", "3", "1", "down 3, down 2, then 1"),
            ("downgrade", "3", "base", "down 3, down 2, down 1, then "),
            ("downgrade", "", "base", "then "),
            ("downgrade", "2", "current", "then 2"),
            ("downgrade", "2", "+1", "`+1` goes up, not down"),
            (
                "downgrade",
                "1",
                "3",
                "cannot downgrade to `3`: nothing above it is applied it stands for:   3_c \
                                     current:   1_a",
            ),
            ("stamp", "", "head", "stamp 1, stamp 2, stamp 3, then 3"),
            ("stamp", "3", "1", "unstamp 3, unstamp 2, then 1"),
            ("stamp", "3", "base", "unstamp 3, unstamp 2, unstamp 1, then "),
            ("stamp", "2", "2", "then 2"),
        ],
    );
}

#[test]
fn on_branches_and_merges() {
    check(
        DIAMOND,
        &[
            ("upgrade", "5", "8", "up 4, up 6, up 8, then 5 8"),
            ("upgrade", "5", "7", "up 4, up 6, up 7, then 7"),
            ("upgrade", "", "posts", "up 1, up 2, up 3, then 3"),
            ("downgrade", "7", "-1", "down 7, then 5 6"),
            ("downgrade", "7", "3", "down 7, down 5, then 3 6"),
            // 8 depends on 6 without revising it.
            ("downgrade", "7 8", "4", "down 8, down 7, down 6, then 4 5"),
            ("downgrade", "5 6", "posts@base", "down 6, down 5, down 4, down 3, down 2, down 1, then "),
            ("downgrade", "5 6", "posts@2", "down 5, down 3, then 6"),
            (
                "downgrade",
                "5 8",
                "6",
                "cannot downgrade to `6`: nothing above it is applied it stands for:   \
                                       6_add_owner current:   5_add_title   8_create_audit",
            ),
            (
                "downgrade",
                "7 8",
                "heads",
                "`heads` stands for several revisions, and a downgrade needs one it stands \
                                           for:   7_merge   8_create_audit",
            ),
            ("stamp", "5", "8", "stamp 4, stamp 6, stamp 8, then 5 8"),
            ("stamp", "5 6", "3", "unstamp 5, then 3 6"),
        ],
    );
}

#[test]
fn two_roots_are_two_branches() {
    check(
        "1_a: | | x\n2_b: | | y\n3_c: 1\n4_d: 2 | 3",
        &[
            ("upgrade", "", "x@head", "up 1, up 3, then 3"),
            ("upgrade", "", "y@head", "up 1, up 2, up 3, up 4, then 4"),
            ("downgrade", "3 2", "y@base", "down 2, then 3"),
            ("downgrade", "4", "x@base", "down 4, down 3, down 1, then 2"),
            ("downgrade", "3 2", "x@-1", "down 3, then 1 2"),
            ("stamp", "3 2", "x@base", "unstamp 3, unstamp 1, then 2"),
        ],
    );
}

#[test]
fn several_targets() {
    check(
        "1_a:\n2_b: 1\n3_c: 1\n4_d: 2\n5_e: 3\n6_f: 4 5",
        &[
            ("upgrade", "", "2 3", "up 1, up 2, up 3, then 2 3"),
            ("upgrade", "4", "4 5", "up 3, up 5, then 4 5"),
            ("upgrade", "2 3", "2@+1 3@+1", "up 4, up 5, then 4 5"),
            ("upgrade", "", "2 4", "`2` overlaps with `4`: one is the other, or below it"),
            ("upgrade", "", "4 2", "`2` overlaps with `4`: one is the other, or below it"),
            ("upgrade", "", "4 d", "`d` overlaps with `4`: one is the other, or below it"),
            ("downgrade", "6", "2 3", "down 6, down 5, down 4, then 2 3"),
            ("downgrade", "4 5", "2 3", "down 5, down 4, then 2 3"),
            ("downgrade", "4 5", "2@-1 5", "down 4, then 2 5"),
            ("downgrade", "4 5", "4 5", "then 4 5"),
            ("downgrade", "6", "1 5", "`1` overlaps with `5`: one is the other, or below it"),
            ("downgrade", "6", "5 base", "`base` overlaps with `5`: one is the other, or below it"),
            ("stamp", "6", "2 3", "unstamp 6, unstamp 5, unstamp 4, then 2 3"),
            ("stamp", "6", "2 4", "`2` overlaps with `4`: one is the other, or below it"),
        ],
    );
}

/// As in Alembic, the step is from where the database is on the line, even if that is below the revision that names it.
#[test]
fn a_step_down_a_line_whose_revision_is_reverted() {
    check(
        "1_a:\n2_b: 1\n3_c: 2\n4_d: 2",
        &[
            ("downgrade", "3 4", "3@-1", "down 3, then 4"),
            ("downgrade", "4", "3@-1", "down 4, down 2, then 1"),
            ("downgrade", "1", "3@-1", "down 1, then "),
        ],
    );
}

/// A sibling of the target's child stays: `-1` takes away the current revision alone.
#[test]
fn steps_down_leave_siblings() {
    check(
        "1_a:\n2_b: 1\n3_c: 1\n4_d: 3",
        &[("downgrade", "2 4", "4-1", "down 4, then 2 3"), ("downgrade", "2 4", "3", "down 4, then 2 3")],
    );
}

#[test]
fn a_gap_is_filled_by_an_upgrade_and_named() {
    let graph = graph("1_a:\n2_b: 1\n3_c: 2");
    let applied = IdSet::of(&graph, [graph.find("1").unwrap(), graph.find("3").unwrap()]);
    let found = gaps(&graph, &applied);
    assert_eq!(names(&graph, found.iter().map(|gap| gap.missing)), "2");
    assert_eq!(names(&graph, found.iter().map(|gap| gap.above)), "3");
    let target = resolve("heads", Scope { graph: &graph, applied: Some(&applied) }).unwrap();
    assert_eq!(show(&graph, plan::upgrade(&graph, &applied, &[target])), "up 2, then 3");
}
