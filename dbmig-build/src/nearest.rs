//! The word that was probably meant.

/// The candidate that is closest to a word, if one is close enough to be worth a suggestion.
///
/// Close enough means a third of the longer word's letters; of several the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let close = |candidate: &&str| distance(word, candidate) * 3 <= word.chars().count().max(candidate.chars().count());
    candidates.into_iter().filter(close).min_by_key(|candidate| distance(word, candidate))
}

/// The Levenshtein distance of two words in which neighbours that swapped places count as one, without regard to case
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let letters = |word: &str| word.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (a, b) = (letters(a), letters(b));
    let mut earlier: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, letter) in a.iter().enumerate() {
        let mut line = Vec::with_capacity(b.len() + 1);
        line.push(row + 1);
        for (column, other) in b.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut cost = replaced.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && *letter == b[column - 1] && a[row - 1] == *other {
                cost = cost.min(earlier[column - 1] + 1);
            }
            line.push(cost);
        }
        earlier = std::mem::replace(&mut above, line);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_slips_find_their_word() {
        let keys = ["message", "revises", "depends_on", "irreversible", "sealed"];
        for (word, expected) in [
            ("revise", Some("revises")),
            ("Revises", Some("revises")),
            ("mesage", Some("message")),
            ("depend_on", Some("depends_on")),
            ("saeled", Some("sealed")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys), expected, "{word}");
        }
    }

    #[test]
    fn distance_counts_swaps_once() {
        for (a, b, expected) in [("", "abc", 3), ("abc", "abc", 0), ("ab", "ba", 1), ("kitten", "sitting", 3)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }
}
