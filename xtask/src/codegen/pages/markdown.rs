//! Text shared by the pages.

use crate::codegen::model::api::Api;
use crate::codegen::model::operation::Operation;

/// Returns the path of a request with its fixed query.
pub(super) fn request_path(operation: &Operation) -> String {
    format!("{}{}", operation.path, operation.fixed_query_text())
}

/// Joins the lines of a text.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a row of a table.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.trim().replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Returns the text with a link to the page in place of each operation id in backticks. Pages are in `folder`.
pub(super) fn linked(text: &str, api: &Api, folder: &str) -> String {
    api.operations.iter().fold(text.to_owned(), |text, operation| {
        let method = &operation.method_name;
        text.replace(&format!("`{}`", operation.id), &format!("[`{method}`]({folder}{method}.md)"))
    })
}
