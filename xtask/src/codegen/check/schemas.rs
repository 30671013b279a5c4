//! Schemas are named, plain, and lenient where they describe answers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::naming::{RESERVED_TYPES, pascal, snake};
use super::super::problems::{At, Problems};
use super::super::reach::reach;
use super::super::walk;
use crate::tree::{Tree, TreeExt};

pub(super) fn check(document: &Tree, problems: &mut Problems<'_>) {
    let answers = reach(document).answers;
    let mut names = BTreeMap::new();
    for (name, schema) in document.at(&["components", "schemas"]).map(TreeExt::entries).unwrap_or_default() {
        let at = At::Component { section: "schemas", name };
        let rust = pascal(name);
        if RESERVED_TYPES.contains(&rust.as_str()) {
            problems.push(at, format!("the name {rust} is Rust's own"));
        }
        if let Some(other) = names.insert(rust, name) {
            problems.push(at, format!("clashes with {other}"));
        }
        if schema.get("enum").is_some() {
            enumeration(schema, at, problems);
        } else {
            plain(document, schema, Depth::Top, at, problems);
        }
        if answers.contains(name) && !schema.list("required").is_empty() {
            problems.push(at, "is part of an answer, and so cannot have required properties");
        }
    }
    for found in walk::operations(document) {
        let at = At::Operation { path: found.path, method: found.method };
        for node in std::iter::once(found.operation).chain(found.operation.list("x-keyfob-variants")) {
            for parameter in node.list("parameters") {
                plain(document, &parameter["schema"], Depth::Inner, at, problems);
            }
            let body = node.get("requestBody").map(|body| walk::resolve(document, body));
            for (media, content) in body.map(|body| body.pairs("content")).unwrap_or_default() {
                // The parts of a form are no type of their own; any other inline body is given a name.
                if media != "multipart/form-data" {
                    plain(document, &content["schema"], Depth::Top, at, problems);
                }
            }
            for (code, answer) in node.pairs("responses") {
                let media = walk::resolve(document, answer).pairs("content");
                for (_, content) in media.into_iter().filter(|_| code.starts_with('2')) {
                    plain(document, &content["schema"], Depth::Inner, at, problems);
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

fn plain(document: &Tree, schema: &Tree, depth: Depth, at: At<'_>, problems: &mut Problems<'_>) {
    if !schema.is_mapping() {
        return;
    }
    for key in ["oneOf", "anyOf", "not"] {
        if schema.get(key).is_some() {
            problems.push(at, format!("{key} has no faithful Rust type: use `{{}}` or x-rust-type, and describe it"));
        }
    }
    if depth == Depth::Inner && schema.get("enum").is_some() {
        problems.push(at, "an inline enum: enums are named component schemas");
    }
    if depth == Depth::Inner && schema.get("properties").is_some() {
        problems.push(at, "an inline object: everything nested is a named component schema");
    }
    match schema.text("type") {
        Some("array") if schema.get("items").is_none() => problems.push(at, "a list without `items`"),
        None if schema.get("type").is_some() => problems.push(at, "`type` is not one name"),
        None | Some("array" | "object" | "string" | "integer" | "number" | "boolean") => {}
        Some(other) => problems.push(at, format!("type {other} does not exist")),
    }
    if let Some(rust) = schema.get("x-rust-type")
        && (rust.text("crate") != Some("keyfob_client") || rust.text("path").is_none())
    {
        problems.push(at, "x-rust-type has the form { crate: keyfob_client, path: Name }");
    }
    if schema.get("properties").is_some() {
        properties(document, schema, at, problems);
    }
    parts(document, schema, at, problems);
    for key in ["items", "additionalProperties"] {
        plain(document, &schema[key], Depth::Inner, at, problems);
    }
}

fn properties(document: &Tree, schema: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    if schema["additionalProperties"].is_mapping() && !schema["additionalProperties"].entries().is_empty() {
        problems.push(at, "has properties and typed additionalProperties: use x-keyfob-extra");
    }
    let mut names = BTreeSet::new();
    if schema.flag("x-keyfob-extra") {
        names.insert("extra".to_owned());
    }
    for (name, property) in schema.pairs("properties") {
        if !names.insert(snake(name)) {
            problems.push(at, format!("two fields would be called {}", snake(name)));
        }
        plain(document, property, Depth::Inner, at, problems);
    }
    for name in schema.list("required").iter().filter_map(Tree::as_str) {
        if schema.at(&["properties", name]).is_none() {
            problems.push(at, format!("requires {name}, which is not among its properties"));
        }
    }
}

/// `allOf` is either one reference with annotations around it, or objects whose properties are put together.
fn parts(document: &Tree, schema: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    let parts = schema.list("allOf");
    if parts.len() < 2 {
        return;
    }
    for part in parts.iter().map(|part| walk::resolve(document, part)) {
        if part.get("properties").is_none() && part.get("allOf").is_none() && part.get("required").is_none() {
            problems.push(at, "a part of allOf is no object with properties");
        }
    }
}

fn enumeration(schema: &Tree, at: At<'_>, problems: &mut Problems<'_>) {
    let values: Vec<&Tree> = schema.list("enum").iter().filter(|value| !value.is_null()).collect();
    let names: Vec<&str> = schema.list("x-enum-varnames").iter().filter_map(Tree::as_str).collect();
    if schema.get("x-enum-varnames").is_some() && names.len() != values.len() {
        problems.push(at, "x-enum-varnames and enum differ in length");
        return;
    }
    match schema.text("type") {
        Some("string") if values.iter().all(|value| value.is_string()) => {}
        Some("integer") if !values.iter().all(|value| value.is_i64()) => {
            problems.push(at, "not all values are integers");
        }
        Some("integer") if names.is_empty() => problems.push(at, "an enum of integers needs x-enum-varnames"),
        Some("integer") => {}
        _ => problems.push(at, "an enum holds either text (quote it) or integers, and says so in `type`"),
    }
    let texts: Vec<&str> =
        if names.is_empty() { values.iter().filter_map(|value| value.as_str()).collect() } else { names };
    let mut seen = BTreeSet::new();
    for text in texts {
        if !text.chars().any(char::is_alphanumeric) {
            problems.push(at, format!("the value `{text}` has no name in Rust: use x-enum-varnames"));
        } else if !seen.insert(pascal(text)) {
            problems.push(at, format!("two variants would be called {}: use x-enum-varnames", pascal(text)));
        }
    }
}
