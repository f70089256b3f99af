//! Stories: Markdown that a user can read and a test can play.
//!
//! Prose is for the reader. A block ` ```file path=src/models.rs ` writes a file; a block ` ```console ` holds commands
//! (`$ cargo dbmig heads`), each with what it answers: its stdout, then its stderr with `! ` before each line, then
//! `[exit 1]` unless it is 0; a block ` ```shows path=migrations/*_create_users/up.sql ` holds a file as it then is.
//! `$ sqlite3 app.db "SELECT …"` asks a database; `<postgres>` and `<mysql>` stand for the URLs of new databases on the
//! servers, which `$ psql "SELECT …"` and `$ mysql "SELECT …"` ask. What differs from run to run has names, see
//! [`crate::names`]. `BLESS=1` writes what happened into the story.

mod query;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use walkdir::WalkDir;

use crate::host::Host;
use crate::names::Names;
use crate::program;
use crate::text_diff::diff;
use query::Servers;

/// A fenced block of a story.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    action: Action,
    /// Its lines in the story, fences excluded, counted from 0.
    lines: std::ops::Range<usize>,
    body: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Action {
    File(String),
    Console,
    Shows(String),
}

/// How many stories are played at a time.
const AT_ONCE: usize = 3;

/// Plays each story of a folder; `CASE=name` plays one.
///
/// # Panics
///
/// With the differences of all stories, if any didn't go as it says.
pub fn play_folder(folder: &Path) {
    let only = std::env::var("CASE").ok();
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("a folder"));
    let mut paths: Vec<PathBuf> = entries.map(walkdir::DirEntry::into_path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    assert!(!paths.is_empty(), "no stories in {}", folder.display());
    paths.retain(|path| only.as_ref().is_none_or(|only| path.file_stem().is_some_and(|stem| stem == &**only)));
    let waiting = Mutex::new(paths.into_iter().enumerate());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no story panics here").next();
                    let Some((at, path)) = next else { break };
                    let failure = play(&path).err().map(|failure| (at, failure));
                    failures.lock().expect("no story panics here").extend(failure);
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no story panics here");
    failures.sort();
    let failures: Vec<String> = failures.into_iter().map(|(_, failure)| failure).collect();
    assert!(failures.is_empty(), "{}\nif that is right: BLESS=1 cargo test -p dbmig-tests\n", failures.join("\n"));
}

/// Plays a story; the error tells how it went otherwise.
fn play(path: &Path) -> Result<(), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let blocks = parse(&text).map_err(|error| format!("{name}: {error}"))?;
    let host = Host::temporary();
    let mut names = Names::new(stated(&blocks));
    names.path(&format!("{}/", host.root().display()), "");
    names.path(&host.root().display().to_string(), ".");
    names.path(&program::workspace().display().to_string(), "<dbmig>");
    let servers = Servers::of(&text, &mut names);
    let mut story: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut failures = String::new();
    // From the last block to the first, so that the line numbers of those before stay true.
    let mut replacements = Vec::new();
    for block in &blocks {
        let actual = act(block, &host, &servers, &mut names)
            .map_err(|error| format!("{name}:{}: {error}", block.lines.start))?;
        if actual != block.body {
            failures.push_str(&format!("{name}:{}:\n{}", block.lines.start, diff(&block.body, &actual)));
            replacements.push((block.lines.clone(), actual));
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_none_or(|bless| bless != "1") {
        return Err(failures);
    }
    for (lines, actual) in replacements.into_iter().rev() {
        story.splice(lines, actual.lines().map(str::to_owned));
    }
    std::fs::write(path, story.join("\n") + "\n").map_err(|error| format!("{name}: {error}"))
}

/// What a block holds when it is played.
fn act(block: &Block, host: &Host, servers: &Servers, names: &mut Names) -> Result<String, String> {
    match &block.action {
        Action::File(path) => {
            host.write(&names.show(path), names.show(&block.body));
            Ok(block.body.clone())
        }
        Action::Shows(path) => {
            let path = find(host.root(), &names.show(path))?;
            let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
            Ok(names.hide(&text))
        }
        Action::Console => {
            let mut actual = String::new();
            for line in block.body.lines() {
                if let Some(command) = line.strip_prefix("$ ") {
                    let output = run(&names.show(command), host, servers)?;
                    actual.push_str(&format!("$ {command}\n{}", names.hide(&output)));
                }
            }
            Ok(actual)
        }
    }
}

/// Runs a command line: the tools of this checkout as themselves, anything else in a shell.
fn run(line: &str, host: &Host, servers: &Servers) -> Result<String, String> {
    if let Some(answer) = servers.answer(line, host) {
        return answer;
    }
    let mut command = Command::new("sh");
    program::plain(&mut command, host.root());
    // `cargo dbmig` finds its binary on the path, as an installed one is found.
    let binary = program::cargo_dbmig_path();
    let folders = binary.parent().map(Path::to_owned).into_iter();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).map_err(|error| error.to_string())?;
    command.env("PATH", path).env("CARGO_TARGET_DIR", program::hosts_target());
    Ok(program::run(command.arg("-c").arg(line)).story())
}

