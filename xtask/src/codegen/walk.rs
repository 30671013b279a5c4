//! Finding operations, following references.

use crate::tree::{Tree, TreeExt};

/// The methods that a path item may hold, in the order of no one in particular.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One method of one path.
#[derive(Clone, Copy)]
pub(crate) struct Found<'t> {
    pub(crate) path: &'t str,
    pub(crate) method: &'t str,
    pub(crate) item: &'t Tree,
    pub(crate) operation: &'t Tree,
}

/// Every operation, in the document's order.
pub(crate) fn operations(document: &Tree) -> Vec<Found<'_>> {
    let paths = document.pairs("paths").into_iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.entries().into_iter().filter(|(key, _)| METHODS.contains(key));
        methods.map(move |(method, operation)| Found { path, method, item, operation })
    });
    all.collect()
}

/// What `node` refers to, or `node` itself if it is no reference or leads nowhere.
pub(crate) fn resolve<'t>(document: &'t Tree, node: &'t Tree) -> &'t Tree {
    let mut node = node;
    // Longer chains than this are cycles.
    for _ in 0..16 {
        let Some(target) = node.text("$ref").and_then(|reference| target(document, reference)) else { break };
        node = target;
    }
    node
}

/// The component that a local reference names.
pub(crate) fn target<'t>(document: &'t Tree, reference: &str) -> Option<&'t Tree> {
    let (section, name) = component(reference)?;
    document.at(&["components", section, name])
}

/// The section and name in `#/components/<section>/<name>`.
pub(crate) fn component(reference: &str) -> Option<(&str, &str)> {
    let (section, name) = reference.strip_prefix("#/components/")?.split_once('/')?;
    (!name.contains('/')).then_some((section, name))
}

/// The parameters of an operation: its own, and those of its path that it does not override. References are followed.
pub(crate) fn parameters<'t>(document: &'t Tree, item: &'t Tree, operation: &'t Tree) -> Vec<&'t Tree> {
    let identity =
        |parameter: &Tree| (parameter.text("in").map(str::to_owned), parameter.text("name").map(str::to_owned));
    let own: Vec<&Tree> = operation.list("parameters").iter().map(|node| resolve(document, node)).collect();
    let shared = item.list("parameters").iter().map(|node| resolve(document, node));
    let mut all: Vec<&Tree> = shared.filter(|shared| own.iter().all(|own| identity(own) != identity(shared))).collect();
    all.extend(own);
    all
}

/// The property of an object, also where `allOf` puts the object together.
pub(crate) fn property<'t>(document: &'t Tree, schema: &'t Tree, name: &str) -> Option<&'t Tree> {
    let schema = resolve(document, schema);
    let parts = || schema.list("allOf").iter().find_map(|part| property(document, part, name));
    schema.at(&["properties", name]).or_else(parts)
}

/// The names in braces of a path template.
pub(crate) fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
