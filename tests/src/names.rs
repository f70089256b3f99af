//! What differs from run to run, named: versions are `<v1>`, `<v2>` … in order of appearance (`<v-1>` where they are
//! written with dashes, as in folder names), moments are `<time>`, durations `<duration>`.

/// The names of one story.
#[derive(Debug, Default)]
pub struct Names {
    /// The versions seen, without dashes; the first is `<v1>`.
    versions: Vec<String>,
    /// Texts that the story itself states: what they hold is no news.
    stated: String,
    /// Paths and what stands for them.
    paths: Vec<(String, String)>,
}

impl Names {
    /// Names for a story that states some versions and moments itself.
    pub fn new(mut stated: String) -> Names {
        // A folder's name states the version without dashes too.
        stated.push_str(&stated.replace('-', ""));
        Names { versions: Vec::new(), stated, paths: Vec::new() }
    }

    /// Has a path printed in another way, and read back.
    pub fn path(&mut self, path: &str, name: &str) {
        self.paths.push((path.to_owned(), name.to_owned()));
    }

    /// Puts names in place of what differs from run to run.
    pub fn hide(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (path, name) in &self.paths {
            text = text.replace(path, name);
        }
        let mut hidden = String::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let starts = first.is_ascii_digit() && !hidden.ends_with(|last: char| last.is_alphanumeric());
            let found = starts.then(|| self.name_at(rest)).flatten();
            let (length, name) = found.unwrap_or_else(|| (first.len_utf8(), first.to_string()));
            hidden.push_str(&name);
            rest = &rest[length..];
        }
        hidden
    }

    /// Puts back what the names stand for, in a command or a path.
    pub fn show(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (at, version) in self.versions.iter().enumerate() {
            text = text.replace(&format!("<v{}>", at + 1), version);
            text = text.replace(&format!("<v-{}>", at + 1), &dashed(version));
        }
        for (path, name) in self.paths.iter().filter(|(_, name)| name.starts_with('<')) {
            text = text.replace(name, path);
        }
        text
    }

    /// The length of what a text begins with, and its name.
    fn name_at(&mut self, text: &str) -> Option<(usize, String)> {
        for (shape, kind) in [
            ("0000-00-00-000000", Kind::Dashed),
            ("00000000000000", Kind::Plain),
            ("0000-00-00 00:00:00", Kind::Moment),
            ("0000-00-00T00:00:00", Kind::Moment),
        ] {
            let Some(found) = text.get(..shape.len()).filter(|found| has_shape(found, shape)) else { continue };
            if text[shape.len()..].starts_with(|next: char| next.is_ascii_digit()) || self.stated.contains(found) {
                return None;
            }
            return Some(match kind {
                Kind::Dashed => (shape.len(), format!("<v-{}>", self.number(&found.replace('-', "")))),
                Kind::Plain => (shape.len(), format!("<v{}>", self.number(found))),
                Kind::Moment => (shape.len() + fraction(&text[shape.len()..]), "<time>".to_owned()),
            });
        }
        duration(text).map(|length| (length, "<duration>".to_owned()))
    }

    fn number(&mut self, version: &str) -> usize {
        let known = self.versions.iter().position(|known| known == version);
        known.unwrap_or_else(|| {
            self.versions.push(version.to_owned());
            self.versions.len() - 1
        }) + 1
    }
}

enum Kind {
    Dashed,
    Plain,
    Moment,
}

/// Whether a text has digits where a shape has `0`, and the shape's own signs elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    text.chars().zip(shape.chars()).all(|(char, like)| if like == '0' { char.is_ascii_digit() } else { char == like })
}

/// The length of `.123Z` behind a moment.
fn fraction(text: &str) -> usize {
    let digits = text.strip_prefix('.').map_or(0, |rest| 1 + digits(rest));
    digits + usize::from(text[digits..].starts_with('Z'))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of `0.12 s`, `12ms` and the like.
fn duration(text: &str) -> Option<usize> {
    let whole = digits(text);
    let part = text[whole..].strip_prefix('.').map_or(0, digits);
    let number = if part > 0 { whole + 1 + part } else { whole };
    let rest = &text[number..];
    let spaces = usize::from(rest.starts_with(' '));
    let unit = ["ms", "µs", "s"].into_iter().find(|unit| rest[spaces..].starts_with(unit))?;
    let length = number + spaces + unit.len();
    (!text[length..].starts_with(|next: char| next.is_alphanumeric() || next == '_')).then_some(length)
}

/// A version as folder names write it.
fn dashed(version: &str) -> String {
    let part = |range| version.get(range).unwrap_or_default();
    format!("{}-{}-{}-{}", part(0..4), part(4..6), part(6..8), version.get(8..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbered_in_order_of_appearance() {
        let mut names = Names::new("2020-01-01-000000_old".to_owned());
        let text =
            "2026-11-21-101501_b 20261121101500 (20261121101501, 2020-01-01-000000_old) at 2026-11-21 10:15:01.5";
        assert_eq!(names.hide(text), "<v-1>_b <v2> (<v1>, 2020-01-01-000000_old) at <time>");
        assert_eq!(names.show("show <v2> migrations/<v-1>_b"), "show 20261121101500 migrations/2026-11-21-101501_b");
    }

    #[test]
    fn other_numbers_stay() {
        let mut names = Names::default();
        assert_eq!(names.hide("12 rows, 3 statements, 202611211015000000, v20261121101500"), {
            "12 rows, 3 statements, 202611211015000000, v20261121101500"
        });
        assert_eq!(names.hide("in 0.12 s, 12ms, 1 s"), "in <duration>, <duration>, <duration>");
    }

    #[test]
    fn paths_are_replaced_both_ways() {
        let mut names = Names::default();
        names.path("/some/where/", "");
        names.path("/dbmig", "<dbmig>");
        assert_eq!(names.hide("/some/where/a.rs /dbmig/b.rs"), "a.rs <dbmig>/b.rs");
        assert_eq!(names.show("--source <dbmig>"), "--source /dbmig");
    }
}
