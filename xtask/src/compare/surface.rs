//! Collects the names in a document: operations, parameters and fields.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{fields, resolve};
use crate::yaml::{Yaml, YamlExt};

/// Operations by method and path, in which path parameters have no name.
pub(super) type Surface = BTreeMap<String, Operation>;

/// Names in one operation.
#[derive(Default)]
pub(super) struct Operation {
    /// Method and path as in the document.
    pub(super) name: String,
    pub(super) parameters: BTreeSet<String>,
    pub(super) body: BTreeSet<String>,
    pub(super) response: BTreeSet<String>,
}

/// Collects the names of an `OpenAPI` 3 or Swagger 2 document.
pub(super) fn surface(document: &Yaml) -> Surface {
    let base = document.text("basePath").unwrap_or_default().trim_end_matches('/');
    let mut surface = Surface::new();
    for (path, item) in document.pairs("paths") {
        for (method, node) in item.entries() {
            if !matches!(method, "get" | "put" | "post" | "delete" | "patch" | "head") {
                continue;
            }
            let name = format!("{} {base}{path}", method.to_uppercase());
            surface.insert(key(&name), operation(document, name, item, node));
        }
    }
    surface
}

/// Returns the key by which two documents are matched.
///
/// Servers ignore the case of a path, a slash at its end and the names of its parameters.
fn key(name: &str) -> String {
    let mut key = String::new();
    for part in name.trim_end_matches('/').split('{') {
        match part.split_once('}') {
            Some((_, rest)) => key += &format!("{{}}{rest}"),
            None => key += part,
        }
    }
    key.to_lowercase()
}

fn operation(document: &Yaml, name: String, item: &Yaml, node: &Yaml) -> Operation {
    let mut operation = Operation { name, ..Operation::default() };
    for parameter in item.list("parameters").iter().chain(node.list("parameters")) {
        let parameter = resolve(document, parameter);
        match (parameter.text("in"), parameter.text("name")) {
            (Some("body"), _) => operation.body = fields(document, &parameter["schema"]),
            (Some("formData"), Some(name)) => {
                operation.body.insert(name.to_owned());
            }
            (Some("query" | "header"), Some(name)) => {
                operation.parameters.insert(name.to_owned());
            }
            _ => {}
        }
    }
    if let Some(body) = node.get("requestBody") {
        let content = resolve(document, body).pairs("content");
        operation.body = content.first().map(|(_, media)| fields(document, &media["schema"])).unwrap_or_default();
    }
    let success = node.pairs("responses").into_iter().find(|(code, _)| code.starts_with('2'));
    if let Some((_, response)) = success {
        let response = resolve(document, response);
        let schema = response.pairs("content").first().map_or(&response["schema"], |(_, media)| &media["schema"]);
        operation.response = fields(document, schema);
    }
    operation
}
