//! Checks that types have names and schemas are complete, and that response schemas have no required properties.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::reach::reach;
use crate::codegen::model::walk;
use crate::codegen::naming::{RESERVED_TYPES, pascal};
use crate::yaml::{Yaml, YamlExt};

/// Problem of a schema with required properties in a response.
const REQUIRED: &str = "is part of a response and cannot have required properties: remove `required`";

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    let responses = reach(document).responses;
    let mut names = BTreeMap::new();
    for (name, schema) in document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default() {
        let subject = Subject::Component { section: "schemas", name };
        let rust = pascal(name);
        if RESERVED_TYPES.contains(&rust.as_str()) {
            problems.push(subject, format!("the name {rust} is reserved in Rust: rename the schema"));
        }
        if let Some(other) = names.insert(rust, name) {
            problems.push(subject, format!("has the same Rust name as {other}: rename one of them"));
        }
        plain(document, schema, subject, problems);
        if responses.contains(name) && has_required(schema) {
            problems.push(subject, REQUIRED);
        }
    }
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        for node in std::iter::once(found.operation).chain(found.operation.list("x-keyfob-variants")) {
            for parameter in node.list("parameters") {
                plain(document, &parameter["schema"], subject, problems);
            }
            let body = node.get("requestBody").map(|body| walk::resolve(document, body));
            for (media, content) in body.map(|body| body.pairs("content")).unwrap_or_default() {
                // A multipart form does not become a type.
                if media != "multipart/form-data" {
                    plain(document, &content["schema"], subject, problems);
                }
            }
            for (code, response) in node.pairs("responses") {
                let media = walk::resolve(document, response).pairs("content");
                for (_, content) in media.into_iter().filter(|_| code.starts_with('2')) {
                    plain(document, &content["schema"], subject, problems);
                    if has_required(&content["schema"]) {
                        problems.push(subject, REQUIRED);
                    }
                }
            }
        }
    }
}

/// Returns whether a schema, or an inline part of it, has required properties.
fn has_required(schema: &Yaml) -> bool {
    let parts = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    let properties = schema.pairs("properties").into_iter().map(|(_, property)| property);
    !schema.list("required").is_empty() || parts.chain(schema.list("allOf")).chain(properties).any(has_required)
}

fn plain(document: &Yaml, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    if !schema.is_mapping() {
        return;
    }
    if schema.get("enum").is_some() {
        enumeration(schema, subject, problems);
    }
    match schema.text("type") {
        Some("array") if schema.get("items").is_none() => {
            problems.push(subject, "a list has no `items`: add their schema");
        }
        None if schema.get("type").is_some() => {
            problems.push(subject, "`type` is not one name: use a single type, and `nullable` for null");
        }
        None | Some("array" | "object" | "string" | "integer" | "number" | "boolean") => {}
        Some(other) => problems.push(
            subject,
            format!("type {other} does not exist: use array, object, string, integer, number or boolean"),
        ),
    }
    if let Some(rust) = schema.get("x-rust-type")
        && (rust.text("crate") != Some("keyfob_client") || rust.text("path").is_none())
    {
        problems.push(subject, "x-rust-type must have the form { crate: keyfob_client, path: Name }");
    }
    if schema.get("properties").is_some() {
        properties(document, schema, subject, problems);
    }
    parts(document, schema, subject, problems);
    for key in ["items", "additionalProperties"] {
        plain(document, &schema[key], subject, problems);
    }
}

fn properties(document: &Yaml, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    for (_, property) in schema.pairs("properties") {
        plain(document, property, subject, problems);
    }
    for name in schema.list("required").iter().filter_map(Yaml::as_str) {
        if schema.at(&["properties", name]).is_none() {
            problems.push(subject, format!("requires {name}, which is not among its properties: declare it"));
        }
    }
}

/// Checks that an `allOf` is one reference with annotations, or composes objects.
fn parts(document: &Yaml, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    let parts = schema.list("allOf");
    if parts.len() < 2 {
        return;
    }
    for part in parts.iter().map(|part| walk::resolve(document, part)) {
        if part.get("properties").is_none() && part.get("allOf").is_none() && part.get("required").is_none() {
            problems.push(subject, "a part of allOf is not an object: compose only objects with properties");
        }
    }
}

fn enumeration(schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    let values: Vec<&Yaml> = schema.list("enum").iter().filter(|value| !value.is_null()).collect();
    let names: Vec<&str> = schema.list("x-enum-varnames").iter().filter_map(Yaml::as_str).collect();
    if schema.get("x-enum-varnames").is_some() && names.len() != values.len() {
        problems.push(subject, "x-enum-varnames and enum differ in length: name every value");
        return;
    }
    match schema.text("type") {
        Some("string") if values.iter().all(|value| value.is_string()) => {}
        Some("integer") if !values.iter().all(|value| value.is_i64()) => {
            problems.push(subject, "an enum of integers has a value that is none: correct it");
        }
        Some("integer") if names.is_empty() => {
            problems.push(subject, "an enum of integers has no x-enum-varnames: name every value");
        }
        Some("integer") => {}
        _ => {
            problems
                .push(subject, "an enum must hold only strings (quote them) or only integers, and have that `type`");
        }
    }
    let texts: Vec<&str> =
        if names.is_empty() { values.iter().filter_map(|value| value.as_str()).collect() } else { names };
    let mut seen = BTreeSet::new();
    for text in texts {
        if !text.chars().any(char::is_alphanumeric) {
            problems.push(subject, format!("the value `{text}` has no Rust name: add x-enum-varnames"));
        } else if !seen.insert(pascal(text)) {
            problems
                .push(subject, format!("two variants would have the Rust name {}: add x-enum-varnames", pascal(text)));
        }
    }
}
