//! The commands, as stories: `tests/cases/commands/*.md`.

use std::path::Path;

#[test]
fn stories_go_as_they_say() {
    dbmig_tests::story::play_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/commands"));
}
