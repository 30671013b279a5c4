//! Only extensions that mean something here: a misspelt one would otherwise be silently without effect.

use super::super::problems::{At, Problems};
use super::super::walk;
use crate::tree::{Tree, TreeExt};

// Webhooks have a place of their own only in OpenAPI 3.1.
const ROOT: &[&str] = &["x-keyfob-known-only", "x-webhooks"];
const INFO: &[&str] = &["x-keyfob-source"];
const SERVER: &[&str] = &["x-keyfob-server"];
const OPERATION: &[&str] =
    &["x-keyfob-source", "x-keyfob-scope", "x-keyfob-retry", "x-keyfob-paging", "x-keyfob-variants"];
const PARAMETER: &[&str] = &["x-keyfob-source", "x-keyfob-confidence", "x-keyfob-path"];
const SCHEMA: &[&str] = &[
    "x-keyfob-source",
    "x-keyfob-confidence",
    "x-keyfob-patch",
    "x-keyfob-extra",
    "x-keyfob-json-string",
    "x-keyfob-type",
    "x-enum-varnames",
    "x-enum-descriptions",
    "x-rust-type",
];
const NONE: &[&str] = &[];

const VARIANT_KEYS: &[&str] = &[
    "operationId",
    "summary",
    "description",
    "deprecated",
    "query",
    "parameters",
    "requestBody",
    "responses",
    "tags",
    "x-keyfob-source",
    "x-keyfob-scope",
    "x-keyfob-retry",
    "x-keyfob-paging",
];

pub(super) fn check(document: &Tree, problems: &mut Problems<'_>) {
    keys(document, ROOT, At::Document, problems);
    keys(&document["info"], INFO, At::Document, problems);
    keys(&document["components"], NONE, At::Document, problems);
    for server in document.list("servers") {
        keys(server, SERVER, At::Document, problems);
    }
    for (path, item) in document.pairs("paths") {
        keys(item, NONE, At::Path(path), problems);
        item.list("servers").iter().for_each(|server| keys(server, SERVER, At::Path(path), problems));
        item.list("parameters").iter().for_each(|node| parameter(node, At::Path(path), problems));
    }
    for found in walk::operations(document) {
        let at = At::Operation { path: found.path, method: found.method };
        keys(found.operation, OPERATION, at, problems);
        operation(found.operation, at, problems);
        for variant in found.operation.list("x-keyfob-variants") {
            for (key, _) in variant.entries() {
                if !VARIANT_KEYS.contains(&key) {
                    problems.push(at, format!("a variant cannot have {key}"));
                }
            }
            operation(variant, at, problems);
        }
    }
    for (section, components) in document.pairs("components") {
        for (name, component) in components.entries() {
            let at = At::Component { section, name };
            match section {
                "schemas" => schema(component, at, problems),
                "parameters" => parameter(component, at, problems),
                "requestBodies" | "responses" => content(component, at, problems),
                _ => keys(component, NONE, at, problems),
            }
        }
    }
}

fn operation(operation: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    operation.list("servers").iter().for_each(|server| keys(server, SERVER, at, problems));
    operation.list("parameters").iter().for_each(|node| parameter(node, at, problems));
    if let Some(body) = operation.get("requestBody") {
        content(body, at, problems);
    }
    for (_, response) in operation.pairs("responses") {
        content(response, at, problems);
    }
}

fn parameter(parameter: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    keys(parameter, PARAMETER, at, problems);
    schema(&parameter["schema"], at, problems);
    match parameter.text("x-keyfob-path") {
        None => {}
        Some("raw") if parameter.text("in") == Some("path") => {}
        Some(other) => problems.push(at, format!("x-keyfob-path: {other} (only `raw`, on path parameters)")),
    }
    confidence(parameter, at, problems);
}

fn content(holder: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    keys(holder, NONE, at, problems);
    for (_, media) in holder.pairs("content") {
        keys(media, NONE, at, problems);
        schema(&media["schema"], at, problems);
    }
}

fn schema(node: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    if !node.is_mapping() {
        return;
    }
    keys(node, SCHEMA, at, problems);
    if let Some(kind) = node.get("x-keyfob-type") {
        if !matches!(kind.as_str(), Some("integer" | "number" | "boolean")) {
            problems.push(at, "x-keyfob-type is none of integer, number, boolean");
        }
        if node.get("type").is_some() {
            problems.push(at, "x-keyfob-type stands instead of `type`: the wire has more than one");
        }
    }
    confidence(node, at, problems);
    for (_, property) in node.pairs("properties") {
        schema(property, at, problems);
    }
    for key in ["items", "additionalProperties", "not"] {
        schema(&node[key], at, problems);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        node.list(key).iter().for_each(|part| schema(part, at, problems));
    }
}

fn confidence(node: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    if let Some(value) = node.get("x-keyfob-confidence")
        && !value.as_str().is_some_and(|value| super::operations::CONFIDENCES.contains(&value))
    {
        problems.push(at, "x-keyfob-confidence is none of documented, example, inferred");
    }
}

fn keys(node: &Tree, known: &[&str], at: At<'_>, problems: &mut Problems<'_>) {
    for (key, _) in node.entries() {
        if key.starts_with("x-") && !known.contains(&key) {
            problems.push(at, format!("unknown extension {key} here"));
        }
    }
}
