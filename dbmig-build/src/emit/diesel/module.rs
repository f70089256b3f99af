//! A text inside a module.

/// `pub mod name { … }`, the text indented; empty lines stay empty.
pub(super) fn wrapped(name: &str, text: &str) -> String {
    if text.trim().is_empty() {
        return format!("pub mod {name} {{}}\n");
    }
    let mut module = format!("pub mod {name} {{\n");
    for line in text.lines() {
        if !line.is_empty() {
            module.push_str("    ");
            module.push_str(line);
        }
        module.push('\n');
    }
    module + "}\n"
}
