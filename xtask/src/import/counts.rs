//! Counts operations by the quality of their types.

use std::collections::BTreeSet;

use super::report::Counts;
use super::types::UNTYPED;
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// Counts the operations of the specification.
pub(super) fn count(document: &Yaml, found: usize) -> Counts {
    let mut counts = Counts { found, ..Counts::default() };
    for found in walk::operations(document) {
        counts.imported += 1;
        let success = found.operation.pairs("responses").into_iter().find(|(code, _)| code.starts_with('2'));
        let contents = [found.operation.get("requestBody"), success.map(|(_, response)| response)];
        let contents = contents.into_iter().flatten().flat_map(|holder| holder.pairs("content"));
        let parameters = found.operation.list("parameters").iter().map(|parameter| &parameter["schema"]);
        let schemas: Vec<&Yaml> = contents.map(|(_, media)| &media["schema"]).chain(parameters).collect();
        if schemas.iter().any(|schema| is_untyped(document, schema)) {
            counts.untyped += 1;
        } else if schemas.iter().any(|schema| has_untyped(document, schema, &mut BTreeSet::new())) {
            counts.partly += 1;
        } else {
            counts.typed += 1;
        }
    }
    counts
}

/// Returns whether the schema, or the items of the list that it is, became untyped.
fn is_untyped(document: &Yaml, schema: &Yaml) -> bool {
    let schema = walk::resolve(document, schema);
    schema.get(UNTYPED).is_some()
        || schema.get("items").is_some_and(|items| walk::resolve(document, items).get(UNTYPED).is_some())
}

fn has_untyped(document: &Yaml, schema: &Yaml, seen: &mut BTreeSet<String>) -> bool {
    if schema.get(UNTYPED).is_some() {
        return true;
    }
    if let Some(reference) = schema.text("$ref") {
        return seen.insert(reference.to_owned()) && has_untyped(document, walk::resolve(document, schema), seen);
    }
    let properties = schema.pairs("properties").into_iter().map(|(_, property)| property);
    let parts = schema.list("allOf").iter().chain(schema.list("anyOf"));
    let inner = properties.chain(parts).chain(schema.get("items")).chain(schema.get("additionalProperties"));
    let inner: Vec<&Yaml> = inner.collect();
    inner.into_iter().any(|inner| has_untyped(document, inner, seen))
}

/// Removes the marks of untyped values, and examples with a `$ref`, which tools would take for a reference.
pub(super) fn unmark(node: &mut Yaml) {
    node.take(UNTYPED);
    for key in ["example", "default"] {
        if node.get(key).is_some_and(has_reference) {
            node.take(key);
        }
    }
    match node {
        Yaml::Mapping(pairs) => pairs.iter_mut().for_each(|(_, value)| unmark(value)),
        Yaml::Sequence(list) => list.iter_mut().for_each(unmark),
        _ => {}
    }
}

fn has_reference(node: &Yaml) -> bool {
    match node {
        Yaml::Mapping(pairs) => node.get("$ref").is_some() || pairs.values().any(has_reference),
        Yaml::Sequence(list) => list.iter().any(has_reference),
        _ => false,
    }
}
