//! `patch_file`: a unified diff that is applied to what print-schema prints.
//!
//! Written for print-schema's text, it counts the lines of that text: with its first line, which says who wrote it.

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::source::{Source, Span};

/// The first lines of what print-schema prints.
const HEADER: &str = "// @generated automatically by Diesel CLI.\n\n";

/// A hunk: what it wants to find, and what it puts in its place.
struct Hunk<'a> {
    place: Span,
    /// The line at which it expects the old text, counted from 0.
    line: usize,
    old: Vec<&'a str>,
    new: Vec<&'a str>,
}

/// The text with the patch applied, without the header.
///
/// # Errors
///
/// A patch that can't be read, or doesn't fit any more.
pub(super) fn patched(text: &str, patch: &Source) -> Result<String, Box<Diagnostic>> {
    let printed = format!("{HEADER}{text}");
    let mut lines: Vec<&str> = printed.lines().collect();
    // How far what stands behind the last hunk has moved.
    let mut moved = 0isize;
    let mut floor = 0;
    for hunk in hunks(patch)? {
        let expected = hunk.line.saturating_add_signed(moved);
        let Some(at) = find(&lines, &hunk.old, expected, floor) else { return Err(Box::new(stale(&hunk, patch))) };
        moved = at as isize - hunk.line as isize + hunk.new.len() as isize - hunk.old.len() as isize;
        floor = at + hunk.new.len();
        lines.splice(at..at + hunk.old.len(), hunk.new);
    }
    let mut patched = lines.join("\n");
    if !patched.is_empty() {
        patched.push('\n');
    }
    Ok(patched.strip_prefix(HEADER).map(str::to_owned).unwrap_or(patched))
}

/// Where the lines stand: the nearest such place to the expected one, not before `floor`. Indentation doesn't count
/// where nothing fits to the letter, since rustfmt's is a matter of each project's configuration.
fn find(lines: &[&str], wanted: &[&str], expected: usize, floor: usize) -> Option<usize> {
    let last = lines.len().checked_sub(wanted.len())?;
    let places = |same: fn(&str, &str) -> bool| {
        let fits = move |at: &usize| lines.iter().skip(*at).zip(wanted).all(|(line, wanted)| same(line, wanted));
        (floor..=last).filter(fits).min_by_key(|at| at.abs_diff(expected))
    };
    places(|line, wanted| line == wanted).or_else(|| places(|line, wanted| line.trim() == wanted.trim()))
}

fn hunks(patch: &Source) -> Result<Vec<Hunk<'_>>, Box<Diagnostic>> {
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    // How many old and new lines the present hunk still has.
    let mut left = (0usize, 0usize);
    let mut start = 0;
    for line in patch.text().split_inclusive('\n') {
        let place = patch.span(start..start + line.trim_end().len());
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if left == (0, 0) {
            if line.starts_with("@@") {
                let (old, new) = ranges(line).ok_or_else(|| Box::new(unreadable(place.clone())))?;
                left = (old.1, new.1);
                // An empty range stands behind its line.
                let line = if old.1 == 0 { old.0 } else { old.0.saturating_sub(1) };
                hunks.push(Hunk { place, line, old: Vec::new(), new: Vec::new() });
            }
            continue;
        }
        let Some(hunk) = hunks.last_mut() else { continue };
        let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        let (is_old, is_new) = match sign {
            " " => (true, true),
            "-" => (true, false),
            "+" => (false, true),
            // "No newline at end of file"
            "\\" => continue,
            _ => return Err(Box::new(unreadable(place))),
        };
        for (is_there, left, lines) in [(is_old, &mut left.0, &mut hunk.old), (is_new, &mut left.1, &mut hunk.new)] {
            if is_there {
                *left = left.checked_sub(1).ok_or_else(|| Box::new(unreadable(place.clone())))?;
                lines.push(rest);
            }
        }
    }
    // A file that waits for its first patch says nothing, as print-schema has it.
    if left != (0, 0) {
        return Err(Box::new(unreadable(patch.start())));
    }
    if hunks.is_empty() && !patch.text().trim().is_empty() {
        return Err(Box::new(without_hunks(unreadable(patch.start()), patch)));
    }
    Ok(hunks)
}

