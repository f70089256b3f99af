//! The label of a variant. `dbmig-build` has the same rule, from heck, and a test of a host compares the two.

/// The name in snake case: `InReview` is `in_review`, `HTTPError` `http_error`, `Level2` `level2`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    let mut previous_is_lower = false;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            previous_is_lower = false;
            continue;
        }
        let next_is_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = letter.is_uppercase() && (previous_is_lower || next_is_lower);
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        // Digits go with what stands before them.
        if letter.is_lowercase() || letter.is_uppercase() {
            previous_is_lower = letter.is_lowercase();
        }
    }
    words.retain(|word| !word.is_empty());
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn labels_are_those_of_heck() {
        for (name, label) in [
            ("Admin", "admin"),
            ("InReview", "in_review"),
            ("HTTPError", "http_error"),
            ("Level2", "level2"),
            ("A1B", "a1b"),
            ("a1B", "a1_b"),
            ("Utf8Text", "utf8_text"),
            ("IOError2Big", "io_error2_big"),
            ("Already_Split", "already_split"),
            ("Ünï", "ünï"),
            ("X", "x"),
        ] {
            assert_eq!(snake_case(name), label);
        }
    }
}
