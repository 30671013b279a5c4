//! Expands a document to one path item per operation: variants and shared parameters are written out, and references to
//! parameters, bodies and responses are resolved.

use crate::codegen::model::walk::{self, OperationNode};
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Returns the document with one operation in each path item, in the document's order.
///
/// Each operation has two additional keys: `path`, its path in the document, and `fixed`, its fixed query parameters.
pub(crate) fn expand(document: &Yaml, log: &mut Vec<String>) -> Yaml {
    let mut paths = Map::new();
    for found in walk::operations(document) {
        let variants = found.operation.list("x-keyfob-variants");
        if found.operation.get("operationId").is_some() {
            let mut operation = found.operation.clone();
            let parameters = walk::parameters(document, found.item, found.operation).into_iter().cloned();
            operation.set("parameters", parameters.collect::<Vec<_>>());
            add(&mut paths, document, found, operation, &Yaml::Mapping(Map::new()));
        }
        for variant in variants {
            let id = variant.text("operationId").unwrap_or_default();
            let fixed = variant.get("query").cloned().unwrap_or_else(|| Yaml::Mapping(Map::new()));
            log.push(format!(
                "{} {}: the variant {id} becomes a separate operation",
                found.method.to_uppercase(),
                found.path
            ));
            add(&mut paths, document, found, with_variant(document, found, variant, &fixed), &fixed);
        }
    }
    let mut expanded = document.clone();
    expanded.set("paths", Yaml::Mapping(paths));
    expanded
}

/// Returns the operation with the keys of the variant.
///
/// A variant without `parameters` has all parameters of the operation, except those that its query fixes.
fn with_variant(document: &Yaml, found: OperationNode<'_>, variant: &Yaml, fixed: &Yaml) -> Yaml {
    let mut operation = found.operation.clone();
    for key in ["description", "x-keyfob-paging", "deprecated"] {
        operation.take(key);
    }
    let shared = walk::parameters(document, found.item, found.operation).into_iter();
    let own = variant.get("parameters").map(|_| variant.list("parameters"));
    let inherited = shared.filter(|parameter| match (parameter.text("in"), own) {
        (Some("path"), Some(own)) => !own.iter().any(|own| own.text("name") == parameter.text("name")),
        (Some("path"), None) => true,
        (_, Some(_)) => false,
        (_, None) => fixed.get(parameter.text("name").unwrap_or_default()).is_none(),
    });
    let parameters: Vec<Yaml> = inherited.chain(own.unwrap_or_default()).cloned().collect();
    for (key, value) in variant.entries() {
        if key != "query" {
            operation.set(key, value.clone());
        }
    }
    operation.set("parameters", parameters);
    operation
}

fn add(paths: &mut Map, document: &Yaml, found: OperationNode<'_>, mut operation: Yaml, fixed: &Yaml) {
    operation.take("x-keyfob-variants");
    let parameters = operation.list("parameters").iter().map(|parameter| walk::resolve(document, parameter).clone());
    operation.set("parameters", parameters.collect::<Vec<_>>());
    if let Some(body) = operation.get("requestBody") {
        operation.set("requestBody", walk::resolve(document, body).clone());
    }
    let responses = operation.pairs("responses").into_iter();
    let responses = responses.map(|(code, response)| (code.into(), walk::resolve(document, response).clone()));
    operation.set("responses", Yaml::Mapping(responses.collect()));
    let servers = operation.get("servers").or(found.item.get("servers"));
    if let Some(servers) = servers.cloned() {
        operation.set("servers", servers);
    }
    operation.set("path", found.path);
    operation.set("fixed", fixed.clone());
    let id = operation.text("operationId").unwrap_or_default();
    let query: Vec<String> = fixed
        .entries()
        .into_iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(&scalar(value))))
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    // The fragment makes the keys of operations on one path unique; the emitter removes it.
    paths.insert(format!("{}{query}#{id}", found.path).into(), map([(found.method, operation)]));
}

/// Returns a scalar as text for a query.
pub(crate) fn scalar(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// Percent-encodes a name or value of a query.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
