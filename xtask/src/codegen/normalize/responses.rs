//! Reduces responses to one success, for every 2xx status. Error responses are decoded by the runtime.

use crate::codegen::model::body::{is_json, is_text, preferred};
use crate::codegen::model::walk;
use crate::yaml::{Map, Yaml, YamlExt, map};

pub(super) fn pass(document: &mut Yaml, log: &mut Vec<String>) {
    let mut dropped = 0;
    walk::each_operation_mut(document, |id, operation| {
        let responses = operation.take("responses").unwrap_or(Yaml::Null);
        dropped += responses.entries().iter().filter(|(code, _)| !code.starts_with('2')).count();
        let success = responses.entries().into_iter().find(|(code, _)| code.starts_with('2'));
        let content = success.map(|(_, response)| response.pairs("content")).unwrap_or_default();
        let mut response = map([("description", "Success".into())]);
        if let Some((media, content)) = preferred(&content) {
            response.set("content", lowered(id, media, content, log));
        }
        operation.set("responses", map([("2XX", response)]));
    });
    if dropped > 0 {
        log.push(format!(
            "{dropped} error responses are decoded by the runtime; the success stands for every 2xx status"
        ));
    }
}

/// Returns the content of the success: JSON, or bytes for text and downloads.
fn lowered(id: &str, media: &str, content: &Yaml, log: &mut Vec<String>) -> Yaml {
    if is_json(media) {
        if media != "application/json" {
            log.push(format!("{id}: the response's {media} is decoded as JSON"));
        }
        let schema = content.get("schema").cloned().unwrap_or(Yaml::Mapping(Map::new()));
        return map([("application/json", map([("schema", schema)]))]);
    }
    let kind = if is_text(media) && content.at(&["schema", "format"]).is_none() { "text" } else { "a download" };
    log.push(format!("{id}: the response's {media} is {kind}"));
    let bytes = map([("type", "string".into()), ("format", "binary".into())]);
    map([("application/octet-stream", map([("schema", bytes)]))])
}
