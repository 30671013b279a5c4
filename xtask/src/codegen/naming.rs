//! Rust names of operations, fields and types, as the generator derives them; clashes are found before rustc runs.

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
];

/// Reserved names of component schemas: types that generated code uses.
pub(crate) const RESERVED_TYPES: &[&str] =
    &["Box", "Default", "From", "Into", "IntoIterator", "Option", "Result", "Self", "String", "Vec"];

/// Names of methods that every builder has. Setters of parameters with these names get an underscore.
pub(crate) const RESERVED_SETTERS: &[&str] = &[
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

/// Returns the name of a method, field or argument.
pub(crate) fn snake(text: &str) -> String {
    identifier(cleaned(text).to_snake_case())
}

/// Returns the name of a type or variant.
pub(crate) fn pascal(text: &str) -> String {
    identifier(cleaned(text).to_pascal_case())
}

fn cleaned(text: &str) -> String {
    let words = text.replace('\'', "");
    words.chars().map(|letter| if letter.is_alphanumeric() || letter == '_' { letter } else { '-' }).collect()
}

fn identifier(name: String) -> String {
    let name = if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() {
        format!("_{name}")
    } else {
        name
    };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}
