//! Collects the fields of a schema as paths of names.

use std::collections::BTreeSet;

use crate::yaml::{Yaml, YamlExt};

/// Maximum depth of a path. Deeper objects are resources with operations of their own, which are compared there.
const DEPTH: usize = 4;

/// Returns the target of a local reference; any other node is returned unchanged.
pub(super) fn resolve<'t>(document: &'t Yaml, node: &'t Yaml) -> &'t Yaml {
    let Some(pointer) = node.text("$ref").and_then(|reference| reference.strip_prefix("#/")) else { return node };
    pointer.split('/').try_fold(document, |tree, key| tree.get(key)).unwrap_or(node)
}

/// Returns the paths of all fields of `schema`, for example `parts.name`; the items of a list have the path of the list.
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
