//! Request bodies with one media type.

use super::Context;
use crate::codegen::model::body::{is_json, preferred};
use crate::import::pointer;
use crate::import::report::Effect;
use crate::import::types::{Place, Types, type_name};
use crate::yaml::{Yaml, YamlExt, map};

/// Returns the request body; `None` if it has no content.
pub(super) fn write(document: &Yaml, types: &mut Types<'_>, context: &Context<'_>, node: &Yaml) -> Option<Yaml> {
    let subject = format!("{}: body", context.subject);
    let Some(node) = pointer::resolve(document, node) else {
        types.report.push(Effect::Removed, subject, "the reference has no target");
        return None;
    };
    let content = node.pairs("content");
    let Some((media, chosen)) = preferred(&content) else {
        types.report.push(Effect::Removed, subject, "it has no content");
        return None;
    };
    if content.len() > 1 {
        let others: Vec<&str> = content.iter().map(|(name, _)| *name).filter(|name| *name != media).collect();
        types.report.push(
            Effect::Removed,
            subject.clone(),
            format!("media types other than {media}: {}", others.join(", ")),
        );
    }
    if chosen.get("encoding").is_some() {
        types.report.push(Effect::Removed, subject.clone(), "the encoding of its parts");
    }
    let empty = map([]);
    let schema = chosen.get("schema").unwrap_or(&empty);
    let place = Place::new(subject.clone(), format!("{}Body", type_name(context.id)), "");
    let essence = media.split(';').next().unwrap_or(media).trim();
    let schema = match essence {
        "multipart/form-data" => multipart(types, schema, &subject),
        "application/x-www-form-urlencoded" => types.schema(schema, &place),
        media if is_json(media) => types.schema(schema, &place),
        media if media.starts_with("text/") => map([("type", "string".into())]),
        _ => map([("type", "string".into()), ("format", "binary".into())]),
    };
    let essence = if essence == "*/*" { "application/octet-stream" } else { essence };
    let mut body = map([("required", node.flag("required").into())]);
    if let Some(description) = node.get("description") {
        body.set("description", description.clone());
    }
    let mut typed = map([("schema", schema)]);
    if let Some(example) = example(document, chosen).filter(|_| is_json(essence)) {
        typed.set("example", example);
    }
    body.set("content", map([(essence, typed)]));
    Some(body)
}

/// Returns the first example of a media type.
pub(super) fn example(document: &Yaml, media: &Yaml) -> Option<Yaml> {
    let named = || {
        let (_, first) = media.pairs("examples").into_iter().next()?;
        pointer::resolve(document, first)?.get("value").cloned()
    };
    media.get("example").cloned().or_else(named)
}

/// Returns a multipart form whose parts are text, files, or JSON as text.
fn multipart(types: &mut Types<'_>, schema: &Yaml, subject: &str) -> Yaml {
    let resolved = match types.resolved(schema) {
        Ok(resolved) => resolved,
        Err(reason) => {
            types.report.push(Effect::Changed, subject, format!("{reason}: the form's parts are not listed"));
            map([])
        }
    };
    let mut properties = map([]);
    for (name, part) in resolved.pairs("properties") {
        let part = types.resolved(part).unwrap_or_else(|_| map([]));
        let mut written = match part.text("type") {
            Some("string" | "integer" | "number" | "boolean") => {
                let mut scalar = map([("type", part["type"].clone())]);
                if let Some(format) = part.get("format") {
                    scalar.set("format", format.clone());
                }
                scalar
            }
            Some("array") => {
                let items = part.get("items").map(|items| types.resolved(items).unwrap_or_else(|_| map([])));
                let binary = items.is_some_and(|items| items.text("format") == Some("binary"));
                let item = if binary {
                    map([("type", "string".into()), ("format", "binary".into())])
                } else {
                    map([("type", "string".into())])
                };
                map([("type", "array".into()), ("items", item)])
            }
            _ => {
                types.report.push(
                    Effect::Changed,
                    format!("{subject}.{name}"),
                    "a part that is not a scalar is sent as text",
                );
                map([("type", "string".into())])
            }
        };
        if let Some(description) = part.get("description") {
            written.set("description", description.clone());
        }
        properties.set(name, written);
    }
    let mut form = map([("type", "object".into()), ("properties", properties)]);
    let required: Vec<Yaml> = resolved
        .list("required")
        .iter()
        .filter(|name| resolved.at(&["properties", name.as_str().unwrap_or_default()]).is_some())
        .cloned()
        .collect();
    if !required.is_empty() {
        form.set("required", required);
    }
    form
}
