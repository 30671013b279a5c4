//! Markdown of the list of operations and of their pages.

use crate::codegen::model::api::Api;
use crate::codegen::model::operation::Operation;

/// Returns the path of a request with its fixed query.
pub(crate) fn request_path(operation: &Operation) -> String {
    format!("{}{}", operation.path, operation.fixed_query_text())
}

/// Joins the lines of a text.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a row of a table.
pub(crate) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.trim().replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Returns a source as a link, if it is an address.
pub(crate) fn source(source: &str) -> String {
    if source.starts_with("http") && !source.contains([' ', '{']) { format!("<{source}>") } else { source.to_owned() }
}

/// Returns the text with a link to the page in place of each operation id in backticks. Pages are in `folder`.
pub(crate) fn linked(text: &str, api: &Api, folder: &str) -> String {
    api.operations.iter().fold(text.to_owned(), |text, operation| {
        let method = &operation.method_name;
        text.replace(&format!("`{}`", operation.id), &format!("[`{method}`]({folder}{method}.md)"))
    })
}
