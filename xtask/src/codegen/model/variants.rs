//! Expanded operations: variants and shared parameters are written out, and references are resolved.

use crate::codegen::model::notes::Notes;
use crate::codegen::model::walk::{self, OperationNode};
use crate::yaml::{Yaml, YamlExt};

/// An operation or a variant of one, with everything that it inherits.
pub(crate) struct Expanded {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Query parameters with a fixed value, by which variants on one path differ.
    pub(crate) fixed: Vec<(String, String)>,
    pub(crate) operation: Yaml,
}

/// Returns the operations and variants, in the document's order.
pub(crate) fn expand(document: &Yaml, notes: &mut Notes) -> Vec<Expanded> {
    let mut all = Vec::new();
    for found in walk::operations(document) {
        let variants = found.operation.list("x-keyfob-variants");
        if found.operation.get("operationId").is_some() {
            let mut operation = found.operation.clone();
            let parameters = walk::parameters(document, found.item, found.operation).into_iter().cloned();
            operation.set("parameters", parameters.collect::<Vec<_>>());
            all.push(resolved(document, found, operation, &Yaml::Null));
        }
        for variant in variants {
            let id = variant.text("operationId").unwrap_or_default();
            let fixed = variant.get("query").unwrap_or(&Yaml::Null);
            notes.push(format!(
                "{} {}: the variant {id} becomes a separate operation",
                found.method.to_uppercase(),
                found.path
            ));
            all.push(resolved(document, found, with_variant(document, found, variant, fixed), fixed));
        }
    }
    all
}

/// Returns the operation with the keys of the variant.
///
/// A variant without `parameters` has all parameters of the operation, except those that its query fixes.
pub(crate) fn with_variant(document: &Yaml, found: OperationNode<'_>, variant: &Yaml, fixed: &Yaml) -> Yaml {
    let mut operation = found.operation.clone();
    for key in ["description", "x-keyfob-paging", "x-keyfob-table", "deprecated"] {
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

/// Returns an operation with its references resolved.
fn resolved(document: &Yaml, found: OperationNode<'_>, mut operation: Yaml, fixed: &Yaml) -> Expanded {
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
    let fixed = fixed.entries().into_iter().map(|(name, value)| (name.to_owned(), scalar(value)));
    Expanded { method: found.method.to_owned(), path: found.path.to_owned(), fixed: fixed.collect(), operation }
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
