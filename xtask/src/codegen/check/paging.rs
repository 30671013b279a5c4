//! Checks that paging has a known scheme, and names parameters and properties that exist.

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::{response, walk};
use crate::yaml::{Yaml, YamlExt};

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        for node in std::iter::once(found.operation).chain(found.operation.list("x-keyfob-variants")) {
            let Some(paging) = node.get("x-keyfob-paging") else { continue };
            let mut parameters = walk::parameters(document, found.item, node);
            if node.get("parameters").is_none() {
                parameters = walk::parameters(document, found.item, found.operation);
            }
            let responses = node.get("responses").or(found.operation.get("responses")).unwrap_or(&Yaml::Null);
            if let Err(reason) = paging_of(document, paging, &parameters, responses) {
                problems.push(subject, format!("x-keyfob-paging {reason}"));
            }
        }
    }
}

fn paging_of(document: &Yaml, paging: &Yaml, parameters: &[&Yaml], responses: &Yaml) -> Result<(), String> {
    let (required, optional): (&[&str], &[&str]) = match paging.text("scheme") {
        Some("cursor") => (&["items", "cursor", "parameter"], &["size"]),
        Some("page") => (&["parameter"], &["items", "size", "first", "total"]),
        Some("offset") => (&["parameter"], &["items", "size", "total"]),
        _ => return Err("has no known scheme: use cursor, page or offset".into()),
    };
    for key in required {
        if paging.text(key).is_none() {
            return Err(format!("has no {key}: add it"));
        }
    }
    for (key, _) in paging.entries() {
        if key != "scheme" && !required.contains(&key) && !optional.contains(&key) {
            return Err(format!("has an unknown key {key}: remove it"));
        }
    }
    for key in ["parameter", "size"] {
        let Some(name) = paging.text(key) else { continue };
        let is_named =
            |parameter: &&&Yaml| parameter.text("in") == Some("query") && parameter.text("name") == Some(name);
        let Some(parameter) = parameters.iter().find(is_named) else {
            return Err(format!(
                "names a query parameter {name}, which the operation does not have: declare it or correct the name"
            ));
        };
        let kind = if key == "parameter" && paging.text("scheme") == Some("cursor") { "string" } else { "integer" };
        if parameter.flag("required") || !is_of(document, &parameter["schema"], &[kind]) {
            return Err(format!(
                "names {name} as {key}, which must be optional and of type {kind}: correct its schema"
            ));
        }
    }
    let response = response::successes(&responses.entries()).into_iter().next();
    let content = response.map(|response| walk::resolve(document, response).pairs("content")).unwrap_or_default();
    let Some((_, media)) = content.first() else {
        return Err("is on an operation whose response has no schema: add the schema".into());
    };
    if paging.text("items").is_none() && walk::resolve(document, &media["schema"]).text("type") != Some("array") {
        return Err("has no items, and the response is not a list: name the array of rows".into());
    }
    for key in ["items", "cursor", "total"] {
        let Some(name) = paging.text(key) else { continue };
        let Some(property) = walk::property(document, &media["schema"], name) else {
            return Err(format!(
                "names a property {name}, which the response does not have: declare it or correct the name"
            ));
        };
        if key == "items" && walk::resolve(document, property).text("type") != Some("array") {
            return Err(format!("names {name} as items, which is not a list: name the array of rows"));
        }
        if key != "items" && !is_of(document, property, &["string", "integer"]) {
            return Err(format!("names {name} as {key}, which is neither a string nor an integer: correct its schema"));
        }
    }
    Ok(())
}

/// Returns whether the schema has one of these types.
fn is_of(document: &Yaml, schema: &Yaml, kinds: &[&str]) -> bool {
    let schema = walk::resolve(document, schema);
    let kind = schema.text("type").or(schema.text("x-keyfob-type"));
    kind.is_some_and(|kind| kinds.contains(&kind)) && schema.get("enum").is_none()
}
