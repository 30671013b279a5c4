//! Finds the component schemas of requests, of success responses and of error responses.

use std::collections::BTreeSet;

use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// Names of component schemas by the part of an operation that refers to them.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    pub(crate) requests: BTreeSet<String>,
    pub(crate) responses: BTreeSet<String>,
    pub(crate) errors: BTreeSet<String>,
}

/// Collects the schemas that bodies, parameters and responses refer to, directly or through other schemas.
pub(crate) fn reach(document: &Yaml) -> Reach {
    let mut reach = Reach::default();
    for found in walk::operations(document) {
        let variants = found.operation.list("x-keyfob-variants");
        for node in std::iter::once(found.operation).chain(variants) {
            if let Some(body) = node.get("requestBody") {
                collect(document, walk::resolve(document, body), &mut reach.requests);
            }
            for parameter in walk::parameters(document, found.item, node) {
                collect(document, parameter, &mut reach.requests);
            }
            for (code, response) in node.pairs("responses") {
                let names = if code.starts_with('2') { &mut reach.responses } else { &mut reach.errors };
                collect(document, walk::resolve(document, response), names);
            }
        }
    }
    reach
}

fn collect(document: &Yaml, node: &Yaml, names: &mut BTreeSet<String>) {
    if let Some(("schemas", name)) = node.text("$ref").and_then(walk::component)
        && names.insert(name.to_owned())
        && let Some(schema) = document.at(&["components", "schemas", name])
    {
        collect(document, schema, names);
    }
    for (key, child) in node.entries() {
        if !matches!(key, "example" | "examples" | "default") {
            collect(document, child, names);
        }
    }
    for child in node.as_sequence().into_iter().flatten() {
        collect(document, child, names);
    }
}
