//! One answer per operation: the success, for every 2xx status. Errors are read by the runtime, in any shape.

use super::super::facts::{chosen, is_json, is_text};
use crate::tree::{Map, Tree, TreeExt, map};

pub(super) fn pass(document: &mut Tree, log: &mut Vec<String>) {
    let mut dropped = 0;
    super::each_operation(document, |id, operation| {
        let responses = operation.take("responses").unwrap_or(Tree::Null);
        dropped += responses.entries().iter().filter(|(code, _)| !code.starts_with('2')).count();
        let success = responses.entries().into_iter().find(|(code, _)| code.starts_with('2'));
        let content = success.map(|(_, answer)| answer.pairs("content")).unwrap_or_default();
        let mut answer = map([("description", "Success".into())]);
        if let Some((media, content)) = chosen(&content) {
            answer.set("content", lowered(id, media, content, log));
        }
        operation.set("responses", map([("2XX", answer)]));
    });
    if dropped > 0 {
        log.push(format!(
            "{dropped} documented error answers are left to the runtime; successes cover every 2xx status"
        ));
    }
}

fn lowered(id: &str, media: &str, content: &Tree, log: &mut Vec<String>) -> Tree {
    if is_json(media) {
        if media != "application/json" {
            log.push(format!("{id}: the answer's {media} is read as JSON"));
        }
        let schema = content.get("schema").cloned().unwrap_or(Tree::Mapping(Map::new()));
        return map([("application/json", map([("schema", schema)]))]);
    }
    let kind = if is_text(media) && content.at(&["schema", "format"]).is_none() { "text" } else { "a download" };
    log.push(format!("{id}: the answer's {media} is {kind}"));
    let bytes = map([("type", "string".into()), ("format", "binary".into())]);
    map([("application/octet-stream", map([("schema", bytes)]))])
}
