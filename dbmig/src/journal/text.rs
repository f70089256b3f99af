//! Lists as JSON, so that a person can read them in the table, and without loss.
//!
//! `["20261120101500"]` for versions, `[[1,"DROP TABLE users"]]` for statements with their lines, `[[1,"SELECT …","why"]]`
//! with a check's message. A JSON library would cost every host's build more than these few lines.

use super::Stored;

/// A list of texts.
pub(super) fn write_strings(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| string(text)).collect::<Vec<_>>().join(","))
}

/// A list of statements with their lines.
pub(super) fn write_statements(statements: &[Stored]) -> String {
    let one = |Stored { line, sql, check }: &Stored| {
        let check = check.as_ref().map_or(String::new(), |message| format!(",{}", string(message)));
        format!("[{line},{}{check}]", string(sql))
    };
    format!("[{}]", statements.iter().map(one).collect::<Vec<_>>().join(","))
}

/// Reads what [`write_strings`] wrote.
pub(super) fn read_strings(json: &str) -> Option<Vec<String>> {
    Reader { rest: json }.whole(Reader::string)
}

/// Reads what [`write_statements`] wrote.
pub(super) fn read_statements(json: &str) -> Option<Vec<Stored>> {
    Reader { rest: json }.whole(|reader| {
        reader.eat("[")?;
        let digits = reader.rest.find(|letter: char| !letter.is_ascii_digit())?;
        let line = reader.rest.get(..digits)?.parse().ok()?;
        reader.rest = reader.rest.get(digits..)?;
        reader.eat(",")?;
        let sql = reader.string()?;
        let check = match reader.eat(",") {
            Some(()) => Some(reader.string()?),
            None => None,
        };
        reader.eat("]")?;
        Some(Stored { line, sql, check })
    })
}

fn string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control.is_ascii_control() => json.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// A list that is all there is.
    fn whole<T>(mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.eat("[")?;
        let mut items = Vec::new();
        if self.eat("]").is_none() {
            loop {
                items.push(item(&mut self)?);
                if self.eat(",").is_none() {
                    self.eat("]")?;
                    break;
                }
            }
        }
        self.rest.is_empty().then_some(items)
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        self.eat("\"")?;
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        loop {
            match letters.next()? {
                (end, '"') => {
                    self.rest = self.rest.get(end + 1..)?;
                    return Some(text);
                }
                (_, '\\') => text.push(match letters.next()?.1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => {
                        let digits: String = letters.by_ref().take(4).map(|(_, digit)| digit).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                    }
                    itself => itself,
                }),
                (_, letter) => text.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_back() {
        for texts in [vec![], vec![String::new()], vec!["a\"b\\n\u{1}\u{7f}é\r\n\t".to_owned(), "]\",[".to_owned()]] {
            assert_eq!(read_strings(&write_strings(&texts)), Some(texts.clone()));
            let checks = [None, Some("a \"b\", c".to_owned())];
            let stored = |((line, sql), check)| Stored { line, sql, check };
            let statements: Vec<Stored> = (1..).zip(texts).zip(checks.into_iter().cycle()).map(stored).collect();
            assert_eq!(read_statements(&write_statements(&statements)), Some(statements));
        }
        let plain = Stored { line: 3, sql: "SELECT \"a\"".to_owned(), check: None };
        assert_eq!(write_statements(std::slice::from_ref(&plain)), r#"[[3,"SELECT \"a\""]]"#);
        let check = Stored { check: Some("why".to_owned()), ..plain };
        assert_eq!(write_statements(&[check]), r#"[[3,"SELECT \"a\"","why"]]"#);
    }

    #[test]
    fn anything_else_is_refused() {
        let statements = ["[[1]]", "[[x,\"a\"]]", "[[1,\"a\",]]", "[[1,\"a\",\"b\",\"c\"]]"];
        for json in ["", "[", "[\"a]", "[\"a\",]", "[\"a\"] ", "[\"\\u12\"]", "[1]"].into_iter().chain(statements) {
            assert_eq!(read_strings(json), None, "{json}");
            assert_eq!(read_statements(json), None, "{json}");
        }
    }
}
