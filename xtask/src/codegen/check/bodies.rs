//! Checks that an operation has a complete request body and a success response.

use crate::codegen::model::problems::{Problems, Subject};
use crate::codegen::model::{response, walk};
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
            let responses = node.get("responses").or(found.operation.get("responses"));
            if let Err(reason) = success(document, responses.unwrap_or(&Yaml::Null)) {
                problems.push(subject, format!("{id}: {reason}"));
            }
        }
    }
}

fn request(body: &Yaml) -> Option<&'static str> {
    let content = body.pairs("content");
    match content.as_slice() {
        [] => Some("the request body has no content: add its media type and schema"),
        _ if body.get("required").and_then(Yaml::as_bool).is_none() => {
            Some("the request body has no `required`: add `required: true` or `required: false`")
        }
        content if content.iter().any(|(_, media)| !encoding_is_content_types(media)) => Some(
            "an `encoding` of the request body sets more than the contentType of a property: the client sends forms in \
             the default style, so remove it",
        ),
        content if content.iter().any(|(_, media)| media.get("schema").is_none()) => {
            Some("a media type of the request body has no schema: add one, or `{}` for any JSON")
        }
        _ => None,
    }
}

/// Returns whether the `encoding` of a form, if any, only states the content types of properties. It is for other tools:
/// the client sends objects of a form as JSON text (`x-keyfob-json-string`) and files with the content type of the caller.
fn encoding_is_content_types(media: &Yaml) -> bool {
    media.pairs("encoding").into_iter().all(|(_, encoding)| {
        let keys = encoding.entries();
        !keys.is_empty() && keys.iter().all(|(key, value)| *key == "contentType" && value.is_string())
    })
}

/// Checks that there is a success response, and that the content of each has a schema.
fn success(document: &Yaml, responses: &Yaml) -> Result<(), String> {
    let successes = response::successes(&responses.entries());
    if successes.is_empty() {
        return Err("no success response: add one, with a status code that begins with 2".into());
    }
    let contents = successes.into_iter().flat_map(|response| walk::resolve(document, response).pairs("content"));
    match contents.into_iter().find(|(_, media)| media.get("schema").is_none()) {
        Some((name, _)) => {
            Err(format!("{name} of the success response has no schema: add one, or `{{}}` for any JSON"))
        }
        None => Ok(()),
    }
}
