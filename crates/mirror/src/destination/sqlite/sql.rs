//! Parts of SQL statements.

/// Quotes the name of a table or column.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Joins texts with commas.
pub(super) fn list<T: AsRef<str>>(parts: impl IntoIterator<Item = T>) -> String {
    let mut list = String::new();
    for part in parts {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(part.as_ref());
    }
    list
}

/// Returns a comment; empty without a description.
pub(super) fn comment(description: &str) -> String {
    if description.is_empty() {
        return String::new();
    }
    format!(" /* {} */", description.replace("*/", "* /").replace('\0', ""))
}
