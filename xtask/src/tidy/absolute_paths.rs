//! No path of somebody's machine, in no file.

use super::Violation;
use super::workspace::{File, Workspace};

/// What such paths begin with. Put together here, so that this file holds none.
fn beginnings() -> [String; 5] {
    ["home", "root", "work", "tmp", "Users"].map(|folder| format!("/{folder}/"))
}

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    workspace.files.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Violation> {
    let mut violations = Vec::new();
    for beginning in beginnings() {
        for (at, _) in file.text.match_indices(&beginning) {
            // `https://example.org/home/` and `a/tmp/` go on from something.
            let before = file.text[..at].chars().next_back();
            if before.is_none_or(|char| !char.is_alphanumeric() && !matches!(char, '.' | '}' | '>' | '*' | '_' | '-')) {
                let message =
                    format!("a path that begins with `{beginning}` is another one elsewhere: make it relative");
                violations.push(Violation::new(&file.path, file.line_of(at), message));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_machine_are_found() {
        let [home, _, _, tmp, _] = beginnings();
        let text = format!("cd {home}me\nsee https://example.org{home}\n\"{tmp}a\" target{tmp}a\n");
        let found = check(&Workspace::of(&[("a.md", &text)]));
        assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [1, 3]);
    }
}