/// The one file that a path with `*` names.
fn find(root: &Path, pattern: &str) -> Result<PathBuf, String> {
    let mut found = Vec::new();
    for entry in
        WalkDir::new(root).sort_by_file_name().into_iter().flatten().filter(|entry| entry.file_type().is_file())
    {
        let path = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        if matches(pattern, &path) {
            found.push(entry.into_path());
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        count => Err(format!("{count} files are `{pattern}`")),
    }
}

/// Whether a path is as a pattern says; `*` stands for anything but `/`.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            let stops = rest.find('/').unwrap_or(rest.len());
            (0..=stops).any(|at| rest.get(at..).is_some_and(|rest| matches(after, rest)))
        }),
    }
}

/// What the story itself states, in files and commands.
fn stated(blocks: &[Block]) -> String {
    let texts = blocks.iter().map(|block| match &block.action {
        Action::File(path) => format!("{path}\n{}", block.body),
        Action::Console => block.body.lines().filter(|line| line.starts_with("$ ")).collect::<Vec<_>>().join("\n"),
        Action::Shows(path) => path.clone(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn parse(text: &str) -> Result<Vec<Block>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        let info = line.trim_start_matches('`');
        let fence = &line[..line.len() - info.len()];
        if fence.len() < 3 {
            continue;
        }
        let action = match info.split_once(" path=") {
            Some(("file", path)) => Action::File(path.to_owned()),
            Some(("shows", path)) => Action::Shows(path.to_owned()),
            None if info == "console" => Action::Console,
            _ => return Err(format!("line {at}: `{info}` is no block of a story (file path=, shows path=, console)")),
        };
        let end =
            lines[at..].iter().position(|line| *line == fence).ok_or_else(|| format!("line {at}: never closed"))? + at;
        let body = lines[at..end].iter().map(|line| format!("{line}\n")).collect();
        blocks.push(Block { action, lines: at..end, body });
        at = end + 1;
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_lines() {
        let text = "# A story\n\n```file path=a/b.rs\nfn a() {}\n```\nthen\n````console\n$ ls\n```\n````\n";
        let blocks = parse(text).unwrap();
        let file = Action::File("a/b.rs".to_owned());
        assert_eq!(blocks[0], Block { action: file, lines: 3..4, body: "fn a() {}\n".to_owned() });
        assert_eq!(blocks[1], Block { action: Action::Console, lines: 7..9, body: "$ ls\n```\n".to_owned() });
        assert!(parse("```rust\n```\n").unwrap_err().contains("no block of a story"));
        assert!(parse("```console\n").unwrap_err().contains("never closed"));
    }

    #[test]
    fn stars_stop_at_folders() {
        assert!(matches("migrations/*_create/up.sql", "migrations/1_create/up.sql"));
        assert!(!matches("migrations/*/up.sql", "migrations/a/b/up.sql"));
        assert!(!matches("*.rs", "a.rs.bak"));
    }

    #[test]
    fn a_story_that_goes_otherwise_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.md");
        let play_text = |text: &str| {
            std::fs::write(&path, text).unwrap();
            play(&path)
        };
        let console = "```file path=a.txt\nhello\n```\n```console\n$ cat a.txt; echo oh >&2; exit 3\nhello\n! oh\n[exit 3]\n```\n";
        assert_eq!(play_text(console), Ok(()));
        if std::env::var_os("BLESS").is_none() {
            let failure = play_text(&console.replace("! oh", "! no")).unwrap_err();
            assert_eq!(failure, "one.md:4:\n  $ cat a.txt; echo oh >&2; exit 3\n  hello\n- ! no\n+ ! oh\n  [exit 3]\n");
        }
        let sql = "```console\n$ sqlite3 a.db \"CREATE TABLE a (b); INSERT INTO a VALUES (1), (NULL)\"\n\
                   $ sqlite3 a.db \"SELECT b FROM a\"\n1\nNULL\n```\n";
        assert_eq!(play_text(sql), Ok(()));
        assert!(play_text("```shows path=*.none\n```\n").unwrap_err().contains("0 files"));
    }
}
