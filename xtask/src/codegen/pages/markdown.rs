//! Text shared by the pages.

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
