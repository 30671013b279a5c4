//! Collects the operations of a specification with their parameters and fields.

use std::collections::BTreeMap;

use super::fields::{Fields, field, fields, resolve};
use crate::yaml::{Yaml, YamlExt};

/// Operations by method and path, in which path parameters have no name.
pub(super) type Surface = BTreeMap<String, Operation>;

/// Parameters and fields of one operation.
#[derive(Default)]
pub(super) struct Operation {
    /// Method, and path below the host.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) parameters: Fields,
    pub(super) body: Fields,
    pub(super) response: Fields,
}

/// Collects the operations of an `OpenAPI` 3.0 document.
pub(super) fn surface(document: &Yaml) -> Surface {
    let base = base_path(document);
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

/// Returns the path of the first server, without a slash at its end.
fn base_path(document: &Yaml) -> String {
    let Some(server) = document.list("servers").first() else { return String::new() };
    let mut url = server.text("url").unwrap_or_default().to_owned();
    for (name, variable) in server.pairs("variables") {
        url = url.replace(&format!("{{{name}}}"), variable.text("default").unwrap_or_default());
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => &url,
    };
    path.trim_end_matches('/').to_owned()
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
    let text = |key: &str| node.text(key).unwrap_or_default().to_owned();
    let mut operation = Operation { name, id: text("operationId"), summary: text("summary"), ..Operation::default() };
    for parameter in item.list("parameters").iter().chain(node.list("parameters")) {
        let parameter = resolve(document, parameter);
        if let (Some("query" | "header"), Some(name)) = (parameter.text("in"), parameter.text("name")) {
            let schema = parameter.get("schema").unwrap_or(&Yaml::Null);
            operation.parameters.insert(name.to_owned(), field(document, schema, parameter.flag("required")));
        }
    }
    if let Some(body) = node.get("requestBody") {
        let content = resolve(document, body).pairs("content");
        operation.body = content.first().map(|(_, media)| fields(document, &media["schema"])).unwrap_or_default();
    }
    let success = node.pairs("responses").into_iter().find(|(code, _)| code.starts_with('2'));
    if let Some((_, response)) = success {
        let content = resolve(document, response).pairs("content");
        operation.response = content.first().map(|(_, media)| fields(document, &media["schema"])).unwrap_or_default();
    }
    operation
}
