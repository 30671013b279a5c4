//! Reshapes a document into the subset that the generator takes. What it does is written to `normalised.log`.

mod answers;
mod bodies;
mod merge;
mod parameters;
mod prune;
mod schemas;

use std::collections::BTreeMap;

use super::expand::expand;
use super::facts::{self, Api};
use super::types::{self, Schema};
use crate::tree::Tree;

/// A document that the generator takes, and what it no longer says.
pub(crate) struct Normalised {
    pub(crate) document: Tree,
    pub(crate) api: Api,
    pub(crate) schemas: BTreeMap<String, Schema>,
    pub(crate) log: Vec<String>,
}

/// Runs every pass over a document that [`check`](super::check::check) has let through.
pub(crate) fn normalise(name: &str, document: &Tree) -> Normalised {
    let mut log = Vec::new();
    let mut document = expand(document, &mut log);
    let api = facts::read(name, &document);
    prune::error_schemas(&mut document, &mut log);
    answers::pass(&mut document, &mut log);
    bodies::pass(&mut document, &mut log);
    merge::pass(&mut document, &mut log);
    let schemas = types::read(&document);
    parameters::pass(&mut document, &mut log);
    schemas::pass(&mut document, &mut log);
    Normalised { document, api, schemas, log }
}

/// Calls `change` with every operation and its name for the log.
fn each_operation(document: &mut Tree, mut change: impl FnMut(&str, &mut Tree)) {
    let paths = document.get_mut("paths").and_then(Tree::as_mapping_mut);
    for (_, item) in paths.into_iter().flatten() {
        for (_, operation) in item.as_mapping_mut().into_iter().flatten() {
            let id = operation.get("operationId").and_then(Tree::as_str).unwrap_or_default().to_owned();
            change(&id, operation);
        }
    }
}
