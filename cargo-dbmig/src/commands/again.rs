//! The command line as it was given, to be pasted again with more options.

/// This command with some options more, quoted for a shell.
pub(super) fn with<S: AsRef<str>>(options: &[S]) -> String {
    let given: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    // Cargo hands its subcommand's name on.
    let given = match given.split_first() {
        Some((first, rest)) if first == "dbmig" => rest,
        _ => given.as_slice(),
    };
    let words = given.iter().map(String::as_str).chain(options.iter().map(AsRef::as_ref));
    ["cargo".to_owned(), "dbmig".to_owned()].into_iter().chain(words.map(quoted)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./:,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [
            ("--rename", "--rename"),
            ("users.name=full_name", "users.name=full_name"),
            ("add users", "'add users'"),
            ("what's new", "'what'\\''s new'"),
            ("", "''"),
            ("a*", "'a*'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
