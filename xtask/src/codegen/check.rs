//! Checks a specification against the rules of specs/README.md; a problem has file, line, subject and reason.

mod bodies;
mod extensions;
mod operations;
mod paging;
mod parameters;
mod references;
mod schemas;
mod secrets;
mod tables;
#[cfg(test)]
mod tests;

use anyhow::Result;

use crate::codegen::document::Document;
use crate::codegen::model::problems::{Problems, Subject};
use crate::yaml::YamlExt;

/// Checks a document.
///
/// # Errors
///
/// If the document breaks a rule; the error lists every problem.
pub(crate) fn check(document: &Document) -> Result<()> {
    let mut problems = Problems::new(document);
    root(document, &mut problems);
    references::check(&document.tree, &mut problems);
    extensions::check(&document.tree, &mut problems);
    operations::check(&document.tree, &mut problems);
    parameters::check(&document.tree, &mut problems);
    bodies::check(&document.tree, &mut problems);
    schemas::check(&document.tree, &mut problems);
    secrets::check(&document.tree, &mut problems);
    paging::check(&document.tree, &mut problems);
    tables::check(&document.tree, &mut problems);
    problems.finish()
}

fn root(document: &Document, problems: &mut Problems<'_>) {
    let version = document.tree.text("openapi").unwrap_or("missing");
    if !version.starts_with("3.0.") {
        problems.push(
            Subject::Document,
            format!("`openapi` is {version}: the generator reads OpenAPI 3.0.x, so convert the document"),
        );
    }
    for key in ["title", "version", "description"] {
        let text = document.tree.at(&["info", key]).and_then(|node| node.as_str()).unwrap_or_default();
        if text.trim().is_empty() {
            problems.push(Subject::Document, format!("info.{key} is missing: add it"));
        }
    }
    for entry in document.tree.list("x-keyfob-known-only") {
        for key in ["method", "path", "doc"] {
            if entry.text(key).is_none() {
                problems.push(Subject::Document, format!("an entry of x-keyfob-known-only has no {key}: add it"));
            }
        }
    }
}