/// `@@ -3,7 +3,8 @@`: first line and number of lines, old and new.
fn ranges(line: &str) -> Option<((usize, usize), (usize, usize))> {
    let mut words = line.trim_start_matches('@').split_whitespace();
    let mut range = |sign: char| {
        let word = words.next()?.strip_prefix(sign)?;
        let (first, count) = word.split_once(',').unwrap_or((word, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    Some((range('-')?, range('+')?))
}

fn unreadable(place: Span) -> Diagnostic {
    let path = place.source().path().to_owned();
    Diagnostic::error(Code::PatchFile, format!("`{path}` is no unified diff"))
        .at(place, "")
        .help("make it with `diff -U6 printed.rs wanted.rs`, or take `patch_file` out of diesel.toml")
}

/// A text without anything that looks like a hunk: Diesel's command line takes it for an empty patch, and so for none.
fn without_hunks(fault: Diagnostic, patch: &Source) -> Diagnostic {
    if patch.text().lines().any(|line| ["@@ ", "--- ", "+++ "].iter().any(|start| line.starts_with(start))) {
        return fault;
    }
    Diagnostic { level: Level::Warning, ..fault }.note("nothing is patched, as `diesel print-schema` has it")
}

fn stale(hunk: &Hunk<'_>, patch: &Source) -> Diagnostic {
    let message = format!("`{}` no longer fits the schema that the migrations build", patch.path());
    Diagnostic::error(Code::PatchFile, message)
        .at(hunk.place.clone(), "these lines aren't there")
        .note("the schema was emitted without the patch")
        .help("compare it with the output of `cargo dbmig schema`, and mend the patch")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "diesel::table! {\n    a (id) {\n        id -> Int4,\n        b -> Text,\n    }\n}\n";

    fn patch(text: &str) -> Result<String, String> {
        let source = Source::new("schema.patch", text);
        patched(TEXT, &source).map_err(|one| format!("[{}] {}", one.code, one.message))
    }

    #[test]
    fn hunks_are_applied_where_they_fit() {
        let wanted = TEXT.replace("b -> Text", "b -> crate::B");
        let hunk = "         id -> Int4,\n-        b -> Text,\n+        b -> crate::B,\n     }\n";
        for header in ["@@ -5,3 +5,3 @@\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@ some\n", "@@ -90,3 +90,3 @@\n"] {
            assert_eq!(patch(&format!("{header}{hunk}")).as_deref(), Ok(wanted.as_str()), "{header}");
        }
        // Another indentation than rustfmt's default.
        let found = patch(&format!("@@ -5,3 +5,3 @@\n{}", hunk.replace("        ", "    "))).unwrap();
        assert!(found.lines().map(str::trim).eq(wanted.lines().map(str::trim)), "{found}");
        let two = "@@ -3 +3,2 @@\n-diesel::table! {\n+// a\n+diesel::table! {\n@@ -8 +9 @@\n-}\n+} // end\n";
        assert_eq!(patch(two).unwrap(), format!("// a\n{}", TEXT.replace("\n}\n", "\n} // end\n")));
        assert_eq!(patch("").as_deref(), Ok(TEXT));
        assert_eq!(patch("\n \n").as_deref(), Ok(TEXT));
        let header = "@@ -1 +1 @@\n-// @generated automatically by Diesel CLI.\n+// ours\n";
        assert_eq!(patch(header).unwrap(), format!("// ours\n\n{TEXT}"));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let stale = "[patch-file] `schema.patch` no longer fits the schema that the migrations build";
        assert_eq!(patch("@@ -5 +5 @@\n-        c -> Text,\n+        c -> Int4,\n").unwrap_err(), stale);
        let level = |text| patched(TEXT, &Source::new("schema.patch", text)).unwrap_err().level;
        // Another form of diff, in which Diesel finds no hunk.
        assert_eq!(level("5c5\n<         b -> Text,\n---\n>         b -> Int4,\n"), Level::Warning);
        assert_eq!(level("@@ x @@\n"), Level::Error);
        for text in ["hello", "@@ -1,2 +1,2 @@\n a\n", "@@ -1 +1 @@\n?\n", "@@ x @@\n", "@@ -1 +1 @@\n+a\n+b\n"] {
            assert_eq!(patch(text).unwrap_err(), "[patch-file] `schema.patch` is no unified diff", "{text}");
        }
    }
}
