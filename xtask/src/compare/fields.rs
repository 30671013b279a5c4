//! The fields that a schema leads to, as paths of names.

use std::collections::BTreeSet;

use crate::yaml::{Yaml, YamlExt};

/// Deeper fields are the business of the operations that are about them.
const DEPTH: usize = 4;

/// What a local reference leads to.
pub(super) fn resolve<'t>(document: &'t Yaml, node: &'t Yaml) -> &'t Yaml {
    let Some(pointer) = node.text("$ref").and_then(|reference| reference.strip_prefix("#/")) else { return node };
    pointer.split('/').try_fold(document, |tree, key| tree.get(key)).unwrap_or(node)
}

/// All fields below `schema`, for example `parts.name`; lists are seen through.
pub(super) fn fields(document: &Yaml, schema: &Yaml) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(document, schema, "", &mut Vec::new(), &mut found);
    found
}

fn collect<'t>(
    document: &'t Yaml,
    schema: &'t Yaml,
    prefix: &str,
    above: &mut Vec<&'t str>,
    found: &mut BTreeSet<String>,
) {
    let reference = schema.text("$ref").unwrap_or_default();
    if above.len() > DEPTH || (!reference.is_empty() && above.contains(&reference)) {
        return;
    }
    above.push(reference);
    let schema = resolve(document, schema);
    for (name, property) in schema.pairs("properties") {
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        collect(document, property, &path, above, found);
        found.insert(path);
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
