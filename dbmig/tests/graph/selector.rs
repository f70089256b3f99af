//! What a user may type, and what it stands for.

use dbmig::revision::labels::BranchLabels;
use dbmig::revision::range::{self, sides};
use dbmig::revision::selector::resolve;
use dbmig::revision::{Graph, Scope, SelectorError, Target, place};

use super::{DIAMOND, applied, graph, names};

fn show(graph: &Graph, resolved: Result<Target, SelectorError>) -> String {
    match resolved {
        Ok(target) if target.revisions.is_empty() => "base".to_owned(),
        Ok(target) => names(graph, target.revisions),
        Err(error) => format!("{error}").replace("\n", " "),
    }
}

#[track_caller]
fn check(text: &str, current: &str, cases: &[(&str, &str)]) {
    let graph = graph(text);
    let applied = applied(&graph, current);
    let scope = Scope { graph: &graph, applied: Some(&applied) };
    for (selector, expected) in cases {
        assert_eq!(show(&graph, resolve(selector, scope)), *expected, "`{selector}`");
    }
}

const TIMESTAMPS: &str = "
    2026-11-20-101500_create_users:
    2026-11-21-101500_add_email: 20261120101500
    2026-11-21-101501_create_groups: 20261121101500 | | feature-2
    20261122101500_feature-3-rooms: 20261121101501
";

#[test]
fn names_and_their_parts() {
    check(
        TIMESTAMPS,
        "",
        &[
            ("20261121101500", "20261121101500"),
            ("2026-11-21-101500", "20261121101500"),
            ("2026-11-21-101500_add_email", "20261121101500"),
            // Dashed, though the folder has none.
            ("2026-11-22-101500", "20261122101500"),
            ("2026112010", "20261120101500"),
            ("2026-11-20", "20261120101500"),
            ("add_email", "20261121101500"),
            ("rooms", "20261122101500"),
            (
                "create",
                "`create` is ambiguous candidates:   2026-11-20-101500_create_users   \
                        2026-11-21-101501_create_groups",
            ),
            (
                "2026-11-21",
                "`2026-11-21` is ambiguous candidates:   2026-11-21-101500_add_email   \
                            2026-11-21-101501_create_groups",
            ),
            ("nothing", "no revision `nothing`"),
            ("", "an empty selector names no revision"),
            ("add_email:", "`add_email:` is a range, and one revision is needed"),
        ],
    );
}

#[test]
fn what_exists_as_a_whole_wins_over_an_offset() {
    check(
        TIMESTAMPS,
        "20261121101500",
        &[
            ("feature-2", "20261121101501"),
            ("feature-2@head", "20261122101500"),
            ("feature-2-1", "20261121101500"),
            ("feature-3", "20261122101500"),
            ("2026-11-21-101501-1", "20261121101500"),
            ("20261121101501-2", "20261120101500"),
            ("rooms-1", "20261121101501"),
            ("-1", "20261120101500"),
            ("+1", "20261121101501"),
            ("head-1", "20261121101501"),
            ("1junk-1", "no revision `1junk`"),
        ],
    );
    // Short versions, as adopted folders have them: an offset is an offset.
    check("1_a:\n2_b: 1\n21_c: 2", "21", &[("-1", "2"), ("2-1", "1"), ("21-1", "2"), ("2", "2"), ("21", "21")]);
}

#[test]
fn words_and_offsets_on_a_line() {
    check(
        "1_a:\n2_b: 1\n3_c: 2",
        "2",
        &[
            ("head", "3"),
            ("heads", "3"),
            ("base", "base"),
            ("current", "2"),
            ("current-1", "1"),
            ("current+1", "3"),
            ("base+2", "2"),
            ("heads-2", "1"),
            ("-2", "base"),
            ("-3", "`-3` goes down from 2_b beyond the base"),
            ("+2", "`+2` goes up from 2_b beyond the head"),
            ("base-1", "`base-1` goes down from the base, and nothing is below it"),
            ("head+1", "`head+1` goes up from 3_c beyond the head"),
            ("-99999999999999999999", "no revision `-99999999999999999999`"),
        ],
    );
    check("", "", &[("head", "base"), ("heads", "base"), ("current", "base"), ("base", "base")]);
}

#[test]
fn branches_and_merges() {
    check(
        DIAMOND,
        "5",
        &[
            ("head", "`head` is ambiguous: there are several heads candidates:   7_merge   8_create_audit"),
            ("heads", "7 8"),
            ("posts", "3"),
            ("posts@head", "7"),
            ("audit-2@head", "8"),
            ("8@base", "base"),
            ("7-1", "`7-1` can go several ways below 7_merge candidates:   5_add_title   6_add_owner"),
            (
                "2+1",
                "`2+1` can go several ways above 2_add_email candidates:   3_create_posts   4_create_groups   \
                     8_create_audit",
            ),
            ("posts@2+1", "3"),
            ("audit-2@+1", "8"),
            ("posts@-1", "3"),
            ("posts@4_create_groups", "`posts@4_create_groups`: 4_create_groups is not on the line of 3_create_posts"),
            ("nolabel@head", "no revision `nolabel`"),
            ("head@head", "`head` is ambiguous: there are several heads candidates:   7_merge   8_create_audit"),
            ("base@head", "`base@head`: `base` is no label and no revision"),
        ],
    );
    // One step down from a merge undoes the merge alone; a second one could go either way.
    check(
        DIAMOND,
        "7",
        &[("-1", "5 6"), ("-2", "`-2` can go several ways below 7_merge candidates:   5_add_title   6_add_owner")],
    );
    check(
        DIAMOND,
        "5 6",
        &[
            ("-1", "`-1` starts from several current revisions candidates:   5_add_title   6_add_owner"),
            ("current", "5 6"),
        ],
    );
}

