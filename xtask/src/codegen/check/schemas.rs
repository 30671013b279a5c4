//! Schemas are named, plain, and lenient where they describe answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::reach::reach;
use crate::codegen::model::walk;
use crate::codegen::naming::{RESERVED_TYPES, pascal, snake};
use crate::yaml::{Yaml, YamlExt};

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    let answers = reach(document).answers;
    let mut names = BTreeMap::new();
    for (name, schema) in document.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default() {
        let subject = Subject::Component { section: "schemas", name };
        let rust = pascal(name);
        if RESERVED_TYPES.contains(&rust.as_str()) {
            problems.push(subject, format!("the name {rust} is Rust's own"));
        }
        if let Some(other) = names.insert(rust, name) {
            problems.push(subject, format!("clashes with {other}"));
        }
        if schema.get("enum").is_some() {
            enumeration(schema, subject, problems);
        } else {
            plain(document, schema, Depth::Top, subject, problems);
        }
        if answers.contains(name) && !schema.list("required").is_empty() {
            problems.push(subject, "is part of an answer, and so cannot have required properties");
        }
    }
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        for node in std::iter::once(found.operation).chain(found.operation.list("x-keyfob-variants")) {
            for parameter in node.list("parameters") {
                plain(document, &parameter["schema"], Depth::Inner, subject, problems);
            }
            let body = node.get("requestBody").map(|body| walk::resolve(document, body));
            for (media, content) in body.map(|body| body.pairs("content")).unwrap_or_default() {
                // The parts of a form are no type of their own; any other inline body is given a name.
                if media != "multipart/form-data" {
                    plain(document, &content["schema"], Depth::Top, subject, problems);
                }
            }
            for (code, answer) in node.pairs("responses") {
                let media = walk::resolve(document, answer).pairs("content");
                for (_, content) in media.into_iter().filter(|_| code.starts_with('2')) {
                    plain(document, &content["schema"], Depth::Inner, subject, problems);
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Top,
    Inner,
}

fn plain(document: &Yaml, schema: &Yaml, depth: Depth, subject: Subject<'_>, problems: &mut Problems<'_>) {
    if !schema.is_mapping() {
        return;
    }
    for key in ["oneOf", "anyOf", "not"] {
        if schema.get(key).is_some() {
            problems
                .push(subject, format!("{key} has no faithful Rust type: use `{{}}` or x-rust-type, and describe it"));
        }
    }
    if depth == Depth::Inner && schema.get("enum").is_some() {
        problems.push(subject, "an inline enum: enums are named component schemas");
    }
    if depth == Depth::Inner && schema.get("properties").is_some() {
        problems.push(subject, "an inline object: everything nested is a named component schema");
    }
    match schema.text("type") {
        Some("array") if schema.get("items").is_none() => problems.push(subject, "a list without `items`"),
        None if schema.get("type").is_some() => problems.push(subject, "`type` is not one name"),
        None | Some("array" | "object" | "string" | "integer" | "number" | "boolean") => {}
        Some(other) => problems.push(subject, format!("type {other} does not exist")),
    }
    if let Some(rust) = schema.get("x-rust-type")
        && (rust.text("crate") != Some("keyfob_client") || rust.text("path").is_none())
    {
        problems.push(subject, "x-rust-type has the form { crate: keyfob_client, path: Name }");
    }
    if schema.get("properties").is_some() {
        properties(document, schema, subject, problems);
    }
    parts(document, schema, subject, problems);
    for key in ["items", "additionalProperties"] {
        plain(document, &schema[key], Depth::Inner, subject, problems);
    }
}

fn properties(document: &Yaml, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    if schema["additionalProperties"].is_mapping() && !schema["additionalProperties"].entries().is_empty() {
        problems.push(subject, "has properties and typed additionalProperties: use x-keyfob-extra");
    }
    let mut names = BTreeSet::new();
    if schema.flag("x-keyfob-extra") {
        names.insert("extra".to_owned());
    }
    for (name, property) in schema.pairs("properties") {
        if !names.insert(snake(name)) {
            problems.push(subject, format!("two fields would be called {}", snake(name)));
        }
        plain(document, property, Depth::Inner, subject, problems);
    }
    for name in schema.list("required").iter().filter_map(Yaml::as_str) {
        if schema.at(&["properties", name]).is_none() {
            problems.push(subject, format!("requires {name}, which is not among its properties"));
        }
    }
}

/// `allOf` is either one reference with annotations around it, or objects whose properties are put together.
fn parts(document: &Yaml, schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    let parts = schema.list("allOf");
    if parts.len() < 2 {
        return;
    }
    for part in parts.iter().map(|part| walk::resolve(document, part)) {
        if part.get("properties").is_none() && part.get("allOf").is_none() && part.get("required").is_none() {
            problems.push(subject, "a part of allOf is no object with properties");
        }
    }
}

fn enumeration(schema: &Yaml, subject: Subject<'_>, problems: &mut Problems<'_>) {
    let values: Vec<&Yaml> = schema.list("enum").iter().filter(|value| !value.is_null()).collect();
    let names: Vec<&str> = schema.list("x-enum-varnames").iter().filter_map(Yaml::as_str).collect();
    if schema.get("x-enum-varnames").is_some() && names.len() != values.len() {
        problems.push(subject, "x-enum-varnames and enum differ in length");
        return;
    }
    match schema.text("type") {
        Some("string") if values.iter().all(|value| value.is_string()) => {}
        Some("integer") if !values.iter().all(|value| value.is_i64()) => {
            problems.push(subject, "not all values are integers");
        }
        Some("integer") if names.is_empty() => problems.push(subject, "an enum of integers needs x-enum-varnames"),
        Some("integer") => {}
        _ => problems.push(subject, "an enum holds either text (quote it) or integers, and says so in `type`"),
    }
    let texts: Vec<&str> =
        if names.is_empty() { values.iter().filter_map(|value| value.as_str()).collect() } else { names };
    let mut seen = BTreeSet::new();
    for text in texts {
        if !text.chars().any(char::is_alphanumeric) {
            problems.push(subject, format!("the value `{text}` has no name in Rust: use x-enum-varnames"));
        } else if !seen.insert(pascal(text)) {
            problems.push(subject, format!("two variants would be called {}: use x-enum-varnames", pascal(text)));
        }
    }
}
