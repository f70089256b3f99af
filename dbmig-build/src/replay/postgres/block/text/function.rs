//! Functions of texts and numbers, where PostgreSQL would give the same on every server.

use super::elements;

/// Longer than any name or statement that a migration puts together.
const LONGEST: usize = 100_000;

/// What a function gives.
pub(super) fn value(function: &str, arguments: &[String]) -> Option<String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let count = |text: &str| text.parse::<usize>().ok().filter(|count| *count <= LONGEST);
    Some(match (function, arguments.as_slice()) {
        ("concat_ws", [separator, parts @ ..]) => parts.join(separator),
        // What is a capital elsewhere, the database's locale decides.
        ("lower", [text]) if text.is_ascii() => text.to_ascii_lowercase(),
        ("upper", [text]) if text.is_ascii() => text.to_ascii_uppercase(),
        ("lpad", [text, length]) => padded(text, count(length)?, " ", true),
        ("rpad", [text, length]) => padded(text, count(length)?, " ", false),
        ("lpad", [text, length, fill]) => padded(text, count(length)?, fill, true),
        ("rpad", [text, length, fill]) => padded(text, count(length)?, fill, false),
        ("to_hex", [number]) => format!("{:x}", number.parse::<u64>().ok()?),
        ("replace", [text, from, to]) if !from.is_empty() && text.len().saturating_mul(to.len()) <= LONGEST => {
            text.replace(from, to)
        }
        ("left", [text, length]) => text.chars().take(count(length)?).collect(),
        ("right", [text, length]) => {
            let skipped = text.chars().count().saturating_sub(count(length)?);
            text.chars().skip(skipped).collect()
        }
        ("substr" | "substring", [text, from]) => text.chars().skip(count(from)?.checked_sub(1)?).collect(),
        ("substr" | "substring", [text, from, length]) => {
            text.chars().skip(count(from)?.checked_sub(1)?).take(count(length)?).collect()
        }
        ("trim" | "btrim", [text]) => text.trim_matches(' ').to_owned(),
        ("length" | "char_length", [text]) => text.chars().count().to_string(),
        // Of an empty array the length is NULL.
        ("array_length", [array, "1"]) => elements(array).map(|one| one.len()).filter(|one| *one > 0)?.to_string(),
        ("cardinality", [array]) => elements(array)?.len().to_string(),
        _ => return None,
    })
}

/// A text of exactly so many characters.
fn padded(text: &str, length: usize, fill: &str, before: bool) -> String {
    let missing = length.saturating_sub(text.chars().count());
    let filling: String = fill.chars().cycle().take(missing).collect();
    let kept: String = text.chars().take(length).collect();
    if before { filling + &kept } else { kept + &filling }
}
