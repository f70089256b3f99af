//! Names on the command line: what they name, and what was probably meant.

use std::fmt::Display;

use dbmig_build::nearest::nearest;
use dbmig_build::schema::ObjectName;

use crate::error::Error;

/// Whether a text of the command line names a table: as `users`, `app.users`, or the bare name of a schema's table.
pub(super) fn is_named(name: &ObjectName, text: &str) -> bool {
    name.to_string() == text || name.name.key() == text
}

/// Adds the name that is like a text which names nothing.
pub(super) fn suggest<T: Display>(error: Error, text: &str, names: impl IntoIterator<Item = T>) -> Error {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    match nearest(text, names.iter().map(String::as_str)) {
        Some(name) => error.help(format!("a name like it: {name}")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn slips_of_the_fingers() {
        let help = |text: &str| suggest(Error::new(Kind::Usage, "no"), text, ["users", "posts"]).help;
        assert_eq!(help("user"), ["a name like it: users"]);
        assert!(help("comments").is_empty());
    }
}
