//! Responses: one success for all 2xx statuses, and the errors.

use super::Context;
use super::bodies::example;
use super::texts::one_line;
use crate::codegen::model::body::{is_json, is_text, preferred};
use crate::import::pointer;
use crate::import::report::Effect;
use crate::import::types::{Place, Types, type_name};
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Returns whether an operation only switches to another protocol.
pub(super) fn is_websocket(node: &Yaml) -> bool {
    let responses = node.pairs("responses");
    responses.iter().any(|(code, _)| *code == "101") && !responses.iter().any(|(code, _)| code.starts_with('2'))
}

/// Returns the responses of an operation.
pub(super) fn write(document: &Yaml, types: &mut Types<'_>, context: &Context<'_>, node: &Yaml) -> Yaml {
    let mut responses = Vec::new();
    for (code, response) in node.pairs("responses") {
        if code.starts_with("x-") {
            continue;
        }
        match pointer::resolve(document, response) {
            Some(response) => responses.push((code.to_uppercase().replace("DEFAULT", "default"), response)),
            None => types.report.push(
                Effect::Removed,
                format!("{}: {code}", context.subject),
                "the reference has no target",
            ),
        }
    }
    let is_success = |code: &str| code.starts_with('2');
    let mut written = Map::new();
    let successes: Vec<(&str, &Yaml)> = responses
        .iter()
        .filter(|(code, _)| is_success(code))
        .map(|(code, response)| (code.as_str(), *response))
        .collect();
    let content = success(document, types, context, &successes, &responses);
    if successes.is_empty() {
        let default = responses.iter().find(|(code, _)| code == "default");
        let meaning = default
            .map_or_else(|| "Success; its status is not documented.".to_owned(), |(_, response)| meaning(response));
        written.insert("200".into(), with_content(meaning, content.clone()));
    }
    for (code, response) in &responses {
        if is_success(code) {
            written.insert(code.as_str().into(), with_content(meaning(response), content.clone()));
        } else if successes.is_empty() && code == "default" {
            types.report.push(
                Effect::Changed,
                format!("{}: default", context.subject),
                "the only documented response becomes the success",
            );
        } else if !code.starts_with('1') {
            written.insert(code.as_str().into(), error(types, context, code, response));
        }
    }
    Yaml::Mapping(written)
}

fn meaning(response: &Yaml) -> String {
    let text = one_line(response.text("description").unwrap_or_default());
    if text.is_empty() { "No description.".to_owned() } else { text }
}

fn with_content(meaning: String, content: Option<Yaml>) -> Yaml {
    let mut response = map([("description", meaning.into())]);
    if let Some(content) = content {
        response.set("content", content);
    }
    response
}

/// Returns the content that all success responses have.
fn success(
    document: &Yaml,
    types: &mut Types<'_>,
    context: &Context<'_>,
    successes: &[(&str, &Yaml)],
    all: &[(String, &Yaml)],
) -> Option<Yaml> {
    let subject = format!("{}: response", context.subject);
    let mut candidates: Vec<(&str, &Yaml)> = successes.to_vec();
    if candidates.is_empty() {
        let redirect = all.iter().any(|(code, _)| code.starts_with('3') && code != "304");
        match all.iter().find(|(code, _)| code == "default") {
            Some((code, response)) => candidates.push((code, response)),
            None if redirect && context.method == "get" => {
                types.report.push(Effect::Changed, subject, "only a redirect is documented: its target is a download");
                return Some(map([("application/octet-stream", map([("schema", binary())]))]));
            }
            None => {
                types.report.push(
                    Effect::Proposed,
                    subject,
                    "no success is documented: it has the status 200 and no content",
                );
                return None;
            }
        }
    }
    let mut contents: Vec<(&str, &str, &Yaml)> = Vec::new();
    for (code, response) in &candidates {
        if let Some((media, content)) = preferred(&response.pairs("content")) {
            if response.pairs("content").len() > 1 {
                let others: Vec<&str> =
                    response.pairs("content").iter().map(|(name, _)| *name).filter(|name| *name != media).collect();
                types.report.push(
                    Effect::Removed,
                    subject.clone(),
                    format!("media types other than {media}: {}", others.join(", ")),
                );
            }
            contents.push((code, media, content));
        }
    }
    let (_, media, chosen) = *contents.first()?;
    if contents.len() < candidates.len() {
        types.report.push(
            Effect::Changed,
            subject.clone(),
            "success statuses without content have that of the other ones",
        );
    }
    let place = Place::new(subject.clone(), format!("{}Response", type_name(context.id)), "");
    let essence = media.split(';').next().unwrap_or(media).trim();
    if !is_json(essence) {
        let any_text = is_text(essence) && chosen.at(&["schema", "format"]).and_then(Yaml::as_str) != Some("binary");
        let (essence, schema) = match essence {
            "*/*" => ("application/octet-stream", binary()),
            _ if any_text => (essence, map([("type", "string".into())])),
            _ => (essence, binary()),
        };
        return Some(map([(essence, map([("schema", schema)]))]));
    }
    let mut schemas: Vec<Yaml> = Vec::new();
    for (_, media, content) in &contents {
        let schema = content.get("schema").cloned().unwrap_or_else(|| map([]));
        if is_json(media) && !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    let schema = if schemas.len() == 1 {
        schemas.swap_remove(0)
    } else {
        types.report.push(
            Effect::Changed,
            subject,
            "success statuses with different content have one that holds all of them",
        );
        map([("anyOf", Yaml::Sequence(schemas))])
    };
    let mut typed = map([("schema", types.schema(&schema, &place))]);
    if let Some(example) = example(document, chosen) {
        typed.set("example", example);
    }
    Some(map([(essence, typed)]))
}

fn binary() -> Yaml {
    map([("type", "string".into()), ("format", "binary".into())])
}

fn error(types: &mut Types<'_>, context: &Context<'_>, code: &str, response: &Yaml) -> Yaml {
    let content = response.pairs("content");
    let Some((media, chosen)) = preferred(&content) else { return with_content(meaning(response), None) };
    let essence = media.split(';').next().unwrap_or(media).trim();
    let schema = match chosen.get("schema") {
        Some(schema) if is_json(essence) => {
            let place =
                Place::new(format!("{}: {code}", context.subject), format!("{}Error", type_name(context.id)), "");
            types.schema(schema, &place)
        }
        _ if is_json(essence) => map([]),
        _ => map([("type", "string".into())]),
    };
    with_content(meaning(response), Some(map([(essence, map([("schema", schema)]))])))
}
