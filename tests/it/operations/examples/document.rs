//! Success responses of a document, and the components that they name.

use yaml_serde::Value as Yaml;

/// Keys of a path item that are HTTP methods.
const METHODS: [&str; 6] = ["get", "put", "post", "delete", "head", "patch"];

/// A media type of a success response of an operation.
pub(super) struct Medium<'d> {
    pub(super) operation: &'d str,
    pub(super) media: &'d str,
    pub(super) schema: &'d Yaml,
    content: &'d Yaml,
}

impl Medium<'_> {
    /// Returns the name of the example: of the schema, or of the operation if its response has no schema of its own.
    /// Operations with the same response share an example, which keeps the documents small.
    pub(super) fn shape(&self) -> String {
        let items = self.schema.get("items").and_then(schema_name);
        match (schema_name(self.schema), items) {
            (Some(name), _) => name.to_owned(),
            (None, Some(name)) => format!("{name}Array"),
            (None, None) => self.operation.to_owned(),
        }
    }

    /// Returns the component that the example `key` refers to.
    pub(super) fn example(&self, key: &str) -> Option<&str> {
        self.content.get("examples")?.get(key)?.get("$ref")?.as_str()
    }
}

fn schema_name(schema: &Yaml) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// Returns the media types of the success responses of all operations, variants included, in the document's order.
pub(super) fn media(document: &Yaml) -> Vec<Medium<'_>> {
    let mut media = Vec::new();
    for (_, item) in entries(&document["paths"]) {
        for (_, operation) in entries(item).filter(|(method, _)| METHODS.contains(method)) {
            let variants = operation.get("x-keyfob-variants").and_then(Yaml::as_sequence).into_iter().flatten();
            for node in std::iter::once(operation).chain(variants) {
                let Some(id) = node.get("operationId").and_then(Yaml::as_str) else { continue };
                let responses = node.get("responses").unwrap_or(&operation["responses"]);
                for (_, response) in entries(responses).filter(|(code, _)| code.starts_with('2')) {
                    let content = resolve(document, response).get("content");
                    let content = content.into_iter().flat_map(entries);
                    media.extend(content.map(|(media, content)| Medium {
                        operation: id,
                        media,
                        schema: &content["schema"],
                        content,
                    }));
                }
            }
        }
    }
    media
}

/// Returns the target of a local reference, or the node itself.
pub(super) fn resolve<'d>(document: &'d Yaml, node: &'d Yaml) -> &'d Yaml {
    let Some(reference) = node.get("$ref").and_then(Yaml::as_str) else { return node };
    let target = reference.strip_prefix("#/").unwrap().split('/').fold(document, |node, key| &node[key]);
    assert!(!target.is_null(), "{reference} has no target");
    resolve(document, target)
}

/// Returns the pairs of a map with text keys.
pub(super) fn entries(node: &Yaml) -> impl Iterator<Item = (&str, &Yaml)> {
    node.as_mapping().into_iter().flatten().filter_map(|(key, value)| Some((key.as_str()?, value)))
}
