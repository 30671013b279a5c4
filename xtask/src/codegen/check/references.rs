//! References stay inside the document and lead to something.

use super::super::problems::{At, Problems};
use super::super::walk;
use crate::tree::{Tree, TreeExt};

pub(super) fn check(document: &Tree, problems: &mut Problems<'_>) {
    for found in walk::operations(document) {
        let at = At::Operation { path: found.path, method: found.method };
        below(document, found.operation, at, problems);
    }
    for (path, item) in document.pairs("paths") {
        for parameter in item.list("parameters") {
            below(document, parameter, At::Path(path), problems);
        }
        if item.get("$ref").is_some() {
            problems.push(At::Path(path), "a path item cannot be a reference");
        }
    }
    for (section, components) in document.pairs("components") {
        for (name, component) in components.entries() {
            below(document, component, At::Component { section, name }, problems);
        }
    }
}

fn below(document: &Tree, node: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    if let Some(reference) = node.text("$ref") {
        if walk::component(reference).is_none() {
            problems.push(at, format!("the reference {reference} is not of the form #/components/<section>/<name>"));
        } else if walk::target(document, reference).is_none() {
            problems.push(at, format!("the reference {reference} leads nowhere"));
        }
    }
    for (_, child) in node.entries() {
        below(document, child, at, problems);
    }
    for child in node.as_sequence().into_iter().flatten() {
        below(document, child, at, problems);
    }
}
