//! Checks that every extension is known: a misspelled one would have no effect.

use crate::codegen::model::operation::Confidence;
use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

// OpenAPI has a key for webhooks only from 3.1 on.
const ROOT: &[&str] = &["x-keyfob-known-only", "x-webhooks"];
const INFO: &[&str] = &["x-keyfob-source"];
const SERVER: &[&str] = &["x-keyfob-server"];
const OPERATION: &[&str] =
    &["x-keyfob-source", "x-keyfob-scope", "x-keyfob-retry", "x-keyfob-paging", "x-keyfob-table", "x-keyfob-variants"];
const PARAMETER: &[&str] = &["x-keyfob-source", "x-keyfob-confidence", "x-keyfob-path", "x-keyfob-value-builder"];
const SCHEMA: &[&str] = &[
    "x-keyfob-source",
    "x-keyfob-confidence",
    "x-keyfob-patch",
    "x-keyfob-extra",
    "x-keyfob-json-string",
    "x-keyfob-strict",
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
    "x-keyfob-table",
];

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    keys(document, ROOT, Subject::Document, problems);
    keys(&document["info"], INFO, Subject::Document, problems);
    keys(&document["components"], NONE, Subject::Document, problems);
    for server in document.list("servers") {
        keys(server, SERVER, Subject::Document, problems);
    }
    for (path, item) in document.pairs("paths") {
        keys(item, NONE, Subject::Path(path), problems);
        item.list("servers").iter().for_each(|server| keys(server, SERVER, Subject::Path(path), problems));
        item.list("parameters").iter().for_each(|node| parameter(node, Subject::Path(path), problems));
    }
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        keys(found.operation, OPERATION, subject, problems);
        operation(found.operation, subject, problems);
        for variant in found.operation.list("x-keyfob-variants") {
            for (key, _) in variant.entries() {
                if !VARIANT_KEYS.contains(&key) {
                    problems.push(
                        subject,
                        format!("a variant cannot have {key}: remove it; it is taken from the operation"),
                    );
                }
            }
            operation(variant, subject, problems);
        }
    }
    for (section, components) in document.pairs("components") {
        for (name, component) in components.entries() {
            let subject = Subject::Component { section, name };
            match section {
                "schemas" => schema(component, subject, problems),
                "parameters" => parameter(component, subject, problems),
                "requestBodies" | "responses" => content(component, subject, problems),
                _ => keys(component, NONE, subject, problems),
            }
        }
    }
}

fn operation(operation: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    operation.list("servers").iter().for_each(|server| keys(server, SERVER, subject, problems));
    operation.list("parameters").iter().for_each(|node| parameter(node, subject, problems));
    if let Some(body) = operation.get("requestBody") {
        content(body, subject, problems);
    }
    for (_, response) in operation.pairs("responses") {
        content(response, subject, problems);
    }
}

fn parameter(parameter: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    keys(parameter, PARAMETER, subject, problems);
    schema(&parameter["schema"], subject, problems);
    match parameter.text("x-keyfob-path") {
        None => {}
        Some("raw") if parameter.text("in") == Some("path") => {}
        Some(other) => problems
            .push(subject, format!("x-keyfob-path is {other}: it can only be `raw`, and only on path parameters")),
    }
    let are_texts = |key: &str| parameter.at(&["schema", key, "type"]).and_then(Yaml::as_str) == Some("string");
    if parameter.get("x-keyfob-value-builder").is_some() && !are_texts("items") && !are_texts("additionalProperties") {
        problems.push(subject, "x-keyfob-value-builder can only be on lists of strings and on objects of strings");
    }
    confidence(parameter, subject, problems);
}

fn content(holder: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    keys(holder, NONE, subject, problems);
    for (_, media) in holder.pairs("content") {
        keys(media, NONE, subject, problems);
        schema(&media["schema"], subject, problems);
    }
}

fn schema(node: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    if !node.is_mapping() {
        return;
    }
    keys(node, SCHEMA, subject, problems);
    if let Some(kind) = node.get("x-keyfob-type") {
        if !matches!(kind.as_str(), Some("integer" | "number" | "boolean")) {
            problems.push(subject, "x-keyfob-type must be one of integer, number, boolean");
        }
        if node.get("type").is_some() {
            problems.push(subject, "x-keyfob-type and `type` exclude each other: remove `type`");
        }
    }
    confidence(node, subject, problems);
    for (_, property) in node.pairs("properties") {
        schema(property, subject, problems);
    }
    for key in ["items", "additionalProperties", "not"] {
        schema(&node[key], subject, problems);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        node.list(key).iter().for_each(|part| schema(part, subject, problems));
    }
}

fn confidence(node: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    if let Some(value) = node.get("x-keyfob-confidence")
        && value.as_str().is_none_or(|word| Confidence::from_word(word).is_none())
    {
        problems.push(subject, "x-keyfob-confidence must be one of documented, example, inferred");
    }
}

fn keys(node: &Yaml, known: &[&str], subject: Subject<'_>, problems: &mut Problems<'_>) {
    for (key, _) in node.entries() {
        if key.starts_with("x-") && !known.contains(&key) {
            problems
                .push(subject, format!("unknown extension {key}: specs/README.md lists those that can be used here"));
        }
    }
}
