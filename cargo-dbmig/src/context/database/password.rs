//! URLs without their passwords, for messages.

/// A URL as it may be shown.
pub(super) fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return without_password_word(text);
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    // The last one: those of a password should be written otherwise, but aren't always.
    let place = match place.rsplit_once('@') {
        Some((login, host)) => format!("{}@{host}", login.split(':').next().unwrap_or_default()),
        None => place.to_owned(),
    };
    let is_open = |pair: &&str| !pair.to_ascii_lowercase().contains("password");
    let query: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).filter(is_open).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{place}{mark}{}", query.join("&"))
}

/// A list of words such as `host=localhost dbname=app`, as it may be shown.
fn without_password_word(text: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once('=') {
            Some(("password" | "sslpassword", value)) if !value.is_empty() && !value.contains('\'') => {}
            // Blanks round the sign, or within quotes: who knows where it ends.
            _ if word.starts_with("password") || word.starts_with("sslpassword") => {
                shown.push("…");
                break;
            }
            _ => shown.push(word),
        }
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (text, shown) in [
            ("postgres://me:secret@host:1/x?sslmode=require", "postgres://me@host:1/x?sslmode=require"),
            ("postgres://me:se@cr/et@host/x", "postgres://me@host/x"),
            ("postgres://host/x?password=secret&user=me", "postgres://host/x?user=me"),
            ("postgres://host/x?a=b&password=secret", "postgres://host/x?a=b"),
            ("mysql://me@host:3306/x", "mysql://me@host:3306/x"),
            ("host=a password=secret dbname=x", "host=a dbname=x"),
            ("host=a password = 'sec ret' dbname=x", "host=a …"),
        ] {
            assert_eq!(without_password(text), shown);
        }
    }
}
