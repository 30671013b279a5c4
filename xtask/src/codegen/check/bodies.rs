//! One request body of a known kind, one success answer.

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

pub(super) fn check(document: &Yaml, problems: &mut Problems<'_>) {
    for found in walk::operations(document) {
        let subject = Subject::Operation { path: found.path, method: found.method };
        let variants = found.operation.list("x-keyfob-variants");
        let own = found.operation.get("operationId").is_some();
        for node in own.then_some(found.operation).into_iter().chain(variants) {
            let id = node.text("operationId").unwrap_or_default();
            let body = node.get("requestBody").or(found.operation.get("requestBody"));
            if let Some(reason) = body.and_then(|body| request(walk::resolve(document, body))) {
                problems.push(subject, format!("{id}: {reason}"));
            }
            let answers = node.get("responses").or(found.operation.get("responses"));
            if let Err(reason) = success(document, answers.unwrap_or(&Yaml::Null)) {
                problems.push(subject, format!("{id}: {reason}"));
            }
        }
    }
}

fn request(body: &Yaml) -> Option<&'static str> {
    let content = body.pairs("content");
    match content.as_slice() {
        [] => Some("the request body has no content"),
        _ if body.get("required").and_then(Yaml::as_bool).is_none() => {
            Some("the request body does not say whether it is required (`required: true` or `false`)")
        }
        content if content.iter().any(|(_, media)| media.get("encoding").is_some()) => {
            Some("the request body has an `encoding`, which is not supported")
        }
        content if content.iter().any(|(_, media)| media.get("schema").is_none()) => {
            Some("a media type of the request body has no schema (`{}` stands for any JSON)")
        }
        _ => None,
    }
}

/// The one success answer: several codes may share it, but not differ.
fn success(document: &Yaml, responses: &Yaml) -> Result<(), String> {
    let answers = responses.entries().into_iter().filter(|(code, _)| code.starts_with('2'));
    let mut contents: Vec<Vec<(&str, &Yaml)>> =
        answers.map(|(_, answer)| walk::resolve(document, answer).pairs("content")).collect();
    contents.dedup();
    match contents.as_slice() {
        [] => Err("no success answer: none of its status codes begins with 2".into()),
        [content] => match content.iter().find(|(_, media)| media.get("schema").is_none()) {
            Some((name, _)) => Err(format!("{name} of the success answer has no schema (`{{}}` stands for any JSON)")),
            None => Ok(()),
        },
        _ => Err("its success answers differ: one schema per operation".into()),
    }
}
