//! Rust names of operations, fields and types, as the generator derives them; clashes are found before rustc runs.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};

/// Reserved names of operations: methods of every client, and types that generated code uses.
pub(crate) const RESERVED_OPERATIONS: &[&str] = &[
    "new",
    "builder",
    "from",
    "into",
    "as_ref",
    "clone",
    "session",
    "call_options",
    "error",
    "operation",
    "option",
    "string",
    "vec",
    "box",
    "result",
    "default",
    "with",
    "request",
    "from_env",
    "call",
    "send",
    "path",
    "confidence",
    "idempotency",
    "security",
    "request_builder",
    "build_request",
    "into_iterator",
    "paged",
    "position",
    "scheme",
];

/// Reserved names of component schemas: types that generated code uses.
pub(crate) const RESERVED_TYPES: &[&str] =
    &["Box", "Default", "From", "Into", "IntoIterator", "Option", "Result", "Self", "String", "Vec"];

/// Names of methods that every builder has. Setters of parameters with these names get an underscore.
const RESERVED_SETTERS: &[&str] = &[
    "new",
    "timeout",
    "no_retry",
    "idempotent",
    "options",
    "header",
    "send",
    "request",
    "pages",
    "stream",
    "session",
    "call",
    "body",
    "into_future",
    "clone",
];

/// Names in one scope, of which no two are the same.
#[derive(Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// Reserves names.
    pub(crate) fn reserved(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Returns the name, or the name with the first free number if it is in use.
    pub(crate) fn give(&mut self, name: String) -> String {
        let separator = if name.starts_with(char::is_uppercase) { "" } else { "_" };
        let numbered = (2..).map(|number| format!("{name}{separator}{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.0.contains(name)).unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

/// Returns the name of a method, field or argument.
pub(crate) fn snake(text: &str) -> String {
    identifier(cleaned(text).to_snake_case())
}

/// Returns the name of an argument, a builder's field and its setter.
pub(crate) fn argument(text: &str) -> String {
    let name = snake(text);
    if RESERVED_SETTERS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// Returns the name of a type or variant.
pub(crate) fn pascal(text: &str) -> String {
    identifier(cleaned(text).to_pascal_case())
}

/// Returns the text as words that are separated by dashes; a sign in front is a word.
fn cleaned(text: &str) -> String {
    let words = match text.split_at_checked(1) {
        Some(("+", rest)) if !rest.is_empty() => format!("plus-{rest}"),
        Some(("-", rest)) if !rest.is_empty() => format!("minus-{rest}"),
        _ => text.replace('\'', ""),
    };
    let is_part = |letter: char| letter.is_alphabetic() || letter.is_ascii_digit() || letter == '_';
    words.chars().map(|letter| if is_part(letter) { letter } else { '-' }).collect()
}

fn identifier(name: String) -> String {
    let name = if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() {
        format!("_{name}")
    } else {
        name
    };
    if typify::accept_as_ident(&name) { name } else { format!("{name}_") }
}
