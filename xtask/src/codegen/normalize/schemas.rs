//! Reduces schemas to the forms for which the generator writes plain types.

use crate::codegen::model::schema::is_type;
use crate::codegen::model::walk;
use crate::codegen::naming::pascal;
use crate::yaml::{Map, Yaml, YamlExt, map};

/// Keywords that limit values. They are removed: a response beyond a limit must not fail, and requests are validated by
/// the server.
const LIMITS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Formats of strings that the client treats as plain text.
const TEXT_FORMATS: [&str; 9] = ["uuid", "uri", "email", "binary", "byte", "password", "time", "duration", "hostname"];

/// Part of the document that a schema belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Context {
    Body,
    Parameter,
}

/// Keywords that a pass removed from one operation or component.
#[derive(Default)]
pub(super) struct RemovedKeywords(Vec<String>);

impl RemovedKeywords {
    pub(super) fn note(&mut self, property: &str, keyword: &str) {
        self.0.push(if property.is_empty() { keyword.to_owned() } else { format!("{property} {keyword}") });
    }

    pub(super) fn log(self, subject: &str, log: &mut Vec<String>) {
        if !self.0.is_empty() {
            log.push(format!("{subject}: not enforced: {}", self.0.join(", ")));
        }
    }
}

pub(super) fn pass(document: &mut Yaml, log: &mut Vec<String>) {
    let original = document.clone();
    walk::each_operation_mut(document, |id, operation| {
        let mut removed = RemovedKeywords::default();
        for holder in ["requestBody", "responses"] {
            let Some(node) = operation.get_mut(holder) else { continue };
            let node = if holder == "responses" { node.get_mut("2XX") } else { Some(node) };
            let content = node.and_then(|node| node.get_mut("content")).and_then(Yaml::as_mapping_mut);
            for (media, content) in content.into_iter().flatten() {
                if media.as_str() != Some("application/octet-stream")
                    && let Some(schema) = content.get("schema").cloned()
                {
                    content.set("schema", simplified(&original, &schema, Context::Body, "", &mut removed));
                }
            }
        }
        for key in ["path", "fixed", "servers", "security", "tags", "summary", "description", "externalDocs"] {
            operation.take(key);
        }
        removed.log(id, log);
    });
    let mut schemas = Map::new();
    for (name, schema) in original.at(&["components", "schemas"]).map(YamlExt::entries).unwrap_or_default() {
        if is_type(schema) {
            let mut removed = RemovedKeywords::default();
            schemas.insert(name.into(), component(&original, name, schema, &mut removed));
            removed.log(&format!("components/schemas/{name}"), log);
        }
    }
    document.set("components", map([("schemas", Yaml::Mapping(schemas))]));
    for key in ["servers", "security", "tags", "externalDocs"] {
        document.take(key);
    }
}

/// Returns a component that becomes a type; its description is a marker by which the emitter finds the schema.
fn component(document: &Yaml, name: &str, schema: &Yaml, removed: &mut RemovedKeywords) -> Yaml {
    let marker = ("description", Yaml::from(format!("schema:{name}")));
    if schema.get("enum").is_some() {
        let values = schema.list("enum").iter().filter(|value| !value.is_null()).enumerate();
        let names = values.map(|(index, value)| {
            let name = schema.list("x-enum-varnames").get(index).or(Some(value)).and_then(Yaml::as_str);
            Yaml::from(pascal(name.unwrap_or_default()))
        });
        return map([("type", "string".into()), ("enum", Yaml::Sequence(names.collect())), marker]);
    }
    let properties = schema
        .pairs("properties")
        .into_iter()
        .map(|(name, property)| (name.into(), simplified(document, property, Context::Body, name, removed)));
    let properties = Yaml::Mapping(properties.collect());
    let required = Yaml::Sequence(schema.list("required").to_vec());
    map([("type", "object".into()), ("required", required), ("properties", properties), marker])
}

/// Returns the schema without keywords that the generator would reject, enforce, or turn into another type.
pub(super) fn simplified(
    document: &Yaml,
    schema: &Yaml,
    context: Context,
    property: &str,
    removed: &mut RemovedKeywords,
) -> Yaml {
    if let Some(path) = schema.at(&["x-rust-type", "path"]).and_then(Yaml::as_str) {
        return rust_type(path);
    }
    if let Some(kind) = schema.text("x-keyfob-type") {
        return map([("type", kind.into())]);
    }
    let inner = schema.get("$ref").is_none().then(|| schema.list("allOf").first()).flatten().unwrap_or(schema);
    if let Some(reference) = inner.text("$ref") {
        let target = walk::resolve(document, inner);
        return if is_type(target) {
            map([("$ref", reference.into())])
        } else {
            simplified(document, target, context, property, removed)
        };
    }
    for key in LIMITS.into_iter().filter(|key| schema.get(key).is_some()) {
        removed.note(property, key);
    }
    if schema.get("default").is_some() && context == Context::Body {
        removed.note(property, "default");
    }
    let format = schema.text("format");
    match schema.text("type") {
        Some("string") => match (format, context) {
            (Some("date-time"), Context::Body) => rust_type("Timestamp"),
            (Some("date-time" | "date"), Context::Parameter) => rust_type("TimeParam"),
            (Some("date"), Context::Body) => map([("type", "string".into()), ("format", "date".into())]),
            (format, _) => {
                if let Some(format) = format.filter(|format| !TEXT_FORMATS.contains(format)) {
                    removed.note(property, &format!("format {format}"));
                }
                map([("type", "string".into())])
            }
        },
        Some(kind @ ("integer" | "number" | "boolean")) => map([("type", kind.into())]),
        Some("array") => {
            let items = schema.get("items").unwrap_or(&Yaml::Null);
            map([("type", "array".into()), ("items", simplified(document, items, context, property, removed))])
        }
        _ => match schema.get("additionalProperties") {
            Some(values) if !values.entries().is_empty() => {
                let values = simplified(document, values, context, property, removed);
                map([("type", "object".into()), ("additionalProperties", values)])
            }
            _ => Yaml::Mapping(Map::new()),
        },
    }
}

fn rust_type(name: &str) -> Yaml {
    let path = format!("keyfob_client::{name}");
    map([("x-rust-type", map([("crate", "keyfob_client".into()), ("version", "*".into()), ("path", path.into())]))])
}
