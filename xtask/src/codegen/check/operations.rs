//! Checks that every operation has a name, a summary and a source.

use std::collections::BTreeMap;

use crate::codegen::model::operation::Confidence;
use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::security;
use crate::codegen::model::walk;
use crate::codegen::naming::{RESERVED_OPERATIONS, snake};
use crate::yaml::{Yaml, YamlExt};

/// Problem of an operation or variant without a name.
const MISSING_ID: &str = "no operationId: add one in lowerCamelCase";

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    let mut names = BTreeMap::new();
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        if matches!(found.method, "options" | "trace") {
            problems.push(subject, "the generator does not support this HTTP method: remove the operation");
        }
        for scheme in security::schemes(found.operation) {
            if document.at(&["components", "securitySchemes", scheme]).is_none() {
                problems.push(subject, format!("the security scheme {scheme} is not in components/securitySchemes"));
            }
        }
        let variants = found.operation.list("x-keyfob-variants");
        if found.operation.get("operationId").is_some() {
            operation(found.operation, subject, &mut names, problems);
        } else if variants.is_empty() {
            problems.push(subject, MISSING_ID);
        }
        let mut queries = Vec::new();
        for variant in variants {
            let Some(query) = variant.get("query").and_then(Yaml::as_mapping) else {
                problems.push(subject, "a variant has no `query`: add a map, which may be empty");
                continue;
            };
            let required = variant.list("parameters").iter().filter(|parameter| parameter.flag("required"));
            let required_names: Vec<_> = required.filter_map(|parameter| parameter.text("name")).collect();
            if queries.contains(&(query, required_names.clone())) || (query.is_empty() && required_names.is_empty()) {
                problems.push(
                    subject,
                    "the query of a variant does not distinguish it: add a fixed value or a required parameter",
                );
            }
            if query.values().any(|value| value.is_mapping() || value.is_sequence() || value.is_null()) {
                problems.push(
                    subject,
                    "the query of a variant contains a list, map or null: use text, numbers and booleans",
                );
            }
            queries.push((query, required_names));
            operation(&with_inherited_source(found.operation, variant), subject, &mut names, problems);
        }
    }
}

/// Returns the variant with the source of its operation, unless it has its own.
fn with_inherited_source(base: &Yaml, variant: &Yaml) -> Yaml {
    let mut all = variant.clone();
    if all.get("x-keyfob-source").is_none()
        && let Some(source) = base.get("x-keyfob-source")
    {
        all.set("x-keyfob-source", source.clone());
    }
    all
}

fn operation(
    operation: &Yaml,
    subject: Subject<'_>,
    names: &mut BTreeMap<String, String>,
    problems: &mut Problems<'_>,
) {
    let Some(id) = operation.text("operationId") else {
        problems.push(subject, MISSING_ID);
        return;
    };
    let name = snake(id);
    if !id.starts_with(|first: char| first.is_ascii_lowercase())
        || !id.chars().all(|letter| letter.is_ascii_alphanumeric())
    {
        problems.push(subject, format!("operationId {id} is not lowerCamelCase: rename it"));
    }
    if RESERVED_OPERATIONS.contains(&name.as_str()) {
        problems.push(subject, format!("operationId {id} clashes with a name that every client has: rename it"));
    }
    if let Some(other) = names.insert(name, id.to_owned()) {
        problems.push(subject, format!("operationId {id} clashes with {other}: rename one of them"));
    }
    source(operation, id, subject, problems);
    let summary = operation.text("summary").unwrap_or_default().trim();
    if summary.is_empty() || summary.contains('\n') {
        problems.push(subject, format!("{id} has no summary of one line: add one"));
    }
    for key in ["summary", "description"] {
        if operation.text(key).is_some_and(|text| text.contains("```")) {
            problems.push(subject, format!("{id} has a code fence in its {key}: use inline code"));
        }
    }
    if let Some(retry) = operation.get("x-keyfob-retry")
        && !matches!(retry.as_str(), Some("safe" | "never"))
    {
        problems.push(subject, format!("{id}: x-keyfob-retry must be `safe` or `never`"));
    }
    if operation.get("x-keyfob-scope").is_some_and(|scope| !scope.is_string()) {
        problems.push(subject, format!("{id}: x-keyfob-scope must be text"));
    }
}

fn source(operation: &Yaml, id: &str, subject: Subject<'_>, problems: &mut Problems<'_>) {
    let Some(source) = operation.get("x-keyfob-source") else {
        problems.push(subject, format!("{id} has no x-keyfob-source: add its doc and confidence"));
        return;
    };
    if source.text("doc").unwrap_or_default().trim().is_empty() {
        problems.push(
            subject,
            format!("{id}: x-keyfob-source has no doc: add the address or file that describes the operation"),
        );
    }
    let confidence = source.text("confidence").unwrap_or("missing");
    if Confidence::from_word(confidence).is_none() {
        problems.push(
            subject,
            format!(
                "{id}: confidence is {confidence}: it must be one of {}",
                Confidence::ALL.map(Confidence::word).join(", ")
            ),
        );
    }
    if let Some((key, _)) = source.entries().into_iter().find(|(key, _)| !["doc", "confidence"].contains(key)) {
        problems.push(subject, format!("{id}: x-keyfob-source has an unknown key {key}: remove it"));
    }
}
