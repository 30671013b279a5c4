//! Reduces request bodies to one media type; files and multipart forms become bytes, which the emitter types.

use crate::codegen::model::body::{is_json, preferred};
use crate::codegen::model::walk;
use crate::codegen::naming::pascal;
use crate::yaml::{Map, Yaml, YamlExt, map};

pub(super) fn pass(document: &mut Yaml, log: &mut Vec<String>) {
    let mut components = Vec::new();
    walk::each_operation_mut(document, |id, operation| {
        let Some(body) = operation.get("requestBody").cloned() else { return };
        let content = body.pairs("content");
        let Some((media, media_content)) = preferred(&content) else { return };
        if content.len() > 1 {
            log.push(format!("{id}: of {} media types of the request, {media} is sent", content.len()));
        }
        let mut schema = media_content.get("schema").cloned().unwrap_or(Yaml::Mapping(Map::new()));
        let media = match media {
            "application/json" | "application/x-www-form-urlencoded" => media,
            other if is_json(other) => {
                log.push(format!("{id}: the body is JSON, sent as {other}"));
                "application/json"
            }
            other if other.starts_with("text/") => {
                schema = map([("type", "string".into())]);
                "text/plain"
            }
            other => {
                log.push(format!("{id}: the {other} body is an argument of a type of the runtime"));
                schema = map([("type", "string".into()), ("format", "binary".into())]);
                "application/octet-stream"
            }
        };
        if schema.get("properties").is_some() {
            let name = format!("{}Body", pascal(id));
            log.push(format!("{id}: the inline body becomes the type {name}"));
            let reference = map([("$ref", format!("#/components/schemas/{name}").into())]);
            components.push((name, std::mem::replace(&mut schema, reference)));
        }
        let content = map([(media, map([("schema", schema)]))]);
        operation.set("requestBody", map([("required", true.into()), ("content", content)]));
    });
    for (name, schema) in components {
        add_component(document, &name, schema);
    }
}

fn add_component(document: &mut Yaml, name: &str, schema: Yaml) {
    for (parent, key) in [(&[][..], "components"), (&["components"][..], "schemas")] {
        let parent = parent.iter().try_fold(&mut *document, |tree, key| tree.get_mut(key));
        if let Some(parent) = parent
            && parent.get(key).is_none()
        {
            parent.set(key, Map::new());
        }
    }
    if let Some(schemas) = document.get_mut("components").and_then(|components| components.get_mut("schemas")) {
        schemas.set(name, schema);
    }
}
