//! Checks that every reference names a component of the document.

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        below(document, found.operation, subject, problems);
    }
    for (path, item) in document.pairs("paths") {
        for parameter in item.list("parameters") {
            below(document, parameter, Subject::Path(path), problems);
        }
        if item.get("$ref").is_some() {
            problems.push(Subject::Path(path), "a path item cannot be a reference: write it out");
        }
    }
    for (section, components) in document.pairs("components") {
        for (name, component) in components.entries() {
            below(document, component, Subject::Component { section, name }, problems);
        }
    }
}

fn below(document: &Yaml, node: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    if let Some(reference) = node.text("$ref") {
        if walk::component(reference).is_none() {
            problems
                .push(subject, format!("the reference {reference} is not of the form #/components/<section>/<name>: move its target to components"));
        } else if walk::target(document, reference).is_none() {
            problems.push(
                subject,
                format!("the reference {reference} has no target: add the component, or correct the name"),
            );
        }
    }
    for (_, child) in node.entries() {
        below(document, child, subject, problems);
    }
    for child in node.as_sequence().into_iter().flatten() {
        below(document, child, subject, problems);
    }
}
