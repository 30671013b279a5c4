//! Collects the fields of a schema by their paths, with type, `required` and enumeration.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// Maximum depth of a path. Deeper objects are resources with operations of their own, which are compared there.
const DEPTH: usize = 4;

/// Fields by path, for example `parts.name`; the items of a list have the path of the list.
pub(super) type Fields = BTreeMap<String, Field>;

/// Type of a field or parameter.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    /// Type in words: `integer`, `list of string`, `object`, `any`.
    pub(super) kind: String,
    pub(super) required: bool,
    /// Values of an enumeration.
    pub(super) values: BTreeSet<String>,
}

/// Returns the target of a local reference; any other node is returned unchanged.
pub(super) fn resolve<'t>(document: &'t Yaml, node: &'t Yaml) -> &'t Yaml {
    let Some(pointer) = node.text("$ref").and_then(|reference| reference.strip_prefix("#/")) else { return node };
    pointer.split('/').try_fold(document, |tree, key| tree.get(key)).unwrap_or(node)
}

/// Returns the fields of `schema`.
pub(super) fn fields(document: &Yaml, schema: &Yaml) -> Fields {
    let mut found = Fields::new();
    collect(document, schema, "", &mut Vec::new(), &mut found);
    found
}

/// Returns the type of a schema.
pub(super) fn field(document: &Yaml, schema: &Yaml, required: bool) -> Field {
    let schema = target(document, schema);
    let values = schema.list("enum").iter().filter(|value| !value.is_null());
    let values = values
        .map(|value| value.as_str().map_or_else(|| value.as_i64().unwrap_or_default().to_string(), str::to_owned));
    Field { kind: kind(document, schema, 0), required, values: values.collect() }
}

/// Returns the schema behind references, behind an `allOf` that only adds annotations, and behind an `anyOf` that adds null.
fn target<'t>(document: &'t Yaml, schema: &'t Yaml) -> &'t Yaml {
    let mut schema = resolve(document, schema);
    for _ in 0..8 {
        if let Some(reference) = walk::nullable_reference(schema) {
            schema = resolve(document, reference);
        }
        match schema.list("allOf") {
            [one] if schema.get("properties").is_none() => schema = resolve(document, one),
            _ if schema.get("$ref").is_some() => schema = resolve(document, schema),
            _ => break,
        }
    }
    schema
}

fn kind(document: &Yaml, schema: &Yaml, depth: usize) -> String {
    let schema = target(document, schema);
    if let Some(path) = schema.at(&["x-rust-type", "path"]).and_then(Yaml::as_str) {
        return match path {
            "NumberOrString" => "number or string".to_owned(),
            // A time without an offset is a string on the wire.
            _ => "string".to_owned(),
        };
    }
    match schema.text("x-keyfob-type").or(schema.text("type")) {
        Some("array") if depth < DEPTH => {
            format!(
                "list of {}",
                schema.get("items").map_or_else(|| "any".to_owned(), |items| kind(document, items, depth + 1))
            )
        }
        Some(kind) => kind.to_owned(),
        None if schema.get("properties").is_some() || schema.get("allOf").is_some() => "object".to_owned(),
        None => "any".to_owned(),
    }
}

fn collect<'t>(document: &'t Yaml, schema: &'t Yaml, prefix: &str, above: &mut Vec<&'t str>, found: &mut Fields) {
    let reference = schema.text("$ref").unwrap_or_default();
    if above.len() > DEPTH || (!reference.is_empty() && above.contains(&reference)) {
        return;
    }
    above.push(reference);
    let schema = resolve(document, schema);
    let required: Vec<&str> = schema.list("required").iter().filter_map(Yaml::as_str).collect();
    for (name, property) in schema.pairs("properties") {
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        collect(document, property, &path, above, found);
        found.insert(path, field(document, property, required.contains(&name)));
    }
    if let Some(items) = schema.get("items") {
        collect(document, items, prefix, above, found);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.list(key) {
            collect(document, part, prefix, above, found);
        }
    }
    above.pop();
}