#[test]
fn without_a_database_steps_start_from_the_head() {
    let graph = graph("1_a:\n2_b: 1");
    let scope = Scope { graph: &graph, applied: None };
    assert_eq!(show(&graph, resolve("-1", scope)), "1");
    assert_eq!(show(&graph, resolve("current", scope)), "`current` needs a database");
}

#[test]
fn ranges_have_open_sides() {
    let graph = graph("1_a:\n2_b: 1\n3_c: 2");
    let scope = Scope { graph: &graph, applied: None };
    let range = |text: &str| {
        let (from, to) = sides(text, scope).unwrap();
        let side = |side: Option<Target>| side.map_or("open".to_owned(), |target| show(&graph, Ok(target)));
        format!("{} to {}", side(from), side(to))
    };
    assert_eq!(range("1:head"), "1 to 3");
    assert_eq!(range("base:2"), "base to 2");
    assert_eq!(range(":"), "open to open");
    assert!(matches!(sides("1", scope), Err(SelectorError::NoRange { .. })));
    assert!(matches!(sides("1:x", scope), Err(SelectorError::Unknown { .. })));
}

#[test]
fn ranges_are_what_lies_between() {
    let graph = graph(DIAMOND);
    let scope = Scope { graph: &graph, applied: None };
    for (text, expected) in [
        ("2:5", "2 3 5"),
        ("2:", "2 3 4 5 6 7 8"),
        (":4", "1 2 4"),
        ("3:+2", "3 5 7"),
        ("base:+1", "1"),
        ("posts@base:", "1 2 3 4 5 6 7 8"),
        ("6:8", "6 8"),
        ("2:audit-2@+1", "2 4 6 8"),
        ("5", "5"),
        (":", "1 2 3 4 5 6 7 8"),
        ("5:2", "`5:2`: nothing lies between the two"),
        ("3:6", "`3:6`: nothing lies between the two"),
        (
            "2:+1",
            "`+1` can go several ways above 2_add_email candidates:   3_create_posts   4_create_groups   8_create_audit",
        ),
        ("2:+0", "`+0` takes no step"),
    ] {
        let found = range::revisions(text, scope);
        let shown = found.map_or_else(|error| error.to_string().replace('\n', " "), |ids| names(&graph, ids));
        assert_eq!(shown, expected, "{text}");
    }
    let reversed = range::revisions("5:2", scope).unwrap_err();
    assert_eq!(reversed.help(), "the older one comes first: `2:5`, if they are on one line");
}

#[test]
fn new_revisions_stand_on_heads() {
    let graph = graph(DIAMOND);
    for (selectors, splice, expected) in [
        (vec![], false, "the chain has 2 heads   7_merge   8_create_audit"),
        (vec!["7"], false, "7"),
        (vec!["heads"], false, "7 8"),
        (vec!["8", "7"], false, "8 7"),
        (vec!["base"], false, ""),
        (vec!["5"], false, "5_add_title is no head: a revision on it makes a second branch"),
        (vec!["5", "6"], true, "5 6"),
        (vec!["7", "7"], false, "7_merge is named twice"),
        (vec!["nothing"], false, "no revision `nothing`"),
    ] {
        let found = place::parents(&graph, &selectors, splice);
        let shown = found.map_or_else(|error| error.to_string().replace('\n', " "), |ids| names(&graph, ids));
        assert_eq!(shown, expected, "{selectors:?}");
    }
}

#[test]
fn labels_are_their_branchs() {
    let labels = |text: &str| {
        let graph = graph(text);
        let labels = BranchLabels::new(&graph);
        let line = |id| format!("{}: {{{}}}", graph.version(id), labels.of(id).collect::<Vec<_>>().join(", "));
        graph.ids().map(line).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(labels("1_a:\n2_b: 1 | | x\n3_c: 2"), "1: {x}, 2: {x}, 3: {x}");
    assert_eq!(labels("1_a:\n2_b: 1 | | x\n3_c: 1 | | y"), "1: {}, 2: {x}, 3: {y}");
    assert_eq!(labels("1_a: | | x\n2_b: 1\n3_c: 1"), "1: {x}, 2: {x}, 3: {x}");
    // A dependency may be named by its label; it counts as a branch.
    assert_eq!(labels("1_a:\n2_b: 1 | | x\n3_c: | x | y"), "1: {x}, 2: {x}, 3: {y}");
}

#[test]
fn a_near_miss_is_offered() {
    let graph = graph("20261120101500_create_users:\n20261121101500_add_email: 20261120101500 | | billing");
    let scope = Scope { graph: &graph, applied: None };
    let help = |text| resolve(text, scope).unwrap_err().help();
    assert_eq!(help("add_emial"), "did you mean 20261121101500_add_email?");
    assert_eq!(help("biling"), "did you mean billing?");
    assert_eq!(help("20261120101501"), "did you mean 20261120101500_create_users or 20261121101500_add_email?");
    assert_eq!(help("zzz"), "list the revisions with `cargo dbmig history`");
}
