//! Finds operations and resolves references.

use crate::yaml::{Yaml, YamlExt};

/// Keys of a path item that are HTTP methods.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Maximum length of a chain of references. No specification has such a chain: a longer one is a cycle.
const MAX_CHAIN: usize = 16;

/// The node of an operation, with its method and path.
#[derive(Clone, Copy)]
pub(crate) struct OperationNode<'t> {
    pub(crate) path: &'t str,
    pub(crate) method: &'t str,
    pub(crate) item: &'t Yaml,
    pub(crate) operation: &'t Yaml,
}

/// Returns every operation, in the document's order.
pub(crate) fn operations(document: &Yaml) -> Vec<OperationNode<'_>> {
    let paths = document.pairs("paths").into_iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.entries().into_iter().filter(|(key, _)| METHODS.contains(key));
        methods.map(move |(method, operation)| OperationNode { path, method, item, operation })
    });
    all.collect()
}

/// Returns the target of a reference; a node that is not a reference, or has no target, is returned unchanged.
pub(crate) fn resolve<'t>(document: &'t Yaml, node: &'t Yaml) -> &'t Yaml {
    let mut node = node;
    for _ in 0..MAX_CHAIN {
        let Some(target) = node.text("$ref").and_then(|reference| target(document, reference)) else { break };
        node = target;
    }
    node
}

/// Follows a reference to the end of its chain; returns the name of the last component, and that component.
pub(crate) fn chase<'t>(document: &'t Yaml, node: &'t Yaml) -> (&'t str, &'t Yaml) {
    let (mut name, mut node) = ("", node);
    for _ in 0..MAX_CHAIN {
        let Some(reference) = node.text("$ref") else { break };
        let (Some((_, component)), Some(target)) = (component(reference), target(document, reference)) else { break };
        (name, node) = (component, target);
    }
    (name, node)
}

/// Returns the reference of a schema that is `anyOf` a reference and null, which OpenAPI 3.0 has no shorter form for.
pub(crate) fn nullable_reference(schema: &Yaml) -> Option<&Yaml> {
    match schema.list("anyOf") {
        [reference, null] if reference.get("$ref").is_some() && matches!(null.list("enum"), [Yaml::Null]) => {
            Some(reference)
        }
        _ => None,
    }
}

/// Returns the component that a local reference names.
pub(crate) fn target<'t>(document: &'t Yaml, reference: &str) -> Option<&'t Yaml> {
    let (section, name) = component(reference)?;
    document.at(&["components", section, name])
}

/// Returns section and name of `#/components/<section>/<name>`.
pub(crate) fn component(reference: &str) -> Option<(&str, &str)> {
    let (section, name) = reference.strip_prefix("#/components/")?.split_once('/')?;
    (!name.contains('/')).then_some((section, name))
}

/// Returns the parameters of an operation: its own, and those of its path that it does not override. References are
/// resolved.
pub(crate) fn parameters<'t>(document: &'t Yaml, item: &'t Yaml, operation: &'t Yaml) -> Vec<&'t Yaml> {
    let identity =
        |parameter: &Yaml| (parameter.text("in").map(str::to_owned), parameter.text("name").map(str::to_owned));
    let own: Vec<&Yaml> = operation.list("parameters").iter().map(|node| resolve(document, node)).collect();
    let shared = item.list("parameters").iter().map(|node| resolve(document, node));
    let mut all: Vec<&Yaml> = shared.filter(|shared| own.iter().all(|own| identity(own) != identity(shared))).collect();
    all.extend(own);
    all
}

/// Returns a property of an object, including the properties that `allOf` contributes.
pub(crate) fn property<'t>(document: &'t Yaml, schema: &'t Yaml, name: &str) -> Option<&'t Yaml> {
    let schema = resolve(document, schema);
    let parts = || schema.list("allOf").iter().find_map(|part| property(document, part, name));
    schema.at(&["properties", name]).or_else(parts)
}

/// Returns the names in braces of a path template.
pub(crate) fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
